// Target directories: one is built by the baseline and sealed; every other is a real copy of it, thrown away after use.
// Hard links would let a build script write into the original (seen), so only copies and reflinks will do.
import { mkdir, rm } from 'node:fs/promises';
import type { RunCommand } from '../platform/command.js';
import { describeEnd } from '../platform/command.js';
import { diskFilledUp, requireDiskSpace } from './disk-space.js';

const TIMEOUT_MS = 10 * 60_000;

/**
 * Copies a folder with its times to the nanosecond, sharing blocks where the file system can. Where it fails nothing is left
 * of the copy: what is written after it, the report above all, needs the room.
 * @throws DiskSpaceError before anything is copied, when the copy would leave less than builds need; or when the disk was
 *   filled meanwhile
 */
export async function copyFolder(runCommand: RunCommand, from: string, to: string): Promise<void> {
  const run = (file: string, args: readonly string[]) =>
    runCommand({ file, args, cwd: '/', env: { PATH: '/usr/bin:/bin' }, timeoutMs: TIMEOUT_MS });
  await rm(to, { recursive: true, force: true });
  await mkdir(to, { recursive: true });
  const size = await run('du', ['--summarize', '--block-size=1', from]);
  // What cannot be measured cannot be copied either, and then cp says why.
  await requireDiskSpace(to, Number.parseInt(size.stdout.toString('utf8'), 10) || 0);
  const copy = await run('cp', ['--archive', '--reflink=auto', '--no-target-directory', from, to]);
  if (copy.end.kind === 'exited' && copy.end.code === 0) return;
  await rm(to, { recursive: true, force: true });
  const words = copy.stderr.toString('utf8').slice(0, 500);
  if (words.includes('No space left on device')) throw diskFilledUp();
  throw new Error(`A target directory could not be copied: ${describeEnd(copy.end)} ${words}`);
}
