import { describe, expect, it } from '@jest/globals';
import { readFile, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { LIB, toolScene } from '../../support/tool-scene.js';
import { MANIFEST } from '../../support/workshop.js';

const scene = toolScene();
const { use } = scene;
const onDisk = (file: string) => readFile(path.join(scene.workshop.copy.root, file), 'utf8');

describe('read_file', () => {
  it('shows lines with numbers, and says how many there are', async () => {
    expect(await use('read_file', { path: 'src/store/mod.rs' })).toBe(
      '1\tstruct Private;\n2\tpub struct Store;\n[lines 1 to 2 of 2]',
    );
  });

  it('shows a range, and says how to get the rest', async () => {
    expect(await use('read_file', { path: './src/lib.rs', start_line: 2, end_line: 3 })).toBe(
      '2\t    1\n3\t}\n[lines 2 to 3 of 7; 4 more follow, pass start_line 4]',
    );
  });

  it('shows a long file in parts that follow each other without a gap', async () => {
    const seen: string[] = [];
    let start: number | undefined = 1;
    while (start !== undefined) {
      const text = await use('read_file', { path: 'long.txt', start_line: start });
      seen.push(...text.split('\n').slice(0, -1));
      start = /pass start_line (\d+)\]$/.exec(text)?.[1] ? Number(/start_line (\d+)\]$/.exec(text)?.[1]) : undefined;
    }
    expect(seen).toEqual(Array.from({ length: 2_500 }, (_, i) => `${i + 1}\tline ${i + 1}`));
  });

  it('cuts a line that is longer than a result may be, says so, and shows what comes after it', async () => {
    expect(await use('read_file', { path: 'wide.txt' })).toMatch(
      /^1\tshort\n\[lines 1 to 1 of 3; 2 more follow, pass start_line 2\]$/,
    );
    const cut = await use('read_file', { path: 'wide.txt', start_line: 2 });
    expect(cut.length).toBeLessThan(5_000);
    expect(cut).toContain('it has 200000 characters');
    expect(cut).toContain('pass start_line 3');
    expect(await use('read_file', { path: 'wide.txt', start_line: 3 })).toContain('3\tend');
    expect(await use('write_file', { path: 'wide.txt', content: 'x' })).toContain('1 of the 3 lines');
  });

  it.each<[string, Record<string, unknown>, string]>([
    ['an empty file', { path: 'empty.txt' }, 'empty.txt is empty.'],
    ['a binary file', { path: 'binary.bin' }, 'refused: binary.bin is a binary file of 3 bytes'],
    ['a file in another encoding', { path: 'latin.txt' }, 'refused: latin.txt is not UTF-8 text'],
    ['a file that is not there', { path: 'src/no.rs' }, 'refused: src/no.rs does not exist. list_files shows'],
    ['a folder', { path: 'src' }, 'refused: src is a folder. Use list_files'],
    ['the root', { path: '.' }, 'refused: . is a folder'],
    ['lines beyond the end', { path: 'src/lib.rs', start_line: 8 }, 'refused: src/lib.rs has only 7 lines'],
    ['an end before the start', { path: 'src/lib.rs', start_line: 3, end_line: 2 }, 'refused: end_line lies before'],
    ['line 0', { path: 'src/lib.rs', start_line: 0 }, 'refused: The input does not fit read_file'],
    [
      'a path out of the repository',
      { path: '../../etc/passwd' },
      "refused: '../../etc/passwd' is outside the repository",
    ],
    ['an absolute path', { path: '/etc/passwd' }, "refused: '/etc/passwd' is absolute"],
    ['a file below a file', { path: 'src/lib.rs/x' }, 'refused:'],
    ['an empty path', { path: '' }, 'refused:'],
    ['a path with a NUL', { path: 'src/\0.rs' }, 'refused:'],
    ['a path that is endless', { path: `${'a/'.repeat(5_000)}b` }, 'refused:'],
    ['a name that is endless', { path: 'ä'.repeat(300) }, 'refused:'],
  ])('of %s says so', async (_case, input, expected) => {
    expect(await use('read_file', input)).toContain(expected);
  });

  it('does not follow a symlink that a test has planted', async () => {
    await symlink('/etc', path.join(scene.workshop.copy.root, 'etc'));
    expect(await use('read_file', { path: 'etc/passwd' })).toContain('leads through a symlink');
  });
});

