// Which specs a run is about: patterns against the files of a commit, and whether a spec is already proven there. Runs
// none of them.
import picomatch from 'picomatch';
import type { Git } from '../platform/git.js';
import { isVerifiedCommit } from '../publish/publish.js';

export interface SpecSelection {
  /** In the order of the patterns, each once. */
  specs: string[];
  /** Globs that match nothing: a warning, not an error. */
  emptyGlobs: string[];
}

/** Commits looked at for a proof; far more than any spec has. */
const MAX_PROOFS = 50;

/**
 * Plain paths stand for themselves, also when nothing is there (whoever loads them says so); globs for every Markdown
 * file of the commit that they match.
 */
export function selectSpecs(patterns: readonly string[], files: readonly { path: string }[]): SpecSelection {
  const specs = new Set<string>();
  const emptyGlobs: string[] = [];
  for (const pattern of patterns) {
    if (!picomatch.scan(pattern).isGlob) {
      specs.add(pattern);
      continue;
    }
    const isMatch = picomatch(pattern);
    const matches = files.map((file) => file.path).filter((path) => /\.(md|markdown)$/i.test(path) && isMatch(path));
    if (matches.length === 0) emptyGlobs.push(pattern);
    for (const match of matches) specs.add(match);
  }
  return { specs: [...specs], emptyGlobs };
}

/** The newest commit reachable from `head` that says the spec in this state was verified. */
export async function findProof(
  git: Git,
  head: string,
  spec: { path: string; hash: string },
): Promise<string | undefined> {
  const candidates = await git.messages(head, { max: MAX_PROOFS, grep: `Ferrule-Spec-Hash: sha256:${spec.hash}` });
  return candidates.find(({ message }) => isVerifiedCommit(message, spec.path, spec.hash))?.commit;
}
