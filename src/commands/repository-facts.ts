// What `ferrule init` finds out about a repository from the names of its files and one manifest: cargo workspaces, the
// crate's name, specs. Nothing is written.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parse } from 'smol-toml';

/** Folders in which teams keep specs: our own, Spec Kit's, Kiro's, OpenSpec's, and of plain documents. */
const SPEC_FOLDERS = /^(specs|docs\/specs|spec|\.kiro\/specs|openspec\/specs)\//;
const NO_SPEC = /(^|\/)(readme|template|plan|tasks|design|research)\.(md|markdown)$/i;

/** Folders with a Cargo.toml that no other one is above of, `.` for the root; in order of their names. */
export function findCargoFolders(files: readonly string[]): string[] {
  const folders = files
    .filter((file) => path.posix.basename(file) === 'Cargo.toml')
    .map((file) => path.posix.dirname(file));
  const isBelow = (folder: string, other: string) =>
    folder !== other && (other === '.' || folder.startsWith(`${other}/`));
  return folders.filter((folder) => !folders.some((other) => isBelow(folder, other))).sort();
}

/** Markdown files that are specs by where they lie. */
export function findSpecs(files: readonly string[]): string[] {
  return files
    .filter((file) => /\.(md|markdown)$/i.test(file) && SPEC_FOLDERS.test(file) && !NO_SPEC.test(file))
    .sort();
}

/** The package's name in a folder's Cargo.toml; `undefined` for a workspace without one, or no manifest. */
export async function findCrateName(root: string, folder: string): Promise<string | undefined> {
  try {
    const manifest = parse(await readFile(path.join(root, folder, 'Cargo.toml'), 'utf8')) as {
      package?: { name?: unknown };
    };
    return typeof manifest.package?.name === 'string' ? manifest.package.name : undefined;
  } catch {
    return undefined; // an unreadable manifest is cargo's to report
  }
}
