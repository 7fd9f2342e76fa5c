// The client against servers that fail in every way, on loopback. What a whole run makes of it is
// __tests__/faults/model-api.test.ts.
import { describe, expect, it } from '@jest/globals';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { AskTerms, ModelRequest, ModelUsage } from '../../src/platform/model.js';
import { ModelFailure } from '../../src/platform/model.js';
import { messagesApi } from '../../src/platform/messages-api.js';
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
const TERMS: AskTerms = {
  signal: new AbortController().signal,
  timeLeftMs: () => 3_600_000,
  discarded: () => true,
};

const modelAt = (baseUrl: string, said: string[] = []) =>
  messagesApi({ apiKey: KEY, baseUrl, say: (line) => said.push(line), silenceMs: 1_500 });

/** Asks once through the script. @returns the answer or the failure, with what was logged and how often it was asked */
async function ask(answers: ScriptStep[], terms: Partial<AskTerms> = {}) {
  await using api = await startMessagesApi({ answers, apiKey: KEY });
  const said: string[] = [];
  const discarded: ModelUsage[] = [];
  const model = modelAt(api.url, said);
  const noted = { ...TERMS, discarded: (usage: ModelUsage) => discarded.push(usage) > 0, ...terms };
  const result = await model(REQUEST, noted).catch((error: unknown) => error);
  return { result, said, discarded, asked: api.requests.length };
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
    const answer = await modelAt(server.url)(REQUEST, TERMS);
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
    const { message, kind } = result as ModelFailure;
    expect([message.includes(advice), kind]).toEqual([true, 'failed']);
    expect(message).toContain(String(status));
  });

  it('400 is not asked again and gives the words of the server on one line', async () => {
    const { result, asked } = await ask([
      fault(400, { type: 'invalid_request_error', message: 'tools.0.name:\n  too long' }),
    ]);
    expect(asked).toBe(1);
    expect((result as ModelFailure).message).toBe(
      "The model's server refused the request (400 invalid_request_error): tools.0.name: too long",
    );
  });

  it.each<[number, string, string]>([
    [400, 'invalid_request_error', 'Your credit balance\nis too low to access the Anthropic API.'],
    [400, 'invalid_request_error', 'You have reached your specified API usage limits.'],
    [429, 'rate_limit_error', 'Your workspace has reached its monthly spend limit.'],
    [403, 'billing_error', 'Payment is due.'],
  ])('no money left, told by a %i %s, is not asked again and names the key', async (status, type, message) => {
    const { result, asked } = await ask([fault(status, { type, message })]);
    expect(asked).toBe(1);
    expect(result).toMatchObject({ kind: 'failed', message: expect.stringMatching(/credit.*anthropic-api-key/) });
  });

  it('no money left, told inside a stream, is not asked again', async () => {
    const { result, asked } = await ask([{ fault: { errorEvent: 'billing_error' } }]);
    expect(asked).toBe(1);
    expect(result).toMatchObject({ kind: 'failed', message: expect.stringContaining('credit') });
  });

  it.each<[number, string]>([
    [400, 'prompt is too long: 205000 tokens > 200000 maximum'],
    [400, 'input length and `max_tokens` exceed context limit: 190000 + 32000 > 200000'],
    [400, "This model's maximum context length is 32768 tokens."],
    [400, 'the request exceeds the available context size'],
    [413, 'Request exceeds the maximum size'],
  ])('a request that is too large for the model (%i: %s) is told as that', async (status, message) => {
    const { result, asked } = await ask([fault(status, { type: 'invalid_request_error', message })]);
    expect([asked, (result as ModelFailure).kind]).toEqual([1, 'too-long']);
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
    expect(said).toEqual([
      expect.stringMatching(/^The model's server: It answered 429 rate_limit_error\. Asking again in 1\.[01] s\.$/),
    ]);
    expect(performance.now() - started).toBeGreaterThan(990);
  });

  it('529 that never ends gives up after ten requests and says so', async () => {
    const { result, asked } = await ask(
      Array.from({ length: 10 }, () => fault(529, { type: 'overloaded_error', ...SOON })),
    );
    expect(asked).toBe(10);
    expect((result as ModelFailure).message).toBe(
      "The model's server gave no answer in 10 attempts: It answered 529 overloaded_error.",
    );
  });

  it('500 with a page of HTML is asked again, and the page is shown nowhere', async () => {
    await using server = await rawServer([
      { status: 500, type: 'text/html', body: '<html><h1>nginx</h1></html>' },
      stream([START, ...TEXT, DELTA, STOP]),
    ]);
    const said: string[] = [];
    await modelAt(server.url, said)(REQUEST, TERMS);
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
    expect(await modelAt(server.url, said)(REQUEST, TERMS)).toMatchObject({ stopReason: 'end_turn' });
    expect([server.asked(), said]).toEqual([2, [expect.stringContaining('The answer broke off.')]]);
  });

  it('a stream that falls silent is dropped and asked again', async () => {
    const { result, asked, said } = await ask([{ fault: 'silent' }, { text: 'Whole.' }]);
    expect(asked).toBe(2);
    expect(said[0]).toContain('It fell silent for 1.5 s');
    expect(result).toMatchObject({ content: [{ type: 'text', text: 'Whole.' }] });
  });

  it('x-should-retry: false is the word of the server that it may not', async () => {
    const { result, asked } = await ask([fault(529, { headers: { 'x-should-retry': 'false' } })]);
    expect([asked, (result as ModelFailure).kind]).toEqual([1, 'failed']);
  });

  it.each([
    ['a date', () => new Date(Date.now() + 2_500).toUTCString()],
    ['a fraction', () => '0.9'],
  ])('retry-after may be %s', async (_case, value) => {
    const { said } = await ask([fault(429, { headers: { 'retry-after': value() } }), { text: 'Here.' }]);
    expect(Number(/in ([\d.]+) s/.exec(said[0] ?? '')?.[1])).toBeGreaterThan(0.85);
  });
});

