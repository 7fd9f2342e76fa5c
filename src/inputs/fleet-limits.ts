// Limits that hold for several specs together, and the cost of one: read the same by the action and by its plan.
import { readPositiveInteger, readPositiveNumber } from './input-values.js';

const MAX_COST_USD = 100_000;

/** US dollars. */
export function readCost(input: string, value: string): number {
  return readPositiveNumber(input, value, MAX_COST_USD);
}

/** US dollars; `undefined`: no limit. */
export function readMaxTotalCost(value: string): number | undefined {
  return value === '' ? undefined : readCost('max-total-cost-usd', value);
}

/** `undefined`: no limit. */
export function readMaxSpecs(value: string): number | undefined {
  return value === '' ? undefined : readPositiveInteger('max-specs', value);
}
