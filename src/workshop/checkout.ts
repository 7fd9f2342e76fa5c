// Writes a commit's files to disk as git stores them: no filters, no line-ending conversion, no hooks, no `.git`.
import { closeSync, fchmodSync, fchownSync, futimesSync, openSync, writeFileSync } from 'node:fs';
import { lutimes, symlink } from 'node:fs/promises';
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { Git } from '../platform/git.js';
import type { TreeFile } from '../platform/source-tree.js';
import type { FileOwner } from './ownership.js';
import { give, makeFolder } from './ownership.js';

/**
 * Modification time of every file that is as in the base: well before any build of the run, the same in each checkout.
 * cargo takes a source for changed only when it is newer than the last build (docs/architecture.md, "clean and warm").
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
  owner: FileOwner,
): Promise<void> {
  const folders = new Set(files.map((file) => path.dirname(path.join(folder, file.path))));
  await makeFolder(folder, owner);
  for (const parent of folders) await makeFolder(parent, owner);
  const withContent = files.filter((file) => file.mode !== '160000');
  for (const submodule of files.filter((file) => file.mode === '160000'))
    await makeFolder(path.join(folder, submodule.path), owner);
  let next = 0;
  for await (const content of git.readBlobs(withContent.map((file) => file.oid))) {
    const file = withContent[next++];
    if (file === undefined) break;
    const target = path.join(folder, file.path);
    const base = unchanged === 'all' ? file : unchanged.get(file.path);
    const isAsInBase = base?.oid === file.oid && base.mode === file.mode;
    if (file.mode === '120000') {
      await symlink(content.toString('utf8'), target);
      await give(target, owner);
      if (isAsInBase) await lutimes(target, BASE_MTIME_SECONDS, BASE_MTIME_SECONDS);
    } else writeRegular(target, content, { isExecutable: file.mode === '100755', isAsInBase, owner });
    if (next % FILES_BETWEEN_PAUSES === 0) await setImmediate();
  }
}

/** Synchronous: in a repository of 100,000 files the way through the event loop would take most of a minute. */
function writeRegular(
  target: string,
  content: Buffer,
  { isExecutable, isAsInBase, owner }: { isExecutable: boolean; isAsInBase: boolean; owner: FileOwner },
): void {
  const file = openSync(target, 'wx', isExecutable ? 0o755 : 0o644);
  try {
    writeFileSync(file, content);
    if (owner !== undefined) fchownSync(file, owner.uid, owner.gid);
    if (isExecutable) fchmodSync(file, 0o755); // the umask may have taken the bit
    if (isAsInBase) futimesSync(file, BASE_MTIME_SECONDS, BASE_MTIME_SECONDS);
  } finally {
    closeSync(file);
  }
}
