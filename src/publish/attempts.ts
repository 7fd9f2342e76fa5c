// What runs on a text of a spec have spent where nothing else tells it: they made no commit, or nothing of theirs reached
// a pull request or a comment. Without a note the next night would pay for the same again. It is a ref beside the branches,
// which starts no workflow and which GitHub shows nobody: `refs/ferrule/attempts/<slug>/<text of the spec>`.
import { messageOf, UserError } from '../errors.js';
import type { Git } from '../platform/git.js';
import type { Remote } from '../platform/git-remote.js';
import { fetchRefs, pushRef } from '../platform/git-remote.js';
import { printableText } from '../platform/printable-text.js';
import { laterSpending, type Spending } from '../report/report.js';
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
  /** By this run and those that it goes on from. */
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

/**
 * What all runs on a text had spent at the last attempt at it.
 * @throws UserError when the remote does not answer: whoever counts from zero then spends the whole limit again
 */
export async function readAttempts(git: Git, remote: Remote, spec: SpecText): Promise<Spending | undefined> {
  const refs = await fetchRefs(git, remote, folderOf(spec)).catch((thrown: unknown) => {
    throw new UserError(
      `What earlier runs spent is unknown: ${plainReason(thrown)}. Nothing was spent. Run again when the remote answers, or set 'resume' to 'never' to start anew.`,
    );
  });
  const tip = refs.get(refOf(spec));
  return tip === undefined ? undefined : spentAt(git, tip, spec);
}

async function spentAt(git: Git, commit: string, spec: SpecText): Promise<Spending | undefined> {
  const [newest] = await git.messages(commit, { max: 1 });
  const trailers = readTrailers(newest?.message ?? '');
  const isOfSpec = trailers.get('Ferrule-Spec') === trailerValue(spec.path); // two specs can have one slug
  return isOfSpec ? readSpent(trailers.get('Ferrule-Spent')) : undefined;
}

/**
 * Notes what was spent, unless the published commit tells it; after the notes that are there, never in their place.
 * @param published the work's last commit, where it is out
 * @returns why the note could not be left
 */
export async function noteAttempt(
  { git, remote, spec }: { git: Git; remote: Remote; spec: SpecText },
  { spent, runUrl }: Attempt,
  published: string | undefined,
): Promise<string | undefined> {
  try {
    const told = published === undefined ? undefined : await spentAt(git, published, spec);
    if (spent.tokens <= (told?.tokens ?? 0)) return undefined;
    const ref = refOf(spec);
    const parent = (await fetchRefs(git, remote, folderOf(spec))).get(ref);
    const before = parent === undefined ? undefined : await spentAt(git, parent, spec);
    const message = buildCommitMessage({
      subject: `Attempt at ${spec.path}`,
      body: 'What was spent on this text of the spec. Report and patch of the run are among its files.',
      ...{ spec, requirements: [], runUrl, spent: laterSpending(before, spent) ?? spent },
    });
    const commit = await git.writeCommit({ tree: await git.writeTree(undefined, []), parent, message, author: AUTHOR });
    const pushed = await pushRef(git, remote, ref, commit, parent);
    if (pushed.kind === 'pushed') return undefined;
    return pushed.kind === 'moved' ? 'another run left its own note meanwhile' : plainReason(pushed.reason);
  } catch (error) {
    return plainReason(error);
  }
}

/** git's words on one line. */
function plainReason(thrown: unknown): string {
  return printableText(messageOf(thrown)).replaceAll(/\s+/g, ' ').trim().replace(/\.$/, '');
}
