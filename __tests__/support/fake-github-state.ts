// The state of the GitHub double's one repository, and what GitHub's rules make of each operation on it.
import { answerGitData } from './fake-git-data.js';
import { gitIn } from './temp-repo.js';

export interface FakeRepositoryOptions {
  owner?: string;
  repo?: string;
  defaultBranch?: string;
  /** Path of a bare repository whose branches are the repository's; without it every branch is taken as given. */
  bare?: string;
  /** False: drafts are refused, as in private repositories of free plans. */
  hasDrafts?: boolean;
  /** What collaborators may do: `admin`, `write`, `read`. */
  permissions?: Record<string, string>;
  /** True: commits are signed, as for tokens of apps; false as for people's. */
  signs?: boolean;
  /** Branches that have a rule of protection. */
  protectedBranches?: readonly string[];
  /** The repository's one ruleset, as it is when it is asked for. */
  ruleset?: FakeRuleset;
}

export interface FakeRuleset {
  /** By branch. */
  rules: Record<string, readonly { type: string; parameters?: object }[]>;
  /** Of the token's account; without it GitHub does not tell. */
  bypass?: 'always' | 'pull_requests_only' | 'never' | 'exempt' | undefined;
}

export interface FakePull {
  number: number;
  nodeId: string;
  title: string;
  body: string;
  author: string;
  /** Branch names; `headRepository` is another repository's full name for a fork's pull request. */
  head: string;
  base: string;
  headRepository: string;
  draft: boolean;
  state: 'open' | 'closed';
  merged: boolean;
  /** The head since it was merged or closed; the branch's when absent. */
  headCommit?: string;
  /** The commit on the base that the merge made. */
  mergeCommit?: string;
  labels: string[];
  reviewers: string[];
  teamReviewers: string[];
}

export interface FakeComment {
  id: number;
  /** Number of the pull request or issue. */
  number: number;
  author: string;
  body: string;
}

type Parameters = Record<string, string | number>;
export interface Reply {
  status: number;
  body: unknown;
  /** `{url}` stands for the server's address. */
  headers?: Record<string, string>;
}

const RULESET = { ruleset_source_type: 'Repository', ruleset_source: 'octo/demo', ruleset_id: 1 };
const NOT_FOUND: Reply = { status: 404, body: { message: 'Not Found' } };
const invalid = (message: string, errors: unknown[] = []): Reply => ({ status: 422, body: { message, errors } });

export class FakeRepository {
  readonly owner: string;
  readonly repo: string;
  readonly pulls: FakePull[] = [];
  readonly comments: FakeComment[] = [];
  /** Numbers of issues that are no pull requests. */
  readonly issues: number[] = [];
  /** By the token, in order. */
  readonly reactions: { commentId: number; isReview: boolean; content: string }[] = [];
  private nextNumber = 1;
  private nextId = 1001;

  constructor(private readonly options: FakeRepositoryOptions) {
    this.owner = options.owner ?? 'octo';
    this.repo = options.repo ?? 'demo';
  }

  get fullName(): string {
    return `${this.owner}/${this.repo}`;
  }

  /** Puts a pull request there as if somebody had opened it. */
  addPull(pull: Partial<FakePull>): FakePull {
    const number = this.nextNumber++;
    const { fullName: headRepository } = this;
    const empty = { title: '', body: '', author: 'octocat', head: 'topic', base: 'main', headRepository, draft: false };
    const lists = { labels: [], reviewers: [], teamReviewers: [] };
    const made: FakePull = {
      number,
      nodeId: `PR_${number}`,
      state: 'open',
      merged: false,
      ...empty,
      ...lists,
      ...pull,
    };
    this.pulls.push(made);
    return made;
  }

  /** Puts a comment there as if somebody had written it. */
  addComment(comment: Omit<FakeComment, 'id'>): FakeComment {
    const made = { id: this.nextId++, ...comment };
    this.comments.push(made);
    return made;
  }

  addIssue(): number {
    this.issues.push(this.nextNumber);
    return this.nextNumber++;
  }

