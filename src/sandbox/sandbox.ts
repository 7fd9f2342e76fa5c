// The boxes in which other people's code runs (EXEC: no network) or registries are reached (NET: manifests only).
// What runs in them is the workshop's affair. Fails closed: without a box that proved itself there is no run.
import { readFile } from 'node:fs/promises';
import { UserError } from '../errors.js';
import type { RunCommand } from '../platform/command.js';
import { findProgram } from '../platform/find-program.js';
import type { Mount, Sandbox } from './box.js';
import { installBubblewrap } from './install.js';
import { findStart } from './start.js';
import { openBox } from './open-box.js';
import type { Profile } from './profiles.js';
import { privilegedProfile } from './profiles.js';
import { findRootAccess } from './root-access.js';
import { selfTest } from './self-test.js';
import { unboxed } from './unboxed.js';

export type { Mount, Owner, Sandbox } from './box.js';
export type { Destination } from './destinations.js';
export { judgeDestination } from './destinations.js';

export interface SandboxOptions {
  mode: 'auto' | 'unsafe-off';
  runCommand: RunCommand;
  environment: NodeJS.ProcessEnv;
  /** Read-only folders every box needs: the Rust toolchain at its real path. */
  toolchainMounts: readonly Mount[];
  /** A command that must work inside, to prove the toolchain can be reached: `[cargo, '-V']`. */
  probe: readonly [string, ...string[]];
  /** A folder for the self-test's canary. */
  scratch: string;
  say: (line: string) => void;
}

/**
 * Chooses, installs if need be, and proves the sandbox: as an ordinary user where that holds, else set up by root.
 * @throws UserError when there is no working box and the guard was not lowered by `unsafe-off`
 */
export async function openSandbox(options: SandboxOptions): Promise<Sandbox> {
  if (options.mode === 'unsafe-off') {
    options.say(
      'Input sandbox is unsafe-off: code written by the model runs with the rights of this job, network included.',
    );
    return unboxed(options.runCommand);
  }
  if (process.platform !== 'linux')
    throw new UserError(
      `Ferrule runs on Linux runners only; this one is ${process.platform}. Use runs-on: ubuntu-latest.`,
    );
  const program = findProgram('bwrap', options.environment) ?? (await installBubblewrap(options));
  const start = await findStart();
  const version = (await answerOf(options, program, '--version')).trim() || 'bubblewrap';
  const reasons: string[] = [];
  for await (const profile of profilesToTry(options, program)) {
    const sandbox = openBox({ ...options, program, version, profile, start });
    const proof = await selfTest(sandbox, options.probe, options.scratch);
    if (proof.kind === 'holds') return sandbox;
    reasons.push(`The sandbox (${sandbox.description}) ${proof.reason}.`);
  }
  throw new UserError(
    `${reasons.join(' ')} Code of a run is never executed without it. ` +
      'See the README, "Limits"; sandbox: unsafe-off lowers the guard.',
  );
}

/** Best first. Root makes the box only where an ordinary user cannot: it holds rights until it has set the box up. */
async function* profilesToTry(options: SandboxOptions, program: string): AsyncGenerator<Profile> {
  const me = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
  if (me.uid !== 0) {
    const help = await answerOf(options, program, '--help');
    yield { kind: 'unprivileged', blocksUserNamespaces: help.includes('--disable-userns') };
  }
  const root = await findRootAccess(options);
  if (root !== undefined) yield privilegedProfile(root, me, await readFile('/proc/self/uid_map', 'utf8'));
}

async function answerOf({ runCommand }: SandboxOptions, file: string, question: string): Promise<string> {
  const { stdout } = await runCommand({ file, args: [question], cwd: '/', env: {}, timeoutMs: 10_000 });
  return stdout.toString('utf8');
}
