// Copies of target directories, with the real cp.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdir, mkdtemp, readFile, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { RunCommand } from '../../src/platform/command.js';
import { runCommand } from '../../src/platform/command.js';
import { copyFolder } from '../../src/workshop/targets.js';
import { DiskSpaceError } from '../../src/workshop/workshop.js';

let folder: string;
let from: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'ferrule-targets-'));
  from = path.join(folder, 'from');
  await mkdir(path.join(from, 'debug'), { recursive: true });
  for (const name of ['one', 'two']) await writeFile(path.join(from, 'debug', name), Buffer.alloc(1 << 20, name));
  await utimes(path.join(from, 'debug', 'one'), 1_000, 1_000.123456);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Runs cp, and nothing else, behind another program. */
const behind =
  (...[program, ...args]: [string, ...string[]]): RunCommand =>
  (request) =>
    runCommand(
      request.file === 'cp' ? { ...request, file: program, args: [...args, request.file, ...request.args] } : request,
    );

describe('a copy of a folder', () => {
  it('is whole, with its times, in the place of what was there', async () => {
    const to = path.join(folder, 'whole');
    await mkdir(path.join(to, 'older'), { recursive: true });
    await copyFolder(runCommand, from, to);
    expect((await readdir(to, { recursive: true })).sort()).toEqual(['debug', 'debug/one', 'debug/two']);
    const copied = (file: string) => readFile(path.join(to, file));
    expect((await copied('debug/two')).equals(await readFile(path.join(from, 'debug/two')))).toBe(true);
    const timeOf = async (root: string) => (await stat(path.join(root, 'debug/one'), { bigint: true })).mtimeNs;
    expect(await timeOf(to)).toBe(await timeOf(from));
  });

  it('for which the disk has no room is told as that', async () => {
    const disk = path.join(folder, 'disk');
    await mkdir(disk);
    const small = behind('bwrap', '--dev-bind', '/', '/', '--size', String(3 << 19), '--tmpfs', disk, '--');
    const copying = copyFolder(small, from, path.join(disk, 'to'));
    await expect(copying).rejects.toThrow(DiskSpaceError);
    await expect(copying).rejects.toThrow(/was filled while a build was copied\. Free space/);
  });

  it('that breaks off leaves nothing behind', async () => {
    const to = path.join(folder, 'half');
    const copying = copyFolder(behind('prlimit', `--fsize=${1 << 19}`), from, to);
    await expect(copying).rejects.toThrow('A target directory could not be copied');
    await expect(stat(to)).rejects.toThrow('ENOENT');
  });
});
