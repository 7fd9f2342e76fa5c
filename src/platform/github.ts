// The verbs of GitHub's API that a run uses, as small plain types. What they are used for, and what a failure means to
// the run, is decided by the callers.
import type { BranchPullRequest } from './github-branch-pulls.js';
import { readBranchPulls } from './github-branch-pulls.js';
import type { GitHubAddress, GitHubResult } from './github-calls.js';
import { openCalls } from './github-calls.js';
import type { GitObjects } from './github-objects.js';
import { gitObjects } from './github-objects.js';

export type { BranchPullRequest } from './github-branch-pulls.js';
export type { GitHubError, GitHubResult } from './github-calls.js';
export { describeGitHubError } from './github-calls.js';
export type { GitObjects, TreeEntry } from './github-objects.js';

interface Author {
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
  /** Its text. */
  body: string;
  author: Author;
  /** Whether the head branch lies in this repository; false for a fork, also a deleted one. */
  sameRepository: boolean;
}

export interface Comment {
  id: number;
  url: string;
  body: string;
  author: Author;
}

/** A comment of a conversation, or of a review on lines of a diff. */
interface CommentPlace {
  id: number;
  isReview: boolean;
}

export type Permission = 'admin' | 'write' | 'read' | 'none';

/** A rule of a ruleset, with the type and parameters of GitHub's REST description. */
export interface BranchRule {
  type: string;
  parameters: Readonly<Record<string, unknown>>;
  rulesetId: number | undefined;
}

export interface GitHub {
  owner: string;
  repo: string;
  /** Commits made by GitHub itself. */
  objects: GitObjects;
  /** The login of the token; `github-actions[bot]`, the workflow token's, when GitHub does not tell. */
  identity(): Promise<string>;
  /** `url` is the repository's page, which links are built from. */
  repository(): Promise<GitHubResult<{ defaultBranch: string; url: string }>>;
  /** False also for a branch that does not exist. */
  isProtectedBranch(branch: string): Promise<GitHubResult<boolean>>;
  /** The rules in force for a branch of that name, whether it exists or not. Protection without rulesets is not among them. */
  branchRules(branch: string): Promise<GitHubResult<BranchRule[]>>;
  /** Whether the token's account may bypass a ruleset when it pushes; `undefined` when GitHub does not say. */
  mayBypass(rulesetId: number): Promise<GitHubResult<boolean | undefined>>;
  /** The open pull request from `branch` of this repository (not of a fork) into `base`. */
  findPullRequest(wanted: { branch: string; base: string }): Promise<GitHubResult<PullRequest | undefined>>;
  /** The newest closed pull request from `branch` of this repository into `base`. */
  findClosedPullRequest(wanted: {
    branch: string;
    base: string;
  }): Promise<GitHubResult<(PullRequest & { isMerged: boolean }) | undefined>>;
  /** The newest pull request from `branch` into `base` that was merged when `commit` was its head; its number. */
  findMergedPullRequest(wanted: {
    branch: string;
    base: string;
    commit: string;
  }): Promise<GitHubResult<number | undefined>>;
  /** Open and merged pull requests of many branches of this repository, by branch; one request for fifty of them. */
  pullRequestsOf(branches: readonly string[]): Promise<GitHubResult<Map<string, BranchPullRequest[]>>>;
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
  /** Puts 👀 on a comment; again is no second one. */
  addEyes(comment: CommentPlace): Promise<GitHubResult<undefined>>;
  /** What a person may do in the repository; `none` for a login that GitHub does not know. */
  permissionOf(login: string): Promise<GitHubResult<Permission>>;
  /** The same repository for calls that no result depends on: each is tried once, for some seconds. */
  once(): GitHub;
}

const WORKFLOW_TOKEN_LOGIN = 'github-actions[bot]';
const ONCE_TIMEOUT_MS = 5_000;
const PAGE_SIZE = 100;

/**
 * True when `author` is the account behind `identity`. `[bot]` is ignored, as GitHub's APIs are not of one mind about
 * it; but a person who took the bare name of an app is not that app.
 */
