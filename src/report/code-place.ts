// A place in the code as the model and the audit name it: `src/lib.rs`, `src/lib.rs:9`, `src/lib.rs:9-12`. Where it is
// shown, and as what kind of link, is decided by each rendering.

interface CodePlace {
  /** Relative to the repository, without a leading `./`. */
  path: string;
  /** From 1. */
  line?: string;
  /** Of a range. */
  lastLine?: string;
}

/** Reads a place; a column behind the line is passed over. A text that names no line is a path as a whole. */
export function parsePlace(text: string): CodePlace {
  const form = /^(?:\.\/)*(.+?)(?::(\d{1,9})(?:-(\d{1,9}))?(?::\d{1,9})?)?$/;
  const [, path = '', line, lastLine] = form.exec(text.trim()) ?? [];
  return { path, ...(line === undefined ? {} : { line }), ...(lastLine === undefined ? {} : { lastLine }) };
}
