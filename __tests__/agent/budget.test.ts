import { describe, expect, it } from '@jest/globals';
import type { Limits } from '../../src/agent/agent.js';
import { Budget, PRICES_AS_OF, priceOf } from '../../src/agent/agent.js';

const LIMITS: Limits = { maxTurns: 3, maxTokens: 1_000, maxCostUsd: 0.01, maxMinutes: 10 };
const PRICE = { input: 1, output: 10, cacheRead: 0.1, cacheWrite: 2 };
const NOTHING = { inputTokens: 0, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0 };

const budget = (limits: Partial<Limits> = {}, price: typeof PRICE | undefined = PRICE, elapsedMs = () => 0) =>
  new Budget({ ...LIMITS, ...limits }, price, elapsedMs);

describe('a budget', () => {
  it('adds up tokens and prices each kind by itself', () => {
    const spending = budget();
    spending.add({ inputTokens: 100, outputTokens: 10, cacheReadTokens: 200, cacheWriteTokens: 50 });
    spending.add({ inputTokens: 1, outputTokens: 2, cacheReadTokens: 3, cacheWriteTokens: 4 });
    const { costUsd, ...spent } = spending.spent();
    expect(spent).toEqual({
      turns: 2,
      minutes: 0,
      inputTokens: 101,
      outputTokens: 12,
      cacheReadTokens: 203,
      cacheWriteTokens: 54,
    });
    expect(costUsd).toBeCloseTo((101 + 12 * 10 + 203 * 0.1 + 54 * 2) / 1_000_000, 12);
  });

  it('counts what earlier runs spent towards tokens and cost, and not as its own', () => {
    const before = (tokens: number, costUsd: number) =>
      new Budget(LIMITS, PRICE, () => 0, { spentBefore: { tokens, costUsd } });
    expect(before(1_000, 0).reached()).toBe('tokens');
    expect(before(0, 0.01).reached()).toBe('cost');
    expect(before(999, 0.009).reached()).toBeUndefined();
    expect(before(999, 0.009).spent()).toMatchObject({ turns: 0, costUsd: 0, inputTokens: 0 });
    expect(before(999, 0.009).describe()).toBe(
      'turn 0 of 3, 0 of 10 minutes, 999 of 1000 tokens, $0.01 of $0.01, earlier runs on this spec included',
    );
  });

  it.each([
    ['turns', { maxTurns: 2 }, NOTHING],
    [
      'tokens',
      { maxTokens: 40 },
      { ...NOTHING, inputTokens: 5, outputTokens: 5, cacheReadTokens: 5, cacheWriteTokens: 5 },
    ],
    ['cost', { maxCostUsd: 0.0004 }, { ...NOTHING, outputTokens: 20 }],
  ] as const)('is used up by %s exactly when the limit is reached', (limit, limits, usage) => {
    const spending = budget(limits);
    spending.add(usage);
    expect(spending.reached()).toBeUndefined();
    spending.add(usage);
    expect(spending.reached()).toBe(limit);
  });

  it('is used up by time at the last minute, and never has less than nothing left', () => {
    let elapsedMs = 9.9 * 60_000;
    const spending = budget({}, PRICE, () => elapsedMs);
    expect([spending.reached(), spending.remainingMs()]).toEqual([undefined, 6_000]);
    elapsedMs = 10 * 60_000;
    expect([spending.reached(), spending.remainingMs()]).toEqual(['time', 0]);
    elapsedMs *= 2;
    expect([spending.reached(), spending.remainingMs()]).toEqual(['time', 0]);
  });

  it('without a price has no cost, no limit of cost, and tells tokens instead', () => {
    const spending = new Budget({ ...LIMITS, maxCostUsd: 0 }, undefined, () => 90_000);
    spending.add({ ...NOTHING, outputTokens: 999 });
    expect(spending.spent().costUsd).toBeUndefined();
    expect(spending.reached()).toBeUndefined();
    expect(spending.describe()).toBe('turn 1 of 3, 1 of 10 minutes, 999 of 1000 tokens');
  });
});

describe('the price table', () => {
  it('knows exact ids only: a guess by prefix would be wrong silently', () => {
    expect(priceOf('claude-opus-5-5')).toEqual({ input: 4, output: 20, cacheRead: 0.2, cacheWrite: 5 });
    for (const id of [
      'claude-opus-5-5-20270101',
      'claude-opus',
      'CLAUDE-OPUS-5-5',
      'claude-sonnet-5-5',
      '',
      'toString',
    ])
      expect(priceOf(id)).toBeUndefined();
  });

  it('is dated', () => {
    expect(PRICES_AS_OF).toMatch(/^\d{4}-\d{2}-\d{2}$/);
  });
});
