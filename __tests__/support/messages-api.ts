// Anthropic's Messages API on loopback, with a script for a model: streams in the event order of the real one, split
// where a careless reader breaks, and refuses requests that the real one would refuse.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate as nextTick, setTimeout as sleep } from 'node:timers/promises';
import { checkMessagesRequest, type MessagesRequest } from './messages-api-rules.js';

export type { MessagesRequest } from './messages-api-rules.js';

export interface ScriptedAnswer {
  text?: string;
  /** `json`: the input as it is sent, in place of `input`; `id` in place of one of its own. */
  tool_use?: { name: string; input: unknown; json?: string; id?: string }[];
  /** Before the first byte. */
  delayMs?: number;
  /** `tool_use` with tools and `end_turn` without, when absent. */
  stop_reason?: string;
  usage?: Partial<
    Record<'input_tokens' | 'output_tokens' | 'cache_creation_input_tokens' | 'cache_read_input_tokens', number>
  >;
}

export interface ScriptedFault {
  fault:
    | RefusedRequest
    /** An `error` event after the first part of the content, or before anything else. */
    | { errorEvent: string; isFirst?: boolean }
    /** The connection is cut after the first part of the content. */
    | 'cut'
    /** No answer, ever. */
    | 'hang'
    /** The first part of the content, and nothing more on a connection that stays open. */
    | 'silent'
    /** All of it but `message_stop`; the stream ends as it should. */
    | 'no-stop';
}

interface RefusedRequest {
  status: number;
  type?: string;
  message?: string;
  headers?: Record<string, string>;
  /** In place of the API's JSON: the page of a gateway. */
  html?: string;
}

export type Scripted = ScriptedAnswer | ScriptedFault;
export type ScriptStep = Scripted | ((request: MessagesRequest) => Scripted);

export interface MessagesApiOptions {
  /** One step a request; a request too many is a violation. */
  answers?: ScriptStep[];
  /** In place of `answers`: `n` counts requests from 0, refused ones not. */
  answer?: (request: MessagesRequest, n: number) => Scripted;
  /** `awkward` (default): cuts inside characters and inside the blank line between events; `bytes`: byte by byte. */
  chunking?: 'awkward' | 'bytes' | 'whole';
  /** When given, other keys are refused. */
  apiKey?: string;
  /** The only header in which a key is seen; both when absent. */
  keyHeader?: 'x-api-key' | 'authorization';
  /** What servers of others leave out: counts of the cache, all counts, ids of requests, pings. */
  lacks?: readonly ('cache-usage' | 'usage' | 'request-id' | 'pings')[];
  /** Whether there is `count_tokens`; asking for it is a violation when absent. */
  countsTokens?: boolean;
  /** How the input of a call comes: in small parts (default), in one, or with the block's start. */
  toolInput?: 'parts' | 'one-part' | 'at-start';
}

export interface MessagesApi extends AsyncDisposable {
  /** For `anthropic-base-url`. */
  url: string;
  requests: MessagesRequest[];
  /** The size of each request's body in bytes. */
  requestBytes: number[];
  /** Steps of `answers` that no request has asked for. */
  remaining(): number;
  /** What requests did that the API does not take. Disposal throws when any are left here. */
  violations: string[];
}

interface SseEvent {
  type: string;
  [key: string]: unknown;
}

