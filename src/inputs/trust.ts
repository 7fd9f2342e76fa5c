// Decides whether this run may happen: by the event, by who caused it, and by where its code comes from. A run holds a
// model key and a token that writes, so it starts only for people who may write to the repository. GitHub is asked
// through functions that are passed in; what is not known to be safe is refused.
import type { GitHub, Permission } from '../platform/github.js';
import { describeGitHubError, isOwnAccount } from '../platform/github.js';
import { KNOWN_COMMANDS, readCommentCommand } from './comment-command.js';
import type { CommentContext, PullRequestContext, RunContext } from './event.js';
import { COMMENT_EVENTS, specOfPullRequest } from './event.js';

type Trust =
  /** `context` with the pull request that GitHub told of; `specPath`: the one spec that a comment asks for. */
  | { readonly kind: 'trusted'; readonly context: RunContext; readonly specPath?: string }
  /** Nothing was asked of Ferrule. */
  | { readonly kind: 'idle'; readonly message: string }
  | { readonly kind: 'refused'; readonly rule: TrustRule; readonly message: string };

type TrustRule =
  | 'privileged-event'
  | 'unknown-event'
  | 'unreadable-event'
  | 'unsafe-sandbox'
  | 'edited-comment'
  | 'deleted-author'
  | 'bot'
  | 'permission-unknown'
  | 'no-write-access'
  | 'pull-request-unknown'
  | 'closed-pull-request'
  | 'fork';

export interface TrustTerms {
  readonly allowedBots: readonly string[];
  readonly sandbox: 'auto' | 'unsafe-off';
  /** Absent where the run has no token. */
  readonly github: Pick<GitHub, 'permissionOf' | 'pullRequestEnds' | 'identity'> | undefined;
}

/**
 * GitHub itself lets only people with write access cause these, so nothing is asked:
 * https://docs.github.com/actions/reference/workflows-and-actions/events-that-trigger-workflows
 * (a schedule is changed by a commit on the default branch).
 */
const WRITERS_EVENTS = ['workflow_dispatch', 'repository_dispatch', 'schedule', 'push'];
/** Strangers can cause these: anyone comments, and anyone opens a pull request from a branch that is there already. */
const STRANGERS_EVENTS = ['pull_request', ...COMMENT_EVENTS];
const PRIVILEGED_EVENTS = ['pull_request_target', 'workflow_run'];
/** The workflow's own token; it can start a workflow only where a workflow was given `actions: write` or `contents: write`. */
const OWN_BOT = 'github-actions[bot]';
const OWN_BOT_EVENTS = ['workflow_dispatch', 'repository_dispatch'];
/** GitHub reports the roles `maintain` and `triage` as `write` and `read`: https://docs.github.com/rest/collaborators/collaborators */
const WRITERS: readonly Permission[] = ['admin', 'write'];

/**
 * A plan spends nothing and asks nobody, so it needs no trust; its runs judge for themselves. It is for events that mean a
 * branch. @returns why there is none on this event; `undefined` where there is one
 */
export function refusePlan({ kind, eventName }: Pick<RunContext, 'kind' | 'eventName'>): string | undefined {
  if (kind === 'local' || WRITERS_EVENTS.includes(eventName)) return undefined;
  return `There is no plan on '${eventName}': what a pull request or a comment asks for is worked on in one job. Call a workflow such as Ferrule's examples/workflows/called.yml there; plans are for ${WRITERS_EVENTS.join(', ')}.`;
}

type Refusal = Extract<Trust, { kind: 'refused' }>;

/** The first rule that is broken, with the way out. Asks GitHub only for what is neither idle nor refused already. */
export async function judgeTrust(context: RunContext, terms: TrustTerms): Promise<Trust> {
  const { eventName, actor } = context;
  if (context.kind === 'local') return { kind: 'trusted', context };
  if (PRIVILEGED_EVENTS.includes(eventName)) {
    return refused(
      'privileged-event',
      `Ferrule does not run on '${eventName}': it gives secrets to runs that strangers can cause. Use 'pull_request' for branches of this repository, or 'workflow_dispatch'.`,
    );
  }
  if (WRITERS_EVENTS.includes(eventName)) {
    return judgeBot(eventName, actor, terms.allowedBots) ?? { kind: 'trusted', context };
  }
  if (COMMENT_EVENTS.includes(eventName)) return judgeComment(context, terms);
  if (eventName === 'pull_request') return judgePullRequest(context, terms);
  return refused(
    'unknown-event',
    `Ferrule does not run on '${eventName}': people without write access may cause it. Use one of ${[...WRITERS_EVENTS, ...STRANGERS_EVENTS].join(', ')}.`,
  );
}

async function judgePullRequest(context: RunContext, terms: TrustTerms): Promise<Trust> {
  const { eventName, pullRequest, actor } = context;
  if (!pullRequest) return unreadable(eventName, 'a pull request');
  const early = judgeSandbox(eventName, terms) ?? judgeOrigin(pullRequest);
  if (early) return early;
  if (pullRequest.ofSpec !== undefined && (await isOwn(pullRequest.author, terms))) {
    // Opened or moved by a token whose doings start workflows: an app's, say. The run itself is still at it.
    return {
      kind: 'idle',
      message: `Pull request #${pullRequest.number} is a run's own. To have it worked on, comment '/ferrule retry' on it.`,
    };
  }
  const refusal = judgeBot(eventName, actor, terms.allowedBots) ?? (await judgePermission(actor, terms));
  return refusal ?? { kind: 'trusted', context };
}

