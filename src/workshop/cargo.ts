// Runs cargo in the EXEC box and keeps its complete output: one run gives the text a person reads, streamed line by
// line, and the compiler's diagnostics as data. Which arguments are right, and what a result means, is decided elsewhere.
import type { CommandEnd } from '../platform/command.js';
import { describeEnd } from '../platform/command.js';
import type { Sandbox } from '../sandbox/sandbox.js';
import type { Diagnostic } from './diagnostics.js';
import { createMessageReader } from './diagnostics.js';
import type { Outputs, StoredOutput } from './outputs.js';
import type { Place } from './places.js';
import { BOX_CARGO_HOME, BOX_PROJECT, BOX_TARGET, placeMounts } from './places.js';
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

/** Receives what happens while cargo runs; one group a command. */
export interface CargoWatcher {
  started(command: string): void;
  line(text: string): void;
  ended(run: CargoRun): void;
}

export type RunCargo = (request: CargoRequest) => Promise<CargoRun>;

/** Bytes of output after which a command is stopped: far above honest use, below what a runner's disk bears. */
const MAX_OUTPUT_BYTES = 512 * 1024 * 1024;

/** The environment inside the box: complete, nothing inherited. */
export function cargoEnvironment(toolchain: Toolchain): Record<string, string> {
  return {
    PATH: `${toolchain.bin}:/usr/local/bin:/usr/bin:/bin`,
    HOME: '/home',
    CARGO_HOME: BOX_CARGO_HOME,
    CARGO_TARGET_DIR: BOX_TARGET,
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
  watcher: CargoWatcher;
}): RunCargo {
  const { sandbox, toolchain, cargoHome, outputs, watcher } = options;
  return async (request) => {
    const command = ['cargo', ...request.args.map(shellWord)].join(' ');
    const args = [...request.args];
    if (request.format === 'messages') args.splice(insertionPoint(args), 0, '--message-format=json');
    const diagnostics: Diagnostic[] = [];
    watcher.started(command);
    const writer = outputs.open(`cargo-${request.args[0] ?? ''}`, (line) => watcher.line(line));
    const reader = createMessageReader({ projectRoot: BOX_PROJECT });
    const takeMessage = lineSplitter((line) => {
      const message = reader.read(line);
      if (message.diagnostic) diagnostics.push(message.diagnostic);
      if (message.text !== undefined) writer.write(message.text.endsWith('\n') ? message.text : `${message.text}\n`);
    });
    const takeProgress = lineSplitter((line) => writer.write(`${line}\n`));
    const decoders = { stdout: new TextDecoder(), stderr: new TextDecoder() };
    const started = await sandbox.run({
      command: [toolchain.cargo, ...args],
      cwd: request.workingDirectory === '.' ? BOX_PROJECT : `${BOX_PROJECT}/${request.workingDirectory}`,
      mounts: placeMounts(request.place, cargoHome),
      env: cargoEnvironment(toolchain),
      box: 'exec',
      merged: request.format === 'plain',
      timeoutMs: request.timeoutMs,
      maxOutputBytes: MAX_OUTPUT_BYTES,
      ...(request.signal === undefined ? {} : { signal: request.signal }),
      onOutput: (chunk, stream) => {
        const text = decoders[stream].decode(chunk, { stream: true });
        if (request.format === 'plain') writer.write(text);
        else (stream === 'stdout' ? takeMessage : takeProgress).push(text);
      },
    });
    takeMessage.end();
    takeProgress.end();
    if (started.end.kind !== 'exited') writer.write(`\n[ferrule] ${command}: ${describeEnd(started.end)}\n`);
    const run: CargoRun = {
      command,
      end: started.end,
      exitCode: started.end.kind === 'exited' ? started.end.code : null,
      durationMs: started.durationMs,
      diagnostics,
      output: await writer.close(),
    };
    watcher.ended(run);
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

function lineSplitter(onLine: (line: string) => void): { push(text: string): void; end(): void } {
  let partial = '';
  return {
    push: (text) => {
      const lines = (partial + text).split('\n');
      partial = lines.pop() ?? '';
      lines.forEach(onLine);
    },
    end: () => {
      if (partial !== '') onLine(partial);
      partial = '';
    },
  };
}
