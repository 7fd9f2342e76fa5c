// Reads the sources of a dependency as cargo unpacked them, for outlines only.
import type { Dirent } from 'node:fs';
import { lstat, readFile, readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { ToolError } from '../errors.js';

/** As cargo and crates.io have them. The lock file is the model's to write, and a name becomes part of a path here. */
const NAME = /^[A-Za-z0-9_-]+$/;
const VERSION = /^[0-9A-Za-z.+-]+$/;
const MAX_FILES = 400;
const MAX_FILE_BYTES = 1024 * 1024;

/**
 * The Rust sources below `src/` of a dependency, `lib.rs` first.
 * @param sources cargo's `registry/src`
 * @param locked the packages of the lock file, which decides the version
 * @throws ToolError when the lock file has no such package or it was not downloaded
 */
export async function readDependency(
  sources: string,
  locked: readonly { name: string; version: string; source?: string }[],
  name: string,
): Promise<{ name: string; text: string }[]> {
  const versions = locked.filter(
    (entry) => entry.name === name && entry.source !== undefined && NAME.test(name) && VERSION.test(entry.version),
  );
  const found = versions.at(-1);
  if (found === undefined)
    throw new ToolError(
      `Cargo.lock has no crate ${name}. It has: ${
        locked
          .filter((entry) => entry.source)
          .map((entry) => entry.name)
          .join(', ') || 'none'
      }.`,
    );
  for (const registry of await readdir(sources).catch(() => [])) {
    const folder = path.join(sources, registry, `${name}-${found.version}`, 'src');
    const files = await rustFiles(folder);
    if (files.length > 0)
      return Promise.all(
        files.map(async (file) => ({
          name: `${name} ${found.version}: src/${path.relative(folder, file)}`,
          text: await readFile(file, 'utf8'),
        })),
      );
  }
  throw new ToolError(
    `The sources of ${name} ${found.version} are not downloaded yet. Run cargo check once, then ask again.`,
  );
}

async function rustFiles(folder: string): Promise<string[]> {
  // Links are left out: an archive may hold links that lead elsewhere.
  if (!(await lstat(folder).catch(() => undefined))?.isDirectory()) return []; // not downloaded, or no such folder in it
  const entries: Dirent[] = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = entries
    .filter((entry) => entry.isFile() && entry.name.endsWith('.rs'))
    .map((entry) => path.join(entry.parentPath, entry.name));
  const rank = (file: string) => (path.basename(file) === 'lib.rs' ? 0 : file.split(path.sep).length);
  const sized = await Promise.all(files.map(async (file) => ({ file, bytes: (await stat(file)).size })));
  return sized
    .filter(({ bytes }) => bytes <= MAX_FILE_BYTES)
    .map(({ file }) => file)
    .sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1))
    .slice(0, MAX_FILES);
}
