// The verbs of GitHub's API that a run uses, as small plain types. What they are used for, and what a failure means to
// the run, is decided by the callers.
import type { getOctokit } from '@actions/github';

/** A call that GitHub refused or that did not reach it. Expected, so a value: no stack is ever shown for it. */
export interface GitHubError {
  /** What was tried, as words for a sentence: `creating the pull request`. */
  call: string;
  /** HTTP status; GraphQL's FORBIDDEN and NOT_FOUND as 403 and 404; 500 also when no answer came. */
  status: number;
  message: string;
}

export type GitHubResult<T> = { kind: 'ok'; value: T } | { kind: 'failed'; error: GitHubError };

export interface Author {
  login: string;
  isBot: boolean;
}

export interface PullRequest {
  number: number;
  /** GraphQL's id of the pull request. */
  nodeId: string;
  url: string;
  draft: boolean;
  body: string;
  author: Author;
}

/** Where a pull request comes from and where it goes, as GitHub has it now. */
export interface PullRequestEnds {
  number: number;
  isOpen: boolean;
  headRef: string;
  headSha: string;
  baseRef: string;
  /** Whether the head branch lies in this repository; false for a fork, also a deleted one. */
  sameRepository: boolean;
}

export interface Comment {
  id: number;
  url: string;
  body: string;
  author: Author;
}

export type Permission = 'admin' | 'write' | 'read' | 'none';

export interface GitHub {
  owner: string;
  repo: string;
  /** The login of the token; `github-actions[bot]`, the workflow token's, when GitHub does not tell. */
  identity(): Promise<string>;
  /** `url` is the repository's page, which links are built from. */
  repository(): Promise<GitHubResult<{ defaultBranch: string; url: string }>>;
  /** False also for a branch that does not exist. */
  isProtectedBranch(branch: string): Promise<GitHubResult<boolean>>;
  /** The open pull request from `branch` of this repository (not of a fork) into `base`. */
  findPullRequest(wanted: { branch: string; base: string }): Promise<GitHubResult<PullRequest | undefined>>;
  pullRequestEnds(number: number): Promise<GitHubResult<PullRequestEnds>>;
  createPullRequest(request: {
    branch: string;
    base: string;
    title: string;
    body: string;
    draft: boolean;
  }): Promise<GitHubResult<PullRequest>>;
  updatePullRequest(number: number, change: { title: string; body: string }): Promise<GitHubResult<PullRequest>>;
  setDraft(nodeId: string, draft: boolean): Promise<GitHubResult<undefined>>;
  /** Adds labels to a pull request or issue; GitHub creates the ones the repository lacks. */
  addLabels(number: number, labels: readonly string[]): Promise<GitHubResult<undefined>>;
  /** Logins, or teams as `organisation/team`. */
  requestReviewers(number: number, reviewers: readonly string[]): Promise<GitHubResult<undefined>>;
  /** Every comment of a pull request or issue, oldest first. */
  listComments(number: number): Promise<GitHubResult<Comment[]>>;
  createComment(number: number, body: string): Promise<GitHubResult<Comment>>;
  updateComment(id: number, body: string): Promise<GitHubResult<Comment>>;
  /** What a person may do in the repository; `none` for a login that GitHub does not know. */
  permissionOf(login: string): Promise<GitHubResult<Permission>>;
}

export interface GitHubAddress {
  token: string;
  /** `https://api.github.com`, or `https://HOST/api/v3` of an enterprise server. */
  apiUrl: string;
  owner: string;
  repo: string;
  /** Pauses before the second, third, … try of a call that may be repeated. */
  retryDelaysMs?: readonly number[];
}

const WORKFLOW_TOKEN_LOGIN = 'github-actions[bot]';
const CALL_TIMEOUT_MS = 60_000;
const RETRY_DELAYS_MS = [500, 2000];
const MAX_MESSAGE_CHARS = 500;
const PAGE_SIZE = 100;

type Repeat = (status: number) => boolean;
/** Reads, and writes that set a state: a second try does no harm. */
const repeatable: Repeat = (status) => status >= 500 || status === 429;
/** For things made a moment ago: GitHub's replicas may not know them yet. */
const repeatableWhileNew: Repeat = (status) => status === 404 || repeatable(status);
/** For creations: an answer of 502 may hide a success, and a second try would make a second thing. */
const once: Repeat = () => false;

