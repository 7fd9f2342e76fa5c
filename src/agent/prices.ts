// Prices of Anthropic's models, US dollars per million tokens, as published on the date below. Exact ids only: a price
// guessed from a prefix would be wrong silently. A model that is not here has an unknown cost, never a cost of zero.

/** When the table was last compared with the published prices. */
export const PRICES_AS_OF = '2026-11-22';

export interface Price {
  input: number;
  output: number;
  cacheRead: number;
  /** Writing to the five-minute cache, the only one Ferrule uses. */
  cacheWrite: number;
}

const FIVE_TWENTY_FIVE: Price = { input: 5, output: 25, cacheRead: 0.5, cacheWrite: 6.25 };
const ONE_FIVE: Price = { input: 1, output: 5, cacheRead: 0.1, cacheWrite: 1.25 };

const PRICES: Readonly<Record<string, Price>> = {
  'claude-opus-5-5': { input: 4, output: 20, cacheRead: 0.2, cacheWrite: 5 },
  'claude-opus-5': FIVE_TWENTY_FIVE,
  'claude-opus-4-8': FIVE_TWENTY_FIVE,
  'claude-opus-4-7': FIVE_TWENTY_FIVE,
  'claude-opus-4-6': FIVE_TWENTY_FIVE,
  'claude-opus-4-5': FIVE_TWENTY_FIVE,
  'claude-sonnet-5': { input: 2, output: 10, cacheRead: 0.2, cacheWrite: 2.5 },
  'claude-sonnet-4-6': { input: 3, output: 15, cacheRead: 0.3, cacheWrite: 3.75 },
  'claude-haiku-4-5': ONE_FIVE,
  'claude-haiku-4-5-20251001': ONE_FIVE,
};

/** The price of a model by its exact id. */
export function priceOf(model: string): Price | undefined {
  return Object.hasOwn(PRICES, model) ? PRICES[model] : undefined;
}
