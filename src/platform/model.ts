// The model as one function: a request in, a whole answer out, streamed underneath. Owns the client, its addresses and
// the retries of what can be asked again; knows nothing of tools, budgets or conversations.
import type Anthropic from '@anthropic-ai/sdk';
import { setTimeout as sleep } from 'node:timers/promises';

export interface ModelRequest {
  model: string;
  maxTokens: number;
  system: Anthropic.TextBlockParam[];
  tools: Anthropic.Tool[];
  messages: Anthropic.MessageParam[];
}

/** Tokens of one answer; fields that a server does not report are 0. */
export interface ModelUsage {
  inputTokens: number;
  outputTokens: number;
  cacheReadTokens: number;
  cacheWriteTokens: number;
}

export interface ModelAnswer {
  content: Anthropic.ContentBlock[];
  /** The server's word, also one we do not know; `null` when it gave none. */
  stopReason: string | null;
  usage: ModelUsage;
}

/** @throws ModelFailure when no answer can be had; an abort through `signal` is one with `cancelled` set */
export type Model = (request: ModelRequest, signal: AbortSignal) => Promise<ModelAnswer>;

/** The model gave no usable answer; the text says what to do about it, without keys or addresses. */
export class ModelFailure extends Error {
  override name = 'ModelFailure';
  constructor(
    message: string,
    readonly cancelled = false,
  ) {
    super(message);
  }
}

const ATTEMPTS = 6;
/** A server's `retry-after` is obeyed up to here; the SDK itself would obey up to 24 days. */
const MAX_WAIT_MS = 60_000;
const IDLE_TIMEOUT_MS = 5 * 60_000;

/** A model behind a server that speaks Anthropic's Messages API. The SDK is loaded on first use only. */
export function messagesApi(options: {
  apiKey: string;
  baseUrl: string | undefined;
  say: (line: string) => void;
}): Model {
  let client: Promise<{ sdk: typeof import('@anthropic-ai/sdk'); api: Anthropic }> | undefined;
  const open = async () => {
    const sdk = await import('@anthropic-ai/sdk');
    // Everything explicit: otherwise the SDK reads keys, addresses and profiles from the environment and the disk.
    const api = new sdk.default({
      apiKey: options.apiKey,
      authToken: null,
      baseURL: options.baseUrl ?? 'https://api.anthropic.com',
      maxRetries: 0,
      timeout: IDLE_TIMEOUT_MS,
      logLevel: 'off',
    });
    return { sdk, api };
  };
  return async (request, signal) => {
    const { sdk, api } = await (client ??= open());
    for (let attempt = 1; ; attempt++) {
      try {
        return await askOnce(api, request, signal);
      } catch (error) {
        if (signal.aborted) throw new ModelFailure('The run was cancelled while the model was answering.', true);
        const failure = classify(sdk, error);
        if (!failure.isTransient) throw new ModelFailure(failure.message);
        if (attempt === ATTEMPTS)
          throw new ModelFailure(`The model's server gave no answer in ${ATTEMPTS} attempts: ${failure.message}`);
        const waitMs = Math.min(failure.retryAfterMs ?? backoffMs(attempt), MAX_WAIT_MS);
        options.say(`The model's server: ${failure.message} Asking again in ${(waitMs / 1000).toFixed(1)} s.`);
        await sleep(waitMs, undefined, { signal }).catch(() => undefined); // an abort is seen at the next request
      }
    }
  };
}

/** 0.5 s doubling, with jitter, so that many runs do not come back together. */
function backoffMs(attempt: number): number {
  return 500 * 2 ** (attempt - 1) * (0.75 + Math.random() / 2);
}

async function askOnce(api: Anthropic, request: ModelRequest, signal: AbortSignal): Promise<ModelAnswer> {
  const stream = api.messages.stream(
    {
      model: request.model,
      max_tokens: request.maxTokens,
      system: request.system,
      tools: request.tools,
      messages: request.messages,
    },
    { signal },
  );
  const message = await stream.finalMessage();
  const { usage } = message as { usage: Partial<Anthropic.Usage> | undefined };
  return {
    content: message.content,
    stopReason: message.stop_reason,
    usage: {
      inputTokens: usage?.input_tokens ?? 0,
      outputTokens: usage?.output_tokens ?? 0,
      cacheReadTokens: usage?.cache_read_input_tokens ?? 0,
      cacheWriteTokens: usage?.cache_creation_input_tokens ?? 0,
    },
  };
}

interface Failure {
  /** A sentence. */
  message: string;
  /** Whether the same request may succeed later. */
  isTransient: boolean;
  retryAfterMs?: number;
}

/** By class and status, never by an error's wording. @throws what is no failure of the server or the way to it */
function classify(sdk: typeof import('@anthropic-ai/sdk'), error: unknown): Failure {
  if (error instanceof sdk.APIConnectionTimeoutError)
    return { message: `It did not begin to answer within ${IDLE_TIMEOUT_MS / 1000} s.`, isTransient: true };
  if (error instanceof sdk.APIConnectionError)
    return {
      message: "It cannot be reached. Check the input anthropic-base-url and the runner's network.",
      isTransient: true,
    };
  if (error instanceof sdk.APIError) return classifyStatus(error as InstanceType<typeof Anthropic.APIError>);
  // The SDK wraps whatever goes wrong within a stream: a cut connection, a stream without its end, broken JSON.
  if (error instanceof sdk.AnthropicError) return { message: 'The answer broke off.', isTransient: true };
  throw error;
}

function classifyStatus(error: InstanceType<typeof Anthropic.APIError>): Failure {
  const status = error.status;
  switch (status) {
    case undefined: // an error event inside the stream
      return { message: `The answer broke off with an error (${error.type ?? 'of no type'}).`, isTransient: true };
    case 401:
      return { message: 'The key was refused (401). Check the input anthropic-api-key.', isTransient: false };
    case 402:
      return {
        message: 'The account has no credit left (402). Add credit, or use another key in anthropic-api-key.',
        isTransient: false,
      };
    case 403:
      return {
        message: 'The key may not do this (403). Check the rights of anthropic-api-key and the input model.',
        isTransient: false,
      };
    case 404:
      return {
        message: 'The server does not know this model or path (404). Check the inputs model and anthropic-base-url.',
        isTransient: false,
      };
    default: {
      const isTransient = status === 408 || status === 409 || status === 429 || status >= 500;
      const kind = `${status}${error.type === null ? '' : ` ${error.type}`}`;
      // Of an outage the status says all; its body is often a page of HTML.
      const message = isTransient
        ? `It answered ${kind}.`
        : `The model's server refused the request (${kind}): ${oneLine(error.apiMessage ?? error.message)}`;
      return { message, isTransient, ...retryAfter(error) };
    }
  }
}

function retryAfter(error: InstanceType<typeof Anthropic.APIError>): { retryAfterMs?: number } {
  const value = error.headers?.get('retry-after') ?? '';
  const seconds = Number(value);
  return value.trim() !== '' && Number.isFinite(seconds) && seconds >= 0 ? { retryAfterMs: seconds * 1000 } : {};
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim().slice(0, 500);
}
