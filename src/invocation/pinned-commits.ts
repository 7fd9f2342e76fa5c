// The commits and the branch that a run or a plan starts from, pinned before anything else is read.
import { UserError, messageOf } from '../errors.js';
import type { Inputs, PullRequestContext, RunContext } from '../inputs/inputs.js';
import type { Remote } from '../platform/git-remote.js';
import { fetchCommit, readRemoteBranch } from '../platform/git-remote.js';
import type { Git, readCheckout } from '../platform/git.js';
import { isWorkBranch } from '../publish/publish.js';
import type { GitHub } from '../platform/github.js';
import { isOwnAccount } from '../platform/github.js';
import type { World } from '../run/run.js';

export type Checkout = Awaited<ReturnType<typeof readCheckout>>;

/** Where commits and branches are found. */
type Ground = Pick<World, 'git' | 'remote' | 'github'> & { checkout: Checkout };

/**
 * The commit the run starts from with the branch it belongs to, and the commit whose agent file and standards count, which
 * is another where the first is still to be reviewed: on a pull request that of its base, on another run's work branch
 * the event's own.
 * @throws UserError when there is none, or a pull request has moved since it was pinned
 */
export async function pinCommits(
  ground: Ground,
  inputs: Pick<Inputs, 'base' | 'branch'>,
  context: RunContext,
): Promise<Pick<World, 'base' | 'trustedCommit'>> {
  const { git, remote, checkout } = ground;
  const { pullRequest } = context;
  if (pullRequest !== undefined && remote !== undefined) await refuseMovedHead(git, remote, pullRequest);
  const wanted = inputs.base ?? context.ownPullRequestBase;
  if (wanted !== undefined && wanted !== pullRequest?.headRef && remote !== undefined) {
    const what = inputs.base === undefined ? 'The base of the pull request' : "Input 'base'";
    const commit = await fetchTip(git, remote, wanted, what);
    const isWork = (branch: string) => branch !== context.defaultBranch && isWorkBranch(inputs.branch, branch);
    const trustedCommit = isWork(wanted)
      ? await reviewedCommit({ ...ground, remote }, context, wanted, isWork)
      : commit;
    return { base: { commit, branch: wanted }, trustedCommit };
  }
  if (pullRequest !== undefined && remote !== undefined) {
    const { headRef: branch, headSha: commit, baseRef } = pullRequest;
    await fetchMissing(git, remote, commit, branch);
    const trustedCommit = await fetchTip(git, remote, baseRef, 'The base of the pull request');
    return { base: { commit, branch }, trustedCommit };
  }
  if (checkout.head === undefined)
    throw new UserError('The repository has no commit yet. Commit the spec first; Ferrule works on commits only.');
  const branch = baseBranch(inputs.base, context, checkout);
  return { base: { commit: checkout.head, branch }, trustedCommit: checkout.head };
}

/**
 * The commit below other runs' work: of the branch that their pull requests lead to, which a plan was made for. Where that
 * is the event's own, or no pull request tells, it is the commit that the event started on (of a comment: of the default
 * branch); of a pull request its base.
 */
async function reviewedCommit(
  { git, remote, github, checkout }: Ground & { remote: Remote },
  context: RunContext,
  workBranch: string,
  isWork: (branch: string) => boolean,
): Promise<string> {
  if (context.pullRequest !== undefined)
    return fetchTip(git, remote, context.pullRequest.baseRef, 'The base of the pull request');
  const below = github && (await branchBelow(github, workBranch, isWork));
  if (below !== undefined && context.ref !== `refs/heads/${below}`)
    return fetchTip(git, remote, below, 'The branch below those of other runs');
  const commit = context.sha ?? checkout.head;
  if (commit === undefined) throw new UserError('The repository has no commit yet. Commit the spec first.');
  await fetchMissing(git, remote, commit, context.ref ?? 'HEAD');
  return commit;
}

/** Follows our own open pull requests from a work branch to the first branch that is none. */
async function branchBelow(
  github: GitHub,
  workBranch: string,
  isWork: (branch: string) => boolean,
): Promise<string | undefined> {
  const identity = await github.identity();
  const seen = new Set<string>();
  for (let branch = workBranch; !seen.has(branch);) {
    seen.add(branch);
    const read = await github.pullRequestsOf([branch]);
    const pulls = read.kind === 'ok' ? (read.value.get(branch) ?? []) : [];
    const ours = pulls.find(({ isMerged, author }) => !isMerged && isOwnAccount(identity, author));
    if (ours === undefined) return undefined;
    if (!isWork(ours.baseRef)) return ours.baseRef;
    branch = ours.baseRef;
  }
  return undefined;
}

/** The branch a result goes to: the input's, the one below a run's own pull request, another pull request's, else the one that is checked out. */
export function baseBranch(base: string | undefined, context: RunContext, checkout: Checkout): string {
  const ofEvent = /^refs\/heads\/(.+)$/.exec(context.ref ?? '')?.[1];
  return (
    base ??
    context.ownPullRequestBase ??
    context.pullRequest?.headRef ??
    checkout.branch ??
    ofEvent ??
    context.defaultBranch ??
    'main'
  );
}

/** What was approved or asked for is the pinned commit; asked again before a branch is moved (publish/commit.ts). */
async function refuseMovedHead(git: Git, remote: Remote, pullRequest: PullRequestContext): Promise<void> {
  const { number, headRef, headSha } = pullRequest;
  const tip = await readTip(git, remote, headRef);
  if (tip === headSha) return;
  const now = tip === undefined ? 'its branch is gone' : `its branch is at ${tip.slice(0, 12)} now`;
  throw new UserError(
    `Pull request #${number} has moved: this run was started for ${headSha.slice(0, 12)}, ${now}. Leave it to the run of the newer commit, or start a new one.`,
  );
}

/** The commit of a remote branch, fetched where it is missing. @param what opens the sentence of the refusal @throws UserError */
export async function fetchTip(git: Git, remote: Remote, branch: string, what: string): Promise<string> {
  const tip = await readTip(git, remote, branch);
  if (tip === undefined) throw new UserError(`${what}: the remote has no branch '${branch}'.`);
  await fetchMissing(git, remote, tip, branch);
  return tip;
}

/** `undefined` when the remote has no such branch. @throws UserError when it cannot be asked */
export async function readTip(git: Git, remote: Remote, branch: string): Promise<string | undefined> {
  return readRemoteBranch(git, remote, branch).catch((thrown: unknown) => {
    const reason = messageOf(thrown).replaceAll(/\s+/g, ' ');
    throw new UserError(`${reason} Check the remote 'origin' and the input 'github-token'.`);
  });
}

async function fetchMissing(git: Git, remote: Remote, commit: string, branch: string): Promise<void> {
  if ((await git.resolve(commit)) !== undefined) return;
  const fetched = await fetchCommit(git, remote, commit, { depth: 1 });
  if (fetched.kind === 'missing')
    throw new UserError(`Commit ${commit.slice(0, 12)} of '${branch}' cannot be fetched: ${fetched.reason}`);
}