export async function startMessagesApi(options: MessagesApiOptions): Promise<MessagesApi> {
  const requests: MessagesRequest[] = [];
  const requestBytes: number[] = [];
  const violations: string[] = [];
  const steps = [...(options.answers ?? [])];
  let served = 0;
  let wasPaused = false;

  function next(request: MessagesRequest): Scripted {
    if (options.answer) return options.answer(request, served++);
    const step = steps.shift();
    if (step === undefined) {
      violations.push('a request too many: the script has no further answer');
      return { fault: { status: 400, message: 'The script has no further answer.' } };
    }
    served++;
    return typeof step === 'function' ? step(request) : step;
  }

  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString('utf8');
    if (request.url === '/v1/messages/count_tokens' && options.countsTokens !== undefined)
      return answerCount(request, response, options);
    if (request.method !== 'POST' || new URL(request.url ?? '/', 'http://localhost').pathname !== '/v1/messages') {
      violations.push(`${request.method ?? ''} ${request.url ?? ''} is not part of the double`);
      return refuse(response, { status: 404, type: 'not_found_error' });
    }
    if (!isKeyKnown(request, options))
      return refuse(response, { status: 401, type: 'authentication_error', message: 'invalid x-api-key' });
    const body: unknown = JSON.parse(text);
    const wrong = checkMessagesRequest(body, { continuesAnswer: wasPaused });
    if (request.headers['anthropic-version'] === undefined) wrong.push('anthropic-version: header is required');
    requests.push(body as MessagesRequest);
    requestBytes.push(Buffer.byteLength(text));
    if (wrong.length > 0) {
      violations.push(...wrong);
      return refuse(response, { status: 400, type: 'invalid_request_error', message: wrong.join('; ') });
    }
    const scripted = next(body as MessagesRequest);
    // An answer that fails or is thrown away leaves the pause before it where it was.
    if (!('fault' in scripted) && scripted.stop_reason !== 'model_context_window_exceeded')
      wasPaused = scripted.stop_reason === 'pause_turn';
    if (!('fault' in scripted)) {
      if (scripted.delayMs !== undefined) await sleep(scripted.delayMs);
      return stream(response, asSentBy(options, eventsOf(body as MessagesRequest, scripted, served)), options);
    }
    const { fault } = scripted;
    if (fault === 'hang') return;
    if (typeof fault === 'object' && 'status' in fault) return refuse(response, fault);
    const all = eventsOf(body as MessagesRequest, { text: 'This answer breaks off.' }, served);
    if (fault === 'no-stop') return stream(response, all.slice(0, -1), options);
    const begun = all.slice(0, 4);
    if (fault === 'cut' || fault === 'silent') return stream(response, begun, options, { end: fault });
    const error = { type: 'error', error: { type: fault.errorEvent, message: fault.errorEvent } };
    return stream(response, fault.isFirst === true ? [error] : [...begun, error], options);
  }

  const server = createServer((request, response) => {
    request.socket.setNoDelay(true);
    respond(request, response).catch((error: unknown) => {
      violations.push(`the double or its script failed: ${String(error)}`);
      response.destroy();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    requestBytes,
    remaining: () => steps.length,
    violations,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      if (violations.length > 0) throw new Error(`The Messages API would not take this:\n${violations.join('\n')}`);
    },
  };
}

/** The results of the last message's tool calls, with the tools' names, in order. */
export function toolResults(request: MessagesRequest): { name: string; text: string; isError: boolean }[] {
  const [call, answer] = request.messages.slice(-2);
  if (!call || !answer || typeof call.content === 'string' || typeof answer.content === 'string') return [];
  const names = new Map(call.content.flatMap((block) => (block.type === 'tool_use' ? [[block.id, block.name]] : [])));
  return answer.content.flatMap((block) => {
    if (block.type !== 'tool_result') return [];
    const parts = typeof block.content === 'string' ? [block.content] : (block.content ?? []);
    const text = parts
      .map((part) => (typeof part === 'string' ? part : part.type === 'text' ? part.text : ''))
      .join('');
    return [{ name: names.get(block.tool_use_id) ?? '', text, isError: block.is_error ?? false }];
  });
}

function refuse(response: ServerResponse, fault: RefusedRequest): void {
  const { status, type = 'api_error', message = 'Scripted fault', headers = {}, html } = fault;
  if (html !== undefined) {
    response.writeHead(status, { 'content-type': 'text/html', ...headers }).end(html);
    return;
  }
  response.writeHead(status, { 'content-type': 'application/json', 'request-id': 'req_test', ...headers });
  response.end(JSON.stringify({ type: 'error', error: { type, message }, request_id: 'req_test' }));
}

/** The events of one answer in the order of the real API. */
function eventsOf(request: MessagesRequest, answer: ScriptedAnswer, n: number): SseEvent[] {
  const { text, tool_use: tools = [] } = answer;
  const written = JSON.stringify(answer).length;
  const { output_tokens: output = Math.ceil(written / 4), ...given } = answer.usage ?? {};
  const read = Math.ceil(JSON.stringify(request).length / 4);
  const usage = { input_tokens: read, cache_creation_input_tokens: 0, cache_read_input_tokens: 0, ...given };
  const message = { id: `msg_${n}`, type: 'message', role: 'assistant', model: request.model, content: [] };
  const start = { ...message, stop_reason: null, stop_sequence: null, usage: { ...usage, output_tokens: 1 } };
  const events: SseEvent[] = [{ type: 'message_start', message: start }];
  const block = (content: object, deltas: object[]) => {
    const index = events.filter((event) => event.type === 'content_block_stop').length;
    events.push({ type: 'content_block_start', index, content_block: content });
    if (index === 0) events.push({ type: 'ping' });
    for (const delta of deltas) events.push({ type: 'content_block_delta', index, delta });
    events.push({ type: 'content_block_stop', index });
  };
  if (text !== undefined) {
    const deltas = pieces(text, 9).map((piece) => ({ type: 'text_delta', text: piece }));
    block({ type: 'text', text: '' }, deltas);
  }
  tools.forEach(({ name, input, json, id = '' }, i) => {
    const deltas = ['', ...pieces(json ?? JSON.stringify(input), 23)].map((partial_json) => ({
      type: 'input_json_delta',
      partial_json,
    }));
    block({ type: 'tool_use', id: id || `toolu_${n}_${i}`, name, input: {} }, deltas);
  });
  const stop_reason = answer.stop_reason ?? (tools.length > 0 ? 'tool_use' : 'end_turn');
  const total = { ...usage, output_tokens: output };
  events.push({ type: 'message_delta', delta: { stop_reason, stop_sequence: null }, usage: total });
  events.push({ type: 'message_stop' });
  return events;
}

function isKeyKnown({ headers }: IncomingMessage, { keyHeader, apiKey }: MessagesApiOptions): boolean {
  const keys = [
    keyHeader === 'authorization' ? undefined : headers['x-api-key'],
    keyHeader === 'x-api-key' ? undefined : headers.authorization?.replace(/^Bearer /, ''),
  ];
  const key = keys.find((given) => given !== undefined);
  return key !== undefined && (apiKey === undefined || key === apiKey);
}

function answerCount(request: IncomingMessage, response: ServerResponse, options: MessagesApiOptions): void {
  if (options.countsTokens !== true) return refuse(response, { status: 404, type: 'not_found_error' });
  if (!isKeyKnown(request, options)) return refuse(response, { status: 401, type: 'authentication_error' });
  response.writeHead(200, { 'content-type': 'application/json' }).end('{"input_tokens":42}');
}

/** The events as another server than Anthropic's sends them. */
function asSentBy({ lacks = [], toolInput = 'parts' }: MessagesApiOptions, events: SseEvent[]): SseEvent[] {
  const shaped = toolInput === 'parts' ? events : withWholeInputs(events, toolInput);
  return shaped
    .filter(({ type }) => type !== 'ping' || !lacks.includes('pings'))
    .map(
      (event) =>
        JSON.parse(JSON.stringify(event), (key, value: unknown) => {
          if (key === 'usage' && lacks.includes('usage')) return undefined;
          return key.startsWith('cache_') && lacks.includes('cache-usage') ? undefined : value;
        }) as SseEvent,
    );
}

/** Each call's input in one part, or in the start of its block. */
function withWholeInputs(events: readonly SseEvent[], place: 'one-part' | 'at-start'): SseEvent[] {
  const json = new Map<unknown, string>();
  const isInput = ({ delta }: SseEvent) => (delta as { type?: string } | undefined)?.type === 'input_json_delta';
  for (const event of events.filter(isInput))
    json.set(event.index, (json.get(event.index) ?? '') + (event.delta as { partial_json: string }).partial_json);
  return events
    .filter((event) => !isInput(event))
    .flatMap((event) => {
      const { type, index } = event;
      const input = json.get(index);
      if (type !== 'content_block_start' || input === undefined) return [event];
      if (place === 'one-part')
        return [
          event,
          { type: 'content_block_delta', index, delta: { type: 'input_json_delta', partial_json: input } },
        ];
      return [{ ...event, content_block: { ...(event.content_block as object), input: JSON.parse(input) as unknown } }];
    });
}

/** Parts of a text, whole characters each; large texts in a few hundred parts, so that tests stay fast. */
function pieces(text: string, size: number): string[] {
  const characters = Array.from(text);
  const step = Math.max(size, Math.ceil(characters.length / 300));
  const parts: string[] = [];
  for (let at = 0; at < characters.length; at += step) parts.push(characters.slice(at, at + step).join(''));
  return parts;
}

async function stream(
  response: ServerResponse,
  events: SseEvent[],
  { chunking = 'awkward', lacks = [] }: MessagesApiOptions,
  { end = 'proper' }: { end?: 'proper' | 'cut' | 'silent' } = {},
): Promise<void> {
  const id = lacks.includes('request-id') ? {} : { 'request-id': 'req_test' };
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', ...id });
  const bytes = Buffer.from(events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join(''));
  let start = 0;
  for (const end of cuts(bytes, chunking)) {
    if (response.destroyed) return;
    response.write(bytes.subarray(start, end));
    start = end;
    await nextTick();
  }
  if (end === 'cut') response.destroy();
  else if (end === 'proper') response.end();
}

/** Where the byte stream is split, the end included. */
function cuts(bytes: Buffer, chunking: 'awkward' | 'bytes' | 'whole'): number[] {
  if (chunking === 'whole') return [bytes.length];
  const isAwkward = (i: number) =>
    // inside a character of several bytes, or between the two newlines that end an event
    ((bytes[i] ?? 0) & 0xc0) === 0x80 || (bytes[i] === 10 && bytes[i - 1] === 10);
  const all = Array.from({ length: bytes.length - 1 }, (_, i) => i + 1);
  return [...all.filter((i) => chunking === 'bytes' || isAwkward(i)), bytes.length];
}