/**
 * True when `author` is the account behind `identity`. `[bot]` is ignored, as GitHub's APIs are not of one mind about
 * it; but a person who took the bare name of an app is not that app.
 */
export function isOwnAccount(identity: string, author: Author): boolean {
  const bare = (login: string) => login.toLowerCase().replace(/\[bot\]$/, '');
  const isApp = identity.endsWith('[bot]');
  return bare(identity) === bare(author.login) && (!isApp || author.isBot);
}

/** One line for a warning: what failed and how GitHub put it. */
export function describeGitHubError({ call, status, message }: GitHubError): string {
  return `${call} failed with status ${status}: ${message}`;
}

/** GitHub's description calls the head's repository required; it is null once a fork was deleted. */
const repositoryOf = (end: { repo: unknown }) => (end.repo as { id: number } | null)?.id;

type Octokit = ReturnType<typeof getOctokit>;

/** Not imported at the top: the package parses the runner's event file as it is loaded, and a broken one would end us there. */
async function connect(token: string, apiUrl: string): Promise<Octokit> {
  const { getOctokit } = await import('@actions/github');
  const octokit = getOctokit(token, { baseUrl: apiUrl.replace(/\/+$/, '') });
  octokit.hook.before('request', (options) => {
    options.request = { ...options.request, signal: AbortSignal.timeout(CALL_TIMEOUT_MS) };
  });
  return octokit;
}

/** Opens one repository of GitHub. Nothing is sent before the first verb. */
export function openGitHub({ token, apiUrl, owner, repo, retryDelaysMs = RETRY_DELAYS_MS }: GitHubAddress): GitHub {
  const here = { owner, repo };
  let connected: Promise<Octokit> | undefined;

  async function attempt<T>(
    call: string,
    mayRepeat: Repeat,
    work: (octokit: Octokit) => Promise<T>,
  ): Promise<GitHubResult<T>> {
    const octokit = await (connected ??= connect(token, apiUrl));
    for (let tries = 0; ; tries++) {
      try {
        return { kind: 'ok', value: await work(octokit) };
      } catch (thrown) {
        // Octokit throws for every refusal; here it becomes a value. What is no refusal is our defect and goes on.
        const error = toGitHubError(call, thrown);
        const delayMs = retryDelaysMs[tries];
        if (delayMs === undefined || !mayRepeat(error.status)) return { kind: 'failed', error };
        await new Promise((resolve) => setTimeout(resolve, delayMs));
      }
    }
  }

  return {
    owner,
    repo,
    async identity() {
      const viewer = await attempt('reading the login of the token', repeatable, (octokit) =>
        octokit.graphql<{ viewer: { login: string } }>('query { viewer { login } }'),
      );
      return viewer.kind === 'ok' ? viewer.value.viewer.login : WORKFLOW_TOKEN_LOGIN;
    },
    repository: () =>
      attempt('reading the repository', repeatable, async ({ rest }) => {
        const { data } = await rest.repos.get(here);
        return { defaultBranch: data.default_branch, url: data.html_url };
      }),
    async isProtectedBranch(branch) {
      const answer = await attempt('reading the branch', repeatable, async ({ rest }) => {
        return (await rest.repos.getBranch({ ...here, branch })).data.protected;
      });
      return answer.kind === 'failed' && answer.error.status === 404 ? { kind: 'ok', value: false } : answer;
    },
    findPullRequest: ({ branch, base }) =>
      attempt('looking for the pull request', repeatable, async ({ rest }) => {
        const { data } = await rest.pulls.list({ ...here, state: 'open', head: `${owner}:${branch}`, base });
        const found = data.find((pull) => pull.head.ref === branch && repositoryOf(pull.head) === pull.base.repo.id);
        return found && toPullRequest(found);
      }),
    pullRequestEnds: (number) =>
      attempt('reading the pull request', repeatable, async ({ rest }) => {
        const { head, base, state } = (await rest.pulls.get({ ...here, pull_number: number })).data;
        const ends = { headRef: head.ref, headSha: head.sha, baseRef: base.ref };
        return { number, isOpen: state === 'open', ...ends, sameRepository: repositoryOf(head) === base.repo.id };
      }),
    createPullRequest: ({ branch, ...content }) =>
      attempt('creating the pull request', once, async ({ rest }) =>
        toPullRequest((await rest.pulls.create({ ...here, head: branch, ...content })).data),
      ),
    updatePullRequest: (number, change) =>
      attempt('updating the pull request', repeatableWhileNew, async ({ rest }) =>
        toPullRequest((await rest.pulls.update({ ...here, pull_number: number, ...change })).data),
      ),
    setDraft: (nodeId, draft) =>
      attempt(
        draft ? 'making the pull request a draft' : 'marking the pull request ready',
        repeatableWhileNew,
        (octokit) => {
          const verb = draft ? 'convertPullRequestToDraft' : 'markPullRequestReadyForReview';
          const mutation = `mutation($id: ID!) { ${verb}(input: { pullRequestId: $id }) { pullRequest { isDraft } } }`;
          return octokit.graphql(mutation, { id: nodeId }).then(() => undefined);
        },
      ),
    addLabels: (number, labels) =>
      attempt('adding labels', repeatableWhileNew, async ({ rest }) => {
        await rest.issues.addLabels({ ...here, issue_number: number, labels: [...labels] });
        return undefined;
      }),
    requestReviewers: (number, names) =>
      attempt('requesting reviewers', repeatableWhileNew, async ({ rest }) => {
        const reviewers = names.filter((name) => !name.includes('/'));
        const teams = names.filter((name) => name.includes('/')).map((name) => name.slice(name.indexOf('/') + 1));
        await rest.pulls.requestReviewers({ ...here, pull_number: number, reviewers, team_reviewers: teams });
        return undefined;
      }),
    listComments: (number) =>
      attempt('reading the comments', repeatable, async (octokit) => {
        const request = { ...here, issue_number: number, per_page: PAGE_SIZE };
        return (await octokit.paginate(octokit.rest.issues.listComments, request)).map(toComment);
      }),
    createComment: (number, body) =>
      attempt('creating the comment', once, async ({ rest }) =>
        toComment((await rest.issues.createComment({ ...here, issue_number: number, body })).data),
      ),
    updateComment: (id, body) =>
      attempt('updating the comment', repeatableWhileNew, async ({ rest }) =>
        toComment((await rest.issues.updateComment({ ...here, comment_id: id, body })).data),
      ),
    async permissionOf(login) {
      const answer = await attempt(`reading the permission of ${login}`, repeatable, async ({ rest }) => {
        const { data } = await rest.repos.getCollaboratorPermissionLevel({ ...here, username: login });
        return (['admin', 'write', 'read'] as const).find((level) => level === data.permission) ?? 'none';
      });
      return answer.kind === 'failed' && answer.error.status === 404 ? { kind: 'ok', value: 'none' } : answer;
    },
  };
}

