// The one comment a spec has on a pull request or issue: updated by every run, found by our mark and our own account.
// Its wording comes from outside.
import type { Comment, GitHub, GitHubError } from '../platform/github.js';
import { describeGitHubError, isOwnAccount } from '../platform/github.js';
import { parseMark, type Mark } from '../report/report.js';
import { markedBody } from './marks.js';

export interface CommentRequest {
  github: GitHub;
  identity: string;
  /** Number of the pull request or issue. */
  number: number;
  mark: Mark;
  body: string;
  /** Only where we have one there already. */
  onlyUpdate?: boolean;
}

/** Creates or updates the comment; a refusal of GitHub's is a warning, as the report exists elsewhere too. */
export async function publishComment(request: CommentRequest): Promise<{ url?: string; warnings: string[] }> {
  const { github, number, mark } = request;
  const body = markedBody(mark, request.body);
  const failed = (error: GitHubError) => ({
    warnings: [`The report could not be put on #${number}: ${describeGitHubError(error)}`],
  });
  for (let tries = 1; ; tries++) {
    const comments = await github.listComments(number);
    if (comments.kind === 'failed') return failed(comments.error);
    const own = ownComment(comments.value, request.identity, mark.specPath);
    if (own === undefined && request.onlyUpdate) return { warnings: [] };
    const written = own ? await github.updateComment(own.id, body) : await github.createComment(number, body);
    if (written.kind === 'ok') return { url: written.value.url, warnings: [] };
    // A creation that ended in an error may have happened, a comment to update may be gone: look again, once.
    const mayRepeat =
      tries === 1 && (written.error.status >= 500 || (own !== undefined && written.error.status === 404));
    if (!mayRepeat) return failed(written.error);
  }
}

/** Our comment about the spec: the last one, should there be more. */
export function ownComment(comments: readonly Comment[], identity: string, specPath: string): Comment | undefined {
  return comments.findLast(
    ({ author, body }) => isOwnAccount(identity, author) && parseMark(body)?.specPath === specPath,
  );
}
