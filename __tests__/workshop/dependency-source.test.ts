// Sources of a dependency for outlines. The lock file that names it is the model's to write.
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readLock } from '../../src/workshop/lock-file.js';
import { readDependency } from '../../src/workshop/dependency-source.js';

let dir: string;
let sources: string;
const source = 'registry+https://github.com/rust-lang/crates.io-index';

beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'ferrule-sources-'));
  sources = path.join(dir, 'registry', 'src');
  const crate = path.join(sources, 'index-1', 'itoa-1.0.1', 'src');
  await mkdir(path.join(crate, 'deep'), { recursive: true });
  await writeFile(path.join(crate, 'a.rs'), 'pub fn a() {}');
  await writeFile(path.join(crate, 'lib.rs'), 'mod a;');
  await writeFile(path.join(crate, 'deep', 'b.rs'), 'b');
  await mkdir(path.join(dir, 'secret', 'src'), { recursive: true });
  await mkdir(path.join(dir, 'secret-1', 'src'), { recursive: true });
  for (const folder of ['secret', 'secret-1']) await writeFile(path.join(dir, folder, 'src', 'lib.rs'), 'SECRET');
  await symlink(path.join(dir, 'secret', 'src', 'lib.rs'), path.join(crate, 'link.rs'));
  await mkdir(path.join(sources, 'index-1', 'linked-1.0.0'));
  await symlink(path.join(dir, 'secret', 'src'), path.join(sources, 'index-1', 'linked-1.0.0', 'src'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

describe('a dependency', () => {
  it('is read in the locked version, its root first, links left out', async () => {
    const read = await readDependency(sources, [{ name: 'itoa', version: '1.0.1', source }], 'itoa');
    expect(read.map(({ name }) => name)).toEqual([
      'itoa 1.0.1: src/lib.rs',
      'itoa 1.0.1: src/a.rs',
      'itoa 1.0.1: src/deep/b.rs',
    ]);
  });

  it('that the lock file does not have, or that is not downloaded, is named', async () => {
    await expect(readDependency(sources, [{ name: 'itoa', version: '1.0.1', source }], 'ryu')).rejects.toThrow(
      'It has: itoa',
    );
    await expect(readDependency(sources, [{ name: 'own', version: '0.1.0' }], 'own')).rejects.toThrow(
      'has no crate own',
    );
    await expect(readDependency(sources, [{ name: 'ryu', version: '1.0.0', source }], 'ryu')).rejects.toThrow(
      'not downloaded',
    );
  });

  it.each([
    ['../../../secret', '1'],
    ['x', '1/../../../../secret'],
    ['..', '/../../secret'],
    ['linked', '1.0.0'],
  ])('cannot lead out of the registry by a forged lock file: %s %s', async (name, version) => {
    await expect(readDependency(sources, [{ name, version, source }], name)).rejects.toThrow(
      /has no crate|not downloaded/,
    );
  });
});

describe('a lock file', () => {
  it('of any shape is read without a crash', () => {
    expect(readLock('version = 4\n')).toEqual([]);
    expect(readLock('package = 3\n')).toEqual([]);
    expect(readLock('package = [3, "x", { name = "a" }, { name = "a", version = "1" }]\n')).toEqual([
      { name: 'a', version: '1', dependencies: [] },
    ]);
    expect(() => readLock('<<<<<<< HEAD\n')).toThrow(/^Cargo\.lock is not valid TOML: [^\n]*$/);
  });
});
