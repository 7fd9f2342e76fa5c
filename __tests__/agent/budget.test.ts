import { describe, expect, it } from '@jest/globals';
import type { Limits } from '../../src/agent/agent.js';
import { Budget, PRICES_AS_OF, VerificationReserve, priceOf } from '../../src/agent/agent.js';
import { LimitNotices } from '../../src/agent/limit-notices.js';

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

  it('counts a part of an answer that was thrown away, but not as a turn', () => {
    const spending = budget();
    spending.addDiscarded({ ...NOTHING, inputTokens: 70, outputTokens: 5 });
    expect(spending.spent()).toMatchObject({ turns: 0, inputTokens: 70, outputTokens: 5 });
  });

  it('is used up by turns at the last turn', () => {
    const spending = budget({ maxTurns: 2, maxTokens: 100_000, maxCostUsd: 10 });
    spending.add(NOTHING);
    expect(spending.next(100, 5_000)).toEqual({ kind: 'allowed', maxAnswerTokens: 5_000 });
    spending.add(NOTHING);
    expect(spending.next(100, 5_000)).toEqual({ kind: 'forbidden', limit: 'turns' });
  });

  it('is used up by time when only the reserve is left, and never has less than nothing left', () => {
    let elapsedMs = 0;
    const limits = { ...LIMITS, maxTokens: 100_000, maxCostUsd: 10 };
    const spending = new Budget(limits, PRICE, () => elapsedMs, { reserveMs: () => 90_000 });
    expect(spending.remainingMs()).toBe(510_000);
    elapsedMs = 509_999;
    expect([spending.next(0, 5_000).kind, spending.remainingMs()]).toEqual(['allowed', 1]);
    elapsedMs = 510_000;
    expect([spending.next(0, 5_000), spending.remainingMs()]).toEqual([{ kind: 'forbidden', limit: 'time' }, 0]);
    elapsedMs *= 2;
    expect(spending.remainingMs()).toBe(0);
  });

  it('without a price has no cost, no limit of cost, and tells tokens instead', () => {
    const spending = new Budget({ ...LIMITS, maxCostUsd: 0, maxTokens: 10_000 }, undefined, () => 90_000);
    spending.add({ ...NOTHING, outputTokens: 999 });
    expect(spending.spent().costUsd).toBeUndefined();
    expect(spending.next(1_000, 5_000).kind).toBe('allowed');
    expect(spending.nearest(1_000).limit).not.toBe('cost');
    expect(spending.describe()).toBe('turn 1 of 3, 1 of 10 minutes, 999 of 10000 tokens');
  });
});

describe('the worst case of the next call', () => {
  it('shortens the answer to what the tokens left allow, and forbids one without room for a file', () => {
    const spending = budget({ maxTokens: 20_000, maxCostUsd: 10 });
    expect(spending.next(4_000, 32_000)).toEqual({ kind: 'allowed', maxAnswerTokens: 16_000 });
    spending.add({ ...NOTHING, cacheReadTokens: 11_904 });
    expect(spending.next(4_000, 32_000)).toEqual({ kind: 'allowed', maxAnswerTokens: 4_096 });
    expect(spending.next(4_001, 32_000)).toEqual({ kind: 'forbidden', limit: 'tokens' });
  });

  it('shortens the answer to what is affordable with the whole input written to the cache anew', () => {
    const spending = budget({ maxTokens: 1_000_000, maxCostUsd: 0.1 });
    // 20,000 tokens of input at 2 $ leave 0.06 $, which is 6,000 tokens of output at 10 $.
    expect(spending.next(20_000, 32_000)).toEqual({ kind: 'allowed', maxAnswerTokens: 6_000 });
    expect(spending.next(30_000, 32_000)).toEqual({ kind: 'forbidden', limit: 'cost' });
  });

  it('never lets the limits be passed, whatever the answers cost', () => {
    const limits = { maxTurns: 1_000, maxTokens: 300_000, maxCostUsd: 0.5 };
    const spending = budget(limits);
    for (let context = 1_000; ; context += 1_500) {
      const next = spending.next(context, 32_000);
      if (next.kind === 'forbidden') break;
      spending.add({ ...NOTHING, cacheWriteTokens: context, outputTokens: next.maxAnswerTokens });
    }
    const { costUsd = 0, cacheWriteTokens, outputTokens, turns } = spending.spent();
    expect(turns).toBeGreaterThan(1);
    expect(costUsd).toBeLessThanOrEqual(limits.maxCostUsd);
    expect(cacheWriteTokens + outputTokens).toBeLessThanOrEqual(limits.maxTokens);
  });

  it('counts what earlier runs on the same spec have spent, but does not report it as spent now', () => {
    const spentBefore = { tokens: 90_000, costUsd: 0.4 };
    const at = (limits: Partial<Limits>) => new Budget({ ...LIMITS, ...limits }, PRICE, () => 0, { spentBefore });
    const wide = { maxTokens: 1_000_000, maxCostUsd: 10 };
    expect(at(wide).next(1_000, 5_000).kind).toBe('allowed');
    expect(at({ ...wide, maxTokens: 95_000 }).next(1_000, 5_000)).toEqual({ kind: 'forbidden', limit: 'tokens' });
    expect(at({ ...wide, maxCostUsd: 0.44 }).next(1_000, 5_000)).toEqual({ kind: 'forbidden', limit: 'cost' });
    expect(at(wide).spent()).toMatchObject({ costUsd: 0, inputTokens: 0 });
    expect(at(wide).describe()).toBe(
      'turn 0 of 3, 0 of 10 minutes, 90000 of 1000000 tokens, $0.40 of $10.00, earlier runs on this spec included',
    );
  });
});

