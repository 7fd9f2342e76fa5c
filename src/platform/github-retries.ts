// Whether a call that GitHub refused may be made again, and after how long. Making it is github.ts.

/** What GitHub answered; header names in lower case. */
export interface Refusal {
  status: number;
  message: string;
  headers: Readonly<Record<string, string | number | undefined>>;
}

/** What a second try would do if the first was carried out although its answer was an error. */
export type Repeat =
  /** Nothing: a read, or a write that sets a state. */
  | 'harmless'
  /** The same, on a thing made a moment ago, which GitHub's replicas may not know yet. */
  | 'harmless-while-new'
  /** It would make a second thing: an answer of 502 may hide a success. */
  | 'makes-another';

/** Waiting longer would hold the job up for what a warning tells as well; a primary limit lasts up to an hour. */
const MAX_WAIT_MS = 2 * 60_000;
/** GitHub asks for it where a secondary limit comes without a time. */
const UNTOLD_WAIT_MS = 60_000;

/**
 * The pause before the next try; `undefined`: there is none.
 * @param pauseMs the pause that the try would have for an error without a time of its own
 */
export function waitBeforeRetry(refusal: Refusal, repeat: Repeat, pauseMs: number): number | undefined {
  const limitedForMs = rateLimitMs(refusal);
  // A call over the limit was not carried out, whatever it would make.
  if (limitedForMs !== undefined) return limitedForMs > MAX_WAIT_MS ? undefined : Math.max(limitedForMs, pauseMs);
  if (isNotKnownYet(refusal, repeat)) return pauseMs;
  return repeat !== 'makes-another' && refusal.status >= 500 ? pauseMs : undefined;
}

/**
 * For how long a rate limit lasts, `undefined` when none is the reason.
 * https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api#exceeding-the-rate-limit
 */
export function rateLimitMs({ status, message, headers }: Refusal): number | undefined {
  if (status !== 403 && status !== 429) return undefined;
  const retryAfter = seconds(headers['retry-after']);
  if (retryAfter !== undefined) return retryAfter * 1000;
  const reset = seconds(headers['x-ratelimit-reset']);
  if (seconds(headers['x-ratelimit-remaining']) === 0 && reset !== undefined) {
    // By the clock that set the time: ours may be wrong.
    const now = Date.parse(String(headers.date));
    return Number.isNaN(now) ? UNTOLD_WAIT_MS : Math.max(0, reset * 1000 - now) + 1000;
  }
  return status === 429 || /rate limit|abuse detection/i.test(message) ? UNTOLD_WAIT_MS : undefined;
}

/** A branch pushed, or a pull request opened, a moment ago. */
function isNotKnownYet({ status, message }: Refusal, repeat: Repeat): boolean {
  switch (repeat) {
    case 'harmless':
      return false;
    case 'harmless-while-new':
      return status === 404 || (status === 422 && message.includes('Could not resolve to a node'));
    case 'makes-another':
      return status === 422 && /"field":"head","code":"invalid"|No commits between/.test(message);
  }
}

function seconds(header: string | number | undefined): number | undefined {
  return header !== undefined && /^\d+$/.test(String(header)) ? Number(header) : undefined;
}
