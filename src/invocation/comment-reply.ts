// What somebody hears who wrote a command in a comment: 👀 at once, and a comment at the end where the run left no report
// of its own on the pull request or issue. Both are courtesies: no failure of them matters.
import type { RunContext } from '../inputs/inputs.js';
import type { GitHub } from '../platform/github.js';
import { describeGitHubError } from '../platform/github.js';
import type { Log } from '../platform/log.js';
import type { Outlet } from '../platform/outlet.js';
import type { RunRecord } from '../report/report.js';
import { renderReply } from '../report/report.js';

/** 👀 on the comment: somebody waits for a sign, and the run takes its time. */
export async function acknowledge(
  github: GitHub | undefined,
  { comment, eventName }: Pick<RunContext, 'comment' | 'eventName'>,
  log: Log,
): Promise<void> {
  if (github === undefined || comment === undefined) return;
  const isReview = eventName === 'pull_request_review_comment';
  const seen = await github.once().addEyes({ id: comment.id, isReview });
  if (seen.kind === 'failed') log.info(`The comment got no 👀: ${describeGitHubError(seen.error)}`);
}

/**
 * Says how it ended for the specs that were refused, left alone, or stopped before there was anything to publish. The text
 * is a comment of its own without marks, so that an earlier run's report stays as it is.
 */
export async function reply(
  github: GitHub | undefined,
  { comment }: Pick<RunContext, 'comment'>,
  records: readonly RunRecord[],
  { log, outlet }: { log: Log; outlet: Outlet },
): Promise<void> {
  if (github === undefined || comment === undefined) return;
  const unreported = records.filter(({ publication: { pullRequest, comment: report } }) => !pullRequest && !report);
  if (unreported.length === 0) return;
  const text = renderReply(unreported);
  if (outlet.refusal('the comment', text) !== undefined) return; // the alarm makes the run red
  const written = await github.once().createComment(comment.issueNumber, text);
  if (written.kind === 'failed') log.info(`The comment got no reply: ${describeGitHubError(written.error)}`);
}
