// Hands a run's record to its publisher and notes in it where the result went. When that is, and what of, is decided by
// the callers.
import type { PublicationRequest, Publisher } from '../publish/publish.js';
import { ciNote, isUndelivered } from '../publish/publish.js';
import type { Outcome, RunRecord } from '../report/report.js';
import {
  answerPlace,
  MAX_BODY_CHARS,
  nameCommits,
  renderAnswer,
  renderMarkdown,
  totalSpending,
} from '../report/report.js';
import type { World } from './world.js';

interface ResultToPublish {
  title: string;
  headCommit: string | undefined;
  /** Where the target branch stood when the result was brought together with it. */
  onto?: string;
  /** Text of a file of the report folder. */
  outputs: (file: string) => string;
  /** Of the commit, where it is another than the run's own. */
  outcome?: Outcome;
}

const NO_PLACE_TO_ANSWER =
  'Nothing on GitHub takes an answer of this run: change the spec, or answer in the input instructions.';

/** Publishes a result with its report, and notes in the record where it is. */
export async function publishRecord(
  { log, github }: Pick<World, 'log' | 'github'>,
  publisher: Publisher,
  record: RunRecord,
  result: ResultToPublish,
): Promise<void> {
  // About what is pushed, so nothing where nothing is.
  const note = result.headCommit === undefined ? '' : ciNote(await github?.identity(), publisher.kind);
  const spent = totalSpending(record.usage);
  const attempt = spent.tokens > 0 ? { spent, runUrl: record.run.url ?? 'local' } : undefined;
  const options = { outputs: result.outputs, maxChars: MAX_BODY_CHARS, isPosted: true };
  const request = (): PublicationRequest => ({
    outcome: result.outcome ?? record.outcome,
    headCommit: result.headCommit,
    ...(result.onto === undefined ? {} : { onto: result.onto }),
    ...(attempt === undefined ? {} : { attempt }),
    title: result.title,
    body: renderMarkdown(record, { ...options, pullRequestNotes: note === '' ? [] : [note] }),
    commentBody: renderMarkdown(record, options),
    answerBody: renderAnswer(record),
  });
  if (publisher.pushRenamed) nameCommits(record, await publisher.pushRenamed(request()));
  record.publication = await publisher.publish(request());
  if (isUndelivered(record.publication, result)) record.publication.undelivered = true;
  if (record.outcome === 'needs-answer' && answerPlace(record.publication) === undefined)
    record.publication.warnings.push(NO_PLACE_TO_ANSWER);
  for (const warning of record.publication.warnings) log.warning(warning);
  for (const line of placeLines(record.publication)) log.info(line);
}

/** Where the result is now, a line each; none for a local branch, which the end of the command line names. */
function placeLines({ kind, branch, commit, pullRequest, comment }: RunRecord['publication']): string[] {
  if (kind === 'none') return [];
  const at = commit === undefined ? '' : `, commit ${commit.slice(0, 12)}`;
  return [
    ...(branch === undefined ? [] : [`Published: branch ${branch}${at}`]),
    ...(pullRequest === undefined
      ? []
      : [`Published: ${pullRequest.draft ? 'draft ' : ''}pull request ${pullRequest.url}`]),
    ...(comment === undefined ? [] : [`Published: comment ${comment.url}`]),
  ];
}
