// The parts of starting a box that need no box: sudo, whose processes an ordinary user may not signal.
import { describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { CommandRequest, RunCommand } from '../../src/platform/command.js';
import { runCommand } from '../../src/platform/command.js';
import type { BoxRequest } from '../../src/sandbox/box.js';
import { openBox } from '../../src/sandbox/open-box.js';
import type { Start } from '../../src/sandbox/start.js';
import { sharedFolder } from '../support/boxes.js';

const START: Start = {
  chroot: '/usr/sbin/chroot',
  setpriv: '/usr/bin/setpriv',
  prlimit: '/usr/bin/prlimit',
  limits: [],
};
const REQUEST: BoxRequest = {
  command: ['/bin/true'],
  cwd: '/',
  mounts: [],
  env: { PATH: '/inside', ONLY: 'this' },
  box: 'exec',
  timeoutMs: 20_000,
};

/** A sudo that asks for nothing and raises nobody, and a bwrap that shows its environment and then stays. */
async function sudoScene(bwrap: string, run: RunCommand) {
  const folder = await sharedFolder();
  const at = (name: string) => path.join(folder.path, name);
  await writeFile(at('sudo'), '#!/bin/sh\n[ "$1 $2" = "-n --" ] || exit 9\nshift 2\nexec "$@"\n', { mode: 0o755 });
  await writeFile(at('bwrap'), `#!/bin/sh\n${bwrap}\n`, { mode: 0o755 });
  const user = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
  const by = { kind: 'sudo', program: at('sudo') } as const;
  const sandbox = openBox({
    ...{ program: at('bwrap'), version: 'bubblewrap 0.8.0', start: START, toolchainMounts: [], runCommand: run },
    profile: { kind: 'privileged', by, user },
  });
  return { sandbox, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() };
}

describe('a box that sudo sets up', () => {
  it('gets its own environment, an empty input, and gives its exit code back', async () => {
    process.env.FERRULE_TEST_CANARY = 'canary-4711';
    await using scene = await sudoScene('/usr/bin/env | /bin/grep -v ^_=; /bin/cat; exit 7', runCommand);
    const { stdout, end } = await scene.sandbox.run(REQUEST);
    delete process.env.FERRULE_TEST_CANARY;
    expect(end).toEqual({ kind: 'exited', code: 7 });
    expect(stdout.toString()).toMatch(/^(ONLY=this\n|PATH=\/inside\n|PWD=.*\n){3}$/);
  });

  it('is started without a word of ours in the environment of root', async () => {
    const requests: CommandRequest[] = [];
    const keep: RunCommand = (request) => {
      requests.push(request);
      return runCommand({ ...request, file: '/bin/true', args: [] });
    };
    await using scene = await sudoScene('true', keep);
    await scene.sandbox.run(REQUEST);
    expect(requests[0]?.args.slice(0, 5)).toEqual(['-n', '--', '/usr/bin/env', '-i', '/bin/sh']);
    expect(requests[0]?.env).toEqual({ PATH: '/usr/bin:/bin' });
    expect(requests[0]?.holdStdin).toBe(true);
  });

  it('ends with everything in it when its input ends, which is all that is left when we are killed', async () => {
    let ended: Promise<string | null> | undefined;
    const unsignalled: RunCommand = async (request) => {
      const child = spawn(request.file, request.args, {
        env: request.env,
        detached: true,
        stdio: ['pipe', 'pipe', 'pipe'],
      });
      ended = new Promise((resolve) => child.on('exit', (_code, signal) => resolve(signal)));
      await new Promise((resolve) => child.stdout.once('data', resolve));
      child.stdin.destroy();
      return runCommand({ ...request, file: '/bin/true', args: [] });
    };
    await using scene = await sudoScene('echo started; exec /bin/sleep 600', unsignalled);
    await scene.sandbox.run(REQUEST);
    expect(await ended).toBe('SIGKILL');
  });
});
