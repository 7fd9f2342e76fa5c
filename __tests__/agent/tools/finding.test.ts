import { describe, expect, it } from '@jest/globals';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { scriptedAgent, toolUser } from '../../support/scripted-agent.js';
import { toolScene } from '../../support/tool-scene.js';
import { openTestWorkshop } from '../../support/workshop.js';

const scene = toolScene();
const { use } = scene;

describe('list_files', () => {
  it('lists what git would track, and not what only a test made', async () => {
    await mkdir(path.join(scene.workshop.copy.root, 'made'));
    await writeFile(path.join(scene.workshop.copy.root, 'made', 'out.txt'), '');
    const text = await use('list_files', {});
    expect(text.split('\n')).toEqual(scene.workshop.copy.list());
    expect(text).not.toContain('made');
  });

  it.each([
    ['src/**/*.rs', ['src/bad.rs', 'src/lib.rs', 'src/store/mod.rs']],
    ['src/store', ['src/store/mod.rs']],
    ['./src/store/', ['src/store/mod.rs']],
    ['*.{toml,lock}', ['Cargo.lock', 'Cargo.toml']],
    ['docs/a [1].md', ['docs/a [1].md']],
    ['.github', ['.github/workflows/ci.yml']],
  ])('takes %s', async (glob, expected) => {
    expect((await use('list_files', { glob })).split('\n')).toEqual(expected);
  });

  it.each(['', '.', './', '/'])('takes %p for everything', async (glob) => {
    expect(await use('list_files', { glob })).toBe(await use('list_files', {}));
  });

  it('says when nothing matches, whatever the glob', async () => {
    for (const glob of ['nothing/**', '[', '(((', '{a,b', '../*', '+(+(+(a)))b'])
      expect(await use('list_files', { glob })).toContain(`No file matches ${glob}`);
  });

  it('refuses a glob that could take for ever', async () => {
    await use('write_file', { path: 'a'.repeat(80), content: '' });
    expect(await use('list_files', { glob: `${'*a'.repeat(20)}b` })).toContain('Use a simpler one');
    expect(await use('list_files', { glob: 'x'.repeat(70_000) })).toContain('Use a simpler one');
    const started = performance.now();
    await use('list_files', { glob: '*a*a*a*a*ab' });
    expect(performance.now() - started).toBeLessThan(10_000);
  });

  it('says how many files it leaves out', async () => {
    const files = Array.from({ length: 505 }, (_, i) => [`many/${String(i).padStart(3, '0')}.txt`, '']);
    await using many = await openTestWorkshop(scene.bench, Object.fromEntries(files) as Record<string, string>);
    const text = await toolUser(scriptedAgent(many.workshop, []).context)('list_files', { glob: 'many' });
    expect(text.split('\n')).toHaveLength(501);
    expect(text).toContain('[5 more of 505; narrow the glob]');
  });
});

describe('search_files', () => {
  it('finds lines with path and number, within a glob', async () => {
    expect(await use('search_files', { pattern: 'pub (fn|struct) \\w+', glob: 'src' })).toBe(
      [
        'src/lib.rs:1: pub fn one() -> u8 {',
        'src/lib.rs:5: pub fn two() -> u8 {',
        'src/store/mod.rs:2: pub struct Store;',
      ].join('\n'),
    );
  });

  it('says what it skipped, that nothing was found, and that there is more', async () => {
    expect(await use('search_files', { pattern: 'zzz' })).toMatch(/^No line of 15 files matches\.\n\[1 binary/);
    const many = await use('search_files', { pattern: 'line' });
    expect(many.split('\n').filter((line) => line.startsWith('long.txt:'))).toHaveLength(200);
    expect(many).toContain('more matches exist; narrow');
  });

  it.each([
    ['a pattern that is none', { pattern: '(' }, 'not a regular expression'],
    ['a glob without files', { pattern: 'x', glob: 'none/**' }, 'No file matches none/**'],
    ['an empty glob that takes everything', { pattern: 'pub struct', glob: '' }, 'src/store/mod.rs:2'],
    ['an empty pattern', { pattern: '' }, 'does not fit search_files'],
  ])('with %s says so', async (_case, input, expected) => {
    expect(await use('search_files', input)).toContain(expected);
  });

  it('cuts long lines', async () => {
    expect((await use('search_files', { pattern: 'w{5}' })).length).toBeLessThan(1_000);
  });

  it('ends a pattern that backtracks without end or fills the stack, and says what to do', async () => {
    await use('write_file', { path: 'a.txt', content: `${'a'.repeat(40)}\n` });
    expect(await use('search_files', { pattern: '(a+)+b', glob: 'a.txt' })).toContain('Use a simpler pattern');
    await use('write_file', { path: 'b.txt', content: `${'ab'.repeat(900_000)}\n` });
    const deep = { pattern: '^(?:(?:(a)|(b))|(c)|(d)|(e))*$', glob: 'b.txt' };
    expect(await use('search_files', deep)).toContain('needs too much memory');
  });
});

describe('outline', () => {
  it('shows a file with private items, and a folder with its files', async () => {
    expect(await use('outline', { path: 'src/store/mod.rs' })).toMatch(
      /^## src\/store\/mod\.rs\n1: struct Private\n2: pub struct Store$/,
    );
    const folder = await use('outline', { path: 'src' });
    expect(folder).toContain('pub fn one() -> u8');
    expect(folder).toContain('pub struct Store');
  });

  it('is not stopped by one file of a folder that is no text', async () => {
    expect(await use('outline', { path: 'src' })).toContain('## src/bad.rs\n(not UTF-8 text)');
    expect(await use('outline', { path: 'src/bad.rs' })).toContain('refused: src/bad.rs is not UTF-8');
  });

  it('says what it leaves out of a large folder and of a large file', async () => {
    const items = Array.from({ length: 1_500 }, (_, i) => `pub fn function_number_${i}() {}\n`).join('');
    for (const name of ['a', 'b']) await use('write_file', { path: `big/${name}.rs`, content: items });
    const folder = await use('outline', { path: 'big' });
    expect(folder.length).toBeLessThan(26_000);
    expect(folder).toContain('more lines are left out');
    expect(folder).toContain('[1 files are not shown; ask for them one by one: big/b.rs]');
  });

  it.each([
    ['nothing there', 'nowhere', 'No Rust file at nowhere. list_files shows'],
    ['no Rust', 'docs', 'No Rust file at docs'],
    ['a crate that is not in the lock file', 'crate:serde', 'Cargo.lock has no crate serde. It has: none'],
    ['a crate by a path', 'crate:../../../etc', 'Cargo.lock has no crate'],
    ['a crate without a name', 'crate:', 'Cargo.lock has no crate'],
  ])('of %s says so', async (_case, requested, expected) => {
    expect(await use('outline', { path: requested })).toContain(expected);
  });
});
