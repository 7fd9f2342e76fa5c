import { describe, expect, it } from '@jest/globals';
import { runCommand, type CommandRequest } from '../../src/platform/command.js';

const env = { PATH: process.env.PATH ?? '/usr/bin:/bin' };
const sh = (script: string, more: Partial<CommandRequest> = {}) =>
  runCommand({ file: '/bin/sh', args: ['-c', script], cwd: '/', env, timeoutMs: 20_000, ...more });

/** Waits until no process has the marker in its command line; false when one still has it after two seconds. */
async function isGone(marker: string): Promise<boolean> {
  for (let tries = 0; tries < 20; tries++) {
    const found = await sh(
      `for f in /proc/[0-9]*/cmdline; do tr '\\0' ' ' <"$f" 2>/dev/null | grep -q "^sleep ${marker} " && echo yes; done`,
    );
    if (found.stdout.length === 0) return true;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return false;
}

describe('runCommand', () => {
  it('gives the exit code and both streams, byte for byte', async () => {
    const result = await sh("printf 'a\\377\\n'; printf 'b' >&2; exit 3");
    expect(result.end).toEqual({ kind: 'exited', code: 3 });
    expect(result.stdout).toEqual(Buffer.from([0x61, 0xff, 0x0a]));
    expect(result.stderr.toString()).toBe('b');
  });

  it('passes its input on and survives a child that does not read it', async () => {
    expect((await sh('cat', { stdin: 'hello' })).stdout.toString()).toBe('hello');
    expect((await sh('exit 0', { stdin: 'x'.repeat(1_000_000) })).end).toEqual({ kind: 'exited', code: 0 });
  });

  it('holds its input open where that is asked for, until the child is to end', async () => {
    const script = 'read -r line; echo ended';
    expect((await sh(script)).stdout.toString()).toBe('ended\n');
    const held = await sh(`${script} > /dev/null; kill -TERM $$`, { holdStdin: true, timeoutMs: 300 });
    expect(held.end).toEqual({ kind: 'timed-out', afterMs: 300 });
    expect((await sh('exit 3', { holdStdin: true })).end).toEqual({ kind: 'exited', code: 3 });
  });

  it('gives the child exactly the environment it was given', async () => {
    const result = await runCommand({
      file: '/usr/bin/env',
      args: [],
      cwd: '/',
      env: { ONLY: 'this' },
      timeoutMs: 9000,
    });
    expect(result.stdout.toString()).toBe('ONLY=this\n');
  });

  it('kills the whole process group at the deadline', async () => {
    const marker = `31${process.pid}`;
    const result = await sh(`sleep ${marker} & sleep ${marker}`, { timeoutMs: 300 });
    expect(result.end).toEqual({ kind: 'timed-out', afterMs: 300 });
    expect(await isGone(marker)).toBe(true);
  });

  it('comes back from the deadline when a process that left the group holds the output open', async () => {
    const result = await sh('setsid sleep 5 & echo started; sleep 5', { timeoutMs: 300 });
    expect(result.end.kind).toBe('timed-out');
    expect(result.stdout.toString()).toBe('started\n');
    expect(result.durationMs).toBeLessThan(4000);
  });

  it('stops a child whose output exceeds the limit', async () => {
    const result = await sh('while :; do echo xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx; done', { maxOutputBytes: 10_000 });
    expect(result.end).toEqual({ kind: 'output-limit', maxBytes: 10_000 });
    expect(result.stdout.length).toBeLessThanOrEqual(10_000);
  });

  it('counts the output limit for output that is streamed too', async () => {
    let streamed = 0;
    const result = await sh('yes', { maxOutputBytes: 10_000, onOutput: (chunk) => void (streamed += chunk.length) });
    expect(result.end.kind).toBe('output-limit');
    expect(streamed).toBeLessThanOrEqual(10_000);
  });

  it('ends a cancelled child, also when it was cancelled before the start', async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 100);
    expect((await sh('sleep 10', { signal: controller.signal })).end).toEqual({ kind: 'cancelled' });
    expect((await sh('sleep 10', { signal: AbortSignal.abort() })).end).toEqual({ kind: 'cancelled' });
  });

  it('says which signal killed the child', async () => {
    expect((await sh('kill -TERM $$')).end).toEqual({ kind: 'killed', signal: 'SIGTERM' });
  });

  it('calls a missing program not started', async () => {
    const result = await runCommand({ file: 'no-such-program', args: [], cwd: '/', env, timeoutMs: 1000 });
    expect(result.end.kind).toBe('not-started');
  });

  it('calls arguments that no process can take not started, instead of throwing', async () => {
    for (const argument of ['a\0b', 'x'.repeat(3_000_000)]) {
      const result = await runCommand({ file: '/bin/echo', args: [argument], cwd: '/', env, timeoutMs: 1000 });
      expect(result.end.kind).toBe('not-started');
    }
  });

  it('takes a time limit that is longer than a timer can be', async () => {
    expect((await sh('sleep 0.1', { timeoutMs: 2 ** 40 })).end).toEqual({ kind: 'exited', code: 0 });
  });

  it('streams output in order as it arrives', async () => {
    const seen: string[] = [];
    const onOutput: CommandRequest['onOutput'] = (chunk, stream) =>
      void seen.push(`${stream}:${chunk.toString().trim()}`);
    const result = await sh('echo 1; sleep 0.1; echo 2 >&2; sleep 0.1; echo 3', { onOutput });
    expect(seen).toEqual(['stdout:1', 'stderr:2', 'stdout:3']);
    expect(result.stdout.length).toBe(0);
  });
});
