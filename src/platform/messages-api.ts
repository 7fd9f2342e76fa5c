// A model behind a server that speaks Anthropic's Messages API, streamed. Owns the policy by which a request is made again;
// knows nothing of tools, budgets or conversations.
import type Anthropic from '@anthropic-ai/sdk';
import type { ClientOptions } from '@anthropic-ai/sdk';
import { setTimeout as sleep } from 'node:timers/promises';
import { AnswerParts, BrokenAnswer, CHARS_PER_TOKEN } from './answer-parts.js';
import { ANTHROPIC_API, connectTo, furtherKeyHeaders, proxyFor } from './model-connection.js';
import type { AskTerms, Model, ModelAnswer, ModelRequest } from './model.js';
import { ModelFailure } from './model.js';
import { refusalOf } from './model-refusals.js';

/** With the waits below about three minutes: an outage that lasts longer ends the run, with its work saved. */
const ATTEMPTS = 10;
/** Of a server that has not been reached once: more likely a wrong address than an outage. */
const ATTEMPTS_AT_NOBODY = 4;
const FIRST_WAIT_MS = 500;
/** A server's `retry-after` is obeyed up to here; the SDK itself would obey up to 24 days. */
const MAX_WAIT_MS = 60_000;
/** Until the first byte of an answer: a slow server may read a long conversation first. */
const BEGIN_TIMEOUT_MS = 5 * 60_000;
/** Between two bytes of an answer, the server's pings included. */
const SILENCE_MS = 120_000;
/** setTimeout takes no more; a longer one would fire at once. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;

interface MessagesApiOptions {
  apiKey: string;
  /** Anthropic's own when absent. */
  baseUrl: string | undefined;
  /** One line for the log about a request that is made again. */
  say: (line: string) => void;
  /** Between two bytes of an answer, in milliseconds. */
  silenceMs?: number;
  /** Before the second attempt, in milliseconds; each further wait is about twice as long. */
  firstWaitMs?: number;
}

interface Server {
  sdk: typeof import('@anthropic-ai/sdk');
  api: Anthropic;
}

/**
 * The SDK is loaded on first use only.
 * @throws UserError when the environment names a proxy that cannot be used
 */
export function messagesApi(options: MessagesApiOptions): Model {
  const { apiKey, baseUrl = ANTHROPIC_API, say, silenceMs = SILENCE_MS, firstWaitMs = FIRST_WAIT_MS } = options;
  const proxy = proxyFor(baseUrl);
  const way = { beginTimeoutMs: BEGIN_TIMEOUT_MS, silenceMs, isProxied: proxy !== undefined };
  let opened: Promise<Server> | undefined;
  let wasReached = false;
  return async (request, terms) => {
    const { sdk, api } = await (opened ??= open({ apiKey, baseUrl, proxy, silenceMs }));
    for (let attempt = 1; ; attempt++) {
      const result = await askOnce(api, request, terms);
      if ('answer' in result) {
        wasReached = true;
        return result.answer;
      }
      const mayAskAgain = result.parts === undefined || terms.discarded(result.parts.spent());
      if (terms.signal.aborted)
        throw new ModelFailure('The run was cancelled while the model was answering.', 'cancelled');
      if (result.isOutOfTime) throw new ModelFailure('The time was over while the model was answering.', 'time');
      const refusal = refusalOf(sdk, result.error, way);
      wasReached ||= refusal.kind !== 'unreached';
      if (refusal.kind === 'final') throw new ModelFailure(refusal.message);
      if (refusal.kind === 'too-long') throw new ModelFailure(refusal.message, 'too-long');
      if (attempt === (wasReached ? ATTEMPTS : ATTEMPTS_AT_NOBODY))
        throw new ModelFailure(`The model's server gave no answer in ${attempt} attempts: ${refusal.message}`);
      if (!mayAskAgain) throw new ModelFailure(`The model's server: ${refusal.message}`, 'limit');
      const waitMs = waitBefore(firstWaitMs * 2 ** (attempt - 1), refusal.retryAfterMs);
      if (waitMs >= terms.timeLeftMs())
        throw new ModelFailure(`The model's server: ${refusal.message} The time left is too short to wait.`, 'time');
      say(`The model's server: ${refusal.message} Asking again in ${(waitMs / 1000).toFixed(1)} s.`);
      await sleep(waitMs, undefined, { signal: terms.signal }).catch(() => undefined); // seen at the next request
    }
  };
}

