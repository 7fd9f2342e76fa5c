// What lies on disk below a checkout, as seen after strangers' code has written there: who changed what, and how to get
// rid of it. Nothing here follows a symlink or trusts a folder's permissions. Which files belong there is not known here.
import { lstatSync } from 'node:fs';
import { chmod, lstat, readdir, rm } from 'node:fs/promises';
import path from 'node:path';

/**
 * Changes with every write, also one that sets the modification time back: a program cannot set ctime.
 * `undefined` when nothing is there. Synchronous, as it is asked of every file of a repository several times a run: a
 * hundred thousand turns of the event loop take half a minute, the calls themselves less than a second.
 */
export function signatureOf(absolute: string): string | undefined {
  try {
    const stat = lstatSync(absolute, { bigint: true, throwIfNoEntry: false });
    return stat && `${stat.mode}:${stat.size}:${stat.mtimeNs}:${stat.ctimeNs}:${stat.dev}:${stat.ino}`;
  } catch {
    return undefined; // a file stands where a folder was, or the folder cannot be entered
  }
}

/** Every folder above the given paths, outermost first, as paths relative to where these start; without the start itself. */
export function foldersAbove(paths: Iterable<string>): Set<string> {
  const folders = new Set<string>();
  for (const file of paths) {
    for (let at = path.posix.dirname(file); at !== '.' && !folders.has(at); at = path.posix.dirname(at))
      folders.add(at);
  }
  return new Set([...folders].sort((a, b) => a.split('/').length - b.split('/').length));
}

/**
 * Removes whatever stands where a folder must be (a symlink that leads elsewhere, a file), and makes folders usable again
 * whose permissions were taken away. Missing ones are left missing.
 * @param folders outermost first
 */
export async function reclaimFolders(root: string, folders: Iterable<string>): Promise<void> {
  for (const folder of ['', ...folders]) {
    const absolute = path.join(root, folder);
    const stat = await lstat(absolute).catch(() => undefined); // absent: written again where a file needs it
    if (stat === undefined) continue;
    if (!stat.isDirectory()) await rm(absolute, { force: true });
    else if ((stat.mode & 0o700) !== 0o700) await chmod(absolute, 0o755);
  }
}

/** Removes everything below `root` but the given files and the folders that lead to them. */
export async function removeOthers(
  root: string,
  files: ReadonlySet<string>,
  folders: ReadonlySet<string>,
): Promise<void> {
  const visit = async (folder: string): Promise<void> => {
    for (const entry of await readdir(path.join(root, folder), { withFileTypes: true })) {
      const relative = path.posix.join(folder, entry.name);
      if (entry.isDirectory() && folders.has(relative)) await visit(relative);
      else if (!files.has(relative)) await removeTree(path.join(root, relative));
    }
  };
  await visit('');
}

/** Removes a file or folder, also one that holds folders nobody may write to. */
export async function removeTree(absolute: string): Promise<void> {
  try {
    await rm(absolute, { recursive: true, force: true });
  } catch {
    // Tests of permission errors leave such folders behind; they are ours to open.
    await openFolders(absolute);
    await rm(absolute, { recursive: true, force: true });
  }
}

async function openFolders(absolute: string): Promise<void> {
  const stat = await lstat(absolute).catch(() => undefined); // gone already
  if (!stat?.isDirectory()) return;
  await chmod(absolute, 0o700);
  for (const entry of await readdir(absolute, { withFileTypes: true }))
    if (entry.isDirectory()) await openFolders(path.join(absolute, entry.name));
}
