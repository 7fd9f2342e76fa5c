// The check of `ferrule doctor` that asks the model's server, and what each thing that a server lacks means to a run.
import { resolveModel } from '../brief/brief.js';
import { readModelServer } from '../inputs/inputs.js';
import type { ServerLack } from '../platform/model-server-probe.js';
import { PROBE_MAX_TOKENS, probeModelServer } from '../platform/model-server-probe.js';
import type { Check } from './check.js';
import { bad, good, note } from './check.js';

export const SERVER_OPTIONS: readonly string[] = ['anthropic-base-url', 'model'];

const server: Check = async ({ environment, options }) => {
  const { apiKey, baseUrl } = readModelServer({
    'anthropic-api-key': environment.ANTHROPIC_API_KEY ?? '',
    'anthropic-base-url': options['anthropic-base-url'] ?? '',
  });
  if (apiKey === undefined)
    return [
      note("the model's server: not asked, for lack of a key. Set ANTHROPIC_API_KEY; it is asked with one tiny call."),
    ];
  const { model } = resolveModel(options.model);
  const { host } = new URL(baseUrl);
  const probe = await probeModelServer({ baseUrl, apiKey, model });
  switch (probe.kind) {
    case 'unreached':
      return [
        bad(`${host} was not reached (${probe.reason}). Check --anthropic-base-url, and HTTPS_PROXY if there is one.`),
      ];
    case 'refused':
      return [bad(`${host} refused the call with status ${probe.status}: ${remedyFor(probe.status, model)}`)];
    case 'not-understood':
      return [bad(`${host} ${probe.reason}. Ferrule needs a server that streams the Messages API.`)];
    case 'answered':
      return [
        probe.lacks.includes('tool-call')
          ? bad(
              `${host} answered as ${model}, but made no tool call, which all work is done by. Choose a model with --model that calls tools.`,
            )
          : good(`${host} answered as ${model}, with a tool call of at most ${PROBE_MAX_TOKENS} tokens`),
        ...probe.lacks.flatMap((lack) => (lack === 'tool-call' ? [] : [note(`${host} ${MEANING[lack]}`)])),
      ];
  }
};

const MEANING: Readonly<Record<Exclude<ServerLack, 'tool-call'>, string>> = {
  usage: 'does not count tokens: they are estimated, for max-tokens too.',
  'cache-usage': 'does not count what it cached: all input counts at its full price.',
  'request-id': 'names no requests: messages about a failure will not either.',
  'streamed-tool-input': 'sends the input of a tool call in one piece: nothing is missing by that.',
  'count-tokens': 'has no count_tokens: a run never asks for it.',
  bearer: 'does not take the key as a bearer token: it is sent in x-api-key as well.',
};

function remedyFor(status: number, model: string): string {
  if (status === 401 || status === 403) return 'check ANTHROPIC_API_KEY, and that it is one for this server.';
  if (status === 404) return `it has no ${model}, or no Messages API there. Give --model, and an address without /v1.`;
  if (status === 400) return `it does not take ${model} or tools. Give --model.`;
  if (status === 429) return 'its limit is reached, or there is no credit left. Try again later.';
  return 'try again later.';
}

export const SERVER_CHECKS: readonly Check[] = [server];