describe('write_file', () => {
  it('creates a file with its folders', async () => {
    expect(await use('write_file', { path: 'src/a/b.rs', content: 'fn b() {}\n' })).toBe(
      'Created src/a/b.rs (1 lines).',
    );
    expect(await onDisk('src/a/b.rs')).toBe('fn b() {}\n');
    expect(scene.workshop.changes().map((change) => change.path)).toEqual(['src/a/b.rs']);
  });

  it('replaces only what was read completely and in its present state', async () => {
    const write = () => use('write_file', { path: 'long.txt', content: 'new\n' });
    expect(await write()).toContain('refused: long.txt has not been read in this run. Call read_file on it first.');
    await use('read_file', { path: 'long.txt' });
    expect(await write()).toContain('refused: 1500 of the 2500 lines of long.txt have not been read');
    await use('read_file', { path: 'long.txt', start_line: 1_001 });
    await use('read_file', { path: 'long.txt', start_line: 2_001 });
    await writeFile(path.join(scene.workshop.copy.root, 'long.txt'), 'by somebody else\n');
    expect(await write()).toContain('has changed since it was read');
    expect(await onDisk('long.txt')).toBe('by somebody else\n');
    await use('read_file', { path: 'long.txt' });
    expect(await write()).toBe('Replaced long.txt (1 lines).');
    expect(await write()).toBe('Replaced long.txt (1 lines).');
  });

  it('does not overwrite a file that only a test made, before it was read', async () => {
    await writeFile(path.join(scene.workshop.copy.root, 'made.txt'), 'x');
    expect(await use('write_file', { path: 'made.txt', content: '' })).toContain('has not been read');
  });

  it.each([
    ['of a new Cargo.toml', 'crates/a/Cargo.toml', `${MANIFEST}[dependencies]\nserde = "1"\n`],
    ['of the present one', 'Cargo.toml', `${MANIFEST}[dev-dependencies]\nx = { git = "https://example.com/x" }\n`],
    ['for one target', 'Cargo.toml', `${MANIFEST}[target.'cfg(unix)'.dependencies]\nlibc = "0.2"\n`],
  ])('refuses dependency tables %s and names the cargo command', async (_case, file, content) => {
    await use('read_file', { path: 'Cargo.toml' });
    const refusal = await use('write_file', { path: file, content });
    expect(refusal).toMatch(/^refused: .*Call the cargo tool with command "add"/);
    expect(scene.workshop.changes()).toEqual([]);
  });

  it("refuses the workspace's own dependency table and says what a member does", async () => {
    await use('read_file', { path: 'Cargo.toml' });
    const content = `${MANIFEST}[workspace.dependencies]\nserde = "1"\n`;
    const refusal = await use('write_file', { path: 'Cargo.toml', content });
    expect(refusal).toMatch(/^refused: .*cargo "add" with "--package" inherits it/);
    expect(scene.workshop.changes()).toEqual([]);
  });

  it('refuses a patch table', async () => {
    await use('read_file', { path: 'Cargo.toml' });
    const content = `${MANIFEST}[patch.crates-io]\nserde = { path = "x" }\n`;
    expect(await use('write_file', { path: 'Cargo.toml', content })).toContain('[patch] is changed by cargo only');
    expect(scene.workshop.changes()).toEqual([]);
  });

  it('lets the rest of a Cargo.toml change', async () => {
    await use('read_file', { path: 'Cargo.toml' });
    expect(
      await use('write_file', { path: 'Cargo.toml', content: `${MANIFEST}[lints.rust]\nunsafe_code = "forbid"\n` }),
    ).toBe('Replaced Cargo.toml (7 lines).'.replace('7', String(MANIFEST.split('\n').length + 1)));
  });

  it.each([
    ['Cargo.lock', 'is written by cargo only'],
    ['crates/a/Cargo.lock', 'is written by cargo only'],
    ['.github/workflows/ci.yml', 'is protected'],
    ['.cargo/config.toml', 'is protected'],
    ['.git/config', "is git's own"],
    ['x.log', 'is ignored by .gitignore'],
    ['.', 'is a folder'],
    ['src/..', 'is a folder'],
    ['src', 'is a folder'],
    ['src/LIB.rs', 'only in case'],
    ['src/lib.rs/x.rs', 'cannot become a folder'],
    ['ü'.repeat(200), 'too long'],
  ])('refuses %s with the reason', async (file, reason) => {
    for (const readable of ['Cargo.lock', '.github/workflows/ci.yml']) await use('read_file', { path: readable });
    const refusal = await use('write_file', { path: file, content: 'x' });
    expect(refusal).toMatch(/^refused: /);
    expect(refusal).toContain(reason);
    expect(scene.workshop.changes()).toEqual([]);
  });

  it('refuses a content above its limit, and TOML that would overflow the parser', async () => {
    expect(await use('write_file', { path: 'big.txt', content: 'x'.repeat(3_000_000) })).toContain('at most 2097152');
    const deep = await use('write_file', { path: 'x/Cargo.toml', content: `a = ${'['.repeat(100_000)}` });
    expect(deep).toContain('not be valid TOML');
  });
});

