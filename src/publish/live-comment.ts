// The comment while a run goes on: our one comment of the spec, edited now and then. It is a courtesy: nothing waits for
// it, no failure of it matters, and GitHub's limits come first. Its wording comes from outside; the report that replaces
// it at the end is comment.ts.
import { messageOf } from '../errors.js';
import type { Clock } from '../platform/clock.js';
import { systemClock } from '../platform/clock.js';
import type { Comment, GitHub, GitHubError, GitHubResult } from '../platform/github.js';
import { describeGitHubError } from '../platform/github.js';
import type { Refusal } from '../platform/outlet.js';
import { ownComment } from './comment.js';

export interface LiveComment {
  /** Something has changed. `render` makes the whole text, marks included, when it is time to write it. */
  changed(render: () => string): void;
  /** Nothing is written any more once this settles. It takes no longer than one attempt at GitHub; may be called again. */
  end(): Promise<void>;
}

export interface LiveCommentTerms {
  github: GitHub;
  /** The login of our account. */
  identity: string;
  /** Number of the pull request or issue. */
  number: number;
  specPath: string;
  refusal: Refusal;
  /** Told when something did not work. */
  say: (sentence: string) => void;
  clock?: Clock;
}

/** Between two edits. */
const MIN_PAUSE_MS = 15_000;
/**
 * A longer run is edited less often: a pause is at least this part of the time so far. An hour then makes some 110 edits,
 * where GitHub allows an account 500 a hour for all that it writes.
 * https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api#about-secondary-rate-limits
 */
const PAUSE_SHARE = 1 / 40;
/** After a failure the pause is doubled, up to this. */
const MAX_PAUSE_MS = 5 * 60_000;

/** Nothing is sent before the first change. */
export function openLiveComment(terms: LiveCommentTerms): LiveComment {
  return new ThrottledComment(terms);
}

class ThrottledComment implements LiveComment {
  private readonly github: GitHub;
  private readonly clock: Clock;
  private readonly startedMs: number;
  private render: (() => string) | undefined;
  private shown: string | undefined;
  private id: number | undefined;
  private failures = 0;
  private notBeforeMs = 0;
  private callOff: (() => void) | undefined;
  private sending: Promise<void> | undefined;
  private isOver = false;

  constructor(private readonly terms: LiveCommentTerms) {
    this.github = terms.github.once();
    this.clock = terms.clock ?? systemClock;
    this.startedMs = this.clock.nowMs();
  }

  changed(render: () => string): void {
    this.render = render;
    this.plan();
  }

  async end(): Promise<void> {
    this.isOver = true;
    this.callOff?.();
    await this.sending;
  }

  /** One edit at a time, and none before its time; what changes meanwhile goes into the next. */
  private plan(): void {
    if (this.isOver || this.render === undefined || this.callOff !== undefined || this.sending !== undefined) return;
    this.callOff = this.clock.after(Math.max(0, this.notBeforeMs - this.clock.nowMs()), () => {
      this.callOff = undefined;
      this.sending = this.send()
        .catch((thrown: unknown) => this.giveUp(thrown))
        .finally(() => {
          this.sending = undefined;
          this.plan();
        });
    });
  }

  private async send(): Promise<void> {
    const { render } = this;
    this.render = undefined;
    const text = render?.();
    if (text === undefined || text === this.shown) return;
    if (this.terms.refusal('the comment', text) !== undefined) {
      this.isOver = true; // the alarm has been raised by now
      return;
    }
    const written = await this.write(text);
    if (written.kind === 'ok') {
      this.id = written.value.id;
      this.shown = text;
      this.failures = 0;
      this.pause(0);
    } else {
      this.render ??= render; // tried again, or what comes meanwhile
      this.failed(written.error);
    }
  }

  private async write(text: string): Promise<GitHubResult<Comment>> {
    const { identity, number, specPath } = this.terms;
    if (this.id !== undefined) return this.github.updateComment(this.id, text);
    const comments = await this.github.listComments(number);
    if (comments.kind === 'failed') return comments;
    const own = ownComment(comments.value, identity, specPath);
    return own === undefined ? this.github.createComment(number, text) : this.github.updateComment(own.id, text);
  }

  private failed(error: GitHubError): void {
    const { status, retryAfterMs } = error;
    this.failures++;
    // Deleted by somebody: looked for, and made again, once.
    if (status === 404 && this.id !== undefined) this.id = undefined;
    else if (retryAfterMs === undefined && [401, 403, 404, 410].includes(status)) this.isOver = true;
    this.pause(retryAfterMs ?? 0);
    if (this.failures === 1 || this.isOver)
      this.terms.say(`The comment on #${this.terms.number} does not follow the run: ${describeGitHubError(error)}`);
  }

  /** A defect of ours must not end a run for the sake of a comment. */
  private giveUp(thrown: unknown): void {
    this.isOver = true;
    this.terms.say(`The comment on #${this.terms.number} does not follow the run: ${messageOf(thrown)}`);
  }

  private pause(atLeastMs: number): void {
    const elapsedMs = this.clock.nowMs() - this.startedMs;
    const usualMs = Math.max(MIN_PAUSE_MS, elapsedMs * PAUSE_SHARE);
    const pauseMs = Math.min(usualMs * 2 ** this.failures, Math.max(MAX_PAUSE_MS, usualMs));
    this.notBeforeMs = this.clock.nowMs() + Math.max(pauseMs, atLeastMs);
  }
}
