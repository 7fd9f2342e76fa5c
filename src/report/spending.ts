// What runs on one text of a spec have spent together: told from run to run by marks and trailers, so that limits hold
// for all of them. Counting within a run is the budget's affair.
import type { UsageRecord } from './usage-record.js';

export interface Spending {
  /** Input (cached too) and output. */
  tokens: number;
  /** US dollars; `undefined` where the model's price is unknown. */
  costUsd: number | undefined;
}

/** Of a run and of the earlier ones that it goes on from. */
export function totalSpending(
  usage: Pick<UsageRecord, 'inputTokens' | 'outputTokens' | 'cacheReadTokens' | 'cacheWriteTokens' | 'earlier'> & {
    costUsd: number | null | undefined;
  },
): Spending {
  const { inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens, earlier } = usage;
  const tokens = inputTokens + outputTokens + cacheReadTokens + cacheWriteTokens;
  return addSpending({ tokens, costUsd: usage.costUsd ?? undefined }, earlier);
}

/** The sum; an unknown cost adds nothing to a known one. */
function addSpending(
  { tokens, costUsd }: Spending,
  before: { tokens: number; costUsd?: number | undefined } = { tokens: 0 },
): Spending {
  const isUnknown = costUsd === undefined && before.costUsd === undefined;
  return {
    tokens: tokens + before.tokens,
    costUsd: isUnknown ? undefined : (costUsd ?? 0) + (before.costUsd ?? 0),
  };
}

/** Two accounts of the same runs, of which one may be older: each figure's higher value. */
export function laterSpending(one: Spending | undefined, other: Spending | undefined): Spending | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  const costs = [one.costUsd, other.costUsd].filter((cost) => cost !== undefined);
  return {
    tokens: Math.max(one.tokens, other.tokens),
    costUsd: costs.length === 0 ? undefined : Math.max(...costs),
  };
}

/** A cost as marks and trailers hold it: dollars with four decimals, rounded up. */
export function writtenCost(costUsd: number): string {
  return (Math.ceil(costUsd * 10_000 - 1e-6) / 10_000).toFixed(4);
}

/** Figures as someone may have typed them; `undefined` for what is no count of tokens. */
export function readSpending(tokens: string | undefined, costUsd: string | undefined): Spending | undefined {
  if (tokens === undefined || !/^\d{1,15}$/.test(tokens)) return undefined;
  const isCost = costUsd !== undefined && /^\d{1,9}(\.\d{1,6})?$/.test(costUsd);
  return { tokens: Number(tokens), costUsd: isCost ? Number(costUsd) : undefined };
}
