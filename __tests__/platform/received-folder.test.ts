import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdir, mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { UserError } from '../../src/errors.js';
import {
  MAX_ENTRIES,
  MAX_FILE_BYTES,
  MAX_TOTAL_BYTES,
  openReceivedFolder,
} from '../../src/platform/received-folder.js';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'ferrule-received-'));
  await mkdir(path.join(dir, 'outputs'));
  await writeFile(path.join(dir, 'outputs', '001.log'), 'Fertig \u{1F980}\n');
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const sparse = async (name: string, bytes: number) => {
  await writeFile(path.join(dir, name), '');
  await truncate(path.join(dir, name), bytes);
};

describe('a received folder', () => {
  it('tells its files with their sizes, and their texts', async () => {
    const folder = await openReceivedFolder(dir, 'result');
    expect([...folder.files]).toEqual([['outputs/001.log', 12]]);
    expect(await folder.readText('outputs/001.log', 12)).toBe('Fertig \u{1F980}\n');
  });

  it('may be reached through a link, as temporary folders are', async () => {
    await symlink(dir, `${dir}.link`);
    try {
      expect((await openReceivedFolder(`${dir}.link`, 'result')).files.size).toBe(1);
    } finally {
      await rm(`${dir}.link`);
    }
  });

  it.each(['outputs/../outputs/001.log', '../etc/passwd', '/etc/passwd', 'outputs'])('reads no %s', async (name) => {
    const folder = await openReceivedFolder(dir, 'result');
    await expect(folder.readText(name, 1000)).rejects.toThrow(UserError);
  });

  it('follows no link that took the place of a file it has seen', async () => {
    const folder = await openReceivedFolder(dir, 'result');
    await rm(path.join(dir, 'outputs', '001.log'));
    await symlink('/etc/hostname', path.join(dir, 'outputs', '001.log'));
    await expect(folder.readText('outputs/001.log', 1000)).rejects.toThrow(/ELOOP/);
  });

  it('reads no more than it is asked for, and UTF-8 only', async () => {
    await writeFile(path.join(dir, 'latin1'), Buffer.from([0xe9]));
    const folder = await openReceivedFolder(dir, 'result');
    await expect(folder.readText('outputs/001.log', 11)).rejects.toThrow(/a file of 0\.0 MiB/);
    await expect(folder.readText('latin1', 11)).rejects.toThrow(/'latin1', which is not UTF-8/);
  });

  it.each<[string, () => Promise<void>, RegExp]>([
    ['a link', () => symlink('/etc', path.join(dir, 'x')), /'x', which is neither a file nor a folder/],
    ['a large file', () => sparse('x', MAX_FILE_BYTES + 1), /'x', a file of 300\.0 MiB/],
    [
      'files that are large together',
      async () => {
        for (let i = 0; i * MAX_FILE_BYTES <= MAX_TOTAL_BYTES; i++) await sparse(`${i}`, MAX_FILE_BYTES);
      },
      /more than 4096\.0 MiB/,
    ],
    [
      'many folders',
      async () => {
        for (let i = 0; i < MAX_ENTRIES; i++) await mkdir(path.join(dir, `${i}`));
      },
      /more than 5000 entries/,
    ],
  ])('is refused for %s', async (_what, make, message) => {
    await make();
    await expect(openReceivedFolder(dir, 'result')).rejects.toThrow(UserError);
    await expect(openReceivedFolder(dir, 'result')).rejects.toThrow(message);
  });

  it('is refused when it is not there, or is a file', async () => {
    for (const name of ['nowhere', 'outputs/001.log'])
      await expect(openReceivedFolder(path.join(dir, name), 'result')).rejects.toThrow(/there is no folder/);
  });
});