describe('a server that is not reached', () => {
  it('refusing connections is asked four times, and told with the input to check but without its address', async () => {
    const { url } = await rawServer([]).then(async (server) => {
      await server[Symbol.asyncDispose]();
      return server;
    });
    const said: string[] = [];
    const failure = await modelAt(url, said)(REQUEST, TERMS).catch((error: unknown) => error);
    expect(said).toHaveLength(3);
    expect(failure).toMatchObject({ kind: 'failed', message: expect.stringContaining('in 4 attempts') });
    expect(String(failure)).toMatch(/refuses connections \(ECONNREFUSED\).*anthropic-base-url/);
    expect(`${said.join('')}${String(failure)}`).not.toMatch(/127\.0\.0\.1|4711/);
  });

  it('has a name that does not resolve', async () => {
    const failure = await modelAt('https://models.invalid')(REQUEST, TERMS).catch((error: unknown) => error);
    expect(String(failure)).toMatch(/cannot be resolved \((ENOTFOUND|EAI_AGAIN)\)/);
  });

  it('speaks no TLS where TLS is asked', async () => {
    await using server = await rawServer([]);
    const failure = await modelAt(server.url.replace('http:', 'https:'))(REQUEST, TERMS).catch((e: unknown) => e);
    expect(String(failure)).toMatch(/No secure connection.*NODE_EXTRA_CA_CERTS/);
  });
});

