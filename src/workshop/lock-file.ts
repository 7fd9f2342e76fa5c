// Reads lock files: which packages they name, and from where. Which sources are allowed is dependency-policy.ts's.
import { parse } from 'smol-toml';
import type { SourceTree } from '../platform/source-tree.js';
import { ToolError, UserError, messageOf } from '../errors.js';

/** A package of a lock file. */
export interface LockedPackage {
  name: string;
  version: string;
  /** Absent for the workspace's own crates. */
  source?: string;
  checksum?: string;
  /** What it depends on: `name`, or with version and source where the name alone is not clear. */
  dependencies: string[];
}

const CRATES_IO = new Set(['registry+https://github.com/rust-lang/crates.io-index', 'sparse+https://index.crates.io/']);

/** Whether a source of a lock file is crates.io, in either of the forms that cargo writes. */
export function isCratesIo(source: string): boolean {
  return CRATES_IO.has(source);
}

/** The packages that a lock file names. @throws ToolError when it is not valid TOML (conflict markers, say) */
export function readLock(text: string): LockedPackage[] {
  try {
    const { package: packages } = parse(text);
    return Array.isArray(packages) ? packages.flatMap(readPackage) : [];
  } catch (error) {
    throw new ToolError(`Cargo.lock is not valid TOML: ${messageOf(error).split('\n')[0] ?? ''}`);
  }
}

/** The same, where a file that is missing or not TOML names none: cargo refuses it in its own words. */
export function lockedPackages(lock: Buffer | undefined): LockedPackage[] {
  try {
    return lock === undefined ? [] : readLock(lock.toString('utf8'));
  } catch {
    return [];
  }
}

/** Of all lock files that a tree holds. */
export async function packagesOfTree(tree: SourceTree): Promise<LockedPackage[]> {
  const locks = tree.files.filter((file) => /(^|\/)Cargo\.lock$/i.test(file.path));
  return (await Promise.all(locks.map(async (file) => lockedPackages(await tree.read(file.path))))).flat();
}

/** The packages from outside the repository that `after` has and `before` has not, by name, version and source. */
export function packagesAdded(before: readonly LockedPackage[], after: readonly LockedPackage[]): LockedPackage[] {
  const idOf = ({ name, version, source }: LockedPackage) => `${name} ${version} ${source ?? ''}`;
  const known = new Set(before.map(idOf));
  return after.filter((entry) => entry.source !== undefined && !known.has(idOf(entry)));
}

/** The model can write a lock file, so its shape is not to be trusted. */
function readPackage(entry: unknown): LockedPackage[] {
  const { name, version, source, checksum, dependencies } = (entry ?? {}) as Record<string, unknown>;
  if (typeof name !== 'string' || typeof version !== 'string') return [];
  if (source !== undefined && typeof source !== 'string') return [];
  return [
    {
      name,
      version,
      ...(source === undefined ? {} : { source }),
      ...(typeof checksum === 'string' ? { checksum } : {}),
      dependencies: Array.isArray(dependencies) ? dependencies.filter((each) => typeof each === 'string') : [],
    },
  ];
}

/**
 * Conflict marks, or a version that this cargo is too old for: nothing builds then, and what the file should hold is for
 * people to choose. @param output of cargo @throws UserError in its words
 */
export function refuseUnreadableLock(output: string): void {
  if (!output.includes('failed to parse lock file')) return;
  const words = output.replaceAll(/\s+/g, ' ').trim().slice(0, 1_000);
  throw new UserError(`cargo cannot read the lock file of the base: ${words} Mend it on the base branch.`);
}