  /** Carries out one operation of GitHub's REST API. `author` is the login behind the token. */
  async answer(operationId: string, parameters: Parameters, body: unknown, author: string): Promise<Reply> {
    if (parameters.owner !== this.owner || parameters.repo !== this.repo) return NOT_FOUND;
    const content = (body ?? {}) as Record<string, never>;
    const pull = this.pulls.find((one) => one.number === parameters.pull_number);
    const issueNumber = Number(parameters.issue_number);
    const hasIssue = this.issues.includes(issueNumber) || this.pulls.some((one) => one.number === issueNumber);
    if (operationId.startsWith('git/')) return answerGitData(this.options, operationId, parameters, content, author);
    switch (operationId) {
      case 'repos/get': {
        const { defaultBranch = 'main' } = this.options;
        const html_url = this.page('');
        return { status: 200, body: { id: 1, full_name: this.fullName, default_branch: defaultBranch, html_url } };
      }
      case 'repos/get-branch': {
        const name = String(parameters.branch);
        const sha = await this.commitOf(name);
        const isProtected = this.options.protectedBranches?.includes(name) ?? false;
        return sha === undefined ? NOT_FOUND : { status: 200, body: { name, commit: { sha }, protected: isProtected } };
      }
      case 'repos/get-branch-rules': {
        const rules = this.options.ruleset?.rules[String(parameters.branch)] ?? [];
        return { status: 200, body: rules.map((rule) => ({ ...rule, ...RULESET })) };
      }
      case 'repos/get-repo-ruleset': {
        const bypass = this.options.ruleset?.bypass;
        return { status: 200, body: { id: 1, name: 'Rules', ...(bypass && { current_user_can_bypass: bypass }) } };
      }
      case 'repos/get-collaborator-permission-level': {
        const permission = this.options.permissions?.[String(parameters.username)];
        return permission === undefined ? NOT_FOUND : { status: 200, body: { permission, role_name: permission } };
      }
      case 'pulls/list':
        return { status: 200, body: await Promise.all(this.listed(parameters).map((one) => this.wirePull(one))) };
      case 'pulls/create':
        return this.createPull(content, author);
      case 'pulls/get':
        return pull ? { status: 200, body: await this.wirePull(pull) } : NOT_FOUND;
      case 'pulls/update':
        if (!pull) return NOT_FOUND;
        Object.assign(pull, content);
        return { status: 200, body: await this.wirePull(pull) };
      case 'pulls/request-reviewers': {
        if (!pull) return NOT_FOUND;
        const { reviewers = [], team_reviewers: teams = [] } = content as {
          reviewers?: string[];
          team_reviewers?: string[];
        };
        if (reviewers.includes(pull.author)) return invalid('Review cannot be requested from pull request author.');
        pull.reviewers = [...new Set([...pull.reviewers, ...reviewers])];
        pull.teamReviewers = [...new Set([...pull.teamReviewers, ...teams])];
        return { status: 201, body: await this.wirePull(pull) };
      }
      case 'issues/add-labels': {
        const labelled = this.pulls.find((one) => one.number === issueNumber);
        if (!labelled) return NOT_FOUND;
        labelled.labels = [...new Set([...labelled.labels, ...((content as { labels?: string[] }).labels ?? [])])];
        return { status: 200, body: labelled.labels.map((name) => ({ name })) };
      }
      case 'issues/list-comments':
        return hasIssue ? this.commentPage(issueNumber, parameters) : NOT_FOUND;
      case 'issues/create-comment': {
        if (!hasIssue) return NOT_FOUND;
        const text = String(content.body);
        if (text.length > 65_536) return invalid('Body is too long (maximum is 65536 characters)');
        const made = this.addComment({ number: issueNumber, author, body: text });
        return { status: 201, body: this.wireComment(made) };
      }
      case 'issues/get-comment':
      case 'issues/update-comment': {
        const comment = this.comments.find((one) => one.id === parameters.comment_id);
        if (!comment) return NOT_FOUND;
        if (operationId === 'issues/update-comment') comment.body = String(content.body);
        return { status: 200, body: this.wireComment(comment) };
      }
      case 'reactions/create-for-issue-comment':
      case 'reactions/create-for-pull-request-review-comment': {
        const isReview = operationId.includes('review');
        const made = { commentId: Number(parameters.comment_id), isReview, content: String(content.content) };
        this.reactions.push(made);
        return { status: 201, body: { id: this.nextId++, content: made.content, user: this.wireUser(author) } };
      }
      default:
        throw new Error(`The double does not know ${operationId}.`);
    }
  }

