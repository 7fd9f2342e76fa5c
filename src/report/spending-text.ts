// What counts towards the limits of tokens and money, in words: of this run and of the earlier ones that it goes on from.
import { totalSpending } from './spending.js';
import type { UsageRecord } from './usage-record.js';
import { dollars, wholeNumber } from './wording.js';

/** Of a run that ended before it asked the model anything, and that no earlier run is counted for. */
export function isNothingSpent({ turns, rounds, earlier }: UsageRecord): boolean {
  return turns === 0 && rounds === 0 && earlier === undefined;
}

/** `$12.00 (of it $9.60 by earlier runs)` */
export function costText(usage: UsageRecord): string {
  const known = usage.costUsd === null ? 'unknown, no price known for the model' : countedCost(usage);
  return `${known}${earlierCost(usage)}`;
}

/** `$12.00 of $10.00 (of it $9.60 by earlier runs)` */
export function costOfLimit(usage: UsageRecord): string {
  const known =
    usage.costUsd === null ? 'cost unknown' : `${countedCost(usage)} of ${dollars(usage.limits.maxCostUsd)}`;
  return `${known}${earlierCost(usage)}`;
}

/** `48,210 (12,000 by earlier runs; by this one 36,000 in, 210 out)`; `own` alone without earlier runs. @param own of this run */
export function tokensText(usage: UsageRecord, own: string): string {
  const { earlier } = usage;
  if (earlier === undefined) return own;
  return `${wholeNumber(totalSpending(usage).tokens)} (${wholeNumber(earlier.tokens)} by earlier runs; by this one ${own})`;
}

/** `48,210 of 20,000,000 tokens (of it 12,000 by earlier runs)` */
export function tokensOfLimit(usage: UsageRecord): string {
  const { earlier, limits } = usage;
  const rest = earlier === undefined ? '' : ` (of it ${wholeNumber(earlier.tokens)} by earlier runs)`;
  return `${wholeNumber(totalSpending(usage).tokens)} of ${wholeNumber(limits.maxTokens)} tokens${rest}`;
}

function countedCost(usage: UsageRecord): string {
  return dollars(totalSpending(usage).costUsd ?? 0);
}

function earlierCost({ costUsd, earlier }: UsageRecord): string {
  if (!earlier?.costUsd) return '';
  return ` (${costUsd === null ? '' : 'of it '}${dollars(earlier.costUsd)} by earlier runs)`;
}