/**
 * With jitter, so that many runs do not come back together. What the server asks for counts where it is longer: one that
 * is overloaded and asks for no wait would have all attempts within a second.
 */
export function waitBefore(backoffMs: number, retryAfterMs = 0): number {
  const ownMs = backoffMs * (0.75 + Math.random() / 2);
  return Math.min(Math.max(retryAfterMs * (1 + Math.random() / 10), ownMs), MAX_WAIT_MS);
}

type Attempt =
  | { answer: ModelAnswer }
  /** `parts` when the server had begun to answer. */
  | { error: unknown; parts: AnswerParts | undefined; isOutOfTime: boolean };

async function askOnce(api: Anthropic, request: ModelRequest, terms: AskTerms): Promise<Attempt> {
  // By hand instead of AbortSignal.any: nothing may stay attached to the run's signal for each of its hundreds of turns.
  const ending = new AbortController();
  const end = () => ending.abort();
  const timeLeftMs = Math.max(0, Math.min(Math.ceil(terms.timeLeftMs()), MAX_TIMEOUT_MS));
  let isOutOfTime = false;
  const timer = setTimeout(() => {
    isOutOfTime = true;
    end();
  }, timeLeftMs);
  terms.signal.addEventListener('abort', end, { once: true });
  if (terms.signal.aborted) end();
  let parts: AnswerParts | undefined;
  try {
    const { maxTokens, ...rest } = request;
    const body = { ...rest, max_tokens: maxTokens, stream: true } as const;
    const events = await api.messages.create(body, { signal: ending.signal });
    const requestTokens = () => Math.ceil(JSON.stringify(body).length / CHARS_PER_TOKEN);
    for await (const event of received(events)) (parts ??= new AnswerParts(requestTokens)).add(event);
    if (parts === undefined) throw new BrokenAnswer('the stream was empty');
    return { answer: parts.whole() };
  } catch (error) {
    return { error, parts, isOutOfTime };
  } finally {
    clearTimeout(timer);
    terms.signal.removeEventListener('abort', end);
  }
}

/** The events of a stream; whatever goes wrong within it but for the server's own error event is a broken answer. */
async function* received(events: AsyncIterable<unknown>): AsyncGenerator {
  try {
    yield* events;
  } catch (error) {
    // The class would do, were the SDK loaded here; an error of the API has a status, if only an undefined one.
    if (error instanceof Error && 'status' in error) throw error;
    throw new BrokenAnswer('the connection failed within the answer', { cause: error });
  }
}

async function open(to: {
  apiKey: string;
  baseUrl: string;
  proxy: URL | undefined;
  silenceMs: number;
}): Promise<Server> {
  // `bodyTimeout` is the watchdog over a stream that falls silent.
  const limits = { bodyTimeout: to.silenceMs, headersTimeout: BEGIN_TIMEOUT_MS + 1_000 };
  const [sdk, { fetch, dispatcher }] = await Promise.all([import('@anthropic-ai/sdk'), connectTo(to.proxy, limits)]);
  // Everything explicit: otherwise the SDK reads keys, addresses and profiles from the environment and the disk.
  const api = new sdk.default({
    apiKey: to.apiKey,
    authToken: null,
    defaultHeaders: furtherKeyHeaders(to.baseUrl, to.apiKey),
    baseURL: to.baseUrl,
    maxRetries: 0,
    timeout: BEGIN_TIMEOUT_MS,
    logLevel: 'off',
    fetch: fetch,
    fetchOptions: { dispatcher } as NonNullable<ClientOptions['fetchOptions']>,
  });
  return { sdk, api };
}
