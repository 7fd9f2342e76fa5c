// One call of GitHub's API: made, repeated where that is right, and its refusal turned into a value. Which calls there are
// is github.ts and github-objects.ts.
import type { getOctokit } from '@actions/github';
import type { Refusal, Repeat } from './github-retries.js';
import { rateLimitMs, waitBeforeRetry } from './github-retries.js';

/** A call that GitHub refused or that did not reach it. Expected, so a value: no stack is ever shown for it. */
export interface GitHubError {
  /** What was tried, as words for a sentence: `creating the pull request`. */
  call: string;
  /** HTTP status; GraphQL's FORBIDDEN, NOT_FOUND and RATE_LIMITED as 403, 404 and 429; 500 also when no answer came. */
  status: number;
  message: string;
  /** How long GitHub wants to be left alone, where a rate limit is the reason. */
  retryAfterMs?: number;
}

export type GitHubResult<T> = { kind: 'ok'; value: T } | { kind: 'failed'; error: GitHubError };

export interface GitHubAddress {
  token: string;
  /** `https://api.github.com`, or `https://HOST/api/v3` of an enterprise server. */
  apiUrl: string;
  owner: string;
  repo: string;
  /** Pauses before the second, third, … try of a call that may be repeated. */
  retryDelaysMs?: readonly number[];
  /** For one try. */
  timeoutMs?: number;
}

/**
 * Makes one call.
 * @param call what is tried, as words for a sentence @param repeat what a second try would do
 */
export type Attempt = <T>(
  call: string,
  repeat: Repeat,
  work: (octokit: Octokit) => Promise<T>,
) => Promise<GitHubResult<T>>;

const CALL_TIMEOUT_MS = 60_000;
const RETRY_DELAYS_MS = [500, 2000];
const MAX_MESSAGE_CHARS = 500;

/** One line for a warning: what failed and how GitHub put it. */
export function describeGitHubError({ call, status, message }: GitHubError): string {
  return `${call} failed with status ${status}: ${message}`;
}

type Octokit = ReturnType<typeof getOctokit>;

/** Not imported at the top: the package parses the runner's event file as it is loaded, and a broken one would end us there. */
async function connect(token: string, apiUrl: string, timeoutMs: number): Promise<Octokit> {
  const { getOctokit } = await import('@actions/github');
  const octokit = getOctokit(token, { baseUrl: apiUrl.replace(/\/+$/, '') });
  octokit.hook.before('request', (options) => {
    options.request = { ...options.request, signal: AbortSignal.timeout(timeoutMs) };
  });
  return octokit;
}

/** Nothing is sent before the first call. */
export function openCalls(address: GitHubAddress): Attempt {
  const { token, apiUrl, retryDelaysMs = RETRY_DELAYS_MS, timeoutMs = CALL_TIMEOUT_MS } = address;
  let connected: Promise<Octokit> | undefined;
  return async (call, repeat, work) => {
    const octokit = await (connected ??= connect(token, apiUrl, timeoutMs));
    for (let tries = 0; ; tries++) {
      try {
        return { kind: 'ok', value: await work(octokit) };
      } catch (thrown) {
        // Octokit throws for every refusal; here it becomes a value. What is no refusal is our defect and goes on.
        const refusal = readRefusal(thrown);
        const pauseMs = retryDelaysMs[tries];
        const waitMs = pauseMs === undefined ? undefined : waitBeforeRetry(refusal, repeat, pauseMs);
        if (waitMs === undefined) return { kind: 'failed', error: toError(call, refusal) };
        await new Promise((resolve) => setTimeout(resolve, waitMs));
      }
    }
  };
}

function toError(call: string, refusal: Refusal): GitHubError {
  const retryAfterMs = rateLimitMs(refusal);
  const { status, message } = refusal;
  return { call, status, message, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
}

/** @throws whatever is no refusal of GitHub's and no failure of the network */
function readRefusal(thrown: unknown): Refusal {
  if (!(thrown instanceof Error)) throw thrown;
  const [text = ''] = thrown.message.replaceAll(/\s+/g, ' ').split(' - https://');
  const message = text.slice(0, MAX_MESSAGE_CHARS);
  // By shape, not by class: octokit's packages may be installed in more than one copy.
  if ('status' in thrown && typeof thrown.status === 'number') {
    const response =
      'response' in thrown ? (thrown.response as { headers?: Refusal['headers'] } | undefined) : undefined;
    return { status: thrown.status, message, headers: response?.headers ?? {} };
  }
  if (thrown.name === 'GraphqlResponseError' && 'errors' in thrown) {
    const [first] = thrown.errors as { type?: string; message: string }[];
    const status = GRAPHQL_STATUS.get(first?.type ?? '') ?? 422;
    const headers = 'headers' in thrown ? (thrown.headers as Refusal['headers']) : {};
    return { status, message: (first?.message ?? message).slice(0, MAX_MESSAGE_CHARS), headers };
  }
  throw thrown;
}

/** GraphQL answers with 200 and says in the body what is wrong. */
const GRAPHQL_STATUS: ReadonlyMap<string, number> = new Map([
  ['FORBIDDEN', 403],
  ['NOT_FOUND', 404],
  ['RATE_LIMITED', 429],
]);
