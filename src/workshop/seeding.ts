// Copies what the base's lock file names from the runner's CARGO_HOME into that of the boxes: what cannot be fetched
// there (registries that need a token, git over ssh) or need not be. Copies, never links: a box writes beside them.
import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { copyFile, cp, lstat, mkdir, readFile, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import type { LockedPackage } from './lock-file.js';
import { isCratesIo } from './lock-file.js';
import { destinationOf } from './runner-cargo.js';

/** As cargo and registries have them. Both become part of a path here. */
const NAME = /^[A-Za-z0-9_-]+$/;
const VERSION = /^[0-9A-Za-z.+-]+$/;
/** What a bare repository needs; hooks and the like stay behind. */
const GIT_ENTRIES = ['HEAD', 'config', 'objects', 'packed-refs', 'refs'];

interface Homes {
  /** The runner's. */
  from: string;
  /** That of the boxes. */
  to: string;
  /** Whose folders hold the packages of crates.io: its own host, or that of its mirror. */
  cratesIoHost: string;
}

/**
 * Archives are taken only when their checksum is that of the lock file: cargo does not check what it finds in its cache.
 * Of crates.io the index is not taken, since nothing proves it and it can be asked; of other registries it is.
 */
export async function seedLocked(homes: Homes, packages: readonly LockedPackage[]): Promise<void> {
  for (const { name, version, source, checksum } of packages) {
    if (source === undefined || !NAME.test(name) || !VERSION.test(version)) continue;
    if (source.startsWith('git+')) await seedRepository(homes, source);
    else if (checksum !== undefined) await seedArchive(homes, { name, version, source, checksum });
  }
}

async function seedArchive(homes: Homes, wanted: Required<Omit<LockedPackage, 'dependencies'>>): Promise<void> {
  const { name, version, source, checksum } = wanted;
  const host = isCratesIo(source) ? homes.cratesIoHost : destinationOf(source, false)?.host;
  if (host === undefined) return;
  const archive = `${name}-${version}.crate`;
  for (const folder of await foldersOf(path.join(homes.from, 'registry', 'cache'), host)) {
    const copy = await copyOne(homes, path.join('registry', 'cache', folder, archive));
    if (copy === undefined) continue;
    const hash = createHash('sha256').update(await readFile(copy));
    if (hash.digest('hex') !== checksum) await rm(copy);
  }
  if (isCratesIo(source)) return;
  for (const folder of await foldersOf(path.join(homes.from, 'registry', 'index'), host)) {
    await copyOne(homes, path.join('registry', 'index', folder, 'config.json'));
    await copyOne(homes, path.join('registry', 'index', folder, '.cache', indexPath(name.toLowerCase())));
  }
}

/** Repositories lie in `git/db/<last part of the address>-<hash>`; git's own hashes prove what is in them. */
async function seedRepository(homes: Homes, source: string): Promise<void> {
  const address = source.slice('git+'.length).split(/[?#]/)[0] ?? '';
  const last = address.replace(/\/+$/, '').split('/').at(-1) ?? '';
  const ident = last.replace(/\.git$/, '').toLowerCase();
  if (!/^[\w.-]+$/.test(ident)) return;
  for (const folder of await foldersOf(path.join(homes.from, 'git', 'db'), ident))
    for (const entry of GIT_ENTRIES) {
      const [from, to] = [homes.from, homes.to].map((home) => path.join(home, 'git', 'db', folder, entry)) as [
        string,
        string,
      ];
      if ((await lstat(from).catch(() => undefined)) === undefined) continue; // not every repository has each
      await cp(from, to, {
        recursive: true,
        mode: constants.COPYFILE_FICLONE,
        filter: async (file) => !(await lstat(file)).isSymbolicLink(),
      });
    }
}

/** cargo's folders for a host or repository: its name, `-`, and a hash of cargo's own. */
async function foldersOf(parent: string, name: string): Promise<string[]> {
  const folders = await readdir(parent).catch(() => []); // the runner may have none
  return folders.filter((folder) => folder.toLowerCase().replace(/-[0-9a-f]{16}$/, '') === name);
}

/** @returns the path of the copy, or `undefined` when there is no such regular file */
async function copyOne(homes: Homes, file: string): Promise<string | undefined> {
  const [from, to] = [path.join(homes.from, file), path.join(homes.to, file)];
  if (!(await lstat(from).catch(() => undefined))?.isFile()) return undefined;
  await mkdir(path.dirname(to), { recursive: true });
  await copyFile(from, to, constants.COPYFILE_FICLONE);
  return to;
}

/** Where an index keeps a crate: cargo's reference, "Registry index", "Index files". */
function indexPath(name: string): string {
  if (name.length <= 2) return path.join(String(name.length), name);
  if (name.length === 3) return path.join('3', name.slice(0, 1), name);
  return path.join(name.slice(0, 2), name.slice(2, 4), name);
}
