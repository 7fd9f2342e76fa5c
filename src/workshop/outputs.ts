// Keeps every command's complete output as a file of the run and hands it out in pages. Nothing is ever dropped: what
// a text leaves out is said, with the way to get it.
import { createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';

/** Characters of one page as the model gets it; a whole output up to this size is shown at once. */
export const PAGE_CHARS = 16_000;

/** Beyond this a line is written in parts, or one endless line would have to be held in memory. */
const MAX_LINE_CHARS = 1024 * 1024;
/** Held back of such a part, so that a secret across the cut is still seen whole by the mask. */
const HELD_BACK_CHARS = 64 * 1024;

export interface StoredOutput {
  /** What `read_output` takes: `007`. */
  id: string;
  /** Relative to the report folder: `outputs/007-cargo-test.log`. */
  file: string;
  lines: number;
  chars: number;
}

interface OutputWriter {
  /** Takes text as it comes; complete lines are passed on to `onLine`. */
  write(text: string): void;
  close(): Promise<StoredOutput>;
}

export class Outputs {
  private readonly stored = new Map<string, StoredOutput>();
  private count = 0;

  /**
   * @param reportDir the run's report folder; files go to its `outputs/`
   * @param mask replaces secrets; applied to each line before it is written
   */
  constructor(
    private readonly reportDir: string,
    private readonly mask: (text: string) => string,
  ) {}

  /** Starts a new output. `name` becomes part of the file name: `cargo-test`. */
  open(name: string, onLine: (line: string) => void): OutputWriter {
    const id = String(++this.count).padStart(3, '0');
    const file = `outputs/${id}-${name.replaceAll(/[^a-z0-9-]+/gi, '-')}.log`;
    const stream = createWriteStream(path.join(this.reportDir, file));
    const failed = new Promise<never>((_, reject) => stream.on('error', reject));
    failed.catch(() => undefined); // told by close(); until then the command runs on
    let partial = '';
    let lines = 0;
    let chars = 0;
    const put = (masked: string, end: string) => {
      stream.write(masked + end);
      chars += masked.length + end.length;
      onLine(masked);
    };
    const take = (line: string, end: string) => {
      lines++;
      put(this.mask(line), end);
    };
    return {
      write: (text) => {
        const parts = (partial + text).split('\n');
        partial = parts.pop() ?? '';
        for (const line of parts) take(line, '\n');
        if (partial.length <= MAX_LINE_CHARS) return;
        const masked = this.mask(partial);
        const cut = cutBefore(masked, masked.length - HELD_BACK_CHARS);
        put(masked.slice(0, cut), '');
        partial = masked.slice(cut);
      },
      close: async () => {
        if (partial !== '') take(partial, '');
        await Promise.race([failed, new Promise<void>((resolve) => stream.end(resolve))]);
        const output = { id, file, lines, chars };
        this.stored.set(id, output);
        return output;
      },
    };
  }

  find(id: string): StoredOutput | undefined {
    return this.stored.get(id.padStart(3, '0'));
  }

  ids(): string[] {
    return [...this.stored.keys()];
  }

  read(output: StoredOutput): Promise<string> {
    return readFile(path.join(this.reportDir, output.file), 'utf8');
  }
}

/** The index, or one less where it would part the halves of a character. */
function cutBefore(text: string, index: number): number {
  return /[\uD800-\uDBFF]/.test(text[index - 1] ?? '') && /[\uDC00-\uDFFF]/.test(text[index] ?? '') ? index - 1 : index;
}

/** Cuts a text into pages at line ends; a line longer than a page is cut within, since nothing may be dropped. */
export function paginate(text: string, pageChars = PAGE_CHARS): string[] {
  const pages: string[] = [];
  for (let start = 0; start < text.length;) {
    let end = Math.min(text.length, start + pageChars);
    if (end < text.length) {
      const lineEnd = text.lastIndexOf('\n', end - 1);
      if (lineEnd >= start) end = lineEnd + 1;
      else end = Math.max(cutBefore(text, end), start + 1);
      if (end === start + 1 && cutBefore(text, end) === start) end++; // one character can be longer than a page
    }
    pages.push(text.slice(start, end));
    start = end;
  }
  return pages.length > 0 ? pages : [''];
}

/**
 * The first view of an output: all of it where it fits one page; else the lines that matter most (errors with the lines
 * that belong to them, every `test result:`), how many lines that leaves out, and how to read the rest.
 * @param errors complete error texts (rendered diagnostics, failed tests' blocks), most important first
 * @param results the `test result:` lines and the like
 */
export function firstView(
  output: StoredOutput,
  text: string,
  errors: readonly string[],
  results: readonly string[],
): string {
  if (text.length <= PAGE_CHARS) return text;
  const pages = paginate(text).length;
  const important = errors.length > 0 ? errors : compilerErrors(text);
  const resultText = fittingResults(results);
  let room = PAGE_CHARS - resultText.length;
  const isTooLong = important.reduce((sum, error) => sum + error.length, 0) > room;
  const shown: string[] = [];
  for (const error of isTooLong ? important.map(shortened) : important) {
    if (error.length > room) break;
    shown.push(error);
    room -= error.length;
  }
  const left = important.length - shown.length;
  return [
    `[This output has ${output.lines} lines, more than one page. Below: its errors and result lines. ` +
      `The whole of it is in ${pages} pages: read_output with output "${output.id}" and page 1 to ${pages}.]`,
    ...shown,
    ...(left > 0 ? [`[${left} more errors are in the pages]`] : []),
    ...(resultText === '' ? [] : [resultText]),
    ...(important.length === 0 && results.length === 0
      ? [`[no error was recognised; the last lines are:]`, text.slice(cutBefore(text, text.length - 4_000))]
      : []),
  ].join('\n');
}

/** Of an error's own text in a first view that cannot hold all errors. */
const MAX_ERROR_CHARS = PAGE_CHARS / 4;

/** An error begins with what is wrong; a failed test's block ends with its panic, behind all that the test printed. */
function shortened(error: string): string {
  if (error.length <= MAX_ERROR_CHARS) return error;
  const head = cutBefore(error, MAX_ERROR_CHARS / 2);
  const tail = cutBefore(error, error.length - MAX_ERROR_CHARS / 2);
  return `${error.slice(0, head)}\n[${tail - head} characters of this error are left out here; the pages have them]\n${error.slice(tail)}`;
}

/** rustc's and cargo's error blocks in a terminal's text, which end at an empty line. */
function compilerErrors(text: string): string[] {
  return text.split(/\n(?=error(?:\[E\d+\])?: )/).flatMap((part) => {
    if (!/^error(\[E\d+\])?: /.test(part)) return [];
    const end = part.indexOf('\n\n');
    return [end === -1 ? part : part.slice(0, end)];
  });
}

/** Result lines in their order; where they are too many, those that report failures and the last ones. */
function fittingResults(results: readonly string[]): string {
  let room = PAGE_CHARS / 2;
  const kept = new Set<number>();
  const isFailing = (line: string) => !line.startsWith('test result: ok');
  const fromTheEnd = results.map((line, index) => ({ line, index })).reverse();
  for (const { line, index } of [
    ...fromTheEnd.filter((each) => isFailing(each.line)),
    ...fromTheEnd.filter((each) => !isFailing(each.line)),
  ]) {
    if (line.length + 1 > room) continue;
    room -= line.length + 1;
    kept.add(index);
  }
  const lines = results.filter((_, index) => kept.has(index));
  const left = results.length - lines.length;
  return [...lines, ...(left > 0 ? [`[${left} more result lines are in the pages]`] : [])].join('\n');
}
