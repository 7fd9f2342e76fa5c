// Runs that cost something and made no commit: what they spent would be told nowhere, and the next night would pay for the
// same again. A ref beside the branches keeps it, which starts no workflow and which GitHub shows nobody:
// `refs/ferrule/attempts/<slug>/<text of the spec>`, for each text of a spec its own.
import type { Git } from '../platform/git.js';
import type { PushResult, Remote } from '../platform/git-remote.js';
import { fetchRefs, pushRef } from '../platform/git-remote.js';
import type { Spending } from '../report/report.js';
import { branchName } from './branch-name.js';
import { buildCommitMessage } from './commit-message.js';
import { readTrailers } from './marks.js';
import { readSpent } from './run-trailers.js';
import { trailerValue } from './trailer-value.js';
import { AUTHOR } from './work-commit.js';

const PREFIX = 'refs/ferrule/attempts/';
const HASH_DIGITS = 16;

/** `hash`: 64 hexadecimal digits. */
interface SpecText {
  path: string;
  hash: string;
}

export interface Attempt {
  /** By all runs on this text of the spec. */
  spent: Spending;
  /** Address of the workflow run, or `local`. */
  runUrl: string;
}

const folderOf = ({ path }: SpecText) => `${PREFIX}${branchName('{spec}', path)}/`;
const refOf = (spec: SpecText) => `${folderOf(spec)}${spec.hash.slice(0, HASH_DIGITS)}`;

/** Says of any text whether there were attempts at it; the remote is asked once. @throws Error when it does not answer */
export async function listAttempts(git: Git, remote: Remote): Promise<(spec: SpecText) => boolean> {
  const refs = await fetchRefs(git, remote, PREFIX);
  return (spec) => refs.has(refOf(spec));
}

/** What all runs on a text had spent at the last attempt at it. @throws Error when the remote does not answer */
export async function readAttempts(git: Git, remote: Remote, spec: SpecText): Promise<Spending | undefined> {
  const tip = (await fetchRefs(git, remote, folderOf(spec))).get(refOf(spec));
  if (tip === undefined) return undefined;
  const [newest] = await git.messages(tip, { max: 1 });
  const trailers = readTrailers(newest?.message ?? '');
  const isOfSpec = trailers.get('Ferrule-Spec') === trailerValue(spec.path); // two specs can have one slug
  return isOfSpec ? readSpent(trailers.get('Ferrule-Spent')) : undefined;
}

/** Notes an attempt after those that are there, never in their place. @throws Error when the remote does not answer */
export async function noteAttempt(
  git: Git,
  remote: Remote,
  spec: SpecText,
  { spent, runUrl }: Attempt,
): Promise<PushResult> {
  const ref = refOf(spec);
  const parent = (await fetchRefs(git, remote, folderOf(spec))).get(ref);
  const message = buildCommitMessage({
    subject: `Attempt at ${spec.path}`,
    body: 'Nothing of this run became green, so there is no commit of its work. Report and patch are files of the run.',
    ...{ spec, requirements: [], runUrl, spent },
  });
  const commit = await git.writeCommit({ tree: await git.writeTree(undefined, []), parent, message, author: AUTHOR });
  return pushRef(git, remote, ref, commit, parent);
}
