// The client of the Messages API: what counts as an answer, and what becomes of parts, time and aborts. What a failure
// means is model-refusals.test.ts, what a whole run makes of it faults/model-api.test.ts.
import { describe, expect, it } from '@jest/globals';
import { waitBefore } from '../../src/platform/messages-api.js';
import type { ModelUsage } from '../../src/platform/model.js';
import type { ModelFailure } from '../../src/platform/model.js';
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

  it('of a server that counts no tokens has estimates, so that limits hold', async () => {
    await using server = await rawServer([stream([START, ...TEXT, DELTA, STOP])]);
    const answer = await modelAt(server.url)(REQUEST, TERMS);
    const inputTokens = Math.ceil(JSON.stringify({ ...REQUEST, stream: true }).length / 3.5);
    expect(answer.usage).toMatchObject({ outputTokens: 3, cacheReadTokens: 0, cacheWriteTokens: 0 });
    expect(Math.abs(answer.usage.inputTokens - inputTokens)).toBeLessThan(5);
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

describe('the wait before the next attempt', () => {
  it('is never twice the same, and what a server asks for counts up to a cap', () => {
    const waits = (backoffMs: number, retryAfterMs?: number) =>
      Array.from({ length: 50 }, () => waitBefore(backoffMs, retryAfterMs));
    expect(new Set(waits(1_000)).size).toBeGreaterThan(1);
    expect(Math.min(...waits(1_000, 30_000))).toBeGreaterThanOrEqual(30_000);
    expect(new Set(waits(1_000, 3_600_000))).toEqual(new Set([60_000]));
  });
});
