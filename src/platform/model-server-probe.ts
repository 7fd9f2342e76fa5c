// Asks a model's server what it can do: questions that cost nothing, and one tiny call with a tool. For `ferrule doctor`; a run
// never asks any of this.
import { messageOf } from '../errors.js';
import { AnswerParts, BrokenAnswer } from './answer-parts.js';
import type { ModelConnection } from './model-connection.js';
import { connectTo, furtherKeyHeaders, proxyFor } from './model-connection.js';

interface ProbeRequest {
  /** Without a slash at its end. */
  baseUrl: string;
  apiKey: string;
  model: string;
}

/** The call's end, and what the server did not do in it. Statuses are HTTP's; 0 where no answer came. */
type ServerProbe =
  | { kind: 'unreached'; reason: string }
  | { kind: 'refused'; status: number }
  /** No stream of the Messages API: `reason` completes a sentence that begins with the server. */
  | { kind: 'not-understood'; reason: string }
  | { kind: 'answered'; lacks: ServerLack[] };

export type ServerLack =
  'tool-call' | 'usage' | 'cache-usage' | 'request-id' | 'streamed-tool-input' | 'count-tokens' | 'bearer';

const TIMEOUT_MS = 60_000;
/** Of the answer: the input of one call. */
export const PROBE_MAX_TOKENS = 100;
const MAX_ANSWER_CHARS = 1024 * 1024;
const TOOL = {
  name: 'note',
  description: 'Takes a note.',
  input_schema: { type: 'object', properties: { text: { type: 'string' } }, required: ['text'] },
};
const MESSAGES = [
  { role: 'user', content: "Call the tool note with the text 'The quick brown fox jumps over the lazy dog'." },
];

/** @throws UserError when the environment names a proxy that cannot be used */
export async function probeModelServer({ baseUrl, apiKey, model }: ProbeRequest): Promise<ServerProbe> {
  const connection = await connectTo(proxyFor(baseUrl), { bodyTimeout: TIMEOUT_MS, headersTimeout: TIMEOUT_MS });
  const bearer = { authorization: `Bearer ${apiKey}` };
  const ask = (path: string, headers: Record<string, string>, body?: object) =>
    request(connection, `${baseUrl}${path}`, headers, body);
  const both = { ...bearer, ...furtherKeyHeaders(baseUrl, apiKey) };
  const body = { model, messages: MESSAGES, tools: [TOOL] };
  const answer = await ask('/v1/messages', both, { ...body, max_tokens: PROBE_MAX_TOKENS, stream: true });
  if (typeof answer === 'string') return { kind: 'unreached', reason: answer };
  if (answer.status !== 200) return { kind: 'refused', status: answer.status };
  const lacks = readStream(answer);
  if (typeof lacks === 'string') return { kind: 'not-understood', reason: lacks };
  const counted = await ask('/v1/messages/count_tokens', both, body);
  if (typeof counted === 'string' || counted.status !== 200) lacks.push('count-tokens');
  else {
    const byBearer = await ask('/v1/messages/count_tokens', bearer, body);
    if (typeof byBearer === 'string' || byBearer.status !== 200) lacks.push('bearer');
  }
  return { kind: 'answered', lacks };
}

interface Answer {
  status: number;
  hasRequestId: boolean;
  text: string;
}

/** @returns why there is no answer, in words without the address */
async function request(
  { fetch, dispatcher }: ModelConnection,
  url: string,
  headers: Record<string, string>,
  body: object | undefined,
): Promise<Answer | string> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json', 'anthropic-version': '2023-06-01' },
      body: JSON.stringify(body),
      dispatcher,
      redirect: 'manual', // the key goes to the address that was given, and nowhere else
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const text = (await response.text()).slice(0, MAX_ANSWER_CHARS);
    return { status: response.status, hasRequestId: response.headers.has('request-id'), text };
  } catch (error) {
    const cause = (error as { cause?: { code?: unknown } }).cause;
    const code = typeof cause?.code === 'string' ? cause.code : messageOf(error);
    return /^[\w .'-]{1,100}$/.test(code) ? code : 'no connection';
  }
}

interface StreamEvent {
  message?: { usage?: Record<string, unknown> };
  usage?: Record<string, unknown>;
  delta?: { type?: unknown; partial_json?: unknown };
}

/** @returns what the stream lacks, or why it is none */
function readStream({ text, hasRequestId }: Answer): ServerLack[] | string {
  const parts = new AnswerParts(() => 0);
  let inputParts = 0;
  const usage: Record<string, unknown> = {};
  try {
    for (const line of text.split('\n').filter((each) => each.startsWith('data:'))) {
      const event = JSON.parse(line.slice('data:'.length)) as StreamEvent;
      parts.add(event);
      if (event.delta?.type === 'input_json_delta' && event.delta.partial_json !== '') inputParts++;
      Object.assign(usage, event.message?.usage, event.usage);
    }
    const isCalled = parts.whole().content.some((block) => block.type === 'tool_use');
    const lacks: [ServerLack, boolean][] = [
      ['tool-call', !isCalled],
      ['usage', !(Number(usage.input_tokens) > 0)],
      ['cache-usage', !('cache_read_input_tokens' in usage)],
      ['request-id', !hasRequestId],
      ['streamed-tool-input', isCalled && inputParts < 2],
    ];
    return lacks.filter(([, isLacking]) => isLacking).map(([lack]) => lack);
  } catch (error) {
    if (error instanceof BrokenAnswer) return `sent an answer that is none: ${error.message}`;
    return 'sent something else than the events of the Messages API';
  }
}
