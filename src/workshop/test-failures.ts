// Finds what a person looks for first in the output of `cargo test`: the captured output of failed tests, with the place
// of their panic, and the result lines. For showing only; whether tests passed is test-output.ts's to say.
import { headerAtLineEnd } from './test-segments.js';

interface FailedTestBlock {
  /** As libtest names it; a doc test's is `src/lib.rs - item (line 9)`. */
  name: string;
  /** Title of the executable: `unittests src/lib.rs (foo)`. Absent before any header. */
  executable?: string;
  /** What the test printed, complete, without the `---- name stdout ----` line. */
  text: string;
  /** Where it panicked, as rustc spells the path (relative to the workspace); a doc test's own line when nothing better is known. */
  location?: { path: string; line: number; column?: number };
  /** The panic's message. */
  message?: string;
}

/** The `---- name stdout ----` blocks, in the order of the output. */
export function failedTestBlocks(run: string): FailedTestBlock[] {
  const blocks: FailedTestBlock[] = [];
  let executable: string | undefined;
  let current: { name: string; lines: string[] } | undefined;
  const close = () => {
    if (current) blocks.push(readBlock(current.name, executable, current.lines));
    current = undefined;
  };
  for (const line of run.split('\n')) {
    const name = /^---- (.+) stdout ----$/.exec(line)?.[1];
    const header = headerAtLineEnd(line)?.header;
    if (name !== undefined) {
      close();
      current = { name, lines: [] };
    } else if (header || line === 'failures:' || line.startsWith('test result: ')) {
      close();
      executable = header?.title ?? executable;
    } else {
      current?.lines.push(line);
    }
  }
  close();
  return blocks;
}

/** All lines that begin with `test result: `, also those that a test imitates. */
export function resultLines(run: string): string[] {
  return run.split('\n').filter((line) => line.startsWith('test result: '));
}

interface Panic {
  thread: string;
  path: string;
  line: number;
  column: number;
  message: string;
}

function readBlock(name: string, executable: string | undefined, lines: readonly string[]): FailedTestBlock {
  const panics = readPanics(lines);
  const panic = panics.find(({ thread }) => thread === name) ?? panics[0];
  const docTest = /^(\S.*) - .*\(line (\d+)\)$/.exec(name);
  let location: FailedTestBlock['location'];
  if (docTest && (!panic || panic.path.startsWith('/'))) {
    location = { path: docTest[1] ?? '', line: Number(docTest[2]) }; // merged doc tests panic in a generated file
  } else if (panic) {
    location = { path: panic.path, line: panic.line, column: panic.column };
  }
  return {
    name,
    ...(executable === undefined ? {} : { executable }),
    text: lines.join('\n').replace(/^\n+|\s+$/g, ''),
    ...(location === undefined ? {} : { location }),
    ...(panic === undefined ? {} : { message: panic.message }),
  };
}

function readPanics(lines: readonly string[]): Panic[] {
  return lines.flatMap((line, index) => {
    const match = /^thread '(.*)' (?:\(\d+\) )?panicked at (.+):(\d+):(\d+):$/.exec(line);
    if (!match) return [];
    const [, thread = '', path = '', row, column] = match;
    const rest = lines.slice(index + 1);
    const end = rest.findIndex((text) => text === '' || text.startsWith('note: ') || text.startsWith("thread '"));
    const message = rest.slice(0, end < 0 ? undefined : end).join('\n');
    return [{ thread, path, line: Number(row), column: Number(column), message }];
  });
}
