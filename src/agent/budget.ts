// Counts what a run spends and says what the next call of the model may cost. One place, asked before every call.
import type { ModelUsage } from '../platform/model.js';
import { NO_USAGE } from '../platform/model.js';
import type { Price } from './prices.js';

export interface Limits {
  maxTurns: number;
  maxTokens: number;
  maxCostUsd: number;
  maxMinutes: number;
}

export type LimitReached = 'turns' | 'tokens' | 'cost' | 'time';

/** The inputs that set them. */
const INPUTS: Readonly<Record<LimitReached, string>> = {
  turns: 'max-turns',
  tokens: 'max-tokens',
  cost: 'max-cost-usd',
  time: 'max-minutes',
};

interface Spent extends ModelUsage {
  turns: number;
  /** `undefined` where the model's price is unknown. */
  costUsd: number | undefined;
  minutes: number;
}

interface BudgetTerms {
  /** Kept of `maxMinutes` for the last verification and the publication, in milliseconds; none when absent. */
  reserveMs?: () => number;
  /** What earlier runs on the same spec have spent: it counts towards the limits of tokens and cost. */
  spentBefore?: { tokens: number; costUsd: number };
}

type NextCall =
  | { kind: 'allowed'; maxAnswerTokens: number }
  /** Even a short answer could go beyond the limit. */
  | { kind: 'forbidden'; limit: LimitReached };

/** An answer with less room can hold no file: asking for it would only spend. */
const MIN_ANSWER_TOKENS = 4_096;

export class Budget {
  private turns = 0;
  private readonly total: ModelUsage = { ...NO_USAGE };
  private readonly before: { tokens: number; costUsd: number };
  private readonly reserveMs: () => number;

  /** @param elapsedMs a monotonic clock of the run: a jump of the system's time must not end or prolong it */
  constructor(
    readonly limits: Limits,
    private readonly price: Price | undefined,
    private readonly elapsedMs: () => number,
    terms: BudgetTerms = {},
  ) {
    this.before = terms.spentBefore ?? { tokens: 0, costUsd: 0 };
    this.reserveMs = terms.reserveMs ?? (() => 0);
  }

  /** Counts an answer. */
  add(usage: ModelUsage): void {
    this.turns++;
    this.addDiscarded(usage);
  }

  /** Counts a part of an answer that was thrown away: paid for, but no turn. */
  addDiscarded(usage: ModelUsage): void {
    this.total.inputTokens += usage.inputTokens;
    this.total.outputTokens += usage.outputTokens;
    this.total.cacheReadTokens += usage.cacheReadTokens;
    this.total.cacheWriteTokens += usage.cacheWriteTokens;
  }

  /** Of this run alone. */
  spent(): Spent {
    const { inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens } = this.total;
    const price = this.price;
    const costUsd =
      price &&
      (inputTokens * price.input +
        outputTokens * price.output +
        cacheReadTokens * price.cacheRead +
        cacheWriteTokens * price.cacheWrite) /
        1_000_000;
    return { ...this.total, turns: this.turns, costUsd, minutes: this.elapsedMs() / 60_000 };
  }

  /**
   * Judges the next call at its worst: its whole input written to the cache anew, its answer as long as allowed. Where
   * the wanted answer could go beyond a limit, a shorter one is allowed, down to a floor.
   * @param contextTokens estimate of the request
   */
  next(contextTokens: number, wantedAnswerTokens: number): NextCall {
    if (this.turns >= this.limits.maxTurns) return { kind: 'forbidden', limit: 'turns' };
    if (this.remainingMs() <= 0) return { kind: 'forbidden', limit: 'time' };
    const { tokens, cost } = this.answerRoom(contextTokens);
    const maxAnswerTokens = Math.floor(Math.min(wantedAnswerTokens, tokens, cost));
    if (maxAnswerTokens < Math.min(MIN_ANSWER_TOKENS, wantedAnswerTokens))
      return { kind: 'forbidden', limit: cost < tokens ? 'cost' : 'tokens' };
    return { kind: 'allowed', maxAnswerTokens };
  }

