// Finds what an earlier run of the same spec left on the work branch, so that this run goes on from there and updates the
// same pull request instead of opening a second one.
import type { Remote } from '../platform/git-remote.js';
import { fetchCommit, readRemoteBranch } from '../platform/git-remote.js';
import type { Git } from '../platform/git.js';
import { trailerValue } from './commit-message.js';
import { isVerifiedCommit, readTrailers } from './marks.js';

export interface EarlierWork {
  commit: string;
  /** Where it left the base branch: what its changes are compared with. */
  mergeBase: string;
  /** Its last commit says that exactly this spec text was verified there. */
  isVerified: boolean;
  /** Requirements of exactly this spec text that its commits name, by what their messages say. */
  served: string[];
}

const MAX_COMMITS = 500;

/**
 * @param spec `hash`: 64 hexadecimal digits
 * @returns `undefined` when there is no such branch, it is merged, or none of its commits is for this spec
 */
export async function findEarlierWork(
  git: Git,
  remote: Remote,
  branch: string,
  base: string,
  spec: { path: string; hash: string },
): Promise<EarlierWork | undefined> {
  // A remote that cannot be read is the pre-flight's to report.
  const commit = await readRemoteBranch(git, remote, branch).catch(() => undefined);
  if (commit === undefined) return undefined;
  if ((await git.resolve(commit)) === undefined) {
    const fetched = await fetchCommit(git, remote, `refs/heads/${branch}`);
    if (fetched.kind === 'missing') return undefined;
  }
  const mergeBase = await git.mergeBase(commit, base);
  if (mergeBase === undefined || mergeBase === commit) return undefined;
  const ours = await git.messages(commit, { exclude: mergeBase, max: MAX_COMMITS });
  const trailers = ours
    .map(({ message }) => readTrailers(message))
    .filter((each) => each.get('Ferrule-Spec') === trailerValue(spec.path));
  if (trailers.length === 0) return undefined;
  const served = trailers
    .filter((each) => each.get('Ferrule-Spec-Hash') === `sha256:${spec.hash}`)
    .flatMap((each) => each.get('Ferrule-Requirements')?.split(', ') ?? []);
  const isVerified = isVerifiedCommit(ours[0]?.message ?? '', spec.path, spec.hash);
  return { commit, mergeBase, isVerified, served: [...new Set(served)] };
}
