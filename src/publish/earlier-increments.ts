// Which commits of earlier runs on a branch hold work, as a report names them. Which requirements they prove is not judged
// here, nor whose branch it is.
import type { CommitMessage } from '../platform/git.js';
import { isCommitOf, readTrailers } from './marks.js';

export interface EarlierIncrement {
  /** Subject of the commit. */
  title: string;
  commit: string;
  /** Ids that its message names; the spec may have other ones by now. */
  requirements: string[];
}

/**
 * The commits of the spec, oldest first, without those that changed no file (they ask, or say that the series is
 * verified) and without merges.
 * @param commits newest first
 * @param baseTree of the commit that the oldest stands on
 */
export function earlierIncrements(
  commits: readonly CommitMessage[],
  baseTree: string,
  specPath: string,
): EarlierIncrement[] {
  const trees = new Map(commits.map(({ commit, tree }) => [commit, tree]));
  return commits
    .filter(({ message, tree, parents: [parent = '', ...others] }) => {
      const before = trees.get(parent) ?? baseTree;
      return isCommitOf(message, specPath) && others.length === 0 && tree !== before;
    })
    .map(({ commit, message }) => ({
      title: message.split('\n', 1)[0]?.trim() ?? '',
      commit,
      requirements: (readTrailers(message).get('Ferrule-Requirements') ?? '').split(', ').filter((id) => id !== ''),
    }))
    .reverse();
}
