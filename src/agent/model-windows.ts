// Context windows of Anthropic's models in tokens, as published on 2026-11-22, by exact id. A model that is not here
// is taken to have the smallest of them; one that has less says so itself, and the conversation adapts.

const MILLION = 1_000_000;
const UNKNOWN = 200_000;

const WINDOWS: Readonly<Record<string, number>> = {
  'claude-opus-5-5': MILLION,
  'claude-opus-5': MILLION,
  'claude-opus-4-8': MILLION,
  'claude-opus-4-7': MILLION,
  'claude-opus-4-6': MILLION,
  'claude-opus-4-5': 200_000,
  'claude-sonnet-5-5': MILLION,
  'claude-sonnet-5': MILLION,
  'claude-sonnet-4-6': MILLION,
  'claude-haiku-5-5': MILLION,
  'claude-haiku-4-5': 200_000,
  'claude-haiku-4-5-20251001': 200_000,
};

/** The window of a model by its exact id, in tokens: request and answer together. */
export function windowOf(model: string): number {
  return Object.hasOwn(WINDOWS, model) ? (WINDOWS[model] ?? UNKNOWN) : UNKNOWN;
}
