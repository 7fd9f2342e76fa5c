// What a failed request means: whether asking again may help, when, and what to tell the user. Decided by class, status,
// type and system code; by wording only where a server gives nothing else.
import type Anthropic from '@anthropic-ai/sdk';
import { BrokenAnswer } from './answer-parts.js';

interface Refusal {
  /** A sentence, without keys or addresses. */
  message: string;
  kind:
    /** The same request may succeed later. */
    | 'transient'
    /** As before, but the server was not reached at all: an address that is wrong never gets right. */
    | 'unreached'
    | 'too-long'
    | 'final';
  retryAfterMs?: number;
}

type ApiError = InstanceType<typeof Anthropic.APIError>;

const CHECK = "Check the input anthropic-base-url and the runner's network.";
/** The API says "no money left" by a 400 or 429 like any other; only the words differ. */
const NO_CREDIT = /credit balance is too low|(spend|spending|usage) limits?\b/i;
const TOO_LONG =
  /prompt is too long|exceeds? (the |this )?(model'?s? )?(available |maximum )?context|context (length|size|window|limit)/i;
const TLS_CODE = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER|^ERR_TLS|^ERR_SSL|^EPROTO$/;

/** @throws what is no failure of the server or of the way to it */
export function refusalOf(
  sdk: typeof import('@anthropic-ai/sdk'),
  error: unknown,
  way: { beginTimeoutMs: number; silenceMs: number; isProxied: boolean },
): Refusal {
  const code = systemCode(error);
  if (code === 'UND_ERR_BODY_TIMEOUT')
    return { message: `It fell silent for ${seconds(way.silenceMs)} within an answer.`, kind: 'transient' };
  if (error instanceof BrokenAnswer) return { message: 'The answer broke off.', kind: 'transient' };
  if (error instanceof sdk.APIConnectionTimeoutError)
    return { message: `It did not begin to answer within ${seconds(way.beginTimeoutMs)}.`, kind: 'transient' };
  if (error instanceof sdk.APIConnectionError) return { message: unreachable(code, way.isProxied), kind: 'unreached' };
  if (error instanceof sdk.APIError) return ofStatus(error as ApiError);
  throw error;
}

function unreachable(code: string, isProxied: boolean): string {
  const named = code === '' ? '' : ` (${code})`;
  if (TLS_CODE.test(code))
    return `No secure connection to it can be made${named}. ${CHECK} A private certificate authority goes into the variable NODE_EXTRA_CA_CERTS.`;
  if (isProxied) return `It cannot be reached through the proxy of the environment (HTTPS_PROXY)${named}. ${CHECK}`;
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return `Its name cannot be resolved${named}. ${CHECK}`;
  if (code === 'ECONNREFUSED') return `It refuses connections${named}. ${CHECK}`;
  return `It cannot be reached${named}. ${CHECK}`;
}

function ofStatus(error: ApiError): Refusal {
  const status = error.status;
  const type = error.type ?? typeIn(error.error);
  const words = oneLine(error.apiMessage ?? error.message);
  if (status === 402 || type === 'billing_error' || (isClientError(status) && NO_CREDIT.test(words)))
    return final(
      `The account has no credit left (${status ?? type}). Add credit or raise its spending limit, or use another key in anthropic-api-key.`,
    );
  // An error event inside the stream: the request was accepted, so it is no wrong request.
  if (status === undefined)
    return { message: `The answer broke off with an error (${oneLine(type || 'of no type')}).`, kind: 'transient' };
  switch (status) {
    case 401:
      return final('The key was refused (401). Check the input anthropic-api-key.');
    case 403:
      return final('The key may not do this (403). Check the rights of anthropic-api-key and the input model.');
    case 404:
      return final('The server does not know this model or path (404). Check the inputs model and anthropic-base-url.');
  }
  const kind = `${status}${type === '' ? '' : ` ${oneLine(type)}`}`;
  const refused = `The model's server refused the request (${kind}): ${words}`;
  if (status === 413 || (status === 400 && TOO_LONG.test(words))) return { message: refused, kind: 'too-long' };
  const mayPass = status === 408 || status === 409 || status === 429 || status >= 500;
  if (!mayPass || error.headers?.get('x-should-retry') === 'false') return final(refused);
  // Of an outage the status says all; its body is often a page of HTML.
  return { message: `It answered ${kind}.`, kind: 'transient', ...retryAfter(error) };
}

function final(message: string): Refusal {
  return { message, kind: 'final' };
}

function isClientError(status: number | undefined): boolean {
  return status === 400 || status === 403 || status === 429;
}

/** The type in an error's body, where the SDK found none: servers other than Anthropic's nest it differently. */
function typeIn(body: unknown): string {
  const { type } = (typeof body === 'object' && body !== null ? body : {}) as { type?: unknown };
  return typeof type === 'string' && type !== 'error' ? type : '';
}

/** Seconds or a date, as HTTP has it. */
function retryAfter(error: ApiError): { retryAfterMs?: number } {
  const value = error.headers?.get('retry-after')?.trim() ?? '';
  if (value === '') return {};
  const ms = Number.isFinite(Number(value)) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return ms >= 0 ? { retryAfterMs: ms } : {};
}

/** The first code in an error's chain of causes: `ECONNREFUSED`, say. */
function systemCode(error: unknown): string {
  let cause = error;
  for (let depth = 0; typeof cause === 'object' && cause !== null && depth < 8; depth++) {
    const { code, cause: next } = cause as { code?: unknown; cause?: unknown };
    if (typeof code === 'string' && /^[A-Z][A-Z0-9_]{2,60}$/.test(code)) return code;
    cause = next;
  }
  return '';
}

function seconds(ms: number): string {
  return `${ms / 1000} s`;
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim().slice(0, 500);
}
