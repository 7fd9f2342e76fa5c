// The boxes in which other people's code runs (EXEC: no network) or registries are reached (NET: manifests only).
// What runs in them is the workshop's affair. Fails closed: without a box that proved itself there is no run.
import { UserError } from '../errors.js';
import type { RunCommand } from '../platform/command.js';
import { findProgram } from '../platform/find-program.js';
import type { Mount, Sandbox } from './box.js';
import { bubblewrapArguments } from './bubblewrap.js';
import { installBubblewrap } from './install.js';
import { selfTest } from './self-test.js';
import { unboxed } from './unboxed.js';

export type { BoxRequest, Mount, Sandbox } from './box.js';
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
 * Chooses, installs if need be, and proves the sandbox.
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
  const version = await options.runCommand({
    file: program,
    args: ['--version'],
    cwd: '/',
    env: {},
    timeoutMs: 10_000,
  });
  const sandbox: Sandbox = {
    description: version.stdout.toString('utf8').trim() || 'bubblewrap',
    run: (request) => {
      const inside = { ...request, mounts: [...options.toolchainMounts, ...request.mounts] };
      return options.runCommand({
        file: program,
        args: bubblewrapArguments(inside),
        cwd: '/',
        // bwrap's own process 1 keeps this environment readable from inside, so it is the inner one already.
        env: request.env,
        timeoutMs: request.timeoutMs,
        ...(request.maxOutputBytes === undefined ? {} : { maxOutputBytes: request.maxOutputBytes }),
        ...(request.signal === undefined ? {} : { signal: request.signal }),
        ...(request.onOutput === undefined ? {} : { onOutput: request.onOutput }),
      });
    },
  };
  await selfTest(sandbox, options.probe, options.scratch);
  return sandbox;
}
