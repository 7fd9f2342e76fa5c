// Standard output for people: lines, and on a terminal below them one line that says what is going on, with a spinner and
// the time so far. What is said, and that it is harmless, is log.ts's affair.
import type { Clock } from './clock.js';
import { systemClock } from './clock.js';

interface Terminal {
  /** False where colours are not wanted or would be litter. */
  readonly hasColours: boolean;
  /** Writes one line, without its line end. */
  write(line: string): void;
  /** What is going on, on one line; the next text replaces it, `undefined` takes it away. */
  status(text: string | undefined): void;
  /** Takes the status away; rings the bell after a long run, for whoever went for a coffee. */
  end(): void;
}

interface TerminalStream {
  isTTY?: boolean;
  write(text: string): unknown;
}

const LONG_RUN_MS = 60_000;
const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const FRAME_MS = 100;
const ERASE_LINE = '\r\x1b[2K';
/** Without wrapping the terminal itself cuts what is too long for it, wide characters and resizing included. */
const [WRAP_OFF, WRAP_ON] = ['\x1b[?7l', '\x1b[?7h'];
const BELL = '\x07';

/**
 * Plain lines unless somebody sits in front of it: also with `CI=true`, `TERM=dumb`, and `NO_COLOR` (https://no-color.org),
 * which asks for no escape sequences at all here.
 */
export function openTerminal(
  stream: TerminalStream,
  environment: Readonly<Record<string, string | undefined>>,
  clock: Clock = systemClock,
): Terminal {
  const { CI, GITHUB_ACTIONS, NO_COLOR = '', TERM } = environment;
  const isPlain = !stream.isTTY || CI === 'true' || NO_COLOR !== '' || TERM === 'dumb';
  if (!isPlain) return new LiveTerminal(stream, clock);
  return {
    hasColours: GITHUB_ACTIONS === 'true',
    write: (line) => void stream.write(`${line}\n`),
    status: () => undefined,
    end: () => undefined,
  };
}

class LiveTerminal implements Terminal {
  readonly hasColours = true;
  private readonly startedMs: number;
  private text: string | undefined;
  private isDrawn = false;
  private stopDrawing: (() => void) | undefined;

  constructor(
    private readonly stream: TerminalStream,
    private readonly clock: Clock,
  ) {
    this.startedMs = clock.nowMs();
  }

  write(line: string): void {
    this.stream.write(`${this.erased()}${line}\n`); // the next frame draws the status again below it
  }

  status(text: string | undefined): void {
    this.text = text;
    if (text === undefined) this.rest();
    else if (this.stopDrawing === undefined) this.draw();
  }

  end(): void {
    this.status(undefined);
    if (this.clock.nowMs() - this.startedMs > LONG_RUN_MS) this.stream.write(BELL);
  }

  private rest(): void {
    this.stopDrawing?.();
    this.stopDrawing = undefined;
    const erasure = this.erased();
    if (erasure !== '') this.stream.write(erasure);
  }

  private draw(): void {
    const elapsedMs = this.clock.nowMs() - this.startedMs;
    const frame = FRAMES[Math.floor(elapsedMs / FRAME_MS) % FRAMES.length] ?? '';
    this.stream.write(`${ERASE_LINE}${WRAP_OFF}${frame} ${minutes(elapsedMs)} · ${this.text ?? ''}${WRAP_ON}`);
    this.isDrawn = true;
    this.stopDrawing = this.clock.after(FRAME_MS, () => this.draw());
  }

  /** What takes the status off the screen; empty when it is not there. */
  private erased(): string {
    const erasure = this.isDrawn ? ERASE_LINE : '';
    this.isDrawn = false;
    return erasure;
  }
}

/** `1:05` */
function minutes(elapsedMs: number): string {
  const seconds = Math.floor(elapsedMs / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
