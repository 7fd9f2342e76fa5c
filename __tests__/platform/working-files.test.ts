import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from '@jest/globals';
import { readWorkingFiles } from '../../src/platform/working-files.js';
import { tempRepo } from '../support/temp-repo.js';

it('the files of a working copy are what lies there, committed or not, but for what git ignores', async () => {
  await using repo = await tempRepo({ '.gitignore': 'target\n', 'a.md': 'old', 'gone.md': 'x', 'sub/b.md': 'b' });
  await writeFile(path.join(repo.dir, 'a.md'), 'new');
  await writeFile(path.join(repo.dir, 'ä b.md'), 'c');
  await mkdir(path.join(repo.dir, 'target'));
  await writeFile(path.join(repo.dir, 'target', 'x.md'), 'x');
  await symlink('/etc/passwd', path.join(repo.dir, 'link.md'));
  await rm(path.join(repo.dir, 'gone.md'));
  const { root, tree } = await readWorkingFiles(path.join(repo.dir, 'sub'), process.env);
  expect(root).toBe(repo.dir);
  expect(tree.files.map(({ path: name, mode, size }) => [name, mode, size])).toEqual([
    ['.gitignore', '100644', 7],
    ['a.md', '100644', 3],
    ['link.md', '120000', 11],
    ['sub/b.md', '100644', 1],
    ['ä b.md', '100644', 1],
  ]);
  expect(String(await tree.read('a.md'))).toBe('new');
  expect(await tree.read('link.md')).toBeUndefined();
  expect(await tree.read('target/x.md')).toBeUndefined();
});
