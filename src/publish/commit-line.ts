// Commits known again by what they hold, where GitHub made them anew and so gave them other ids.
import type { CommitMessage, Git } from '../platform/git.js';

/** Far more than the limits of a run allow. */
const MAX_COMMITS = 1_000;

/** Those that `head` has and `exclude` lacks, oldest first. */
export async function readLine(git: Git, head: string, exclude: string): Promise<CommitMessage[]> {
  return (await git.messages(head, { exclude, max: MAX_COMMITS })).reverse();
}

/** Whether a line is the beginning of another, or all of it, by all that a reader of the history sees of the work. */
export function isBeginning(line: readonly CommitMessage[], of: readonly CommitMessage[]): boolean {
  return line.every((commit, i) => isSame(commit, of[i]));
}

function isSame(one: CommitMessage, other: CommitMessage | undefined): boolean {
  return one.tree === other?.tree && one.message.trimEnd() === other.message.trimEnd();
}
