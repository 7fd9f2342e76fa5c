// The branch a run pushes its increments to: always forward, never over anybody's commits. When the branch holds
// commits that ours do not descend from, the run takes a numbered branch beside it, so that its work is not lost.
import { messageOf } from '../errors.js';
import type { Git } from '../platform/git.js';
import type { PushResult, Remote } from '../platform/git-remote.js';
import { readRemoteBranch } from '../platform/git-remote.js';
import { MAX_BRANCHES, numberedBranch } from './branch-name.js';
import type { CommitWriter } from './commit-writer.js';
import type { Publisher } from './publisher.js';
import { describeOtherBranch } from './publisher.js';

interface WorkBranch {
  /** The branch in use now: the name asked for, or that name with `-2`, `-3`, …; from the first push on the one pushed to. */
  readonly name: string;
  /** A sentence where others' commits keep the work off the branch asked for. */
  readonly remark: string | undefined;
  push(commit: string): Promise<PushResult>;
}

const MAX_NUMBER = 50;
/** How often a branch may move between our look at it and our push. */
const MAX_RACES = 3;

/** @param base commits that it contains are nobody's work */
export function openWorkBranch(
  git: Git,
  remote: Remote,
  writer: CommitWriter,
  { branch: wantedName, baseCommit: base }: { branch: string; baseCommit: string },
): WorkBranch {
  let number = 1;
  /** The number that the work was begun on. */
  let home = 1;
  const currentName = () => numberedBranch(wantedName, number);

  async function pushOnce(commit: string): Promise<PushResult> {
    const tip = await readTip(commit);
    if (tip !== undefined && !(await writer.contains(commit, tip))) return { kind: 'moved' };
    return writer.push(currentName(), commit, tip);
  }

  /** Where the branch is now. One that is gone gives way to the numbered one that the work was begun on. */
  async function readTip(commit: string): Promise<string | undefined> {
    const tip = await readRemoteBranch(git, remote, currentName());
    if (tip !== undefined || number > 1) return tip;
    for (let beside = 2; beside <= MAX_BRANCHES; beside++) {
      const begun = await readRemoteBranch(git, remote, numberedBranch(wantedName, beside));
      if (begun === undefined || (await git.isAncestor(begun, base))) continue;
      if (!(await writer.contains(commit, begun))) continue;
      number = home = beside;
      return begun;
    }
    return undefined;
  }

  /** True when a push that came too late may be repeated: the branch is gone, or all of it is in `commit`. */
  async function containsTip(commit: string): Promise<boolean> {
    const tip = await readRemoteBranch(git, remote, currentName());
    return tip === undefined || writer.contains(commit, tip);
  }

  return {
    get name() {
      return currentName();
    },
    get remark() {
      return number === home ? undefined : describeOtherBranch(numberedBranch(wantedName, home), currentName());
    },
    async push(commit) {
      try {
        for (let races = 0; number <= MAX_NUMBER;) {
          const result = await pushOnce(commit);
          if (result.kind !== 'moved') return result;
          if (++races < MAX_RACES && (await containsTip(commit))) continue;
          number++;
          races = 0;
        }
        number = home;
        return { kind: 'moved' };
      } catch (thrown) {
        // A remote that does not answer is a refusal like any other: what was paid for stays, and the run reports it.
        return { kind: 'refused', reason: messageOf(thrown) };
      }
    },
  };
}

/** `Publisher.pushRenamed` of the kinds that push, where there is to be one. */
export function renaming(
  workBranch: WorkBranch,
  writer: CommitWriter,
  baseCommit: string,
): Pick<Publisher, 'pushRenamed'> {
  if (writer.keepsIds) return {};
  return {
    async pushRenamed({ headCommit }) {
      if (headCommit !== undefined && headCommit !== baseCommit) await workBranch.push(headCommit);
      return writer.published;
    },
  };
}
