// What becomes of the work copy when code has run in it: only what a file tool or cargo wrote counts as work.
import { chmod, lstat, mkdir, readFile, readdir, rename, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { BASE_MTIME_SECONDS } from '../../src/workshop/checkout.js';
import type { WorkCopy } from '../../src/workshop/work-copy.js';
import type { OddRepo } from '../support/odd-repo.js';
import { at, changedPaths, oddRepo, text } from '../support/odd-repo.js';

let odd: OddRepo;
beforeAll(async () => {
  odd = await oddRepo();
});
afterAll(async () => {
  await odd[Symbol.asyncDispose]();
});

describe('a sweep', () => {
  const attacks: [string, (file: string, copy: WorkCopy) => Promise<unknown>][] = [
    ['changed', (file) => writeFile(file, 'evil')],
    [
      'changed with its time set back',
      async (file) => {
        await writeFile(file, 'pub fn ONE() {}\n');
        await utimes(file, BASE_MTIME_SECONDS, BASE_MTIME_SECONDS);
      },
    ],
    ['deleted', (file) => rm(file)],
    ['deleted with its folder', (file) => rm(path.dirname(file), { recursive: true })],
    [
      'replaced by a folder',
      async (file) => {
        await rm(file);
        await mkdir(path.join(file, 'sub'), { recursive: true });
        await writeFile(path.join(file, 'sub', 'x'), 'x');
      },
    ],
    [
      'replaced by a link to a file outside',
      async (file, copy) => {
        await rm(file);
        await symlink(path.join(copy.root, '..', 'canary'), file);
      },
    ],
    [
      'in a folder replaced by a file',
      async (file) => {
        await rm(path.dirname(file), { recursive: true });
        await writeFile(path.dirname(file), 'x');
      },
    ],
    [
      'in a folder replaced by a link to the outside',
      async (file, copy) => {
        await rm(path.dirname(file), { recursive: true });
        await symlink(path.join(copy.root, '..', 'outside'), path.dirname(file));
      },
    ],
    ['made executable', (file) => chmod(file, 0o755)],
  ];

  it.each(attacks)('puts a file back that was %s', async (_, attack) => {
    const copy = await odd.open();
    const canary = path.join(odd.repo.parent, 'canary');
    await writeFile(canary, 'untouched');
    await mkdir(path.join(odd.repo.parent, 'outside'), { recursive: true });
    await attack(at(copy, 'src/lib.rs'), copy);
    expect(await copy.sweep()).toContain('src/lib.rs');
    expect((await lstat(at(copy, 'src/lib.rs'))).isFile()).toBe(true);
    expect(await text(copy, 'src/lib.rs')).toBe('pub fn one() {}\n');
    expect((await stat(at(copy, 'src/lib.rs'))).mode & 0o777).toBe(0o644);
    expect(await readFile(canary, 'utf8')).toBe('untouched');
    expect(await readdir(path.join(odd.repo.parent, 'outside'))).toEqual([]);
    expect(copy.changes()).toEqual([]);
    expect(await copy.sweep()).toEqual([]);
  });

  it('sees through a folder that was moved away and linked back, its files untouched', async () => {
    const copy = await odd.open();
    await rename(at(copy, 'src'), at(copy, 'elsewhere'));
    await symlink('elsewhere', at(copy, 'src'));
    expect(await copy.sweep()).toEqual(['src/deep/mod.rs', 'src/lib.rs']);
    expect((await lstat(at(copy, 'src'))).isDirectory()).toBe(true);
    expect((await copy.read('src/lib.rs')).bytes.toString()).toBe('pub fn one() {}\n');
  });

  it('gives a restored file the present as its time, so that cargo builds it again', async () => {
    const copy = await odd.open();
    const before = Date.now() - 1;
    await writeFile(at(copy, 'src/lib.rs'), 'evil');
    await copy.sweep();
    expect((await stat(at(copy, 'src/lib.rs'))).mtimeMs).toBeGreaterThanOrEqual(before);
  });

  it('does not name a file that was written again with the same content, but does not trust its time either', async () => {
    const copy = await odd.open();
    await copy.write('src/lib.rs', 'pub fn two() {}\n');
    const before = Date.now() - 1;
    await writeFile(at(copy, 'src/lib.rs'), 'pub fn two() {}\n');
    await utimes(at(copy, 'src/lib.rs'), 1, 1);
    expect(await copy.sweep()).toEqual([]);
    expect((await stat(at(copy, 'src/lib.rs'))).mtimeMs).toBeGreaterThanOrEqual(before);
  });

  it('opens folders and files whose permissions were taken away', async () => {
    const copy = await odd.open();
    await chmod(at(copy, 'src/lib.rs'), 0o000);
    await chmod(at(copy, 'src'), 0o000);
    await chmod(copy.root, 0o500);
    await copy.sweep();
    expect((await stat(at(copy, 'src'))).mode & 0o700).toBe(0o700);
    expect((await stat(copy.root)).mode & 0o700).toBe(0o700);
    expect((await stat(at(copy, 'src/lib.rs'))).mode & 0o777).toBe(0o644);
  });

  it('puts work of the run back as the tool wrote it, and deletes no work', async () => {
    const copy = await odd.open();
    await copy.write('src/new.rs', 'new\n');
    await rm(at(copy, 'src/new.rs'));
    expect(await copy.sweep()).toEqual(['src/new.rs']);
    expect(await text(copy, 'src/new.rs')).toBe('new\n');
  });
});

describe('cleaning', () => {
  it('removes what is not part of the work, hidden files and links too, and follows no link', async () => {
    const copy = await odd.open();
    await copy.write('src/new.rs', 'new\n');
    const outside = path.join(odd.repo.parent, 'clean-outside');
    await mkdir(outside);
    await writeFile(path.join(outside, 'kept'), 'kept');
    await mkdir(at(copy, '.cargo'));
    await writeFile(at(copy, '.cargo/config.toml'), '[alias]\nfmt = "run"\n');
    await writeFile(at(copy, 'src/stray.rs'), 'stray');
    await writeFile(at(copy, 'vendor/sub/x'), 'x');
    await symlink(outside, at(copy, 'src/out'));
    await copy.clean();
    const left = (await readdir(copy.root, { recursive: true })).sort();
    expect(left).toEqual([...new Set([...copy.list(), 'src', 'src/deep', 'vendor', 'vendor/sub'])].sort());
    expect(await readFile(path.join(outside, 'kept'), 'utf8')).toBe('kept');
    expect(await copy.sweep()).toEqual([]);
  });

  it('keeps a companion, puts it back when code changed it, and never writes it through a link', async () => {
    const copy = await odd.open();
    const outside = path.join(odd.repo.parent, 'companion-target');
    await writeFile(outside, 'untouched');
    await symlink(outside, at(copy, 'Cargo.lock'));
    await copy.accompany('Cargo.lock', Buffer.from('lock\n'));
    expect(await readFile(outside, 'utf8')).toBe('untouched');
    await writeFile(at(copy, 'Cargo.lock'), 'changed\n');
    await copy.clean();
    expect(await text(copy, 'Cargo.lock')).toBe('lock\n');
    expect(copy.changes()).toEqual([]);
    expect(copy.list()).not.toContain('Cargo.lock');
  });
});

describe('adopting', () => {
  it('takes up what cargo wrote among the named paths, with its mode, and nothing else', async () => {
    const copy = await odd.open();
    await writeFile(at(copy, 'src/lib.rs'), 'pub fn formatted() {}\n');
    await writeFile(at(copy, 'src/deep/mod.rs'), 'not named\n');
    await writeFile(at(copy, 'run.sh'), '#!/bin/sh\n# more\n');
    await writeFile(at(copy, 'spec.md'), 'protected\n');
    await writeFile(at(copy, 'new.log'), 'ignored\n');
    await mkdir(at(copy, 'crates'));
    await writeFile(at(copy, 'crates/x.rs'), 'x\n');
    const adopted = await copy.adopt([
      'src/lib.rs',
      'run.sh',
      'spec.md',
      'new.log',
      'crates/x.rs',
      'gone.rs',
      'link.rs',
    ]);
    expect(adopted.sort()).toEqual(['crates/x.rs', 'run.sh', 'src/lib.rs']);
    expect(await copy.sweep()).toEqual(['src/deep/mod.rs']);
    expect(changedPaths(copy)).toEqual(['crates/x.rs', 'run.sh', 'src/lib.rs']);
    expect(copy.changes().find((change) => change.path === 'run.sh')?.content?.mode).toBe('100755');
  });

  it('lists files below a folder as they are on disk, ignored ones left out', async () => {
    const copy = await odd.open();
    await mkdir(at(copy, 'crates/new/src'), { recursive: true });
    await writeFile(at(copy, 'crates/new/src/lib.rs'), '');
    await writeFile(at(copy, 'crates/new/x.log'), '');
    expect(await copy.filesBelow('crates')).toEqual(['crates/new/src/lib.rs']);
    expect(await copy.filesBelow('./')).toContain('crates/new/src/lib.rs');
  });
});
