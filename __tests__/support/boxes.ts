// Every box that can be had here, so that a claim is tested for each: root and a stand-in for an ordinary user where the
// tests run as root; else ourselves, and sudo where it asks for no password.
import { chmod, chown, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { runCommand, type RunCommand } from '../../src/platform/command.js';
import { findProgram } from '../../src/platform/find-program.js';
import type { BoxRequest, Owner, Sandbox } from '../../src/sandbox/box.js';
import { bubblewrapArguments } from '../../src/sandbox/bubblewrap.js';
import { openBox } from '../../src/sandbox/open-box.js';
import { privilegedProfile, type Profile } from '../../src/sandbox/profiles.js';
import { findRootAccess } from '../../src/sandbox/root-access.js';
import { selfTest } from '../../src/sandbox/self-test.js';
import { findStart } from '../../src/sandbox/start.js';
import { unboxed } from '../../src/sandbox/unboxed.js';

export interface TestBox {
  /** `set up by root`. */
  name: string;
  sandbox: Sandbox;
  profile: Profile;
  /** As whom code runs, seen from the host. */
  hostUser: Owner;
  /** Program and arguments that start the box, for tests that need another parent; not for sudo. */
  commandLine(request: BoxRequest): [string, ...string[]];
}

/** Nobody of this machine; its files are given to it where a box of its is to write. */
const ORDINARY: Owner = { uid: 61_500, gid: 61_500 };
const me: Owner = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };

/** At least one. @throws when none holds */
export async function availableBoxes(): Promise<TestBox[]> {
  const program = findProgram('bwrap', process.env);
  if (program === undefined) throw new Error('The tests need bubblewrap: sudo apt-get install -y bubblewrap');
  const start = await findStart();
  const open = (name: string, profile: Profile, hostUser: Owner, prefix: readonly string[] = []): TestBox => {
    const opened = openBox({
      program,
      version: name,
      profile,
      start,
      toolchainMounts: [],
      runCommand: prefixed(prefix),
    });
    const run: Sandbox['run'] = async (request) => {
      // The stand-in's files; for root the box does it, and for ourselves there is nothing to do.
      for (const { host, writable } of request.mounts)
        if (writable && hostUser === ORDINARY) await chown(host, hostUser.uid, hostUser.gid);
      return opened.run(request);
    };
    return {
      ...{ name, profile, hostUser, sandbox: { ...opened, run } },
      commandLine: (request) => {
        const [file, ...args] = [...prefix, program, ...bubblewrapArguments(request, profile, start)];
        return [file ?? program, ...args];
      },
    };
  };
  const boxes: TestBox[] = [];
  const root = await findRootAccess({ runCommand, environment: process.env });
  if (root !== undefined) {
    const profile = privilegedProfile(root, me, await readFile('/proc/self/uid_map', 'utf8'));
    if (profile.kind === 'privileged') boxes.push(open(`set up by ${root.kind}`, profile, profile.user));
  }
  const unprivileged: Profile = { kind: 'unprivileged', blocksUserNamespaces: true };
  if (me.uid !== 0) boxes.push(open('set up by ourselves', unprivileged, me));
  else {
    const become = ['--reuid', String(ORDINARY.uid), '--regid', String(ORDINARY.gid), '--clear-groups'];
    boxes.push(open('set up by an ordinary user', unprivileged, ORDINARY, [start.setpriv, ...become]));
  }
  const holding: TestBox[] = [];
  for (const box of boxes) {
    await using folder = await sharedFolder();
    if ((await selfTest(box.sandbox, ['/bin/true'], folder.path)).kind === 'holds') holding.push(box);
  }
  if (holding.length === 0) throw new Error('No box holds on this machine.');
  return holding;
}

/** No box at all, to show that an attack is real. */
export const NO_BOX: Sandbox = unboxed(runCommand);

/** A folder that every box's user can reach, removed at the end. */
export async function sharedFolder(): Promise<
  AsyncDisposable & { path: string; [Symbol.asyncDispose](): Promise<void> }
> {
  const folder = await mkdtemp(path.join(tmpdir(), 'ferrule-box-'));
  await chmod(folder, 0o755);
  return { path: folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
}

/** Runs a script in a box with a folder of its own at /project. @returns what it printed, trimmed, and how it ended */
export async function runScript(box: TestBox | undefined, script: string, more: Partial<BoxRequest> = {}) {
  await using folder = await sharedFolder();
  const result = await (box?.sandbox ?? NO_BOX).run({
    command: ['/bin/sh', '-c', script],
    cwd: '/project',
    mounts: [{ host: folder.path, box: '/project', writable: true }],
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
    box: 'exec',
    merged: true,
    timeoutMs: 60_000,
    ...more,
  });
  return { ...result, text: result.stdout.toString('utf8').trim() };
}

function prefixed([file, ...prefix]: readonly string[]): RunCommand {
  if (file === undefined) return runCommand;
  return (request) => runCommand({ ...request, file, args: [...prefix, request.file, ...request.args] });
}
