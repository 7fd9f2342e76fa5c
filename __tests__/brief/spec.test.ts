import { describe, expect, it } from '@jest/globals';
import { loadSpec } from '../../src/brief/spec.js';
import { UserError } from '../../src/errors.js';
import { sourceTree, type TreeEntry } from '../support/source-tree.js';
import { specFixture } from '../support/spec-fixtures.js';

const SPEC = '# Store\n\n- R1: reads\n';

function load(path: string, entries: Readonly<Record<string, TreeEntry>>) {
  return loadSpec(sourceTree(entries), path);
}

async function refusal(path: string, entries: Readonly<Record<string, TreeEntry>>): Promise<string> {
  const error: unknown = await load(path, entries).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(UserError);
  const { message } = error as UserError;
  expect(message).not.toContain('\n');
  return message;
}

async function hashOf(content: string): Promise<string> {
  return (await load('a.md', { 'a.md': content })).hash;
}

describe('a spec', () => {
  it('is a Markdown file with front matter, title, text and requirements', async () => {
    const text =
      '---\ntitle: The store\npackage: store\ndepends-on: specs/log.md\nmodel: sonnet\nstatus: x\n---\n# S\n\n- R1: reads\n';
    const spec = await load('./specs//store.md', { 'specs/store.md': text });
    expect(spec).toMatchObject({
      path: 'specs/store.md',
      files: ['specs/store.md'],
      title: 'The store',
      text: '# S\n\n- R1: reads\n',
      frontMatter: { title: 'The store', package: 'store', dependsOn: ['specs/log.md'], model: 'sonnet' },
      requirements: [{ id: 'R1', text: 'reads', file: 'specs/store.md', line: 10, heading: 'S' }],
      warnings: [],
    });
  });

  it('takes its title from the first heading, else from its name', async () => {
    expect((await load('a.md', { 'a.md': '## Some *thing*\n\nIt must.' })).title).toBe('Some thing');
    expect((await load('specs/log-rotation.md', { 'specs/log-rotation.md': 'It must.' })).title).toBe('log-rotation');
  });

  it('may be a folder: all Markdown files below it, sorted, each named in the text', async () => {
    const spec = await load('specs/001/', {
      'specs/001/spec.md': '# Login\n\n- R1: reads\n',
      'specs/001/contracts/api.markdown': '---\npackage: api\n---\nIt must answer.\n',
      'specs/001/diagram.png': new Uint8Array([0, 1]),
      'specs/0011.md': 'no part of it',
    });
    expect(spec.files).toEqual(['specs/001/contracts/api.markdown', 'specs/001/spec.md']);
    expect(spec.title).toBe('Login');
    expect(spec.frontMatter).toEqual({ package: 'api', dependsOn: [] });
    expect(spec.text).toBe(
      '# File: specs/001/contracts/api.markdown\n\nIt must answer.\n\n# File: specs/001/spec.md\n\n# Login\n\n- R1: reads\n',
    );
    expect(spec.requirements.map(({ id, file, line }) => [id, file, line])).toEqual([
      ['spec.1', 'specs/001/contracts/api.markdown', 4],
      ['R1', 'specs/001/spec.md', 3],
    ]);
  });

  it('that is a folder without a main file is called after the folder', async () => {
    const spec = await load('specs/queue', { 'specs/queue/design.md': '# Design Document\n\nIt must hold.\n' });
    expect(spec.title).toBe('queue');
  });

  it('in a layout of another tool has its requirements in one file; plan, design and tasks are read, and state none', async () => {
    for (const [folder, ids] of [
      ['spec-kit', ['US1.1', 'US1.2', 'FR-001', 'FR-002', 'FR-003', 'SC-001']],
      ['kiro', ['1.1', '1.2', '2.1']],
      [
        'openspec',
        ['layered-sources', 'layered-sources.environment-wins', 'layered-sources.nothing-is-set', 'profiles'],
      ],
    ] as const) {
      const spec = await load(folder, await specFixture(folder));
      expect(spec.requirements.map(({ id }) => id)).toEqual(ids);
      expect(spec.files.length).toBeGreaterThan(2);
      for (const file of spec.files) expect(spec.text).toContain(`# File: ${file}`);
    }
    expect((await load('spec-kit', await specFixture('spec-kit'))).title).toBe('Session store');
  });

  it('of another layout changes its hash with its plan, but not when a task is ticked off', async () => {
    const files = await specFixture('kiro');
    const hash = async (change: Record<string, string>) => (await load('kiro', { ...files, ...change })).hash;
    const before = await hash({});
    const tasks = String(files['kiro/tasks.md']);
    expect(await hash({ 'kiro/tasks.md': tasks.replace('[ ] 1.1', '[x] 1.1') })).toBe(before);
    expect(await hash({ 'kiro/design.md': '# Design Document\n\nA ring.\n' })).not.toBe(before);
  });

  it('is read without hidden text, which is reported; code keeps its comments', async () => {
    const text =
      '---\ntitle: x\n---\n# S\n\nText<!-- secret\norders -->\n\nIt m\u200Bust\u202E hold.\u{E0041}\n\n```html\n<!-- seen -->\n```\n\n[//]: # (more orders)\n- R2: b <!-- x\n';
    const spec = await load('a.md', { 'a.md': text });
    expect(spec.text).toContain('It must hold.\n');
    expect(spec.text).toContain('<!-- seen -->');
    expect(spec.text).not.toMatch(/orders/);
    expect(spec.requirements.map(({ id, line }) => [id, line])).toEqual([
      ['s.1', 9],
      ['R2', 16],
    ]);
    expect(spec.warnings).toEqual([
      "Spec 'a.md': 3 invisible characters (first on line 9), not shown to the model.",
      "Spec 'a.md': 2 HTML comments (first on line 6), not shown to the model.",
    ]);
  });
});

