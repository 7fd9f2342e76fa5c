import { describe, expect, it } from '@jest/globals';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ModelRequest } from '../../src/platform/model.js';
import { ModelFailure, messagesApi } from '../../src/platform/model.js';
import type { ScriptStep } from '../support/messages-api.js';
import { startMessagesApi } from '../support/messages-api.js';

const KEY = 'key-4711-secret';
const REQUEST: ModelRequest = {
  model: 'claude-test',
  maxTokens: 32_000,
  system: [{ type: 'text', text: 'You implement specs.', cache_control: { type: 'ephemeral' } }],
  tools: [{ name: 'list_files', description: 'Lists files.', input_schema: { type: 'object', properties: {} } }],
  messages: [{ role: 'user', content: [{ type: 'text', text: 'Go.' }] }],
};
const NEVER = new AbortController().signal;

const modelAt = (baseUrl: string, said: string[] = []) =>
  messagesApi({ apiKey: KEY, baseUrl, say: (line) => said.push(line) });

/** Asks once through the script. @returns the answer or the failure, with what was logged and how often it was asked */
async function ask(answers: ScriptStep[], signal = NEVER) {
  await using api = await startMessagesApi({ answers, apiKey: KEY });
  const said: string[] = [];
  const result = await modelAt(api.url, said)(REQUEST, signal).catch((error: unknown) => error);
  return { result, said, asked: api.requests.length };
}

const fault = (status: number, more: { type?: string; message?: string; headers?: Record<string, string> } = {}) => ({
  fault: { status, ...more },
});
const SOON = { headers: { 'retry-after': '0' } };

