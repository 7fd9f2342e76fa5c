// Cuts the terminal output of `cargo test` at the header lines that cargo prints before each test executable. What an
// executable printed is not interpreted here. Cargo writes a header where the executable before it left the cursor, so
// a header ends a line but need not begin one.

export interface TestHeader {
  /** As printed: `     Running unittests src/lib.rs (/target/debug/deps/foo-0123456789abcdef)`. */
  text: string;
  kind: 'executable' | 'doc';
  /** For people: `unittests src/lib.rs (foo)` or `Doc-tests foo`. */
  title: string;
  /** The crate's name, as in the executable's file name. */
  crate: string;
  /** The executable as cargo printed it; absent for doc tests. */
  path?: string;
}

export interface TestSegment {
  header: TestHeader;
  /** Everything up to the next header, without line ends. */
  lines: string[];
}

/** Cargo's headers are short; longer lines are looked at only from here to their end. */
const MAX_HEADER_CHARS = 2048;

/** The header at the end of a line, with what stands before it. */
export function headerAtLineEnd(line: string): { header: TestHeader; before: string } | undefined {
  const tail = line.slice(-MAX_HEADER_CHARS);
  const runningAt = tail.lastIndexOf('     Running ');
  const running = /^ {5}Running (.+) \((.*?([^/]+)-[0-9a-f]{16})\)$/.exec(runningAt < 0 ? '' : tail.slice(runningAt));
  if (running) {
    const [text, what = '', path = '', crate = ''] = running;
    const header: TestHeader = { text, kind: 'executable', title: `${what} (${crate})`, crate, path };
    return { header, before: line.slice(0, line.length - text.length) };
  }
  const docAt = tail.lastIndexOf('   Doc-tests ');
  const doc = /^ {3}(Doc-tests ([\w-]+))$/.exec(docAt < 0 ? '' : tail.slice(docAt));
  if (!doc) return undefined;
  const [text, title = '', crate = ''] = doc;
  return { header: { text, kind: 'doc', title, crate }, before: line.slice(0, line.length - text.length) };
}

/**
 * Cuts output into segments at the headers that `accept` takes; a header it refuses stays a line of the segment it
 * stands in. What comes before the first header (compiling, errors of it) belongs to none.
 */
export function splitAtHeaders(output: string, accept: (header: TestHeader) => boolean): TestSegment[] {
  const segments: TestSegment[] = [];
  for (const raw of output.split('\n')) {
    const line = raw.endsWith('\r') ? raw.slice(0, -1) : raw;
    const hit = headerAtLineEnd(line);
    const lines = segments.at(-1)?.lines;
    if (hit && accept(hit.header)) {
      if (hit.before !== '') lines?.push(hit.before);
      segments.push({ header: hit.header, lines: [] });
    } else {
      lines?.push(line);
    }
  }
  return segments;
}
