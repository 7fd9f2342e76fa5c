// Target directories: one is built by the baseline and sealed; every other is a real copy of it, thrown away after use.
// Hard links would let a build script write into the original (seen), so only copies and reflinks will do.
import { mkdir, rm } from 'node:fs/promises';
import type { RunCommand } from '../platform/command.js';
import { describeEnd } from '../platform/command.js';

const TIMEOUT_MS = 10 * 60_000;

/** Copies a folder with its times to the nanosecond, sharing blocks where the file system can. */
export async function copyFolder(runCommand: RunCommand, from: string, to: string): Promise<void> {
  await rm(to, { recursive: true, force: true });
  await mkdir(to, { recursive: true });
  const result = await runCommand({
    file: 'cp',
    args: ['--archive', '--reflink=auto', '--no-target-directory', from, to],
    cwd: '/',
    env: { PATH: '/usr/bin:/bin' },
    timeoutMs: TIMEOUT_MS,
  });
  if (result.end.kind !== 'exited' || result.end.code !== 0)
    throw new Error(
      `A target directory could not be copied: ${describeEnd(result.end)} ${result.stderr.toString('utf8').slice(0, 500)}`,
    );
}
