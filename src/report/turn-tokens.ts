// How many tokens each turn took and how much of its input came from the cache. The charts of report.html and of the job
// summary are drawn from these; prices are the budget's affair.
import type { Story, Turn } from './turns.js';

type Tokens = Turn['usage'];

/** The parts of a turn's tokens in the order of their prices, as people are told of them. */
export const TOKEN_KINDS: readonly { key: keyof Tokens; name: string }[] = [
  { key: 'cacheReadTokens', name: 'read from the cache' },
  { key: 'cacheWriteTokens', name: 'written to the cache' },
  { key: 'inputTokens', name: 'in, not cached' },
  { key: 'outputTokens', name: 'out' },
];

export interface TurnTokens {
  turns: { number: number; tokens: Tokens; total: number }[];
  all: Tokens;
  /** Of the turn that took most. */
  highest: number;
  /** Share of all input that came from the cache, in percent. */
  cachePercent: number;
}

/** `undefined` where no tokens were counted: a replay, or no conversation. */
export function readTurnTokens({ turns }: Story): TurnTokens | undefined {
  const counted = turns.map(({ number, usage }) => ({ number, tokens: usage, total: totalOf(usage) }));
  const highest = counted.reduce((most, { total }) => Math.max(most, total), 0);
  if (highest === 0) return undefined;
  const all = { inputTokens: 0, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0 };
  for (const { tokens } of counted) for (const { key } of TOKEN_KINDS) all[key] += tokens[key];
  const tokensIn = all.inputTokens + all.cacheReadTokens + all.cacheWriteTokens;
  const cachePercent = tokensIn === 0 ? 0 : Math.round((all.cacheReadTokens / tokensIn) * 100);
  return { turns: counted, all, highest, cachePercent };
}

function totalOf(tokens: Tokens): number {
  return TOKEN_KINDS.reduce((sum, { key }) => sum + tokens[key], 0);
}
