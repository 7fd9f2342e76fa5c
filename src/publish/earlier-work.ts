// Finds what an earlier run of the same spec left on the work branch, so that this run goes on from there and updates the
// same pull request instead of opening a second one. What people and GitHub say of that run is answers.ts.
import { messageOf, UserError } from '../errors.js';
import type { Remote } from '../platform/git-remote.js';
import { fetchCommit, readRemoteBranch } from '../platform/git-remote.js';
import { isShallow, readHistory } from '../platform/git-history.js';
import type { CommitMessage, Git } from '../platform/git.js';
import type { GitHub } from '../platform/github.js';
import type { Spending } from '../report/report.js';
import { MAX_BRANCHES, numberedBranch } from './branch-name.js';
import type { EarlierIncrement } from './earlier-increments.js';
import { earlierIncrements } from './earlier-increments.js';
import { isVerifiedCommit, readTrailers, verifiedTree } from './marks.js';
import { hasHash, readRequirementHashes, readSpent } from './run-trailers.js';
import { trailerValue } from './trailer-value.js';

export interface EarlierWork {
  /** The work branch, or the numbered one beside it that the earlier run had to take. */
  branch: string;
  commit: string;
  /** Where it left the base branch: what its changes are compared with. */
  mergeBase: string;
  /** Its last commit says that exactly this spec text was verified there, on the very tree that it has. */
  isVerified: boolean;
  /** The pull request that brought exactly this commit into the base, though history does not tell: after a squash. */
  mergedBy?: number;
  /** Requirements whose present text its commits name, by what their messages say. */
  served: string[];
  /** Requirements that its commits name in another text, and none in the present one. */
  stale: string[];
  /** By the runs on exactly this spec text, as the last of their commits says. */
  spent: Spending | undefined;
  /** What the plan of the last run on this spec text still held, in its model's words. */
  planned: string | undefined;
  /** Its commits on this spec, whatever text it had then; oldest first. */
  increments: EarlierIncrement[];
}

export interface EarlierBranches {
  /** `undefined` when no branch holds any to go on from, and none holds a verified implementation. */
  work: EarlierWork | undefined;
  /** Work that a pull request brought into the base, the last first: nothing goes on from it. */
  merged: (EarlierWork & { mergedBy: number })[];
}

interface EarlierWorkRequest {
  git: Git;
  remote: Remote;
  /** Asked what was merged; absent where only history can tell. */
  github?: GitHub | undefined;
  /** The work branch. */
  branch: string;
  /** What the run starts from unless there is earlier work, and the branch that it belongs to. */
  base: { commit: string; branch: string };
  /** `hash`: 64 hexadecimal digits; of a requirement: `sha256:<hex>`. */
  spec: { path: string; hash: string; requirements: readonly { id: string; hash: string }[] };
}

const MAX_COMMITS = 500;

/**
 * Of several branches the one where the work is furthest: where people's commits came between a run's own, one holds its
 * beginning and the next all of it. Any of them may have been deleted since; those that are merged are passed over.
 * @throws UserError when the remote does not answer: whoever starts anew then pays for the same work twice
 */
export async function findEarlierWork(request: EarlierWorkRequest): Promise<EarlierBranches> {
  const found: EarlierWork[] = [];
  const merged: EarlierBranches['merged'] = [];
  for (let number = 1; number <= MAX_BRANCHES + merged.length; number++) {
    const work = await lookAt(request, numberedBranch(request.branch, number));
    if (work === undefined) continue;
    const mergedBy = await findMerge(request, work);
    if (mergedBy === undefined) {
      found.push(work);
      continue;
    }
    const known = { ...work, mergedBy };
    merged.push(known);
    if (work.isVerified) found.push(known); // of this very text: nothing is left to do
  }
  const [furthest] = found.sort(
    (one, other) =>
      Number(other.isVerified) - Number(one.isVerified) ||
      (other.spent?.tokens ?? 0) - (one.spent?.tokens ?? 0) ||
      other.served.length - one.served.length,
  );
  return { work: furthest, merged: merged.sort((one, other) => other.mergedBy - one.mergedBy) };
}

/** The branch itself, as far as history tells. `undefined` when it does not exist, is merged, or is not for this spec. */
async function lookAt(
  { git, remote, base, spec }: EarlierWorkRequest,
  branch: string,
): Promise<EarlierWork | undefined> {
  const commit = await readRemoteBranch(git, remote, branch).catch((error: unknown) => {
    throw unread(branch, messageOf(error));
  });
  if (commit === undefined) return undefined;
  const series = await readSeries(git, remote, { branch, commit, base: base.commit });
  if (series === undefined) return undefined;
  const { mergeBase, commits } = series;
  const said = readCommits(commits, await git.treeOf(mergeBase), spec);
  if (said === undefined) return undefined;
  const { message: last, tree } = commits[0] ?? { message: '', tree: '' };
  // A message outlives the tree it speaks of: after a rebase by hand, say.
  const isVerified = isVerifiedCommit(last, spec.path, spec.hash) && verifiedTree(last) === tree;
  return { branch, commit, mergeBase, isVerified, ...said };
}