/** A server that answers each request with the next of these bodies, as they are. */
async function rawServer(bodies: { status: number; type: string; body: string }[]) {
  let asked = 0;
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      const { status, type, body } = bodies[Math.min(asked++, bodies.length - 1)] ?? {
        status: 500,
        type: '',
        body: '',
      };
      response.writeHead(status, { 'content-type': type, 'retry-after': '0' }).end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked: () => asked,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const sse = (events: object[]) =>
  events.map((event) => `event: ${(event as { type: string }).type}\ndata: ${JSON.stringify(event)}\n\n`).join('');
const START = {
  type: 'message_start',
  message: { id: 'm', type: 'message', role: 'assistant', model: 'm', content: [], stop_reason: null, usage: {} },
};
const TEXT = [
  { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
  { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Half of a' } },
  { type: 'content_block_stop', index: 0 },
];
const DELTA = {
  type: 'message_delta',
  delta: { stop_reason: 'end_turn', stop_sequence: null },
  usage: { output_tokens: 3 },
};
const STOP = { type: 'message_stop' };
const stream = (events: object[]) => ({ status: 200, type: 'text/event-stream', body: sse(events) });

describe('an answer', () => {
  it('is whole, with its calls, its stop reason and all four counts', async () => {
    const { result, asked } = await ask([
      {
        text: 'Ich sehe nach: Größe, 目录.',
        tool_use: [{ name: 'list_files', input: { glob: 'ä/**' } }],
        usage: { input_tokens: 7, output_tokens: 11, cache_read_input_tokens: 13, cache_creation_input_tokens: 17 },
      },
    ]);
    expect(asked).toBe(1);
    expect(result).toMatchObject({
      content: [
        { type: 'text', text: 'Ich sehe nach: Größe, 目录.' },
        { type: 'tool_use', name: 'list_files', input: { glob: 'ä/**' } },
      ],
      stopReason: 'tool_use',
      usage: { inputTokens: 7, outputTokens: 11, cacheReadTokens: 13, cacheWriteTokens: 17 },
    });
  });

  it('of a stop reason nobody knows is passed on as it is', async () => {
    const { result } = await ask([{ text: 'x', stop_reason: 'compaction' }]);
    expect(result).toMatchObject({ stopReason: 'compaction' });
  });

  it('of a server that counts no tokens has counts of 0', async () => {
    await using server = await rawServer([stream([START, ...TEXT, DELTA, STOP])]);
    const answer = await modelAt(server.url)(REQUEST, NEVER);
    expect(answer.usage).toEqual({ inputTokens: 0, outputTokens: 3, cacheReadTokens: 0, cacheWriteTokens: 0 });
  });
});

describe('a failure that another key, model or address would mend', () => {
  it.each([
    [401, 'anthropic-api-key'],
    [402, 'credit'],
    [403, 'rights of anthropic-api-key'],
    [404, 'inputs model and anthropic-base-url'],
  ])('%i is not asked again and names the input', async (status, advice) => {
    const { result, asked } = await ask([fault(status)]);
    expect(asked).toBe(1);
    expect(result).toBeInstanceOf(ModelFailure);
    const { message, cancelled } = result as ModelFailure;
    expect([message.includes(advice), cancelled]).toEqual([true, false]);
    expect(message).toContain(String(status));
  });

  it('400 is not asked again and gives the words of the server on one line', async () => {
    const { result, asked } = await ask([
      fault(400, { type: 'invalid_request_error', message: 'Your credit balance\nis too low.' }),
    ]);
    expect(asked).toBe(1);
    expect((result as ModelFailure).message).toBe(
      "The model's server refused the request (400 invalid_request_error): Your credit balance is too low.",
    );
  });

  it('never shows the key or the address', async () => {
    for (const status of [400, 401, 403, 404]) {
      const { result, said } = await ask([fault(status)]);
      expect(`${(result as ModelFailure).message}${said.join('')}`).not.toMatch(/4711|127\.0\.0\.1|http/);
    }
  });
});

describe('a failure that may pass', () => {
  it('429 is asked again after retry-after, which is told', async () => {
    const started = performance.now();
    const { result, asked, said } = await ask([
      fault(429, { type: 'rate_limit_error', headers: { 'retry-after': '1' } }),
      { text: 'Here.' },
    ]);
    expect(result).toMatchObject({ content: [{ text: 'Here.' }] });
    expect(asked).toBe(2);
    expect(said).toEqual(["The model's server: It answered 429 rate_limit_error. Asking again in 1.0 s."]);
    expect(performance.now() - started).toBeGreaterThan(990);
  });

  it('529 that never ends gives up after six requests and says so', async () => {
    const { result, asked } = await ask(
      Array.from({ length: 6 }, () => fault(529, { type: 'overloaded_error', ...SOON })),
    );
    expect(asked).toBe(6);
    expect((result as ModelFailure).message).toBe(
      "The model's server gave no answer in 6 attempts: It answered 529 overloaded_error.",
    );
  });

  it('500 with a page of HTML is asked again, and the page is shown nowhere', async () => {
    await using server = await rawServer([
      { status: 500, type: 'text/html', body: '<html><h1>nginx</h1></html>' },
      stream([START, ...TEXT, DELTA, STOP]),
    ]);
    const said: string[] = [];
    await modelAt(server.url, said)(REQUEST, NEVER);
    expect(server.asked()).toBe(2);
    expect(said).toEqual(["The model's server: It answered 500. Asking again in 0.0 s."]);
  });

  it('an error event inside the stream is asked again, and the half answer is dropped', async () => {
    const { result, asked, said } = await ask([{ fault: { errorEvent: 'overloaded_error' } }, { text: 'Whole.' }]);
    expect([asked, said[0]]).toEqual([2, expect.stringContaining('overloaded_error')]);
    expect(result).toMatchObject({ content: [{ type: 'text', text: 'Whole.' }] });
  });

  it('a connection that is cut inside the stream is asked again, and the half answer is dropped', async () => {
    const { result, asked } = await ask([{ fault: 'cut' }, { text: 'Whole.' }]);
    expect(asked).toBe(2);
    expect(result).toMatchObject({ content: [{ type: 'text', text: 'Whole.' }] });
  });

  it.each([
    ['without message_stop', [START, ...TEXT, DELTA]],
    ['in the middle of a text', [START, ...TEXT.slice(0, 2)]],
    ['before its first event', []],
  ])('a stream that ends properly but %s is no answer and is asked again', async (_case, events) => {
    await using server = await rawServer([stream(events), stream([START, ...TEXT, DELTA, STOP])]);
    const said: string[] = [];
    expect(await modelAt(server.url, said)(REQUEST, NEVER)).toMatchObject({ stopReason: 'end_turn' });
    expect([server.asked(), said]).toEqual([2, [expect.stringContaining('The answer broke off.')]]);
  });

  it('a server that is not there is told with the input to check, without its address', async () => {
    const { url } = await rawServer([]).then(async (server) => {
      await server[Symbol.asyncDispose]();
      return server;
    });
    const said: string[] = [];
    const abort = new AbortController();
    const model = messagesApi({
      apiKey: KEY,
      baseUrl: url,
      say: (line) => {
        said.push(line);
        abort.abort();
      },
    });
    await expect(model(REQUEST, abort.signal)).rejects.toMatchObject({ cancelled: true });
    expect(said[0]).toMatch(/cannot be reached.*anthropic-base-url/);
    expect(said[0]).not.toContain('127.0.0.1');
  });
});

describe('an abort', () => {
  it('ends a request that hangs, as cancelled', async () => {
    const { result, asked } = await ask([{ fault: 'hang' }], AbortSignal.timeout(300));
    expect([asked, (result as ModelFailure).cancelled]).toEqual([1, true]);
  });

  it('ends the wait before the next attempt', async () => {
    const started = performance.now();
    const { result } = await ask([fault(429, { headers: { 'retry-after': '30' } })], AbortSignal.timeout(400));
    expect((result as ModelFailure).cancelled).toBe(true);
    expect(performance.now() - started).toBeLessThan(10_000);
  });
});
