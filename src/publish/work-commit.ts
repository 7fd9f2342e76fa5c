// Makes commits of the work with git plumbing in our own bare repository: no index of the checkout, no hooks, no filters,
// no signing program. The tree is the base's with exactly the given changes.
import type { Git, TreeChange } from '../platform/git.js';
import type { CommitMessageRequest } from './commit-message.js';
import { buildCommitMessage } from './commit-message.js';

/** Who makes the commits: the account behind workflow tokens, which GitHub shows as a bot. */
const AUTHOR = { name: 'ferrule[bot]', email: '41898282+github-actions[bot]@users.noreply.github.com' };

export interface WorkCommit {
  commit: string;
  tree: string;
}

/** Writes a commit object; no branch is moved. */
export async function writeWorkCommit(
  git: Git,
  tree: string,
  parent: string,
  message: CommitMessageRequest,
): Promise<WorkCommit> {
  const commit = await git.writeCommit({ tree, parent, message: buildCommitMessage(message), author: AUTHOR });
  return { commit, tree };
}

/** The tree of `base` with the changes of the work. */
export function writeWorkTree(git: Git, base: string, changes: readonly TreeChange[]): Promise<string> {
  return changes.length === 0 ? git.treeOf(base) : git.writeTree(base, changes);
}
