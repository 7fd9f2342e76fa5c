// What a failed request means, by statuses, types, words and system codes of real failures on loopback.
import { describe, expect, it } from '@jest/globals';
import { ModelFailure } from '../../src/platform/model.js';
import {
  REQUEST,
  TERMS,
  modelAt,
  ask,
  fault,
  SOON,
  rawServer,
  START,
  TEXT,
  DELTA,
  STOP,
  stream,
} from '../support/ask-model.js';

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

  it('is asked again after waits that grow, also where the server asks for none', async () => {
    await using server = await rawServer([
      ...Array.from({ length: 4 }, () => ({ status: 529, type: 'application/json', body: '{}' })),
      stream([START, ...TEXT, DELTA, STOP]),
    ]);
    const said: string[] = [];
    await modelAt(server.url, said, 100)(REQUEST, TERMS);
    const waits = said.map((line) => Number(/Asking again in ([\d.]+) s\./.exec(line)?.[1]));
    expect(waits).toHaveLength(4);
    // Twice as long each time, give or take a quarter, in tenths of a second.
    waits.forEach((seconds, i) => expect(seconds).toBeGreaterThanOrEqual(0.07 * 2 ** i));
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
