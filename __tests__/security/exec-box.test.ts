// Attacks on the host by code that runs in the EXEC box, for each box that can be had here. Where it harms nobody the same
// attack runs without a box first: it must succeed there, or it would prove nothing.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { totalmem } from 'node:os';
import path from 'node:path';
import { availableBoxes, runScript, sharedFolder } from '../support/boxes.js';

const BOXES = await availableBoxes();
const SECRET = 'canary-4711-secret';
const IS_ROOT = process.getuid?.() === 0;

/** perl is part of every Debian. A name that begins with @ is abstract; Node fills one up with zeros, or does not. */
const CONNECT = (to: string) =>
  `perl -MSocket -e '$n = shift; $n =~ s/^@/\\0/; for $as ("a108", "a*") { socket(S, AF_UNIX, SOCK_STREAM, 0); connect(S, pack("S $as", AF_UNIX, $n)) and print scalar <S> }' '${to}'`;

let host: Awaited<ReturnType<typeof sharedFolder>>;
let servers: Server[];
let sleeper: ChildProcess;
let port: number;
const file = (name: string) => path.join(host.path, name);
const abstract = `ferrule-abstract-${process.pid}`;

beforeAll(async () => {
  host = await sharedFolder();
  await writeFile(file('secret'), SECRET);
  await writeFile(file('mine'), 'mine');
  for (const name of ['secret', 'mine']) await chmod(file(name), 0o666);
  const serve = (at: string | number) =>
    new Promise<Server>((resolve) => {
      const server = createServer((socket) => socket.end(`${SECRET}\n`));
      server.listen(at, () => resolve(server));
    });
  servers = [await serve(file('socket')), await serve(`\0${abstract}`), await serve(0)];
  await chmod(file('socket'), 0o777);
  const address = servers[2]?.address();
  port = typeof address === 'object' && address !== null ? address.port : 0;
  process.env.FERRULE_TEST_CANARY = SECRET; // ours, which a box's first process would inherit
  sleeper = spawn('/bin/sleep', ['600'], { env: { CANARY: SECRET } });
});

afterAll(async () => {
  for (const server of servers) server.close();
  sleeper.kill('SIGKILL');
  delete process.env.FERRULE_TEST_CANARY;
  await host[Symbol.asyncDispose]();
});

describe.each([undefined, ...BOXES].map((box) => ({ box, name: box?.name ?? 'no box' })))(
  'code in $name',
  ({ box }) => {
    const attack = (script: string) => runScript(box, script);
    /** With a box the attack must fail, without one succeed. */
    const succeeds = box === undefined;

    it('reads a file of the host', async () => {
      expect((await attack(`cat ${file('secret')}`)).text.includes(SECRET)).toBe(succeeds);
    });

    it('writes a file of the host', async () => {
      await attack(`echo changed > ${file('mine')}`);
      expect(await readFile(file('mine'), 'utf8')).toBe(succeeds ? 'changed\n' : 'mine');
      await writeFile(file('mine'), 'mine');
    });

    it('reads the environment of another process', async () => {
      const { text } = await attack("cat /proc/[0-9]*/environ | tr '\\0' '\\n'");
      expect(text.includes(SECRET)).toBe(succeeds);
    });

    it('signals another process', async () => {
      expect((await attack(`kill -0 ${sleeper.pid ?? 0} && echo reached`)).text.includes('reached')).toBe(succeeds);
    });

    it('connects to a socket that has a path', async () => {
      expect((await attack(CONNECT(file('socket')))).text.includes(SECRET)).toBe(succeeds);
    });

    it('connects to a socket with an abstract name', async () => {
      expect((await attack(CONNECT(`@${abstract}`))).text.includes(SECRET)).toBe(succeeds);
    });

    it('connects to a service of the machine', async () => {
      const { text } = await attack(
        `perl -MIO::Socket::INET -e '$s = IO::Socket::INET->new("127.0.0.1:${port}") and print scalar <$s>'`,
      );
      expect(text.includes(SECRET)).toBe(succeeds);
    });

    it('leaves a process behind that has detached itself twice', async () => {
      const mark = `4${process.pid}`;
      const detach = 'setpgrp; fork and exit; close STDOUT; close STDERR; exec "sleep", shift';
      let left: number[] = [];
      // Many of them, several times: what is ended only after the call has returned is seen for a moment.
      for (let times = 0; times < (succeeds ? 1 : 6) && left.length === 0; times++) {
        await attack(`perl -e 'for (1..300) { fork and next; ${detach} } select undef, undef, undef, 0.4' ${mark}`);
        left = pidsOf(mark);
      }
      for (const pid of left) process.kill(pid, 'SIGKILL');
      expect(left.length > 0).toBe(succeeds);
    });

    it('reads what only root may read, where its folder is shown', async () => {
      const { text } = await runScript(box, '', {
        command: ['/bin/cat', '/project/shadow'],
        mounts: [{ host: '/etc', box: '/project', writable: false }],
        cwd: '/',
      });
      expect(/^root:/m.test(text)).toBe(succeeds && IS_ROOT);
    });
  },
);

