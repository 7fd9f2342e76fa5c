// Writes a commit's files to disk as git stores them: no filters, no line-ending conversion, no hooks, no `.git`.
import { closeSync, fchmodSync, futimesSync, openSync, writeFileSync } from 'node:fs';
import { lutimes, mkdir, symlink } from 'node:fs/promises';
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { Git } from '../platform/git.js';
import type { TreeFile } from '../platform/source-tree.js';

/**
 * Modification time of every file that is as in the base: well before any build of the run, the same in each checkout.
 * cargo takes a source for changed only when it is newer than the last build (DESIGN, decision 7).
 */
export const BASE_MTIME_SECONDS = Date.UTC(2020, 0, 1) / 1000;

/** After so many files signals and streams get their turn. */
const FILES_BETWEEN_PAUSES = 500;

/**
 * Writes files below `folder`, which must be empty or hold only files of an earlier call.
 * @param unchanged blob ids by path as in the base; a file that differs from it gets the present as its time
 */
export async function writeCheckout(
  git: Git,
  files: readonly TreeFile[],
  folder: string,
  unchanged: ReadonlyMap<string, TreeFile> | 'all',
): Promise<void> {
  const folders = new Set(files.map((file) => path.dirname(path.join(folder, file.path))));
  await mkdir(folder, { recursive: true });
  for (const parent of folders) await mkdir(parent, { recursive: true });
  const withContent = files.filter((file) => file.mode !== '160000');
  for (const submodule of files.filter((file) => file.mode === '160000'))
    await mkdir(path.join(folder, submodule.path), { recursive: true });
  let next = 0;
  for await (const content of git.readBlobs(withContent.map((file) => file.oid))) {
    const file = withContent[next++];
    if (file === undefined) break;
    const target = path.join(folder, file.path);
    const base = unchanged === 'all' ? file : unchanged.get(file.path);
    const isAsInBase = base?.oid === file.oid && base.mode === file.mode;
    if (file.mode === '120000') {
      await symlink(content.toString('utf8'), target);
      if (isAsInBase) await lutimes(target, BASE_MTIME_SECONDS, BASE_MTIME_SECONDS);
    } else writeRegular(target, content, file.mode === '100755', isAsInBase);
    if (next % FILES_BETWEEN_PAUSES === 0) await setImmediate();
  }
}

/** Synchronous: in a repository of 100,000 files the way through the event loop would take most of a minute. */
function writeRegular(target: string, content: Buffer, isExecutable: boolean, isAsInBase: boolean): void {
  const file = openSync(target, 'wx', isExecutable ? 0o755 : 0o644);
  try {
    writeFileSync(file, content);
    if (isExecutable) fchmodSync(file, 0o755); // the umask may have taken the bit
    if (isAsInBase) futimesSync(file, BASE_MTIME_SECONDS, BASE_MTIME_SECONDS);
  } finally {
    closeSync(file);
  }
}