interface WireUser {
  login: string;
  type?: string;
}

/** GitHub shows a deleted account as its user `ghost`. */
function toAuthor(user: WireUser | null | undefined): Author {
  return { login: user?.login ?? 'ghost', isBot: user?.type === 'Bot' };
}

function toPullRequest(pull: {
  number: number;
  node_id: string;
  html_url: string;
  draft?: boolean;
  body: string | null;
  user: WireUser | null;
}): PullRequest {
  const { number, node_id: nodeId, html_url: url, draft = false, body, user } = pull;
  return { number, nodeId, url, draft, body: body ?? '', author: toAuthor(user) };
}

function toComment(comment: { id: number; html_url: string; body?: string; user: WireUser | null }): Comment {
  const { id, html_url: url, body = '', user } = comment;
  return { id, url, body, author: toAuthor(user) };
}

/** @throws whatever is no refusal of GitHub's and no failure of the network */
function toGitHubError(call: string, thrown: unknown): GitHubError {
  if (!(thrown instanceof Error)) throw thrown;
  const [text = ''] = thrown.message.replaceAll(/\s+/g, ' ').split(' - https://');
  const message = text.slice(0, MAX_MESSAGE_CHARS);
  // By shape, not by class: octokit's packages may be installed in more than one copy.
  if ('status' in thrown && typeof thrown.status === 'number') return { call, status: thrown.status, message };
  if (thrown.name === 'GraphqlResponseError' && 'errors' in thrown) {
    const [first] = thrown.errors as { type?: string; message: string }[];
    const status = first?.type === 'FORBIDDEN' ? 403 : first?.type === 'NOT_FOUND' ? 404 : 422;
    return { call, status, message: (first?.message ?? message).slice(0, MAX_MESSAGE_CHARS) };
  }
  throw thrown;
}