async function judgeComment(context: RunContext, terms: TrustTerms): Promise<Trust> {
  const { eventName, comment } = context;
  if (!comment) return unreadable(eventName, 'a comment');
  const command = readCommentCommand(comment.body);
  if (command.kind === 'none') {
    return { kind: 'idle', message: `The comment is no command for Ferrule. Commands are ${KNOWN_COMMANDS}.` };
  }
  if (comment.action === 'deleted') return { kind: 'idle', message: 'A command to Ferrule was deleted.' };
  if (comment.action !== 'created') {
    return refused(
      'edited-comment',
      'The command stands in a comment that was changed after it was written, so it may not be its author who speaks. Write a new comment.',
    );
  }
  const refusal = judgeSandbox(eventName, terms) ?? (await judgeAuthor(eventName, comment, terms));
  if (refusal) return refusal;
  const trusted = {
    kind: 'trusted' as const,
    ...(command.specPath === undefined ? {} : { specPath: command.specPath }),
  };
  if (!comment.isPullRequest) return { ...trusted, context };
  const ends = await terms.github?.pullRequestEnds(comment.issueNumber);
  if (ends?.kind !== 'ok') {
    const failure = ends === undefined ? "there is no 'github-token'" : describeGitHubError(ends.error);
    return refused(
      'pull-request-unknown',
      `Where pull request #${comment.issueNumber} comes from is unknown: ${failure}. Give the job 'pull-requests: write', then comment again.`,
    );
  }
  const { isOpen, body, author, ...pullRequest } = ends.value;
  if (!isOpen) {
    return refused(
      'closed-pull-request',
      `Pull request #${pullRequest.number} is closed. Reopen it and comment again, or start the run with 'workflow_dispatch'.`,
    );
  }
  const ofSpec = (await isOwn(author, terms)) ? specOfPullRequest(body) : undefined;
  const origin = judgeOrigin(pullRequest);
  if (origin !== undefined) return origin;
  if (ofSpec === undefined) return { ...trusted, context: { ...context, pullRequest } };
  // The run goes on as the one that opened it: from its base, with the same work branch and the same pull request.
  return { specPath: ofSpec, ...trusted, context: { ...context, ownPullRequestBase: pullRequest.baseRef } };
}

/** Whether the account of this run's token opened it. Without a token nobody's mark counts. */
async function isOwn(author: PullRequestContext['author'], { github }: TrustTerms): Promise<boolean> {
  return author !== undefined && github !== undefined && isOwnAccount(await github.identity(), author);
}

async function judgeAuthor(
  eventName: string,
  { author }: CommentContext,
  terms: TrustTerms,
): Promise<Refusal | undefined> {
  if (!author) {
    return refused(
      'deleted-author',
      'The account that wrote the comment is gone, so what it may do cannot be asked. Let somebody with write access write the command.',
    );
  }
  if (author.isBot) return judgeBot(eventName, author.login, terms.allowedBots, author.isBot);
  return judgePermission(author.login, terms);
}

function judgeSandbox(eventName: string, { sandbox }: TrustTerms): Refusal | undefined {
  if (sandbox === 'auto') return undefined;
  return refused(
    'unsafe-sandbox',
    `Input 'sandbox' is 'unsafe-off', which is refused on '${eventName}' because strangers can cause that event. Use 'auto', or start the run with 'workflow_dispatch'.`,
  );
}

function judgeOrigin({ number, sameRepository }: PullRequestContext): Refusal | undefined {
  if (sameRepository) return undefined;
  return refused(
    'fork',
    `Pull request #${number} comes from another repository. Ferrule runs for branches of this repository only: push the branch here, or start the run with 'workflow_dispatch'.`,
  );
}

/** A name that merely ends in `bot` is a person's: GitHub keeps square brackets for apps. */
function judgeBot(
  eventName: string,
  login: string | undefined,
  allowedBots: readonly string[],
  isBot = login?.endsWith('[bot]') === true,
): Refusal | undefined {
  // The actor of a schedule is whoever last edited it, which says nothing about who caused the run.
  if (eventName === 'schedule' || !isBot || login === undefined) return undefined;
  if (login === OWN_BOT && OWN_BOT_EVENTS.includes(eventName)) return undefined;
  if (allowedBots.includes(login)) return undefined;
  return refused(
    'bot',
    `The run was started by '${login}'. Bots may start a run only when they are listed: add '${login}' to the input 'allowed-bots'.`,
  );
}

/** Closed: without an answer there is no run. A listed bot is trusted by its listing; apps have no role to ask for. */
async function judgePermission(login: string | undefined, terms: TrustTerms): Promise<Refusal | undefined> {
  if (login !== undefined && terms.allowedBots.includes(login)) return undefined;
  if (login === undefined || terms.github === undefined) {
    const missing = login === undefined ? 'the runner does not say who caused it' : "there is no 'github-token'";
    return refused(
      'permission-unknown',
      `Whether this run is allowed cannot be asked: ${missing}. Set the input 'github-token', or start the run with 'workflow_dispatch'.`,
    );
  }
  const permission = await terms.github.permissionOf(login);
  if (permission.kind === 'failed') {
    return refused(
      'permission-unknown',
      `What '${login}' may do here is unknown: ${describeGitHubError(permission.error)}. Check the input 'github-token' and start the run again.`,
    );
  }
  if (WRITERS.includes(permission.value)) return undefined;
  return refused(
    'no-write-access',
    `'${login}' has no write access to this repository, which starting Ferrule needs. Ask somebody who has it to start the run.`,
  );
}

function unreadable(eventName: string, what: string): Refusal {
  return refused(
    'unreadable-event',
    `The event file of this '${eventName}' run does not describe ${what}, so its origin is unknown. Start the run with 'workflow_dispatch'.`,
  );
}

function refused(rule: TrustRule, message: string): Refusal {
  return { kind: 'refused', rule, message };
}
