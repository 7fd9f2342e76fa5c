// The one gate between a path the model names and a file of the work copy. It resolves every symlink before it decides.
// No box that mounts the work copy is alive while a file tool works, so nothing can swap a path between check and use.
import { lstat, realpath } from 'node:fs/promises';
import path from 'node:path';
import { ToolError } from '../errors.js';

export interface GatedPath {
  /** Relative to the repository, `/` as separator, normalised. */
  relative: string;
  /** On the host; every parent is a real folder inside the root. */
  absolute: string;
}

const MAX_PATH_CHARS = 1_000;
/** Names that no checkout can hold everywhere, or that hide what they are in a listing. */
const BAD_NAME = /[\p{Cc}\p{Cf}\p{Cs}\\]/u;
/** What git, or a disk that git must reckon with, takes for its own folder (core.protectNTFS): it refuses such a tree. */
const GIT_NAME = /^(\.git|git~1)[ .]*(:.*)?$/i;
const MAX_NAME_BYTES = 255;

/**
 * @throws ToolError for a path outside the work copy (lexically or through a symlink), below `.git`, or that ends at a symlink
 */
export async function gatePath(root: string, requested: string): Promise<GatedPath> {
  const refuse = (reason: string) =>
    new ToolError(`'${printable(requested)}' ${reason}. Name a path relative to the repository, such as src/lib.rs.`);
  if (requested === '' || requested.length > MAX_PATH_CHARS) throw refuse('is not a usable path');
  if (BAD_NAME.test(requested)) throw refuse('holds control characters, broken characters or a backslash');
  if (path.posix.isAbsolute(requested)) throw refuse('is absolute, which is outside the repository');
  const relative = path.posix.normalize(requested).replace(/\/$/, '');
  if (relative === '..' || relative.startsWith('../')) throw refuse('is outside the repository');
  const names = relative.split('/');
  if (names.some((name) => GIT_NAME.test(name))) throw refuse("is git's own");
  if (names.some((name) => Buffer.byteLength(name) > MAX_NAME_BYTES)) throw refuse('holds a name that is too long');
  const realRoot = await realpath(root);
  const parent = await realpathOfDeepestParent(realRoot, path.posix.dirname(relative));
  const expected = path.posix.normalize(path.posix.join(realRoot, path.posix.dirname(relative)));
  // A link inside the repository would let one file be reached by two names; the same answer for both keeps it simple.
  if (parent === undefined || !expected.startsWith(parent) || !isInside(realRoot, parent))
    throw refuse('leads through a symlink, which is not followed');
  const absolute = path.join(realRoot, relative);
  const stat = await lstat(absolute).catch(() => undefined); // absent: the tools say so where it matters
  if (stat?.isSymbolicLink()) throw refuse('is a symlink, which is not followed');
  if (stat && !stat.isFile() && !stat.isDirectory()) throw refuse('is neither a file nor a folder');
  return { relative, absolute };
}

function isInside(root: string, candidate: string): boolean {
  return candidate === root || candidate.startsWith(`${root}/`);
}

/** The real path of the deepest existing parent; `undefined` when it is no prefix of the path asked for. */
async function realpathOfDeepestParent(root: string, folder: string): Promise<string | undefined> {
  let current = path.join(root, folder);
  for (;;) {
    try {
      const real = await realpath(current);
      return real === current ? real : undefined;
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      if (code === 'ELOOP') return undefined;
      // A dangling link exists by lstat but has no real path: it must not count as "not there yet".
      if (await lstat(current).catch(() => undefined)) return undefined;
      if (current === root) return undefined;
      current = path.dirname(current);
    }
  }
}

/** A path as it may be shown: on one line, what has no shape escaped, length bounded. */
export function printable(text: string): string {
  const escaped = text.replaceAll(/[\p{C}\u2028\u2029]/gu, (c) => `\\u{${(c.codePointAt(0) ?? 0).toString(16)}}`);
  return escaped.length > 200 ? `${escaped.slice(0, 200)}…` : escaped;
}