describe('the hash of a spec', () => {
  it('ignores front matter, ticked boxes, line ends and trailing white space', async () => {
    const hash = await hashOf('# S\n\n- [ ] R1: reads\n');
    expect(hash).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(await hashOf('---\ntitle: T\n---\n\n# S  \r\n\r\n- [x] R1: reads\r\n\r\n')).toBe(hash);
    expect(await hashOf('\uFEFF# S\n\n- [X] R1: reads')).toBe(hash);
  });

  it('changes with any word of the text', async () => {
    expect(await hashOf('# S\n\n- R1: reads\n')).not.toBe(await hashOf('# S\n\n- R1: writes\n'));
    expect(await hashOf('# S\n\n`a[x]` must.\n')).not.toBe(await hashOf('# S\n\n`a[ ]` must.\n'));
  });

  it('of a folder covers names and texts, but not where the folder lies', async () => {
    const hash = async (entries: Record<string, string>, path: string) => (await load(path, entries)).hash;
    const first = await hash({ 's/a.md': 'It must.', 's/b.md': 'b' }, 's');
    expect(await hash({ 't/u/b.md': 'b', 't/u/a.md': 'It must.' }, 't/u')).toBe(first);
    expect(await hash({ 's/a.md': 'It must.', 's/c.md': 'b' }, 's')).not.toBe(first);
  });

  it('takes linear time on a long run of spaces', async () => {
    const started = Date.now();
    await hashOf(`It must${' '.repeat(500_000)}hold.`);
    expect(Date.now() - started).toBeLessThan(10_000);
  });
});

describe('a spec that cannot be used is refused in one line', () => {
  it.each<[string, string, Record<string, TreeEntry>, RegExp]>([
    ['missing', 'specs/b.md', { 'specs/a.md': SPEC }, /^Spec 'specs\/b\.md' does not exist in the commit\. Check/],
    ['in another case', 'Specs/A.md', { 'specs/a.md': SPEC }, /There is 'specs\/a\.md'/],
    ['outside by ..', '../x.md', { 'x.md': SPEC }, /^Spec '\.\.\/x\.md' is outside the repository\./],
    ['outside by a detour', 'a/../../etc/passwd', { 'a/b.md': SPEC }, /outside the repository/],
    ['absolute', '/etc/passwd.md', { 'etc/passwd.md': SPEC }, /outside the repository/],
    ['the whole repository', '.', { 'a.md': SPEC }, /names the whole repository/],
    ['a folder without Markdown', 'src', { 'src/lib.rs': '' }, /is a folder without Markdown files/],
    ['empty', 'a.md', { 'a.md': ' \n' }, /^Spec 'a\.md' is empty\./],
    ['nothing but a comment', 'a.md', { 'a.md': '<!-- todo -->\n' }, /is empty/],
    ['binary', 'a.md', { 'a.md': new Uint8Array([35, 0, 1]) }, /is not a text file/],
    ['not UTF-8', 'a.md', { 'a.md': new Uint8Array([0xff, 0xfe, 0x41]) }, /is not a text file/],
    ['no Markdown', 'a.txt', { 'a.txt': SPEC }, /is not a Markdown file\. Expected a name that ends in \.md/],
    ['a symbolic link', 'a.md', { 'a.md': { content: 'b.md', mode: '120000' } }, /is a symbolic link/],
    ['too large', 'a.md', { 'a.md': 'x'.repeat(1024 * 1024 + 1) }, /is larger than 1 MiB/],
    ['front matter that is code', 'a.md', { 'a.md': '---js\n{a: 1}\n---\n' }, /language 'js' is not read, only YAML/],
    ['invalid YAML', 'a.md', { 'a.md': '---\na: b: c\n---\n# S' }, /not valid YAML: .*\(line 2\)\. Correct/],
    ['a wrongly typed key', 'a.md', { 'a.md': '---\npackage: [a]\n---\n# S' }, /'package' in the front matter/],
    ['wrong dependencies', 'a.md', { 'a.md': '---\ndepends-on: 3\n---\n# S' }, /Expected a path or a list of paths/],
  ])('%s', async (_, path, entries, expected) => {
    expect(await refusal(path, entries)).toMatch(expected);
  });

  it('with a name that would break the line or the log', async () => {
    expect(await refusal('a\n::error::x.md', { 'a.md': SPEC })).toContain("'a?::error::x.md'");
  });
});