describe('what the model is told of limits', () => {
  const WIDE = { maxTurns: 100, maxTokens: 1_000_000, maxCostUsd: 10 };

  it('comes at 50, 80 and 95 %, once each', () => {
    const spending = budget(WIDE);
    const notices = new LimitNotices(spending);
    const told = new Map<number, string>();
    for (let turn = 1; turn < 100; turn++) {
      spending.add(NOTHING);
      const text = notices.next(1_000);
      if (text !== undefined) told.set(turn, text);
    }
    expect([...told.keys()]).toEqual([50, 80, 95]);
    expect(told.get(80)).toContain('complete_increment');
    expect(told.get(95)).toMatch(/turns.*complete_increment now/);
  });

  it('is the most urgent when several marks are passed at once, and never less afterwards', () => {
    const spending = budget(WIDE);
    const notices = new LimitNotices(spending);
    spending.add({ ...NOTHING, outputTokens: 930_000 });
    expect(notices.next(1_000)).toContain('80 %');
    expect(notices.next(1_000)).toBeUndefined();
  });

  it('goes by the limit that is nearest, as the next call would meet it', () => {
    let elapsedMs = 0;
    const terms = { reserveMs: () => 120_000 };
    const limits = { ...LIMITS, ...WIDE, maxTokens: 20_000_000 };
    const spending = new Budget(limits, PRICE, () => elapsedMs, terms);
    elapsedMs = 6.5 * 60_000; // of the 8 minutes that are not reserved
    expect(new LimitNotices(spending).next(1_000)).toMatch(/80 %.*time/);
    spending.add({ ...NOTHING, outputTokens: 900_000 }); // 9 $ of 10, and the next call may cost 0.9
    expect(new LimitNotices(spending).next(430_000)).toMatch(/95 %.*money/);
  });

  it('comes before the last turn, however few there are', () => {
    const spending = budget({ ...WIDE, maxTurns: 3 });
    spending.add(NOTHING);
    spending.add(NOTHING);
    expect(new LimitNotices(spending).next(1_000)).toContain('95 %');
  });
});

describe('the reserve for the verification', () => {
  const took = (...durationsMs: number[]) => durationsMs.map((durationMs) => ({ durationMs, exitCode: 0 }));

  it('is a minute at first, then half as much again as the longest run of the gates, a quarter of the time at most', () => {
    const reserve = new VerificationReserve(60);
    expect(reserve.ms()).toBe(60_000);
    reserve.took(took(100_000, 60_000));
    expect(reserve.ms()).toBe(270_000);
    reserve.took(took(10_000));
    expect(reserve.ms()).toBe(270_000);
    reserve.took(took(3_600_000));
    expect(reserve.ms()).toBe(15 * 60_000);
    expect(new VerificationReserve(1).ms()).toBe(15_000);
  });

  it('learns nothing from gates that were cut short', () => {
    const reserve = new VerificationReserve(60);
    reserve.took([...took(100_000), { durationMs: 900_000, exitCode: null }]);
    expect(reserve.ms()).toBe(60_000);
  });

  it('lets a verification take what is left of the time, or as long as verifications of the project take', () => {
    const reserve = new VerificationReserve(1);
    expect([reserve.verificationMs(40_000), reserve.verificationMs(-5_000)]).toEqual([40_000, 15_000]);
    reserve.took(took(100_000));
    expect(reserve.verificationMs(-5_000)).toBe(150_000);
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
