// Chooses the lines of a command's output that are shown where the whole does not fit. Original order and wording stay,
// every gap says how many lines it hides. Where the whole lies is said by whoever shows the excerpt.
import { printableText } from '../platform/printable-text.js';
import { clipped } from './markdown-safe.js';

interface Excerpt {
  text: string;
  shownLines: number;
  totalLines: number;
  /** Every line is there, and whole. */
  isComplete: boolean;
}

const MAX_LINE_CHARS = 500;
/** Every executable's verdict and the line that names what cargo could not do: shown even beyond the limit. */
const VERDICT = /^\s*(?:test result:|error: (?:could not compile|test failed|\d+ target))/;
const BLOCK_START = /^\s*(?:error(?:\[\w+\])?:|---- .+ ----$|thread '.*' .*panicked at)/;
const FAILURE = /^\s*(?:test .* \.\.\. FAILED|failures:$|Caused by:)/;

/** The lines of an output as they are counted everywhere: empty ones at its end are none. */
export function outputLines(output: string): string[] {
  const text = printableText(output).replace(/\n+$/, '');
  return text === '' ? [] : text.split('\n');
}

/**
 * At most `maxLines` lines: `test result:` lines and cargo's closing errors always (they alone may exceed the limit), then
 * failures and errors with what belongs to them up to the next empty line, then the end and the beginning. Colours are
 * stripped and long lines shortened, with a note. `Infinity` shows all lines whole.
 */
export function excerptOutput(output: string, maxLines: number): Excerpt {
  const lines = outputLines(output);
  const text = lines.join('\n');
  if (maxLines === Infinity) {
    return { text, shownLines: lines.length, totalLines: lines.length, isComplete: true };
  }
  const chosen = chooseLines(lines, maxLines);
  const shown: string[] = [];
  let hidden = 0;
  const closeGap = () => {
    if (hidden > 0) shown.push(`[… ${hidden === 1 ? '1 line' : `${hidden} lines`} left out …]`);
    hidden = 0;
  };
  lines.forEach((line, at) => {
    if (!chosen.has(at)) {
      hidden += 1;
      return;
    }
    closeGap();
    shown.push(clipped(line, MAX_LINE_CHARS));
  });
  closeGap();
  const isComplete = chosen.size === lines.length && lines.every(({ length }) => length <= MAX_LINE_CHARS);
  return { text: shown.join('\n'), shownLines: chosen.size, totalLines: lines.length, isComplete };
}

function chooseLines(lines: readonly string[], maxLines: number): ReadonlySet<number> {
  const all = lines.map((_, at) => at);
  if (lines.length <= maxLines) return new Set(all);
  const chosen = new Set(all.filter((at) => VERDICT.test(lines[at] ?? '')));
  const take = (candidates: Iterable<number>) => {
    for (const at of candidates) {
      if (chosen.size >= maxLines) return;
      chosen.add(at);
    }
  };
  take(all.filter((at) => FAILURE.test(lines[at] ?? '') || BLOCK_START.test(lines[at] ?? '')));
  take(blockLines(lines));
  const headLines = Math.ceil((maxLines - chosen.size) / 4); // the end of a build says more than its beginning
  take(all.slice(0, headLines));
  take(all.toReversed());
  return chosen;
}

/** Lines from the start of an error, a test's captured output or a panic up to the next empty line. */
function* blockLines(lines: readonly string[]): Iterable<number> {
  let isInside = false;
  for (const [at, line] of lines.entries()) {
    if (BLOCK_START.test(line)) isInside = true;
    else if (line.trim() === '') isInside = false;
    if (isInside) yield at;
  }
}