describe('what was thrown away', () => {
  it('is told with the tokens of its beginning, and the words that nobody counted', async () => {
    const usage = { input_tokens: 700, cache_read_input_tokens: 50, cache_creation_input_tokens: 9 };
    await using server = await rawServer([
      stream([{ ...START, message: { ...START.message, usage } }, ...TEXT.slice(0, 2)]),
      stream([START, ...TEXT, DELTA, STOP]),
    ]);
    const discarded: ModelUsage[] = [];
    await modelAt(server.url)(REQUEST, { ...TERMS, discarded: (lost) => discarded.push(lost) > 0 });
    expect(discarded).toEqual([{ inputTokens: 700, outputTokens: 3, cacheReadTokens: 50, cacheWriteTokens: 9 }]);
  });

  it('is not told where the server had not begun to answer', async () => {
    const { discarded } = await ask([fault(529, SOON), { fault: { errorEvent: 'api_error', isFirst: true } }, {}]);
    expect(discarded).toEqual([]);
  });

  it('ends the asking when the limits forbid more', async () => {
    const { result, asked } = await ask([{ fault: 'cut' }], { discarded: () => false });
    expect([asked, (result as ModelFailure).kind]).toEqual([1, 'limit']);
  });
});

describe('an answer that came whole but is odd', () => {
  it('keeps the input of a call that is no JSON as a text, which no tool takes', async () => {
    const { result, asked } = await ask([
      { tool_use: [{ name: 'list_files', input: {}, json: '{"glob": "src/**", "content": "half' }] },
    ]);
    expect(asked).toBe(1);
    expect(result).toMatchObject({ content: [{ type: 'tool_use', input: '{"glob": "src/**", "content": "half' }] });
  });

  it.each([
    ['blocks out of order', [START, { type: 'content_block_start', index: 3, content_block: { type: 'text' } }]],
    ['a delta without its block', [START, TEXT[1] ?? {}]],
    ['events that are no objects', [START, { type: 'content_block_start', index: 0, content_block: null }]],
  ])('is asked again when it has %s', async (_case, events) => {
    await using server = await rawServer([stream([...events, STOP]), stream([START, ...TEXT, DELTA, STOP])]);
    expect(await modelAt(server.url)(REQUEST, TERMS)).toMatchObject({ stopReason: 'end_turn' });
    expect(server.asked()).toBe(2);
  });

  it('keeps thinking with its signature, and passes over what it does not know', async () => {
    const delta = (index: number, inner: object) => ({ type: 'content_block_delta', index, delta: inner });
    await using server = await rawServer([
      stream([
        START,
        { type: 'content_block_start', index: 0, content_block: { type: 'thinking', thinking: '', signature: '' } },
        delta(0, { type: 'thinking_delta', thinking: 'Let me ' }),
        delta(0, { type: 'thinking_delta', thinking: 'see.' }),
        delta(0, { type: 'signature_delta', signature: 'abc' }),
        delta(0, { type: 'aroma_delta', aroma: 'x' }),
        { type: 'content_block_stop', index: 0 },
        { type: 'weather', of: 'today' },
        DELTA,
        STOP,
      ]),
    ]);
    const answer = await modelAt(server.url)(REQUEST, TERMS);
    expect(answer.content).toEqual([{ type: 'thinking', thinking: 'Let me see.', signature: 'abc' }]);
  });
});

describe('the time that is left', () => {
  it('ends a request that hangs', async () => {
    const { result, asked } = await ask([{ fault: 'hang' }], { timeLeftMs: () => 300 });
    expect([asked, (result as ModelFailure).kind]).toEqual([1, 'time']);
  });

  it('is not waited away: a wait that is longer ends the asking at once', async () => {
    const { result, asked, said } = await ask([fault(429, { headers: { 'retry-after': '30' } })], {
      timeLeftMs: () => 20_000,
    });
    expect([asked, said, (result as ModelFailure).kind]).toEqual([1, [], 'time']);
  });
});

describe('an abort', () => {
  it('ends a request that hangs, as cancelled', async () => {
    const { result, asked } = await ask([{ fault: 'hang' }], { signal: AbortSignal.timeout(300) });
    expect([asked, (result as ModelFailure).kind]).toEqual([1, 'cancelled']);
  });

  it('ends the wait before the next attempt', async () => {
    const { result } = await ask([fault(429, { headers: { 'retry-after': '30' } })], {
      signal: AbortSignal.timeout(400),
    });
    expect((result as ModelFailure).kind).toBe('cancelled');
  });
});
