import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { runCommand } from '../../src/platform/command.js';
import type { BoxRequest, Sandbox } from '../../src/sandbox/sandbox.js';
import { openSandbox } from '../../src/sandbox/sandbox.js';

let scratch: string;
let sandbox: Sandbox;

beforeAll(async () => {
  scratch = await mkdtemp(path.join(tmpdir(), 'ferrule-sandbox-'));
  sandbox = await openSandbox({
    mode: 'auto',
    runCommand,
    environment: process.env,
    toolchainMounts: [],
    probe: ['/bin/sh', '-c', 'true'],
    scratch,
    say: () => undefined,
  });
});

afterAll(() => rm(scratch, { recursive: true, force: true }));

const inside = async (script: string, more: Partial<BoxRequest> = {}, box: Sandbox = sandbox) => {
  const project = await mkdtemp(path.join(scratch, 'project-'));
  const result = await box.run({
    command: ['/bin/sh', '-c', script],
    cwd: '/project',
    mounts: [{ host: project, box: '/project', writable: true }],
    env: { PATH: '/usr/bin:/bin', ONLY: 'this' },
    box: 'exec',
    timeoutMs: 20_000,
    ...more,
  });
  return { ...result, text: result.stdout.toString('utf8'), project };
};

describe('the EXEC box', () => {
  it('shows exactly the environment it was given, in the process and in its first process', async () => {
    process.env.FERRULE_TEST_CANARY = 'canary-4711';
    try {
      const { text } = await inside("env; tr '\\0' '\\n' < /proc/1/environ; cat /proc/*/environ 2>/dev/null");
      expect(text).toContain('ONLY=this');
      expect(text).not.toContain('canary-4711');
    } finally {
      delete process.env.FERRULE_TEST_CANARY;
    }
  });

  it('has no network device but its own loopback', async () => {
    const { text } = await inside("tail -n +3 /proc/net/dev | cut -d: -f1 | tr -d ' '");
    expect(text.trim()).toBe('lo');
  });

  it('cannot read or write a host file that is not mounted, and its own folder is really written', async () => {
    const outside = path.join(scratch, 'outside.txt');
    await writeFile(outside, 'untouched');
    const { text, project } = await inside(`cat ${outside}; echo changed > ${outside}; echo kept > file; cat file`);
    expect(text).toBe('kept\n');
    expect(await readFile(outside, 'utf8')).toBe('untouched');
    expect(await readFile(path.join(project, 'file'), 'utf8')).toBe('kept\n');
  });

  it('is not root and has no capability, also when the caller is root', async () => {
    const { text } = await inside('id -u; grep CapEff /proc/self/status; mount -o remount,rw / 2>&1 || echo refused');
    expect(text).toMatch(/^1000\n/);
    expect(text).toMatch(/CapEff:\s+0000000000000000/);
    expect(text).toContain('refused');
  });

  it('takes a daemon that detached itself down with the call', async () => {
    const { project } = await inside('(setsid sh -c "sleep 1; echo alive > /project/alive" &) ; true');
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    await expect(readFile(path.join(project, 'alive'))).rejects.toThrow('ENOENT');
  });

  it('ends a command at its deadline', async () => {
    const { end, durationMs } = await inside('sleep 30', { timeoutMs: 500 });
    expect(end).toEqual({ kind: 'timed-out', afterMs: 500 });
    expect(durationMs).toBeLessThan(5_000);
  });

  it('keeps the order of both streams when they are merged', async () => {
    const { text } = await inside('echo one; echo two >&2; echo three', { merged: true });
    expect(text).toBe('one\ntwo\nthree\n');
  });

  it('shows a read-only mount that cannot be written', async () => {
    const { text } = await inside('echo x > /project/file || echo refused', {
      mounts: [{ host: scratch, box: '/project', writable: false }],
    });
    expect(text).toContain('refused');
  });
});

describe('opening the sandbox', () => {
  it('refuses to go on when the probe does not work inside, naming what failed', async () => {
    const opening = openSandbox({
      mode: 'auto',
      runCommand,
      environment: process.env,
      toolchainMounts: [],
      probe: ['/nonexistent/cargo', '-V'],
      scratch,
      say: () => undefined,
    });
    await expect(opening).rejects.toThrow('failed its self-test: probe-failed');
  });

  it('stops with the line that fixes it when bubblewrap is missing and cannot be installed', async () => {
    const opening = openSandbox({
      mode: 'auto',
      runCommand,
      environment: { PATH: '/nonexistent' },
      toolchainMounts: [],
      probe: ['/bin/true'],
      scratch,
      say: () => undefined,
    });
    await expect(opening).rejects.toThrow('sudo apt-get install -y bubblewrap');
  });

  it('says loudly that unsafe-off lowers the guard, and then runs on the host', async () => {
    const said: string[] = [];
    const off = await openSandbox({
      mode: 'unsafe-off',
      runCommand,
      environment: process.env,
      toolchainMounts: [],
      probe: ['/bin/true'],
      scratch,
      say: (line) => said.push(line),
    });
    const { text, project } = await inside('pwd; echo "$WHERE"', { env: { WHERE: '/project/x' } }, off);
    expect(said.join('\n')).toContain('with the rights of this job');
    expect(text).toBe(`${project}\n${project}/x\n`);
  });
});