  private async createPull(
    {
      head,
      base,
      title,
      body,
      draft,
    }: { head?: string; base?: string; title?: string; body?: string; draft?: boolean },
    author: string,
  ): Promise<Reply> {
    if (head === undefined || base === undefined || title === undefined) return invalid('Validation Failed');
    const [headCommit, baseCommit] = [await this.commitOf(head), await this.commitOf(base)];
    const field = headCommit === undefined ? 'head' : baseCommit === undefined ? 'base' : undefined;
    if (field) return invalid('Validation Failed', [{ resource: 'PullRequest', field, code: 'invalid' }]);
    if (this.options.bare && (await this.aheadBy(base, head)) === 0)
      return invalid('Validation Failed', [{ message: `No commits between ${base} and ${head}` }]);
    if (this.listed({ head: `${this.owner}:${head}`, base }).length > 0)
      return invalid('Validation Failed', [{ message: `A pull request already exists for ${this.owner}:${head}.` }]);
    if (draft && this.options.hasDrafts === false)
      return invalid('Draft pull requests are not supported in this repository.');
    const made = this.addPull({ head, base, title, body: body ?? '', draft: draft ?? false, author });
    return { status: 201, body: await this.wirePull(made) };
  }

  /** Newest first, as GitHub lists them unless told otherwise. */
  private listed({ state = 'open', head, base }: Parameters): FakePull[] {
    const found = this.pulls.filter(
      (pull) =>
        (state === 'all' || pull.state === state) &&
        (head === undefined || head === `${pull.headRepository.split('/')[0] ?? ''}:${pull.head}`) &&
        (base === undefined || base === pull.base),
    );
    return found.reverse();
  }

  private commentPage(number: number, { per_page: size = 30, page = 1 }: Parameters): Reply {
    const all = this.comments.filter((comment) => comment.number === number);
    const end = Number(page) * Number(size);
    const path = `/repos/${this.fullName}/issues/${number}/comments`;
    const link = `<{url}${path}?per_page=${size}&page=${Number(page) + 1}>; rel="next"`;
    const body = all.slice(end - Number(size), end).map((comment) => this.wireComment(comment));
    return { status: 200, body, headers: end < all.length ? { link } : {} };
  }

  private async commitOf(branch: string): Promise<string | undefined> {
    if (!this.options.bare) return '0'.repeat(40);
    const listed = await gitIn(this.options.bare, 'for-each-ref', '--format=%(objectname)', `refs/heads/${branch}`);
    return listed.trim() || undefined;
  }

  private async aheadBy(base: string, head: string): Promise<number> {
    return Number(await gitIn(this.options.bare ?? '.', 'rev-list', '--count', `${base}..${head}`));
  }

  private page(path: string): string {
    return `https://github.example/${this.fullName}${path}`;
  }

  private wireUser(login: string) {
    return { login, id: login.length, type: login.endsWith('[bot]') ? 'Bot' : 'User' };
  }

  private async wirePull(pull: FakePull) {
    const { number, nodeId: node_id, title, body, draft, state } = pull;
    const end = async (ref: string, full_name: string, commit?: string) => {
      const repo = { id: full_name === this.fullName ? 1 : 2, full_name };
      return {
        ref,
        sha: commit ?? (await this.commitOf(ref)) ?? '',
        label: `${full_name.split('/')[0] ?? ''}:${ref}`,
        repo,
      };
    };
    return {
      ...{ id: number, number, node_id, title, body, draft, state, html_url: this.page(`/pull/${number}`) },
      merged_at: pull.merged ? '2026-01-01T00:00:00Z' : null,
      user: this.wireUser(pull.author),
      labels: pull.labels.map((name) => ({ name })),
      head: await end(pull.head, pull.headRepository, pull.headCommit),
      base: await end(pull.base, this.fullName),
    };
  }

  private wireComment({ id, number, author, body }: FakeComment) {
    return { id, body, html_url: this.page(`/pull/${number}#issuecomment-${id}`), user: this.wireUser(author) };
  }
}
