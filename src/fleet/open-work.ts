// What our pull requests say of specs: merged ones prove, also after a squash that took the lines off the commits; open
// ones hold work to wait for or to go on with (docs/contract.md, "Marks"). A mark counts only in a text of our own account.
import type { BranchPullRequest, GitHub, GitHubResult } from '../platform/github.js';
import { isOwnAccount } from '../platform/github.js';
import type { Git } from '../platform/git.js';
import { workBranches } from '../publish/publish.js';
import { parseMark } from '../report/report.js';
import type { SpecText } from './proven.js';

export type Work =
  /** Verified and merged into the base. */
  | { kind: 'merged'; pullRequest: number }
  /** Verified, and waits to be merged. `branch`: the work branch or a numbered one; `base`: the branch it goes to. */
  | { kind: 'verified'; pullRequest: number; branch: string; base: string }
  | { kind: 'unfinished'; pullRequest: number; branch: string };

interface WorkRequest {
  github: GitHub;
  git: Git;
  /** Where runs start. */
  base: { commit: string; branch: string };
  /** `branch`: the spec's work branch. */
  specs: readonly (SpecText & { branch: string })[];
}

/** By the spec's path; specs of which no pull request of ours tells are left out. */
export async function findWork({ github, git, base, specs }: WorkRequest): Promise<GitHubResult<Map<string, Work>>> {
  const work = new Map<string, Work>();
  if (specs.length === 0) return { kind: 'ok', value: work };
  const read = await github.pullRequestsOf(specs.flatMap(({ branch }) => workBranches(branch)));
  if (read.kind === 'failed') return read;
  const identity = await github.identity();
  const pullsOf = (branch: string) =>
    (read.value.get(branch) ?? []).filter(({ author }) => isOwnAccount(identity, author));
  for (const { path, hash, branch } of specs) {
    const found = workBranches(branch).flatMap((name) => pullsOf(name).map((pull) => ({ ...pull, branch: name })));
    const ours = found.flatMap((pull) => {
      const mark = parseMark(pull.body);
      return mark?.specPath === path && mark.specHash === hash
        ? [{ ...pull, isVerified: mark.outcome === 'verified' }]
        : [];
    });
    for (const pull of ours)
      if (pull.isMerged && pull.isVerified && (await isIn({ git, base, pullsOf }, pull)))
        work.set(path, { kind: 'merged', pullRequest: pull.number });
    const open = ours.filter(({ isMerged }) => !isMerged);
    const furthest = open.find(({ isVerified }) => isVerified) ?? open[0];
    if (furthest === undefined || work.has(path)) continue;
    const { number: pullRequest, baseRef, isVerified } = furthest;
    const where = { pullRequest, branch: furthest.branch };
    work.set(path, isVerified ? { kind: 'verified', ...where, base: baseRef } : { kind: 'unfinished', ...where });
  }
  return { kind: 'ok', value: work };
}

/** Merged into the base itself, by a commit that the base has, or into a branch of ours that came in this way. */
async function isIn(
  ground: Pick<WorkRequest, 'git' | 'base'> & { pullsOf: (branch: string) => BranchPullRequest[] },
  pull: BranchPullRequest,
  seen: readonly number[] = [],
): Promise<boolean> {
  const { git, base, pullsOf } = ground;
  if (pull.baseRef === base.branch) return true;
  if (pull.mergeCommit !== undefined && (await git.isAncestor(pull.mergeCommit, base.commit))) return true;
  for (const next of pullsOf(pull.baseRef))
    if (next.isMerged && !seen.includes(next.number) && (await isIn(ground, next, [...seen, pull.number]))) return true;
  return false;
}
