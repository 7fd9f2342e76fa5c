// Runs one child process to its end: whole environment given by the caller, own process group, deadline, output cap.
// What is run and what its output means is not decided here.
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { messageOf } from '../errors.js';

/** Every way a process can end. An expected failure (exit code ≠ 0, deadline) is a value, never an exception. */
export type CommandEnd =
  | { kind: 'exited'; code: number }
  | { kind: 'timed-out'; afterMs: number }
  | { kind: 'output-limit'; maxBytes: number }
  | { kind: 'cancelled' }
  | { kind: 'killed'; signal: string }
  | { kind: 'not-started'; reason: string };

export interface CommandRequest {
  file: string;
  args: readonly string[];
  cwd: string;
  /** The child's whole environment; nothing of ours is inherited. */
  env: Readonly<Record<string, string>>;
  stdin?: string | Uint8Array;
  /** Leaves stdin open until the child has ended or is to end: for a child that we may not kill and that ends with its input. */
  holdStdin?: boolean;
  timeoutMs: number;
  /** stdout and stderr together; the process group is killed beyond it. */
  maxOutputBytes?: number;
  signal?: AbortSignal;
  /** Called for each chunk as it arrives. With this given, `stdout`/`stderr` of the result stay empty. */
  onOutput?: (chunk: Buffer, stream: 'stdout' | 'stderr') => void;
}

export interface CommandResult {
  end: CommandEnd;
  durationMs: number;
  stdout: Buffer;
  stderr: Buffer;
}

export type RunCommand = (request: CommandRequest) => Promise<CommandResult>;

const DEFAULT_MAX_OUTPUT_BYTES = 256 * 1024 * 1024;
/** setTimeout takes no more; a longer limit would fire at once. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;
/** How long output of a killed group may still arrive: a process that left the group can hold the pipes open. */
const PIPE_GRACE_MS = 500;

/** Runs a process. Never rejects for anything the process does; a missing program is `not-started`. */
export const runCommand: RunCommand = (request) => {
  const started = process.hrtime.bigint();
  const elapsedMs = () => Number((process.hrtime.bigint() - started) / 1_000_000n);
  const maxBytes = request.maxOutputBytes ?? DEFAULT_MAX_OUTPUT_BYTES;
  const kept: Record<'stdout' | 'stderr', Buffer[]> = { stdout: [], stderr: [] };
  return new Promise((resolve) => {
    let forced: CommandEnd | undefined;
    let bytes = 0;
    let settled = false;
    const settle = (end: CommandEnd) => {
      if (settled) return;
      settled = true;
      clearTimeout(deadline);
      request.signal?.removeEventListener('abort', onAbort);
      const [stdout, stderr] = [Buffer.concat(kept.stdout), Buffer.concat(kept.stderr)];
      resolve({ end, durationMs: elapsedMs(), stdout, stderr });
    };
    let child: ChildProcessWithoutNullStreams;
    try {
      child = spawn(request.file, request.args, {
        cwd: request.cwd,
        env: request.env,
        detached: true, // its own process group, so that grandchildren die with it
        stdio: ['pipe', 'pipe', 'pipe'],
      });
    } catch (thrown) {
      // Node throws for some failures of starting (a NUL byte or too many bytes of arguments) and emits the others.
      resolve({
        end: { kind: 'not-started', reason: messageOf(thrown) },
        durationMs: elapsedMs(),
        stdout: Buffer.alloc(0),
        stderr: Buffer.alloc(0),
      });
      return;
    }
    const kill = (end: CommandEnd) => {
      if (forced || child.pid === undefined) return;
      forced = end;
      child.stdin.destroy();
      try {
        process.kill(-child.pid, 'SIGKILL');
      } catch {
        // The group is already gone, or not ours to kill: then it ends with its input.
      }
      setTimeout(() => {
        child.stdout.destroy();
        child.stderr.destroy();
      }, PIPE_GRACE_MS).unref();
    };
    const deadline = setTimeout(
      () => kill({ kind: 'timed-out', afterMs: request.timeoutMs }),
      Math.min(request.timeoutMs, MAX_TIMEOUT_MS),
    );
    const onAbort = () => kill({ kind: 'cancelled' });
    const take = (stream: 'stdout' | 'stderr') => (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > maxBytes) return kill({ kind: 'output-limit', maxBytes });
      if (request.onOutput) request.onOutput(chunk, stream);
      else kept[stream].push(chunk);
    };
    child.stdout.on('data', take('stdout'));
    child.stderr.on('data', take('stderr'));
    child.stdin.on('error', () => undefined); // a child that does not read its input is no failure of ours
    if (request.holdStdin !== true) child.stdin.end(request.stdin ?? '');
    child.on('error', (error) => settle({ kind: 'not-started', reason: error.message }));
    child.on('close', (code, signal) => {
      if (forced) settle(forced);
      else if (code !== null) settle({ kind: 'exited', code });
      else settle({ kind: 'killed', signal: signal ?? 'unknown' });
    });
    request.signal?.addEventListener('abort', onAbort, { once: true });
    if (request.signal?.aborted) onAbort();
  });
};

/** One line for people and for the model: how the process ended. */
export function describeEnd(end: CommandEnd): string {
  switch (end.kind) {
    case 'exited':
      return `exit code ${end.code}`;
    case 'timed-out':
      return `stopped after ${Math.round(end.afterMs / 1000)} s, its time limit`;
    case 'output-limit':
      return `stopped after ${end.maxBytes} bytes of output, its limit`;
    case 'cancelled':
      return 'cancelled';
    case 'killed':
      return `killed by ${end.signal}`;
    case 'not-started':
      return `not started: ${end.reason}`;
  }
}
