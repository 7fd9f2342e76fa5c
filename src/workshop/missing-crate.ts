// Adds to cargo's words what is known about a crate name that the index does not have. Nothing is looked up for it: an
// index answers for exact names only, and a name that merely exists next to a mistyped one may be a squatter's. So only
// names this run already met are proposed, and the text says so.
import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { didYouMean } from '../did-you-mean.js';

const NOT_FOUND =
  /the crate `([A-Za-z0-9_-]+)(?:@([^`\s]+))?` could not be found in registry index|no matching package named `([A-Za-z0-9_-]+)` found/;
const MAX_VERSIONS = 8;

/**
 * A paragraph to stand after cargo's output, empty when the output is not about a missing crate.
 * @param output of `cargo add` or a resolution
 * @param index cargo's `registry/index`: what it keeps of earlier answers
 * @param known names of the lock file's packages from a registry
 */
export async function explainMissingCrate(output: string, index: string, known: readonly string[]): Promise<string> {
  const found = NOT_FOUND.exec(output);
  const name = found?.[1] ?? found?.[3];
  if (name === undefined) return '';
  const answers = await indexAnswers(index);
  const file = answers.get(folded(name));
  if (file !== undefined && found?.[2] !== undefined) {
    const versions = await publishedVersions(file);
    const newest = versions.slice(-MAX_VERSIONS).join(', ');
    return `\nThe index has ${name}, but no version that matches ${found[2]}; the last ones published: ${newest}.\n`;
  }
  const candidates = [...new Set([...known, ...answers.keys()])]
    .filter((other) => folded(other) !== folded(name))
    .sort();
  const proposal = didYouMean(name, candidates) || ` No name of those is close to '${name}'.`;
  return (
    '\nThe index answers for exact names only (cargo itself tries - and _ for each other) and cannot be searched. Compared with ' +
    `the crates this run has met, in Cargo.lock or by earlier lookups:${proposal} ` +
    'Use a name that the spec gives or that you are certain of; otherwise ask.\n'
  );
}

/** The crates whose index entries cargo keeps: name to file. Names are lower case there. */
async function indexAnswers(index: string): Promise<Map<string, string>> {
  const answers = new Map<string, string>();
  for (const registry of await readdir(index).catch(() => [])) {
    // Nothing kept is an ordinary state.
    const kept = path.join(index, registry, '.cache');
    const entries = await readdir(kept, { recursive: true, withFileTypes: true }).catch(() => []);
    for (const entry of entries)
      if (entry.isFile()) answers.set(folded(entry.name), path.join(entry.parentPath, entry.name));
  }
  return answers;
}

/** In the order of publication, yanked ones left out. The file has a binary head and a JSON object for each version. */
async function publishedVersions(file: string): Promise<string[]> {
  const text = await readFile(file, 'utf8').catch(() => ''); // cargo may replace it at any time
  const entries = text.split('\0').filter((part) => part.startsWith('{'));
  return entries
    .filter((entry) => !/"yanked":\s*true/.test(entry))
    .flatMap((entry) => /"vers":\s*"([^"]+)"/.exec(entry)?.[1] ?? []);
}

/** Registries take names for the same that differ in case or in `-` and `_`. */
function folded(name: string): string {
  return name.toLowerCase().replaceAll('-', '_');
}