describe('edit_file', () => {
  const edit = (...edits: [string, string][]) =>
    use('edit_file', { path: 'src/lib.rs', edits: edits.map(([old_text, new_text]) => ({ old_text, new_text })) });

  it('wants the file read first; a part of it is enough', async () => {
    expect(await edit(['one', 'uno'])).toContain('has not been read');
    await use('read_file', { path: 'src/lib.rs', end_line: 1 });
    expect(await edit(['one', 'uno'])).toBe('Changed src/lib.rs (1 edit).');
    expect(await onDisk('src/lib.rs')).toBe(LIB.replace('one', 'uno'));
    expect(await edit(['uno', 'eins'])).toBe('Changed src/lib.rs (1 edit).');
    expect(await use('write_file', { path: 'src/lib.rs', content: '' })).toContain('have not been read');
  });

  it('makes all edits in order, each on what the one before it left', async () => {
    await use('read_file', { path: 'src/lib.rs' });
    expect(await edit(['one', 'three'], ['three() -> u8 {\n    1', 'three() -> u8 {\n    3'])).toContain('2 edits');
    expect(await onDisk('src/lib.rs')).toContain('pub fn three() -> u8 {\n    3\n}');
  });

  it.each<[string, [string, string][], string]>([
    [
      'a text that occurs twice',
      [
        ['one', 'x'],
        ['    1\n', '    2\n'],
      ],
      'Edit 2 of 2: old_text occurs 2 times in src/lib.rs; include more lines',
    ],
    [
      'a text that occurs nowhere',
      [
        ['one', 'x'],
        ['fn four', 'y'],
      ],
      'Edit 2 of 2: old_text does not occur in src/lib.rs. Nothing was changed.',
    ],
    ['line numbers of read_file', [['1\tpub fn one() -> u8 {', 'x']], 'line numbers of read_file; leave them out'],
    ['other white space', [['pub fn one() -> u8 {\n  1', 'x']], 'The same words stand there with other white space'],
    ['blanks that are not there', [['\t\t\t', 'x']], 'old_text does not occur in src/lib.rs. Nothing'],
    ['places that overlap', [['8 {\n    1\n}', 'x']], 'occurs 2 times'],
    ['a change that changes nothing', [['one', 'one']], 'leave src/lib.rs as it is'],
  ])('with %s changes nothing at all', async (_case, edits, expected) => {
    await use('read_file', { path: 'src/lib.rs' });
    expect(await edit(...edits)).toContain(expected);
    expect(await onDisk('src/lib.rs')).toBe(LIB);
    expect(scene.workshop.changes()).toEqual([]);
  });

  it('counts places that overlap each other', async () => {
    await use('write_file', { path: 'o.txt', content: 'ababa\n' });
    expect(await use('edit_file', { path: 'o.txt', edits: [{ old_text: 'aba', new_text: 'x' }] })).toContain(
      'occurs 2 times',
    );
  });

  it('puts in the new text as it stands, also where it looks like a replacement pattern', async () => {
    await use('read_file', { path: 'src/lib.rs' });
    await edit(['one', "$& $1 $' $$"]);
    expect(await onDisk('src/lib.rs')).toBe(LIB.replace('one', () => "$& $1 $' $$"));
  });

  it('keeps line ends and byte order mark, and says what is special about Windows line ends', async () => {
    await use('read_file', { path: 'crlf.txt' });
    const crlf = (old_text: string) => use('edit_file', { path: 'crlf.txt', edits: [{ old_text, new_text: 'x' }] });
    expect(await crlf('a\nb')).toContain('Windows line ends');
    await crlf('b');
    expect(await onDisk('crlf.txt')).toBe('a\r\nx\r\nc\r\n');
    await use('read_file', { path: 'bom.txt' });
    await use('edit_file', { path: 'bom.txt', edits: [{ old_text: 'x', new_text: 'y' }] });
    expect(await onDisk('bom.txt')).toBe('\ufeffy\n');
  });

  it('refuses dependencies in a Cargo.toml, and thousands of edits in one call', async () => {
    await use('read_file', { path: 'Cargo.toml' });
    const added = { old_text: 'edition = "2021"\n', new_text: 'edition = "2021"\n[dependencies]\nx = "1"\n' };
    expect(await use('edit_file', { path: 'Cargo.toml', edits: [added] })).toContain('Call the cargo tool');
    const many = Array.from({ length: 3_000 }, () => ({ old_text: 'a', new_text: 'b' }));
    expect(await use('edit_file', { path: 'Cargo.toml', edits: many })).toContain('<=100');
    expect(scene.workshop.changes()).toEqual([]);
  });
});

describe('delete_file', () => {
  it('deletes only what was read completely, and what is not protected', async () => {
    expect(await use('delete_file', { path: 'src/lib.rs' })).toContain('Call read_file on it first');
    await use('read_file', { path: 'src/lib.rs', end_line: 3 });
    expect(await use('delete_file', { path: 'src/lib.rs' })).toContain('4 of the 7 lines');
    await use('read_file', { path: 'src/lib.rs' });
    expect(await use('delete_file', { path: 'src/lib.rs' })).toBe('Deleted src/lib.rs.');
    expect(await use('read_file', { path: 'src/lib.rs' })).toContain('does not exist');
    for (const file of ['Cargo.lock', '.github/workflows/ci.yml']) {
      await use('read_file', { path: file });
      expect(await use('delete_file', { path: file })).toMatch(/written by cargo only|is protected/);
    }
    expect(await use('delete_file', { path: 'src' })).toContain('is a folder');
  });
});
