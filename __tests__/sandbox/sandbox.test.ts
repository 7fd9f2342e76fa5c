import { describe, expect, it } from '@jest/globals';
import { chmod, lstat, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { runCommand } from '../../src/platform/command.js';
import type { SandboxOptions } from '../../src/sandbox/sandbox.js';
import { openSandbox } from '../../src/sandbox/sandbox.js';
import { availableBoxes, runScript, sharedFolder } from '../support/boxes.js';

const BOXES = await availableBoxes();

describe.each(BOXES)('the EXEC box, $name', (box) => {
  const inside = (script: string, more: Parameters<typeof runScript>[2] = {}) => runScript(box, script, more);

  it('passes on the environment it is given, the working directory and the exit code', async () => {
    const { text, end } = await inside('echo "$ONLY"; env | cut -d= -f1 | sort | tr "\\n" " "; pwd; exit 7', {
      env: { PATH: '/usr/bin:/bin', ONLY: 'this' },
    });
    expect(text).toBe('this\nONLY PATH PWD /project');
    expect(end).toEqual({ kind: 'exited', code: 7 });
  });

  it('writes its folder as its own user, and never as root of the host', async () => {
    await using folder = await sharedFolder();
    const project = path.join(folder.path, 'project');
    await mkdir(path.join(project, 'src'), { recursive: true });
    await writeFile(path.join(project, 'src', 'lib.rs'), 'old', { mode: 0o644 });
    if (box.sandbox.owner === undefined) await chmod(project, 0o777);
    const { text } = await inside('echo kept > new; cat new; id -u', {
      mounts: [{ host: project, box: '/project', writable: true }],
    });
    const { uid, gid } = await lstat(path.join(project, 'new'));
    expect({ uid, gid }).toEqual(box.hostUser);
    expect(uid).not.toBe(0);
    expect(text).toMatch(/^kept\n[1-9]\d*$/);
  });

  it('ends a command at its deadline, at its limit of output and when it is cancelled', async () => {
    const deadline = await inside('setsid sleep 60 & sleep 60', { timeoutMs: 500 });
    expect(deadline.end).toEqual({ kind: 'timed-out', afterMs: 500 });
    expect((await inside('yes', { maxOutputBytes: 1_000 })).end).toEqual({ kind: 'output-limit', maxBytes: 1_000 });
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 200);
    expect((await inside('sleep 60', { signal: controller.signal })).end).toEqual({ kind: 'cancelled' });
  });

  it('keeps the order of both streams when they are merged, and keeps them apart otherwise', async () => {
    const script = 'echo one; echo two >&2; echo three';
    expect((await inside(script)).text).toBe('one\ntwo\nthree');
    const apart = await inside(script, { merged: false });
    expect([apart.text, apart.stderr.toString()]).toEqual(['one\nthree', 'two\n']);
  });

  it('shows a read-only mount that cannot be written', async () => {
    await using folder = await sharedFolder();
    await chmod(folder.path, 0o777);
    const { text } = await inside('echo x > file || echo refused', {
      mounts: [{ host: folder.path, box: '/project', writable: false }],
    });
    expect(text).toContain('Read-only file system');
    expect(text).toContain('refused');
  });

  it('has room for temporary files, shared memory and a home', async () => {
    const { text } = await inside('for at in /tmp /dev/shm /home /cargo; do echo x > $at/file && cat $at/file; done');
    expect(text).toBe('x\nx\nx\nx');
  });

  it('takes tests that use sockets, threads and children of their own', async () => {
    const script = `perl -e 'use Socket; socketpair(A, B, AF_UNIX, SOCK_STREAM, 0) or die; syswrite(A, "over\\n"); print scalar <B>'; (exit 3) & wait $!; echo $?`;
    expect((await inside(script)).text).toBe('over\n3');
  });
});

describe('opening the sandbox', () => {
  const open = async (more: Partial<SandboxOptions>) => {
    await using folder = await sharedFolder();
    const said: string[] = [];
    const opened = await openSandbox({
      ...{ mode: 'auto', runCommand, environment: process.env, toolchainMounts: [], probe: ['/bin/true'] },
      ...{ scratch: folder.path, say: (line) => void said.push(line), ...more },
    });
    return { ...opened, said };
  };

  it('gives a box that says how it is set up and as whom code runs in it', async () => {
    const { description, owner } = await open({});
    expect(description).toMatch(/^bubblewrap \d/);
    if (process.getuid?.() !== 0) return expect(owner?.uid).not.toBe(0);
    expect(description).toContain('set up by root; code runs as a user of its own without capabilities');
    expect(owner?.uid).toBeGreaterThan(60_000);
  });

  it('refuses to go on when the probe does not work inside, naming what failed', async () => {
    await expect(open({ probe: ['/nonexistent/cargo', '-V'] })).rejects.toThrow('failed its self-test: probe-failed');
  });

  it('stops with the line that fixes it when bubblewrap is missing and cannot be installed', async () => {
    await expect(open({ environment: { PATH: '/nonexistent' } })).rejects.toThrow('sudo apt-get install -y bubblewrap');
  });

  it('says loudly that unsafe-off lowers the guard, and then runs on the host', async () => {
    const off = await open({ mode: 'unsafe-off' });
    await using folder = await sharedFolder();
    const { stdout } = await off.run({
      command: ['/bin/sh', '-c', 'pwd; echo "$WHERE"'],
      cwd: '/project',
      mounts: [{ host: folder.path, box: '/project', writable: true }],
      env: { WHERE: '/project/x' },
      box: 'exec',
      timeoutMs: 20_000,
    });
    expect(off.said.join('\n')).toContain('with the rights of this job');
    expect(stdout.toString()).toBe(`${folder.path}\n${folder.path}/x\n`);
  });

  it('says why a box did not start, in the words of who refused', async () => {
    await using folder = await sharedFolder();
    const bwrap = path.join(folder.path, 'bwrap');
    await writeFile(bwrap, '#!/bin/sh\necho "bwrap: setting up uid map: Permission denied" >&2; exit 1\n', {
      mode: 0o755,
    });
    const environment = { PATH: folder.path };
    await expect(open({ environment })).rejects.toThrow(
      /does not start on this runner: bwrap: setting up uid map: Permission denied\. Code of a run is never executed/,
    );
    expect(await readFile(bwrap, 'utf8')).toContain('uid map');
  });
});
