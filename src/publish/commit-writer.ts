// How commits come to a branch of the remote: by git's own push, which keeps their ids. The other way, by which GitHub
// makes them anew and signs them, is api-commits.ts. Which branch is moved, and when, is decided by the callers.
import type { Git } from '../platform/git.js';
import type { PushResult, Remote } from '../platform/git-remote.js';
import { pushBranch } from '../platform/git-remote.js';

export interface CommitWriter {
  /** Whether all that a branch at `tip` holds is in `commit`, so that the branch may move there. */
  contains(commit: string, tip: string): Promise<boolean>;
  /**
   * Moves a branch forward, never by force.
   * @param tip where the branch is now, contained in `commit`; `undefined`: it must not exist yet
   */
  push(branch: string, commit: string, tip: string | undefined): Promise<PushResult>;
  /** False where commits get other ids on the remote. */
  keepsIds: boolean;
  /** The ids of commits on the remote, by those here, where they differ. */
  readonly published: ReadonlyMap<string, string>;
  /** What a reader of the result should know of the commits, in sentences. */
  readonly remarks: readonly string[];
}

export function pushingWriter(git: Git, remote: Remote): CommitWriter {
  return {
    contains: (commit, tip) => git.isAncestor(tip, commit),
    push: (branch, commit, tip) => pushBranch(git, remote, branch, commit, tip),
    keepsIds: true,
    published: new Map(),
    remarks: [],
  };
}

/** The id that a commit has on the remote. */
export function publishedId({ published }: CommitWriter, commit: string): string {
  return published.get(commit) ?? commit;
}
