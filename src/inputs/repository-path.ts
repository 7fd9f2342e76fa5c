// Brings a path or glob from a workflow into one form: relative to the repository, `/` as separator, no way out.
// The disk is not read here, so links are not followed; whoever opens the path does that.
import { isAbsolute, posix, relative } from 'node:path';
import { refuse } from './input-values.js';

const EXPECTED = "a path inside the repository, relative to its root, with '/' between folders";

/** The normalised relative path; `.` is the repository itself. An absolute path below the workspace is accepted. */
export function readRepositoryPath(input: string, value: string, workspace: string): string {
  const local = isAbsolute(value) ? relative(workspace, value) || '.' : value;
  if (/[\\\0]/.test(local)) return refuse(input, value, EXPECTED);
  // Every segment is looked at, since `normalize` would let a glob's `*` swallow a `..`: `*/../..` became `..`.
  const segments = local.split('/');
  const path = posix.normalize(local).replace(/(?<=.)\/+$/, '');
  const leaves = path === '..' || path.startsWith('../') || posix.isAbsolute(path);
  if (leaves || (segments.includes('..') && /[*?[{]/.test(local))) return refuse(input, value, EXPECTED);
  return path;
}

/** Of the input `spec`: a slash at the end of a glob stays, since it says that folders are meant. */
export function readSpecPattern(value: string, workspace: string): string {
  const path = readRepositoryPath('spec', value, workspace);
  return value.endsWith('/') && /[*?[{]/.test(path) ? `${path}/` : path;
}