describe.each(BOXES)('code in the box, $name,', (box) => {
  const attack = (script: string) => runScript(box, script);

  it('has no capability in any set, cannot gain one, and is nobody’s group', async () => {
    const { text } = await attack("grep -E '^(Uid|Gid|Groups|Cap|NoNewPrivs)' /proc/self/status");
    const status = new Map(text.split('\n').map((line) => [line.split(':')[0], line.split(/\s+/).slice(1)]));
    for (const set of ['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb'])
      expect([set, ...(status.get(set) ?? [])]).toEqual([set, '0000000000000000']);
    expect(status.get('NoNewPrivs')).toEqual(['1']);
    for (const id of ['Uid', 'Gid']) for (const value of status.get(id) ?? []) expect(value).not.toBe('0');
    const own = status.get('Gid') ?? []; // in a namespace of ours, all other groups of ours become 65534
    expect(status.get('Groups')?.filter((group) => !['', '65534', ...own].includes(group))).toEqual([]);
  });

  it('has capabilities in no process of the box', async () => {
    const { text } = await attack("grep -hE '^Cap(Prm|Eff|Inh|Amb):' /proc/[0-9]*/status | sort -u");
    expect(text.split('\n').map((line) => line.split(/\s+/)[1])).toEqual(Array(4).fill('0000000000000000'));
  });

  it.each([
    ['mounts its root writable', 'mount -o remount,rw /'],
    ['mounts over it', 'mount -t tmpfs none /tmp'],
    ['makes a user namespace, which would give it capabilities', 'unshare --user --map-root-user true'],
    ['makes a mount namespace', 'unshare --mount true'],
    ['makes a device', 'mknod /project/null c 1 3'],
    ['changes its root', 'chroot /project /bin/true'],
    ['becomes another user', 'setpriv --reuid 0 --clear-groups true'],
    ['gives a file to root', 'touch /project/file && chown 0:0 /project/file'],
    ['writes into the system', 'touch /usr/planted'],
    ['writes into its root, which has no limit', 'touch /planted'],
    ['writes among the devices, which have no limit', 'touch /dev/planted'],
    ['sets a kernel parameter', 'echo 0 > /proc/sys/kernel/randomize_va_space'],
    ['reads the kernel’s log', 'dmesg'],
    ['writes a file above the limit of its size', 'truncate --size 17G /project/large'],
    ['dumps core', 'ulimit -c unlimited'],
    ['raises its limit of processes', 'prlimit --nproc=unlimited true'],
  ])('never %s', async (_claim, script) => {
    const { end, text } = await attack(`if ${script}; then echo reached; else echo refused; fi`);
    expect(end).toEqual({ kind: 'exited', code: 0 });
    expect(text.split('\n').at(-1)).toBe('refused');
  });

  it('has namespaces of its own', async () => {
    const { text } = await attack('for n in cgroup ipc mnt net pid uts; do echo $n $(readlink /proc/self/ns/$n); done');
    const own = new Map(text.split('\n').map((line) => line.split(' ') as [string, string]));
    for (const name of ['cgroup', 'ipc', 'mnt', 'net', 'pid', 'uts']) {
      expect(own.get(name)).toMatch(/^\w+:\[\d+\]$/);
      expect(own.get(name)).not.toBe(readlinkSync(`/proc/self/ns/${name}`));
    }
    expect((await attack('hostname')).text).toBe('ferrule');
  });

  it('sees the folders of the list and nothing else', async () => {
    const { text } = await attack('ls -A / | tr "\\n" " "; ls -A /etc /home /cargo /tmp /dev/shm | tr "\\n" " "');
    const allowed = 'bin box cargo dev etc home lib lib32 lib64 libx32 proc project sbin tmp usr'.split(' ');
    const [root = '', rest = ''] = text.split('/cargo:');
    expect(
      root
        .split('/')[0]
        ?.trim()
        .split(' ')
        .filter((name) => !allowed.includes(name)),
    ).toEqual([]);
    expect(rest).not.toMatch(/passwd|shadow|hosts|resolv/);
    expect((await attack('ls -d /run /var /root /sys /opt /mnt /srv /etc/passwd')).text).not.toMatch(/^\//m);
  });

  it('has a session of its own and no descriptor but three and what was inherited', async () => {
    expect((await attack("awk '{ print ($6 > 0) }' /proc/self/stat")).text).toBe('1');
    const { text } = await attack(
      'exec perl -e \'opendir D, "/proc/self/fd"; print join " ", sort grep /^\\d/, readdir D\'',
    );
    // 3 is the folder being read. What jest inherited goes on; start-up.ts closes what the action inherits.
    const inherited = inheritedDescriptors().filter((descriptor) => Number(descriptor) > 3);
    expect(text.split(' ').filter((each) => !['0', '1', '2', '3', ...inherited].includes(each))).toEqual([]);
  });

  it('has sized temporary folders', async () => {
    const { text } = await attack('df --block-size=1 --output=size /tmp /home /cargo /dev/shm | tail -n +2');
    expect(text.split('\n').map(Number)).toEqual([1, 2, 3, 4].map(() => 2 * 1024 ** 3));
  });

  it('is the first that the kernel ends when memory is short, and has no more than the machine has', async () => {
    const { text } = await attack('cat /proc/self/oom_score_adj; grep "^Max data size" /proc/self/limits');
    const [score, limit = ''] = text.split('\n');
    expect(score).toBe('1000');
    expect(Number(limit.split(/\s+/)[3])).toBeLessThanOrEqual(totalmem());
  });

  it('cannot fill the machine with processes', async () => {
    const bomb = `perl -e 'while ($n < 9000) { $p = fork; last unless defined $p; $p or sleep 600; $n++ } print $n'`;
    const { text } = await attack(bomb);
    expect(Number(text)).toBeGreaterThan(500); // it did work for a while
    expect(Number(text)).toBeLessThan(5_000);
  });
});

// What sudo starts ends with its input: __tests__/sandbox/open-box.test.ts.
describe.each(BOXES.filter(({ profile }) => profile.kind === 'unprivileged' || profile.by.kind === 'root'))(
  'the box, $name,',
  (box) => {
    it('ends when its parent is killed', async () => {
      await using folder = await sharedFolder();
      await mkdir(file('empty'), { recursive: true });
      const mark = `6${process.pid}`;
      const command = box.commandLine({
        command: ['/bin/sh', '-c', `setsid sleep ${mark} & sleep ${mark}`],
        cwd: '/',
        mounts: [],
        env: {},
        box: 'exec',
        timeoutMs: 0,
      });
      const parent = spawn('/bin/sh', ['-c', '"$@"; true', 'sh', ...command], { cwd: folder.path, stdio: 'ignore' });
      try {
        await until(() => pidsOf(mark).length === 2);
        parent.kill('SIGKILL');
        await until(() => pidsOf(mark).length === 0);
      } finally {
        for (const pid of pidsOf(mark)) process.kill(pid, 'SIGKILL');
      }
    });
  },
);

/** Descriptors of ours that a child gets: those without the flag O_CLOEXEC. */
function inheritedDescriptors(): string[] {
  return readdirSync('/proc/self/fdinfo').filter((name) => {
    try {
      const flags = /^flags:\s+(\d+)$/m.exec(readFileSync(`/proc/self/fdinfo/${name}`, 'utf8'))?.[1] ?? '0';
      return (parseInt(flags, 8) & 0o2000000) === 0;
    } catch {
      return false; // the folder being read
    }
  });
}

/** Process ids of `sleep MARK`. */
function pidsOf(mark: string): number[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      return readFileSync(`/proc/${name}/cmdline`, 'utf8') === `sleep\0${mark}\0` ? [Number(name)] : [];
    } catch {
      return []; // it has ended
    }
  });
}

/** Waits until it holds. @throws when it does not for twenty seconds */
async function until(holds: () => boolean): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    if (holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('It did not come about.');
}