  /** Milliseconds left of `max-minutes` before the reserve, never negative. */
  remainingMs(): number {
    return Math.max(0, this.timeLeftMs() - this.reserveMs());
  }

  /** Milliseconds left of `max-minutes`; negative when they are over. */
  timeLeftMs(): number {
    return this.limits.maxMinutes * 60_000 - this.elapsedMs();
  }

  /** The limit that is nearest, and how much of the way to it is gone: 1 when the next call is forbidden by it. */
  nearest(contextTokens: number): { limit: LimitReached; fraction: number } {
    const { maxTurns, maxTokens, maxCostUsd, maxMinutes } = this.limits;
    const room = this.answerRoom(contextTokens);
    const spentTokens = this.spentTokens();
    const spentCost = this.spentCost() ?? 0;
    const worstTokens = contextTokens + MIN_ANSWER_TOKENS;
    const worstCost = this.worstInputCost(contextTokens) + (MIN_ANSWER_TOKENS * (this.price?.output ?? 0)) / 1_000_000;
    const fractions: [LimitReached, number][] = [
      ['turns', this.turns / maxTurns],
      ['tokens', room.tokens < MIN_ANSWER_TOKENS ? 1 : spentTokens / (maxTokens - worstTokens)],
      ['cost', room.cost < MIN_ANSWER_TOKENS ? 1 : this.price ? spentCost / (maxCostUsd - worstCost) : 0],
      ['time', this.remainingMs() <= 0 ? 1 : this.elapsedMs() / (maxMinutes * 60_000 - this.reserveMs())],
    ];
    const [limit, fraction] = fractions.reduce((most, each) => (each[1] > most[1] ? each : most));
    // The turn before the last is the last occasion to say anything.
    return limit === 'turns' && this.turns === maxTurns - 1
      ? { limit, fraction: Math.max(fraction, 0.95) }
      : { limit, fraction };
  }

  /** One line for the model: what is used up of what. */
  describe(): string {
    const spent = this.spent();
    const cost = this.spentCost();
    const parts = [
      `turn ${spent.turns} of ${this.limits.maxTurns}`,
      `${Math.floor(spent.minutes)} of ${this.limits.maxMinutes} minutes`,
      `${this.spentTokens()} of ${this.limits.maxTokens} tokens`,
    ];
    if (cost !== undefined) parts.push(`$${cost.toFixed(2)} of $${this.limits.maxCostUsd.toFixed(2)}`);
    return `${parts.join(', ')}${this.before.tokens > 0 ? ', earlier runs on this spec included' : ''}`;
  }

  /** Why not even a first answer is asked for, and what the workflow's author can do, in sentences. */
  describeNoStart(limit: LimitReached): string {
    const input = INPUTS[limit];
    const isInherited = this.before.tokens > 0 && (limit === 'tokens' || limit === 'cost');
    return isInherited
      ? `What earlier runs spent on this text of the spec counts too. Raise the input '${input}', change the spec, or set 'resume' to 'never' to start afresh.`
      : `The first answer alone could go beyond it. Raise the input '${input}'.`;
  }

  /** Tokens that the next answer may have by the limits of tokens and cost; infinite where there is no price. */
  private answerRoom(contextTokens: number): { tokens: number; cost: number } {
    const tokens = this.limits.maxTokens - this.spentTokens() - contextTokens;
    const cost = this.spentCost();
    if (cost === undefined || this.price === undefined || this.price.output === 0) return { tokens, cost: Infinity };
    const left = this.limits.maxCostUsd - cost - this.worstInputCost(contextTokens);
    return { tokens, cost: (left * 1_000_000) / this.price.output };
  }

  private worstInputCost(contextTokens: number): number {
    return (contextTokens * Math.max(this.price?.input ?? 0, this.price?.cacheWrite ?? 0)) / 1_000_000;
  }

  private spentTokens(): number {
    const { inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens } = this.total;
    return this.before.tokens + inputTokens + outputTokens + cacheReadTokens + cacheWriteTokens;
  }

  private spentCost(): number | undefined {
    const { costUsd } = this.spent();
    return costUsd === undefined ? undefined : this.before.costUsd + costUsd;
  }
}
