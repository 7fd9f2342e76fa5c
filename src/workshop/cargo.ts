// Runs cargo in the EXEC box and keeps its complete output: one run gives the text a person reads, streamed line by
// line, and the compiler's diagnostics as data. Which arguments are right, and what a result means, is decided elsewhere.
import { posix } from 'node:path';
import { TextDecoder } from 'node:util';
import type { CommandEnd } from '../platform/command.js';
import { describeEnd } from '../platform/command.js';
import type { Sandbox } from '../sandbox/sandbox.js';
import type { Diagnostic } from './diagnostics.js';
import { createMessageReader } from './diagnostics.js';
import { requireDiskSpace } from './disk-space.js';
import type { Outputs, StoredOutput } from './outputs.js';
import type { Place } from './places.js';
import { BOX_CARGO_HOME, BOX_PROJECT, BOX_TARGET, boxPaths, placeMounts } from './places.js';
import type { Toolchain } from './toolchain.js';

export interface CargoRequest {
  place: Place;
  /** Relative to the repository: where the workspace is. */
  workingDirectory: string;
  /** Subcommand first: `['test', '--workspace']`. */
  args: readonly string[];
  /** `messages`: cargo's JSON messages become diagnostics and rendered text. `plain`: both streams merged, as on a terminal. */
  format: 'messages' | 'plain';
  timeoutMs: number;
  signal?: AbortSignal;
  /** False for a command that runs beside other work; its output is then shown when it is over. */
  live?: boolean;
}

export interface CargoRun {
  /** As a person would type it: `cargo check --workspace --all-targets`. */
  command: string;
  end: CommandEnd;
  /** `null` when cargo did not exit by itself (time limit, output limit, cancelled). */
  exitCode: number | null;
  durationMs: number;
  diagnostics: Diagnostic[];
  output: StoredOutput;
}

/** Follows one command; `line` gets each line of its output. */
export interface CommandWatch {
  line(text: string): void;
  ended(run: CargoRun): void;
}

/** Called as a command starts. `live` is false for one that runs beside other work. */
export type WatchCommand = (command: string, live: boolean) => CommandWatch;

/** @throws DiskSpaceError before anything is run */
export type RunCargo = (request: CargoRequest) => Promise<CargoRun>;

/** Bytes of output after which a command is stopped: far above honest use, below what a runner's disk bears. */
const MAX_OUTPUT_BYTES = 256 * 1024 * 1024;

/** The environment inside the box: complete, nothing inherited. */
export function cargoEnvironment(toolchain: Toolchain): Record<string, string> {
  return {
    PATH: `${toolchain.bin}:/usr/local/bin:/usr/bin:/bin`,
    HOME: '/home',
    CARGO_HOME: BOX_CARGO_HOME,
    CARGO_TARGET_DIR: BOX_TARGET,
    // What a repository's configuration may set otherwise: artifacts beside the sources, and output without the headers
    // that say which executable a line belongs to.
    CARGO_BUILD_BUILD_DIR: BOX_TARGET,
    CARGO_TERM_QUIET: 'false',
    CARGO_TERM_VERBOSE: 'false',
    CARGO_NET_OFFLINE: 'true',
    CARGO_TERM_COLOR: 'never',
    CARGO_TERM_PROGRESS_WHEN: 'never',
    RUST_BACKTRACE: '0',
    TERM: 'dumb',
    LANG: 'C.UTF-8',
    TZ: 'UTC',
  };
}