/**
 * The pull request by which exactly this tip came into the base, as one commit or as others: whoever goes on from the tip
 * then offers again what is there, and in the state it had. Whose pull request it was does not matter. Where GitHub does
 * not tell, history alone counts.
 */
async function findMerge(
  { github, base }: EarlierWorkRequest,
  { branch, commit }: EarlierWork,
): Promise<number | undefined> {
  const found = await github?.findMergedPullRequest({ branch, base: base.branch, commit });
  return found?.kind === 'ok' ? found.value : undefined;
}

function unread(branch: string, why: string): UserError {
  const reason = why.replaceAll(/\s+/g, ' ').replace(/\.$/, '');
  return new UserError(
    `What earlier runs left on branch '${branch}' is unknown: ${reason}. Nothing was spent. Run again when the remote answers, or set 'resume' to 'never' to start anew.`,
  );
}

/**
 * What commits say of the work on a spec, by their messages. `undefined` when none is for it.
 * @param commits newest first
 * @param baseTree of the commit that the oldest stands on
 */
export function readCommits(
  commits: readonly CommitMessage[],
  baseTree: string,
  spec: EarlierWorkRequest['spec'],
): Omit<EarlierWork, 'branch' | 'commit' | 'mergeBase' | 'isVerified'> | undefined {
  const ours = commits
    .map(({ message }) => readTrailers(message))
    .filter((trailers) => trailers.get('Ferrule-Spec') === trailerValue(spec.path));
  if (ours.length === 0) return undefined;
  const onThisText = ours.filter((trailers) => trailers.get('Ferrule-Spec-Hash') === `sha256:${spec.hash}`);
  return {
    ...judgeRequirements(ours, spec),
    spent: onThisText.map((trailers) => readSpent(trailers.get('Ferrule-Spent'))).find((spent) => spent !== undefined),
    planned: onThisText[0]?.get('Ferrule-Planned'),
    increments: earlierIncrements(commits, baseTree, spec.path),
  };
}

/**
 * The commits since the branch left the base, newest first; they are fetched where they are missing. A shallow clone
 * cannot tell where that was, so its history is asked.
 * @returns `undefined` for a branch that is merged, or has nothing to do with the base
 */
async function readSeries(
  git: Git,
  remote: Remote,
  { branch, commit, base }: { branch: string; commit: string; base: string },
): Promise<{ mergeBase: string; commits: CommitMessage[] } | undefined> {
  const ref = `refs/heads/${branch}`;
  const isMissing = (await git.resolve(commit)) === undefined;
  const isPart = await isShallow(git);
  const history = isPart ? await readHistory(git, remote, [base, ref], 'whole') : undefined;
  const fetch = async (options: { depth?: number } = {}) => {
    const fetched = await fetchCommit(git, remote, ref, options);
    if (fetched.kind === 'missing') throw unread(branch, fetched.reason);
  };
  if (history === undefined && isMissing) await fetch();
  const ancestry = history ?? git;
  const mergeBase = await ancestry.mergeBase(commit, base);
  if (mergeBase === undefined && isPart && history === undefined)
    throw unread(branch, 'the clone is shallow, and the remote does not give the history that it lacks');
  if (mergeBase === undefined || mergeBase === commit) return undefined;
  const commits = await ancestry.messages(commit, { exclude: mergeBase, max: MAX_COMMITS });
  if (history !== undefined && (await git.mergeBase(commit, mergeBase)) === undefined)
    await fetch(commits.length < MAX_COMMITS ? { depth: commits.length + 1 } : {});
  return { mergeBase, commits };
}

/** By the hash of a requirement's text where a commit tells it, else by the id, if the whole spec was the same. */
function judgeRequirements(
  commits: readonly ReadonlyMap<string, string>[],
  { hash, requirements }: EarlierWorkRequest['spec'],
): { served: string[]; stale: string[] } {
  const named = new Set<string>();
  const texts = new Set<string>();
  const served = new Set<string>();
  for (const trailers of commits) {
    const ids = trailers.get('Ferrule-Requirements')?.split(', ') ?? [];
    const hashes = trailers.get('Ferrule-Requirement-Hashes');
    ids.forEach((id) => named.add(id));
    if (hashes !== undefined) for (const written of readRequirementHashes(hashes)) texts.add(written.hash);
    else if (trailers.get('Ferrule-Spec-Hash') === `sha256:${hash}`) ids.forEach((id) => served.add(id));
  }
  for (const requirement of requirements)
    if ([...texts].some((text) => hasHash(requirement, text))) served.add(requirement.id);
  const ids = requirements.map(({ id }) => id);
  return {
    served: ids.filter((id) => served.has(id)),
    stale: ids.filter((id) => named.has(id) && !served.has(id)),
  };
}
