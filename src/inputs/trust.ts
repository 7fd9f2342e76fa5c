// Decides from the event alone whether this run may happen. A run holds a model key and a token that writes, so only
// events that need write access to the repository may start one. GitHub is not asked here.
import type { RunContext } from './event.js';

export type Trust =
  { readonly kind: 'trusted' } | { readonly kind: 'refused'; readonly rule: TrustRule; readonly message: string };

export type TrustRule = 'privileged-event' | 'unknown-event' | 'unreadable-event' | 'fork' | 'bot';

/** Whoever causes one of these has write access to the repository (for pull_request: in the same repository). */
const ACCEPTED_EVENTS = ['workflow_dispatch', 'repository_dispatch', 'schedule', 'push', 'pull_request'];
const PRIVILEGED_EVENTS = ['pull_request_target', 'workflow_run'];
/** The workflow's own token; it can start a workflow only where a workflow was given `actions: write` or `contents: write`. */
const OWN_BOT = 'github-actions[bot]';
const OWN_BOT_EVENTS = ['workflow_dispatch', 'repository_dispatch'];

/** The first rule that is broken, with the way out; closed: what is not known to be safe is refused. */
export function judgeTrust(context: RunContext, allowedBots: readonly string[]): Trust {
  const { eventName, pullRequest, actor } = context;
  if (context.kind === 'local') return { kind: 'trusted' };
  if (PRIVILEGED_EVENTS.includes(eventName)) {
    return refused(
      'privileged-event',
      `Ferrule does not run on '${eventName}': it gives secrets to runs that strangers can cause. Use 'pull_request' for branches of this repository, or 'workflow_dispatch'.`,
    );
  }
  if (!ACCEPTED_EVENTS.includes(eventName)) {
    return refused(
      'unknown-event',
      `Ferrule does not run on '${eventName}': people without write access may cause it. Use one of ${ACCEPTED_EVENTS.join(', ')}.`,
    );
  }
  if (eventName === 'pull_request' && !pullRequest) {
    return refused(
      'unreadable-event',
      `The event file of this 'pull_request' run does not describe a pull request, so its origin is unknown. Start the run with 'workflow_dispatch'.`,
    );
  }
  if (pullRequest && !pullRequest.sameRepository) {
    return refused(
      'fork',
      `Pull request #${pullRequest.number} comes from another repository. Ferrule runs for branches of this repository only: push the branch here, or start the run with 'workflow_dispatch'.`,
    );
  }
  return judgeBot(eventName, actor, allowedBots);
}

function judgeBot(eventName: string, actor: string | undefined, allowedBots: readonly string[]): Trust {
  // The actor of a schedule is whoever last edited it, which says nothing about who caused the run.
  if (eventName === 'schedule' || !actor?.endsWith('[bot]')) return { kind: 'trusted' };
  if (actor === OWN_BOT && OWN_BOT_EVENTS.includes(eventName)) return { kind: 'trusted' };
  if (allowedBots.includes(actor)) return { kind: 'trusted' };
  return refused(
    'bot',
    `The run was started by '${actor}'. Bots may start a run only when they are listed: add '${actor}' to the input 'allowed-bots'.`,
  );
}

function refused(rule: TrustRule, message: string): Trust {
  return { kind: 'refused', rule, message };
}