/** Binds cargo to a run's sandbox, toolchain, registry and output store. */
export function createCargo(options: {
  sandbox: Sandbox;
  toolchain: Toolchain;
  /** On the host; only its `registry` is shown, read-only. */
  cargoHome: string;
  outputs: Outputs;
  watch: WatchCommand;
}): RunCargo {
  const { sandbox, toolchain, cargoHome, outputs, watch } = options;
  return async (request) => {
    await requireDiskSpace(request.place.target);
    const command = ['cargo', ...request.args.map(shellWord)].join(' ');
    const args = [...request.args];
    if (request.format === 'messages') args.splice(insertionPoint(args), 0, '--message-format=json');
    const diagnostics: Diagnostic[] = [];
    const watching = watch(command, request.live ?? true);
    const writer = outputs.open(`cargo-${request.args[0] ?? ''}`, (line) => watching.line(line));
    const workspaceRoot = request.format === 'messages' ? await findWorkspaceRoot(options, request) : BOX_PROJECT;
    const reader = createMessageReader({ projectRoot: BOX_PROJECT, workspaceRoot });
    const inBox = boxPaths(request.place);
    const takeMessage = lineSplitter((line) => {
      const message = reader.read(inBox(line));
      if (message.diagnostic) diagnostics.push(message.diagnostic);
      if (message.text !== undefined) writer.write(message.text.endsWith('\n') ? message.text : `${message.text}\n`);
    });
    const takeText = lineSplitter((line, end) => writer.write(inBox(line) + end));
    const takers = { stdout: request.format === 'plain' ? takeText : takeMessage, stderr: takeText };
    const decoders = { stdout: newDecoder(), stderr: newDecoder() };
    const started = await sandbox.run({
      command: [toolchain.cargo, ...args],
      cwd: startFolder(request),
      mounts: placeMounts(request.place, cargoHome),
      env: cargoEnvironment(toolchain),
      box: 'exec',
      merged: request.format === 'plain',
      timeoutMs: request.timeoutMs,
      maxOutputBytes: MAX_OUTPUT_BYTES,
      ...(request.signal === undefined ? {} : { signal: request.signal }),
      onOutput: (chunk, stream) => takers[stream].push(decoders[stream].decode(chunk, { stream: true })),
    });
    for (const stream of ['stdout', 'stderr'] as const) {
      takers[stream].push(decoders[stream].decode()); // a character that the output broke off in
      takers[stream].end();
    }
    if (started.end.kind !== 'exited') writer.write(`\n[ferrule] ${command}: ${describeEnd(started.end)}\n`);
    const run: CargoRun = {
      command,
      end: started.end,
      exitCode: started.end.kind === 'exited' ? started.end.code : null,
      durationMs: started.durationMs,
      diagnostics,
      output: await writer.close(),
    };
    watching.ended(run);
    return run;
  };
}

/** Where an option for cargo itself goes: before `--`. */
function insertionPoint(args: readonly string[]): number {
  const dashes = args.indexOf('--');
  return dashes === -1 ? args.length : dashes;
}

/** Quotes a word for a POSIX shell where it needs it, so that a shown command can be pasted. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

function startFolder({ workingDirectory }: Pick<CargoRequest, 'workingDirectory'>): string {
  return workingDirectory === '.' ? BOX_PROJECT : `${BOX_PROJECT}/${workingDirectory}`;
}

/**
 * Where rustc runs, which the paths of its diagnostics start from: the workspace's root, at or above the working directory.
 * The working directory itself where cargo cannot tell; the command then says why.
 */
async function findWorkspaceRoot(
  { sandbox, toolchain, cargoHome }: { sandbox: Sandbox; toolchain: Toolchain; cargoHome: string },
  request: CargoRequest,
): Promise<string> {
  const cwd = startFolder(request);
  if (cwd === BOX_PROJECT) return cwd;
  const { end, stdout } = await sandbox.run({
    command: [toolchain.cargo, 'locate-project', '--workspace', '--message-format', 'plain'],
    cwd,
    mounts: placeMounts(request.place, cargoHome),
    env: cargoEnvironment(toolchain),
    box: 'exec',
    timeoutMs: Math.min(request.timeoutMs, 60_000),
  });
  const manifest = boxPaths(request.place)(stdout.toString('utf8').trim());
  const found = end.kind === 'exited' && end.code === 0 && manifest.startsWith(`${BOX_PROJECT}/`);
  return found ? posix.dirname(manifest) : cwd;
}

function newDecoder(): TextDecoder {
  return new TextDecoder('utf-8', { ignoreBOM: true }); // kept as it came
}

/** A partial line longer than this is passed on without its end: nothing endless is held in memory. */
const MAX_PARTIAL_CHARS = 32 * 1024 * 1024;

function lineSplitter(onLine: (line: string, end: string) => void): { push(text: string): void; end(): void } {
  let partial: string[] = [];
  let partialChars = 0;
  const take = (line: string, end: string) => {
    onLine(partial.join('') + line, end);
    partial = [];
    partialChars = 0;
  };
  return {
    push: (text) => {
      const lines = text.split('\n');
      const rest = lines.pop() ?? '';
      for (const line of lines) take(line, '\n');
      partial.push(rest);
      partialChars += rest.length;
      if (partialChars > MAX_PARTIAL_CHARS) take('', '');
    },
    end: () => {
      if (partialChars > 0) take('', '');
    },
  };
}
