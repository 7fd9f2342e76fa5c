// Remembers which lines of which content of a file the model has seen, so that nothing is replaced blindly.
import { createHash } from 'node:crypto';
import { ToolError } from '../errors.js';

interface Seen {
  hash: string;
  lines: Set<number>;
  total: number;
}

export class ReadStates {
  private readonly seen = new Map<string, Seen>();

  /** The model was shown lines `first` to `last` (1-based) of a content with `total` lines. */
  shown(path: string, content: Uint8Array, first: number, last: number, total: number): void {
    const hash = hashOf(content);
    let state = this.seen.get(path);
    if (state?.hash !== hash) this.seen.set(path, (state = { hash, lines: new Set(), total }));
    for (let line = first; line <= last; line++) state.lines.add(line);
  }

  /** The model itself wrote this content, so it knows it. */
  wrote(path: string, content: Uint8Array): void {
    this.seen.set(path, { hash: hashOf(content), lines: new Set(), total: 0 });
  }

  /** The model changed places of what it knew: after a partial reading it still does not know the rest. */
  edited(path: string, content: Uint8Array, total: number): void {
    const before = this.seen.get(path);
    const knewAll = before !== undefined && before.lines.size >= before.total;
    // Line numbers have moved, so what a partial reading had covered cannot be carried over.
    this.seen.set(path, { hash: hashOf(content), lines: new Set(), total: knewAll ? 0 : total });
  }

  /**
   * @param how `edit`: some of the present content must have been seen; `replace`: all of it
   * @throws ToolError saying what must be read first
   */
  require(path: string, content: Uint8Array, how: 'edit' | 'replace'): void {
    const state = this.seen.get(path);
    if (state === undefined) throw new ToolError(`${path} has not been read in this run. Call read_file on it first.`);
    if (state.hash !== hashOf(content))
      throw new ToolError(
        `${path} has changed since it was read (cargo fmt or another command rewrote it). Read it again first.`,
      );
    if (how === 'replace' && state.lines.size < state.total)
      throw new ToolError(
        `${state.total - state.lines.size} of the ${state.total} lines of ${path} have not been read in their present state. Read them first; for a change, edit_file is enough.`,
      );
  }
}

function hashOf(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}