export function isOwnAccount(identity: string, author: Author): boolean {
  const bare = (login: string) => login.toLowerCase().replace(/\[bot\]$/, '');
  const isApp = identity.endsWith('[bot]');
  return bare(identity) === bare(author.login) && (!isApp || author.isBot);
}

/** GitHub's description calls the head's repository required; it is null once a fork was deleted. */
const repositoryOf = (end: { repo: unknown }) => (end.repo as { id: number } | null)?.id;

/** `head` is a filter by the owner's name, and one owner can have forks of the repository. */
function isOfBranch(pull: { head: { ref: string; repo: unknown }; base: { repo: { id: number } } }, branch: string) {
  return pull.head.ref === branch && repositoryOf(pull.head) === pull.base.repo.id;
}

/** Opens one repository of GitHub. Nothing is sent before the first verb. */
export function openGitHub(address: GitHubAddress): GitHub {
  const { owner, repo } = address;
  const here = { owner, repo };
  const attempt = openCalls(address);
  /** Newest first. */
  const closedOf = (branch: string, base: string) =>
    ({ state: 'closed', head: `${owner}:${branch}`, base, sort: 'created', direction: 'desc' }) as const;

  return {
    owner,
    repo,
    objects: gitObjects(attempt, here),
    async identity() {
      const viewer = await attempt('reading the login of the token', 'harmless', (octokit) =>
        octokit.graphql<{ viewer: { login: string } }>('query { viewer { login } }'),
      );
      return viewer.kind === 'ok' ? viewer.value.viewer.login : WORKFLOW_TOKEN_LOGIN;
    },
    repository: () =>
      attempt('reading the repository', 'harmless', async ({ rest }) => {
        const { data } = await rest.repos.get(here);
        return { defaultBranch: data.default_branch, url: data.html_url };
      }),
    async isProtectedBranch(branch) {
      const answer = await attempt('reading the branch', 'harmless', async ({ rest }) => {
        return (await rest.repos.getBranch({ ...here, branch })).data.protected;
      });
      return answer.kind === 'failed' && answer.error.status === 404 ? { kind: 'ok', value: false } : answer;
    },
    branchRules: (branch) =>
      attempt('reading the rules of the branch', 'harmless', async (octokit) => {
        const request = { ...here, branch, per_page: PAGE_SIZE };
        const rules: WireRule[] = await octokit.paginate(octokit.rest.repos.getBranchRules, request);
        return rules.map(({ type, parameters, ruleset_id: rulesetId }) => ({
          ...{ type, rulesetId },
          parameters: { ...parameters },
        }));
      }),
    mayBypass: (rulesetId) =>
      attempt('reading a ruleset', 'harmless', async ({ rest }) => {
        const { data } = await rest.repos.getRepoRuleset({ ...here, ruleset_id: rulesetId });
        const bypass: string | undefined = data.current_user_can_bypass;
        return bypass === undefined ? undefined : ['always', 'exempt'].includes(bypass);
      }),
    findPullRequest: ({ branch, base }) =>
      attempt('looking for the pull request', 'harmless', async ({ rest }) => {
        const { data } = await rest.pulls.list({ ...here, state: 'open', head: `${owner}:${branch}`, base });
        const found = data.find((pull) => isOfBranch(pull, branch));
        return found && toPullRequest(found);
      }),
    findClosedPullRequest: ({ branch, base }) =>
      attempt('looking for a closed pull request', 'harmless', async ({ rest }) => {
        const { data } = await rest.pulls.list({ ...here, ...closedOf(branch, base) });
        const found = data.find((pull) => isOfBranch(pull, branch));
        return found && { ...toPullRequest(found), isMerged: found.merged_at !== null };
      }),
    findMergedPullRequest: ({ branch, base, commit }) =>
      attempt('looking for a merged pull request', 'harmless', async ({ rest }) => {
        const { data } = await rest.pulls.list({ ...here, ...closedOf(branch, base) });
        const ofCommit = data.filter((pull) => isOfBranch(pull, branch) && pull.head.sha === commit);
        return ofCommit.find((pull) => pull.merged_at !== null)?.number;
      }),
    pullRequestsOf: (branches) =>
      attempt('looking for pull requests', 'harmless', (octokit) =>
        readBranchPulls(here, branches, (query, variables) => octokit.graphql(query, variables)),
      ),
    pullRequestEnds: (number) =>
      attempt('reading the pull request', 'harmless', async ({ rest }) => {
        const { head, base, state, body, user } = (await rest.pulls.get({ ...here, pull_number: number })).data;
        const ends = { headRef: head.ref, headSha: head.sha, baseRef: base.ref, body: body ?? '' };
        const author = toAuthor(user);
        return {
          number,
          isOpen: state === 'open',
          author,
          ...ends,
          sameRepository: repositoryOf(head) === base.repo.id,
        };
      }),
    createPullRequest: ({ branch, ...content }) =>
      attempt('creating the pull request', 'makes-another', async ({ rest }) =>
        toPullRequest((await rest.pulls.create({ ...here, head: branch, ...content })).data),
      ),
    updatePullRequest: (number, change) =>
      attempt('updating the pull request', 'harmless-while-new', async ({ rest }) =>
        toPullRequest((await rest.pulls.update({ ...here, pull_number: number, ...change })).data),
      ),
    setDraft: (nodeId, draft) =>
      attempt(
        draft ? 'making the pull request a draft' : 'marking the pull request ready',
        'harmless-while-new',
        (octokit) => {
          const verb = draft ? 'convertPullRequestToDraft' : 'markPullRequestReadyForReview';
          const mutation = `mutation($id: ID!) { ${verb}(input: { pullRequestId: $id }) { pullRequest { isDraft } } }`;
          return octokit.graphql(mutation, { id: nodeId }).then(() => undefined);
        },
      ),
    addLabels: (number, labels) =>
      attempt('adding labels', 'harmless-while-new', async ({ rest }) => {
        await rest.issues.addLabels({ ...here, issue_number: number, labels: [...labels] });
        return undefined;
      }),
    requestReviewers: (number, names) =>
      attempt('requesting reviewers', 'harmless-while-new', async ({ rest }) => {
        const reviewers = names.filter((name) => !name.includes('/'));
        const teams = names.filter((name) => name.includes('/')).map((name) => name.slice(name.indexOf('/') + 1));
        await rest.pulls.requestReviewers({ ...here, pull_number: number, reviewers, team_reviewers: teams });
        return undefined;
      }),
    listComments: (number) =>
      attempt('reading the comments', 'harmless', async (octokit) => {
        const request = { ...here, issue_number: number, per_page: PAGE_SIZE };
        return (await octokit.paginate(octokit.rest.issues.listComments, request)).map(toComment);
      }),
    createComment: (number, body) =>
      attempt('creating the comment', 'makes-another', async ({ rest }) =>
        toComment((await rest.issues.createComment({ ...here, issue_number: number, body })).data),
      ),
    updateComment: (id, body) =>
      attempt('updating the comment', 'harmless-while-new', async ({ rest }) =>
        toComment((await rest.issues.updateComment({ ...here, comment_id: id, body })).data),
      ),
    addEyes: ({ id, isReview }) =>
      attempt('reacting to the comment', 'harmless', async ({ rest: { reactions } }) => {
        const reaction = { ...here, comment_id: id, content: 'eyes' as const };
        if (isReview) await reactions.createForPullRequestReviewComment(reaction);
        else await reactions.createForIssueComment(reaction);
        return undefined;
      }),
    once: () => openGitHub({ ...address, retryDelaysMs: [], timeoutMs: ONCE_TIMEOUT_MS }),
    async permissionOf(login) {
      const answer = await attempt(`reading the permission of ${login}`, 'harmless', async ({ rest }) => {
        const { data } = await rest.repos.getCollaboratorPermissionLevel({ ...here, username: login });
        return (['admin', 'write', 'read'] as const).find((level) => level === data.permission) ?? 'none';
      });
      return answer.kind === 'failed' && answer.error.status === 404 ? { kind: 'ok', value: 'none' } : answer;
    },
  };
}

interface WireRule {
  type: string;
  parameters?: object;
  ruleset_id?: number;
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
