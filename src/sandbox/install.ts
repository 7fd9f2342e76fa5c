// Installs bubblewrap with the system's package manager where root is to be had without a password. Nothing else of
// the system is changed.
import { UserError } from '../errors.js';
import { describeEnd } from '../platform/command.js';
import type { RunCommand } from '../platform/command.js';
import { findProgram } from '../platform/find-program.js';
import { findRootAccess } from './root-access.js';

interface InstallOptions {
  runCommand: RunCommand;
  environment: NodeJS.ProcessEnv;
  say: (line: string) => void;
}

const ATTEMPTS = 3;
const TIMEOUT_MS = 180_000;
const FIX = 'Install it in an earlier step: sudo apt-get update && sudo apt-get install -y bubblewrap.';

/**
 * @returns the path of `bwrap`
 * @throws UserError when it cannot be installed here, with the line that does
 */
export async function installBubblewrap(options: InstallOptions): Promise<string> {
  const manager = findProgram('apt-get', options.environment);
  if (manager === undefined) throw new UserError(`bubblewrap is missing and this runner has no apt-get. ${FIX}`);
  const access = await findRootAccess(options);
  if (access === undefined) throw new UserError(`bubblewrap is missing and this job has no passwordless root. ${FIX}`);
  const asRoot = access.kind === 'sudo' ? [access.program, '-n', manager] : [manager];
  const env = { PATH: options.environment.PATH ?? '/usr/sbin:/usr/bin:/sbin:/bin', DEBIAN_FRONTEND: 'noninteractive' };
  let last = '';
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    options.say(`bubblewrap is missing: installing it with apt-get (try ${attempt} of ${ATTEMPTS}).`);
    for (const args of [
      ['update', '-qq'],
      ['install', '-y', '-qq', '--no-install-recommends', 'bubblewrap'],
    ]) {
      const [file = manager, ...prefix] = asRoot;
      const request = { file, args: [...prefix, ...args], cwd: '/', env };
      const result = await options.runCommand({ ...request, timeoutMs: TIMEOUT_MS });
      last = result.stderr.toString('utf8').trim().split('\n').at(-1) ?? describeEnd(result.end);
    }
    const program = findProgram('bwrap', options.environment);
    if (program !== undefined) return program;
  }
  throw new UserError(`bubblewrap could not be installed (${last || 'apt-get said nothing'}). ${FIX}`);
}
