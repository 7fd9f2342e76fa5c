// Counts what a run spends and says when a limit is reached. One place, asked before every call of the model.
import type { ModelUsage } from '../platform/model.js';
import type { Price } from './prices.js';

export interface Limits {
  maxTurns: number;
  maxTokens: number;
  maxCostUsd: number;
  maxMinutes: number;
}

export type LimitReached = 'turns' | 'tokens' | 'cost' | 'time';

export interface Spent extends ModelUsage {
  turns: number;
  /** `undefined` where the model's price is unknown. */
  costUsd: number | undefined;
  minutes: number;
}

export interface BudgetTerms {
  /** What earlier runs on the same spec have spent: it counts towards the limits of tokens and cost. */
  spentBefore?: { tokens: number; costUsd: number };
}

export class Budget {
  private readonly before: { tokens: number; costUsd: number };
  private turns = 0;
  private readonly total: ModelUsage = { inputTokens: 0, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0 };

  /** @param elapsedMs a monotonic clock of the run: a jump of the system's time must not end or prolong it */
  constructor(
    readonly limits: Limits,
    private readonly price: Price | undefined,
    private readonly elapsedMs: () => number,
    terms: BudgetTerms = {},
  ) {
    this.before = terms.spentBefore ?? { tokens: 0, costUsd: 0 };
  }

  add(usage: ModelUsage): void {
    this.turns++;
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

  /** The limit that forbids another call of the model, if any. */
  reached(): LimitReached | undefined {
    const spent = this.spent();
    if (spent.turns >= this.limits.maxTurns) return 'turns';
    if (spent.minutes >= this.limits.maxMinutes) return 'time';
    if (spent.costUsd !== undefined && this.before.costUsd + spent.costUsd >= this.limits.maxCostUsd) return 'cost';
    if (this.tokens(spent) >= this.limits.maxTokens) return 'tokens';
    return undefined;
  }

  /** Milliseconds left of `max-minutes`, never negative. */
  remainingMs(): number {
    return Math.max(0, this.limits.maxMinutes * 60_000 - this.elapsedMs());
  }

  /** One line for the model: what is used up of what. */
  describe(): string {
    const spent = this.spent();
    const parts = [
      `turn ${spent.turns} of ${this.limits.maxTurns}`,
      `${Math.floor(spent.minutes)} of ${this.limits.maxMinutes} minutes`,
      `${this.tokens(spent)} of ${this.limits.maxTokens} tokens`,
    ];
    if (spent.costUsd !== undefined)
      parts.push(`$${(this.before.costUsd + spent.costUsd).toFixed(2)} of $${this.limits.maxCostUsd.toFixed(2)}`);
    return `${parts.join(', ')}${this.before.tokens > 0 ? ', earlier runs on this spec included' : ''}`;
  }

  private tokens(spent: ModelUsage): number {
    return this.before.tokens + spent.inputTokens + spent.outputTokens + spent.cacheReadTokens + spent.cacheWriteTokens;
  }
}
