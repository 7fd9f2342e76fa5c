// The pull request of a spec's branch: found or opened, its text, draft state, labels and reviewers. What it says comes
// from outside; pushing the branch is work-branch.ts.
import type { GitHub, GitHubError, GitHubResult, PullRequest } from '../platform/github.js';
import { describeGitHubError, isOwnAccount } from '../platform/github.js';
import { parseMark, type Mark } from '../report/report.js';
import { inertLine } from './inert-words.js';
import { markedBody, quotedAbove } from './marks.js';

export interface PullRequestStyle {
  draft: 'until-verified' | 'always' | 'never';
  labels: readonly string[];
  /** Logins, or teams as `organisation/team`. */
  reviewers: readonly string[];
}

interface PullRequestRequest {
  github: GitHub;
  identity: string;
  branch: string;
  base: string;
  mark: Mark;
  title: string;
  body: string;
  style: PullRequestStyle;
  /** False when the branch has no commit to propose: then an open pull request is updated, but none is opened. */
  mayCreate: boolean;
}

export interface PublishedPullRequest {
  /** `isOwn` is false for one that somebody else opened from our branch: its title and text are theirs. */
  pullRequest?: { number: number; url: string; draft: boolean; isOwn: boolean };
  warnings: string[];
}

/** GitHub refuses a longer title. */
const MAX_TITLE_CHARS = 256;

/** Opens or updates the pull request; every refusal of GitHub's becomes a warning, the branch stays. */
export async function publishPullRequest(request: PullRequestRequest): Promise<PublishedPullRequest> {
  const { github, branch, base, style } = request;
  const warnings: string[] = [];
  const warn = (error: GitHubError) => void warnings.push(capitalised(describeGitHubError(error)));
  const title = inertLine(request.title, MAX_TITLE_CHARS);

  const found = await github.findPullRequest({ branch, base });
  if (found.kind === 'failed') {
    warn(found.error);
    return { warnings };
  }
  let pull = found.value;
  const isNew = pull === undefined;
  if (!pull && !request.mayCreate) return { warnings };
  const body = await bodyOf(request);
  if (!pull) {
    const created = await create({ ...request, title, body }, warnings);
    if (created.kind === 'failed') {
      warn(created.error);
      if (created.error.status === 403) warnings.push(FORBIDDEN_HINT);
      return { warnings };
    }
    pull = created.value;
  }
  if (!isOwn(request, pull)) {
    const { number, url, draft } = pull;
    warnings.push(
      `Pull request #${number} from '${branch}' is not Ferrule's; its title and text were left as they are.`,
    );
    return { pullRequest: { number, url, draft, isOwn: false }, warnings };
  }
  if (!isNew) {
    const updated = await github.updatePullRequest(pull.number, { title, body });
    if (updated.kind === 'failed') warn(updated.error);
  }
  const wantsDraft = isDraftWanted(style, request.mark.outcome);
  // A repository without drafts has said so at creation; asking again would only repeat the refusal.
  if (!isNew && pull.draft !== wantsDraft) {
    const changed = await github.setDraft(pull.nodeId, wantsDraft);
    if (changed.kind === 'ok') pull = { ...pull, draft: wantsDraft };
    else warn(changed.error);
  }
  if (style.labels.length > 0) {
    const labelled = await github.addLabels(pull.number, style.labels);
    if (labelled.kind === 'failed') warn(labelled.error);
  }
  // Only once: asking again would notify people who have already reviewed.
  if (isNew && style.reviewers.length > 0) {
    const asked = await github.requestReviewers(pull.number, style.reviewers);
    if (asked.kind === 'failed') warn(asked.error);
  }
  const { number, url, draft } = pull;
  return { pullRequest: { number, url, draft, isOwn: true }, warnings };
}

const FORBIDDEN_HINT =
  "The token may not open pull requests. Give the job 'pull-requests: write' and turn on 'Allow GitHub Actions to " +
  "create and approve pull requests' in the repository's settings, or set 'github-token' to a token that may.";

async function create(
  { github, branch, base, title, body, style, mark }: PullRequestRequest,
  warnings: string[],
): Promise<GitHubResult<PullRequest>> {
  const content = { branch, base, title, body, draft: isDraftWanted(style, mark.outcome) };
  let created = await github.createPullRequest(content);
  if (
    created.kind === 'failed' &&
    content.draft &&
    created.error.status === 422 &&
    /draft/i.test(created.error.message)
  ) {
    warnings.push('This repository has no draft pull requests; the pull request was opened as an ordinary one.');
    created = await github.createPullRequest({ ...content, draft: false });
  }
  if (created.kind === 'ok' || (created.error.status < 500 && created.error.status !== 422)) return created;
  // Without an answer the creation may have happened, and 422 is also what a second pull request of a branch gets.
  const found = await github.findPullRequest({ branch, base });
  return found.kind === 'ok' && found.value ? { kind: 'ok', value: found.value } : created;
}

/** The text, with a link to the pull request that this one takes the place of: what was said there is not lost. */
async function bodyOf(request: PullRequestRequest): Promise<string> {
  const { github, branch, base, mark, body } = request;
  const former = await github.findClosedPullRequest({ branch, base });
  if (former.kind === 'failed' || former.value === undefined || !isOwn(request, former.value))
    return markedBody(mark, body);
  const { number, url, isMerged } = former.value;
  const fate = isMerged ? 'was merged' : 'was closed without being merged';
  return markedBody(mark, quotedAbove(body, `Follows [pull request ${number}](${url}), which ${fate}.`));
}

function isOwn({ identity, mark }: PullRequestRequest, pull: PullRequest): boolean {
  return isOwnAccount(identity, pull.author) && parseMark(pull.body)?.specPath === mark.specPath;
}

function isDraftWanted({ draft }: PullRequestStyle, outcome: string): boolean {
  switch (draft) {
    case 'always':
      return true;
    case 'never':
      return false;
    case 'until-verified':
      return outcome !== 'verified';
  }
}

function capitalised(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
