// Makes commits of the work with git plumbing in our own bare repository: no index of the checkout, no hooks, no filters,
// no signing program. The tree is the base's with exactly the given changes.
import type { Git, TreeChange } from '../platform/git.js';
import type { CommitMessageRequest } from './commit-message.js';
import { buildCommitMessage } from './commit-message.js';

/** Who makes the commits: the account behind workflow tokens, which GitHub shows as a bot. */
export const AUTHOR = { name: 'ferrule[bot]', email: '41898282+github-actions[bot]@users.noreply.github.com' };

export interface WorkCommit {
  commit: string;
  tree: string;
}

/** A commit with everything but the tree's content that its id is made of. */
export interface SeriesCommit extends WorkCommit {
  parent: string;
  message: CommitMessageRequest;
  /** Unix time. */
  atSeconds: number;
}

/**
 * Writes a commit object; no branch is moved. The same arguments give the same id, in any repository.
 * @param mergedIn second parent
 */
export async function writeWorkCommit(
  git: Git,
  tree: string,
  parent: string,
  message: CommitMessageRequest,
  atSeconds: number,
  mergedIn?: string,
): Promise<SeriesCommit> {
  const text = buildCommitMessage({ ...message, tree });
  const commit = await git.writeCommit({
    tree,
    parent,
    message: text,
    author: AUTHOR,
    atSeconds,
    ...(mergedIn && { mergedIn }),
  });
  return { commit, tree, parent, message, atSeconds };
}

/** The tree of `base` with the changes of the work. */
export function writeWorkTree(git: Git, base: string, changes: readonly TreeChange[]): Promise<string> {
  return changes.length === 0 ? git.treeOf(base) : git.writeTree(base, changes);
}
