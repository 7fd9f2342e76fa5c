// Dependencies that a repository brings along (`cargo vendor`): the base's `.cargo/config.toml` replaces a registry by a
// folder. Of that file only the tables `source.*` are read here; cargo itself obeys the whole of it where code runs anyway.
import path from 'node:path';
import { parse, stringify } from 'smol-toml';
import { z } from 'zod';
import type { SourceTree } from '../platform/source-tree.js';

export interface VendoredSources {
  /** Of the crates, relative to the repository. */
  folder: string;
  /** Where a configuration with the replacements belongs, and its text; they hold nothing else. */
  config: { path: string; text: string };
}

const NAMES = ['config.toml', 'config'];
/** The file whose presence makes a folder a vendored crate; it names the sources' checksums. */
export const CHECKSUM_FILE = '.cargo-checksum.json';

const source = z.object({
  'replace-with': z.string().optional(),
  directory: z.string().optional(),
  registry: z.string().optional(),
  git: z.string().optional(),
  branch: z.string().optional(),
  tag: z.string().optional(),
  rev: z.string().optional(),
});
const shape = z.object({ source: z.record(z.string(), source) });

/** @returns `undefined` where crates.io is not replaced by a folder of this repository, or the file cannot be read */
export async function readVendoredSources(
  tree: SourceTree,
  workingDirectory: string,
): Promise<VendoredSources | undefined> {
  for (let folder = path.posix.normalize(workingDirectory); ; folder = path.posix.dirname(folder)) {
    for (const name of NAMES) {
      const file = path.posix.join(folder, '.cargo', name);
      const found = readReplacement((await tree.read(file))?.toString('utf8') ?? '');
      if (found === undefined) continue;
      const { sources, directory } = found;
      // cargo takes a relative path from the folder that holds `.cargo`.
      const vendored = path.posix.join(folder, directory);
      if (path.posix.isAbsolute(directory) || vendored === '..' || vendored.startsWith('../')) return undefined;
      const text = stringify({ source: sources });
      return { folder: vendored.replace(/\/$/, ''), config: { path: file, text } };
    }
    if (folder === '.') return undefined;
  }
}

function readReplacement(text: string): { sources: z.infer<typeof shape>['source']; directory: string } | undefined {
  let config: unknown;
  try {
    config = parse(text);
  } catch {
    return undefined; // cargo says what is wrong with it
  }
  const sources = shape.safeParse(config).data?.source;
  const directory = sources?.[sources['crates-io']?.['replace-with'] ?? '']?.directory;
  return sources === undefined || directory === undefined ? undefined : { sources, directory };
}
