// Starts boxes of one profile: as ourselves, as root, or by sudo, whose processes we may not kill. Which profile, and
// whether it holds, is decided elsewhere.
import { lstat } from 'node:fs/promises';
import type { RunCommand } from '../platform/command.js';
import { describeEnd } from '../platform/command.js';
import type { BoxRequest, Mount, Owner, Sandbox } from './box.js';
import { bubblewrapArguments } from './bubblewrap.js';
import type { Profile } from './profiles.js';
import type { Start } from './start.js';

interface BoxOptions {
  /** Absolute path of bwrap. */
  program: string;
  /** `bubblewrap 0.8.0`. */
  version: string;
  profile: Profile;
  start: Start;
  runCommand: RunCommand;
  /** Read-only folders every box needs. */
  toolchainMounts: readonly Mount[];
}

const GIVE_TIMEOUT_MS = 5 * 60_000;

/**
 * Runs its arguments and ends them, with everything else that sudo started, when its input ends: when we close it, and
 * when we are gone, however that came about. An ordinary user may not signal what root runs.
 */
const LIFELINE = `exec 3<&0
{ while read -r _; do :; done; kill -KILL 0; } <&3 >/dev/null 2>&1 &
"$@" </dev/null 3<&-
status=$?
kill $! 2>/dev/null
exit $status`;

/** Boxes of one profile. They do not prove anything yet. */
export function openBox(options: BoxOptions): Sandbox {
  const { profile, runCommand } = options;
  const owner = profile.kind === 'privileged' ? profile.user : undefined;
  return {
    description: describe(options),
    owner,
    run: async (request) => {
      const mounts = [...options.toolchainMounts, ...request.mounts];
      if (owner !== undefined)
        for (const mount of mounts) if (mount.writable) await giveTo(owner, mount.host, runCommand);
      const args = bubblewrapArguments({ ...request, mounts }, profile, options.start);
      return runCommand({
        ...startedBy(options, args, request.env),
        cwd: '/',
        timeoutMs: request.timeoutMs,
        ...(request.maxOutputBytes === undefined ? {} : { maxOutputBytes: request.maxOutputBytes }),
        ...(request.signal === undefined ? {} : { signal: request.signal }),
        ...(request.onOutput === undefined ? {} : { onOutput: request.onOutput }),
      });
    },
  };
}

/** bwrap's own process 1 keeps its environment readable from inside, so it is given the inner one. */
function startedBy({ program, profile }: BoxOptions, args: readonly string[], env: BoxRequest['env']) {
  if (profile.kind === 'unprivileged' || profile.by.kind === 'root') return { file: program, args, env };
  const inside = ['/usr/bin/env', '-i', ...Object.entries(env).map(([name, value]) => `${name}=${value}`)];
  const supervised = ['/usr/bin/env', '-i', '/bin/sh', '-c', LIFELINE, 'sh', ...inside, program, ...args];
  return {
    file: profile.by.program,
    args: ['-n', '--', ...supervised],
    env: { PATH: '/usr/bin:/bin' },
    holdStdin: true,
  };
}

function describe({ version, profile }: BoxOptions): string {
  if (profile.kind === 'unprivileged') return version;
  return `${version}, set up by ${profile.by.kind}; code runs as a user of its own without capabilities`;
}

/** Gives a folder and everything below it to a user, unless it is theirs; no symlink is followed. */
async function giveTo({ uid, gid }: Owner, folder: string, runCommand: RunCommand): Promise<void> {
  if ((await lstat(folder)).uid === uid) return;
  const result = await runCommand({
    file: '/bin/chown',
    args: ['--recursive', '--no-dereference', '-P', `${uid}:${gid}`, '--', folder],
    cwd: '/',
    env: {},
    timeoutMs: GIVE_TIMEOUT_MS,
  });
  if (result.end.kind !== 'exited' || result.end.code !== 0)
    throw new Error(
      `A folder could not be given to the box's user: ${describeEnd(result.end)} ${result.stderr.toString('utf8')}`,
    );
}
