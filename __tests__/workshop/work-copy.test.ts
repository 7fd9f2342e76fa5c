// What file tools may write to the work copy, and what a change of it is.
import { link, lstat, readdir, stat, truncate, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { BASE_MTIME_SECONDS } from '../../src/workshop/checkout.js';
import type { OddRepo } from '../support/odd-repo.js';
import { LFS_POINTER, SUBMODULE_COMMIT, at, changedPaths, oddRepo, text } from '../support/odd-repo.js';

let odd: OddRepo;
beforeAll(async () => {
  odd = await oddRepo();
});
afterAll(async () => {
  await odd[Symbol.asyncDispose]();
});

describe('a fresh work copy', () => {
  it('is the commit as git stores it: no conversion, no filter, no .git, the base’s time', async () => {
    const copy = await odd.open();
    expect(await text(copy, 'crlf.txt')).toBe('one\r\ntwo\r\n');
    expect(await text(copy, 'model.bin')).toBe(LFS_POINTER);
    expect((await lstat(at(copy, 'link.rs'))).isSymbolicLink()).toBe(true);
    expect((await stat(at(copy, 'run.sh'))).mode & 0o777).toBe(0o755);
    expect((await stat(at(copy, 'src/lib.rs'))).mode & 0o777).toBe(0o644);
    expect((await stat(at(copy, 'src/lib.rs'))).mtimeMs).toBe(BASE_MTIME_SECONDS * 1000);
    expect(await readdir(copy.root)).not.toContain('.git');
    expect(await readdir(at(copy, 'vendor/sub'))).toEqual([]);
    expect(copy.changes()).toEqual([]);
  });

  it('keeps the blob ids of links, submodules, LFS pointers and line endings in a commit of other work', async () => {
    const copy = await odd.open();
    await copy.write('src/lib.rs', 'pub fn two() {}\n');
    const tree = await odd.git.writeTree(await odd.git.treeOf(odd.head), copy.changes());
    const listed = async (revision: string) =>
      Object.fromEntries(
        (await odd.repo.git('--git-dir', odd.git.dir, 'ls-tree', '-r', revision)).split('\n').map((line) => {
          const [entry = '', name = ''] = line.split('\t');
          return [name, entry];
        }),
      );
    const [before, after] = [await listed(odd.head), await listed(tree)];
    expect(Object.keys(after).filter((name) => before[name] !== after[name])).toEqual(['src/lib.rs']);
    expect(after['vendor/sub']).toBe(`160000 commit ${SUBMODULE_COMMIT}`);
    expect(after['link.rs']).toMatch(/^120000 /);
  });
});

describe('file tools', () => {
  it('write, replace and remove files, and that is the change', async () => {
    const copy = await odd.open();
    await copy.write('src/new/mod.rs', 'mod x;\n');
    await copy.write('run.sh', '#!/bin/sh\necho\n');
    await copy.remove('src/deep/mod.rs');
    expect(copy.changes().map(({ path: name, content }) => [name, content?.mode])).toEqual([
      ['run.sh', '100755'],
      ['src/deep/mod.rs', undefined],
      ['src/new/mod.rs', '100644'],
    ]);
    expect((await stat(at(copy, 'run.sh'))).mode & 0o777).toBe(0o755);
    expect(copy.list()).toContain('src/new/mod.rs');
    await copy.write('run.sh', '#!/bin/sh\n');
    expect(changedPaths(copy)).not.toContain('run.sh');
  });

  it.each([
    ['a protected path', '.github/workflows/x.yml', 'is protected'],
    ['the spec', 'SPEC.md', 'is protected'],
    ['an ignored path', 'data/x.rs', 'is ignored by .gitignore'],
    ['a folder', 'src', 'is a folder'],
    ['the root', './', 'is a folder'],
    ['a file below a file', 'src/lib.rs/x.rs', 'a file of that name is in the way'],
    ['a link', 'link.rs', 'is a symlink'],
    ['a submodule', 'vendor/sub', 'lies in the submodule'],
    ['a file in a submodule', 'vendor/sub/x.rs', 'lies in the submodule'],
    ['a file that differs in case only', 'SRC/LIB.rs', 'only in case'],
    ['a folder that differs in case only', 'Src/other.rs', 'only in case'],
  ])('do not write to %s', async (_, file, reason) => {
    const copy = await odd.open();
    await expect(copy.write(file, 'x')).rejects.toThrow(reason);
    expect(copy.changes()).toEqual([]);
  });

  it('write a file that is tracked although .gitignore names it', async () => {
    const copy = await odd.open();
    await copy.write('tracked.log', 'changed\n');
    expect(changedPaths(copy)).toEqual(['tracked.log']);
  });

  it('refuse contents of more than 2 MiB and reading of more than 64 MiB', async () => {
    const copy = await odd.open();
    await expect(copy.write('big.txt', Buffer.alloc(2 * 1024 * 1024 + 1))).rejects.toThrow('at most 2097152');
    await writeFile(at(copy, 'huge'), '');
    await truncate(at(copy, 'huge'), 65 * 1024 * 1024);
    await expect(copy.read('huge')).rejects.toThrow('can be read');
  });

  it('answer for what does not exist, and for folders', async () => {
    const copy = await odd.open();
    await expect(copy.read('nope.rs')).rejects.toThrow('does not exist');
    await expect(copy.read('src')).rejects.toThrow('is a folder');
    await expect(copy.remove('nope.rs')).rejects.toThrow('is not a file of the repository');
    expect(await copy.exists('nope.rs')).toBe(false);
    expect(await copy.exists('./')).toBe(true);
  });

  it('never write through a hard link that code has made', async () => {
    const copy = await odd.open();
    await link(at(copy, 'src/lib.rs'), at(copy, 'other-name'));
    await copy.write('src/lib.rs', 'new\n');
    expect(await text(copy, 'other-name')).toBe('pub fn one() {}\n');
  });
});
