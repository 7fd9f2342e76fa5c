// Reads what the runner says about the event that started this run. Whether that event may start a run is decided in
// trust.ts; GitHub itself is not asked anything here.
import { z } from 'zod';
import { UserError } from '../errors.js';
import { parseMark } from '../report/report.js';

export interface PullRequestContext {
  readonly number: number;
  readonly headRef: string;
  readonly headSha: string;
  readonly baseRef: string;
  /** Whether the head branch lies in the repository the pull request is opened in. False where GitHub does not say. */
  readonly sameRepository: boolean;
  /** The spec that the mark in its text names. Anyone can type one: it counts only where a run's own account is the author. */
  readonly ofSpec?: string;
  /** Absent once the account is deleted. */
  readonly author?: { readonly login: string; readonly isBot: boolean };
}

/** The comment that started the run. Its text is a stranger's until trust.ts has asked who wrote it. */
export interface CommentContext {
  readonly id: number;
  /** `created`, `edited` or `deleted`: what happened to the comment. */
  readonly action: string;
  readonly body: string;
  /** Absent once the account is deleted. */
  readonly author?: { readonly login: string; readonly isBot: boolean };
  /** Of the issue or pull request that it stands on. */
  readonly issueNumber: number;
  readonly isPullRequest: boolean;
}

