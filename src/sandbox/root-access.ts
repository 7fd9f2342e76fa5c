// How this job can become root, if at all. What is done with it (installing, starting the box) is decided elsewhere.
import type { RunCommand } from '../platform/command.js';
import { findProgram } from '../platform/find-program.js';

/** `root`: this process is root already. `sudo`: its path; it asks for no password. */
export type RootAccess = { kind: 'root' } | { kind: 'sudo'; program: string };

/** @returns `undefined` where there is no root without a password */
export async function findRootAccess(options: {
  runCommand: RunCommand;
  environment: NodeJS.ProcessEnv;
}): Promise<RootAccess | undefined> {
  if (process.getuid?.() === 0) return { kind: 'root' };
  const program = findProgram('sudo', options.environment);
  if (program === undefined) return undefined;
  const result = await options.runCommand({
    file: program,
    args: ['-n', 'true'],
    cwd: '/',
    env: { PATH: options.environment.PATH ?? '/usr/bin:/bin' },
    timeoutMs: 10_000,
  });
  return result.end.kind === 'exited' && result.end.code === 0 ? { kind: 'sudo', program } : undefined;
}