/** Facts of the run's start. Absent means: the runner did not say, or the run is not on GitHub Actions. */
export interface RunContext {
  readonly kind: 'github' | 'local';
  /** `workflow_dispatch`, `schedule`, `pull_request`, …; `local` outside GitHub Actions. */
  readonly eventName: string;
  readonly repository?: { readonly owner: string; readonly name: string };
  readonly serverUrl: string;
  readonly apiUrl: string;
  readonly graphqlUrl?: string;
  readonly sha?: string;
  /** Fully qualified: `refs/heads/main`, `refs/pull/7/merge`. */
  readonly ref?: string;
  readonly defaultBranch?: string;
  /** Of a comment's event only once GitHub was asked for it: the event says nothing of the head, or may be outdated. */
  readonly pullRequest?: PullRequestContext;
  readonly comment?: CommentContext;
  /** Where a comment on a run's own pull request started this run: the branch that pull request goes to. */
  readonly ownPullRequestBase?: string;
  /** Of a push: the commit that the branch was at before. */
  readonly before?: string;
  readonly actor?: string;
  readonly runUrl?: string;
  readonly runId?: string;
  readonly runAttempt?: string;
  /** Absolute path of the checkout. */
  readonly workspace: string;
  /** Absolute path of a folder for files of this run. */
  readonly temp: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

export const COMMENT_EVENTS: readonly string[] = ['issue_comment', 'pull_request_review_comment'];

const userShape = z.object({ login: z.string().regex(/^[\w.-]{1,100}(\[bot\])?$/), type: z.string().optional() });
const pullRequestShape = z.object({
  number: z.int().positive(),
  head: z.object({
    ref: z.string().min(1),
    sha: z.string().regex(/^[0-9a-f]{40,64}$/),
    // null once the fork is deleted
    repo: z.object({ full_name: z.string() }).nullish(),
  }),
  base: z.object({ ref: z.string().min(1) }),
  body: z.string().nullish(),
  user: userShape.nullish().catch(undefined),
});
const commentShape = z.object({
  action: z.string(),
  comment: z.object({
    id: z.int().positive(),
    body: z.string(),
    // null once the account is deleted
    user: userShape.nullable(),
  }),
});
const commentedShape = z.union([
  z.object({ issue: z.object({ number: z.int().positive(), pull_request: z.unknown().optional() }) }),
  z.object({ pull_request: z.object({ number: z.int().positive() }) }),
]);
const payloadShape = z.object({
  pull_request: z.unknown().optional(),
  before: z
    .string()
    .regex(/^(?!0+$)[0-9a-f]{40,64}$/)
    .optional()
    .catch(undefined),
  repository: z
    .object({ default_branch: z.string().min(1).optional().catch(undefined) })
    .optional()
    .catch(undefined),
});

/**
 * The run's context from `GITHUB_*`, `RUNNER_TEMP` and the event's JSON (parsed, or undefined where there is none).
 * `local` gives workspace and temp for a run outside GitHub Actions. UserError when the runner's environment is
 * incomplete. A pull request or comment in a shape that is not understood is left out: trust.ts then refuses the run.
 */
export function readEvent(env: Environment, payload: unknown, local: { workspace: string; temp: string }): RunContext {
  const isGithub = env['GITHUB_ACTIONS'] === 'true' || given(env, 'GITHUB_EVENT_NAME') !== undefined;
  const serverUrl = given(env, 'GITHUB_SERVER_URL') ?? 'https://github.com';
  const apiUrl = given(env, 'GITHUB_API_URL') ?? 'https://api.github.com';
  if (!isGithub) return { kind: 'local', eventName: 'local', serverUrl, apiUrl, ...local };

  const [owner, name, ...rest] = required(env, 'GITHUB_REPOSITORY').split('/');
  if (!owner || !name || rest.length > 0) {
    throw new UserError("The environment variable GITHUB_REPOSITORY is not of the form 'owner/name'.");
  }
  const event = payloadShape.safeParse(payload).data;
  const eventName = required(env, 'GITHUB_EVENT_NAME');
  const isComment = COMMENT_EVENTS.includes(eventName);
  const pullRequest = isComment ? undefined : readPullRequest(event?.pull_request, `${owner}/${name}`);
  const comment = isComment ? readComment(payload) : undefined;
  const runId = given(env, 'GITHUB_RUN_ID');
  return {
    kind: 'github',
    eventName,
    repository: { owner, name },
    serverUrl,
    apiUrl,
    workspace: required(env, 'GITHUB_WORKSPACE'),
    temp: given(env, 'RUNNER_TEMP') ?? local.temp,
    ...present('graphqlUrl', given(env, 'GITHUB_GRAPHQL_URL')),
    ...present('sha', given(env, 'GITHUB_SHA')),
    ...present('ref', given(env, 'GITHUB_REF')),
    ...present('defaultBranch', event?.repository?.default_branch),
    ...present('pullRequest', pullRequest),
    ...present('comment', comment),
    ...present('before', eventName === 'push' ? event?.before : undefined),
    ...present('actor', given(env, 'GITHUB_ACTOR')),
    ...present('runUrl', runId && `${serverUrl}/${owner}/${name}/actions/runs/${runId}`),
    ...present('runId', runId),
    ...present('runAttempt', given(env, 'GITHUB_RUN_ATTEMPT')),
  };
}

function readPullRequest(value: unknown, repository: string): PullRequestContext | undefined {
  const pull = pullRequestShape.safeParse(value).data;
  if (!pull) return undefined;
  return {
    number: pull.number,
    headRef: pull.head.ref,
    headSha: pull.head.sha,
    baseRef: pull.base.ref,
    sameRepository: pull.head.repo?.full_name.toLowerCase() === repository.toLowerCase(),
    ...present('ofSpec', specOfPullRequest(pull.body ?? '')),
    ...present('author', readAuthor(pull.user)),
  };
}

/** The spec that the mark in a pull request's text names. It chooses among the specs that the workflow selects, no more. */
export function specOfPullRequest(body: string): string | undefined {
  return parseMark(body)?.specPath;
}

function readComment(payload: unknown): CommentContext | undefined {
  const event = commentShape.safeParse(payload).data;
  const place = commentedShape.safeParse(payload).data;
  if (!event || !place) return undefined;
  const { id, body, user } = event.comment;
  const isPullRequest = 'pull_request' in place || (place.issue.pull_request ?? null) !== null;
  return {
    ...{ id, body, isPullRequest, action: event.action },
    issueNumber: 'issue' in place ? place.issue.number : place.pull_request.number,
    ...present('author', readAuthor(user)),
  };
}

/** GitHub shows a deleted account as nobody or as its user 'ghost'. */
function readAuthor(user: z.infer<typeof userShape> | null | undefined): CommentContext['author'] {
  if (user === null || user === undefined || user.login.toLowerCase() === 'ghost') return undefined;
  return { login: user.login, isBot: user.type === 'Bot' || user.login.endsWith('[bot]') };
}

function given(env: Environment, name: string): string | undefined {
  const value = env[name];
  return value === undefined || value === '' ? undefined : value;
}

function required(env: Environment, name: string): string {
  const value = given(env, name);
  if (value !== undefined) return value;
  throw new UserError(`The environment variable ${name} is not set. GitHub's runner sets it for every action.`);
}

/** A property that exists only when it has a value, so that "absent" has one form. */
function present<K extends string, V>(key: K, value: V | undefined | ''): Partial<Record<K, V>> {
  return value === undefined || value === '' ? {} : ({ [key]: value } as Record<K, V>);
}
