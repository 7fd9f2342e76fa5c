// Makes a model's answer safe to keep and to send again, whatever the server put into it. What the answer means is
// decided in agent.ts.
import type { ModelAnswer } from '../platform/model.js';
import { ModelFailure } from '../platform/model.js';

/** No tool takes more than four levels; serialising some thousands of them would overflow the stack. */
const MAX_INPUT_DEPTH = 32;
/** More than any model can write in one answer; a server that sends more must not fill conversation and disk with it. */
const MAX_INPUT_CHARS = 400_000;

/** Stands for an input that is larger than any call needs; no tool takes it. */
export const TOO_LARGE_INPUT = '(an input too large for any tool)';

/**
 * The answer with bounded tool inputs and well-formed text.
 * @throws ModelFailure when its tool calls cannot be told apart
 */
export function soundAnswer(answer: ModelAnswer): ModelAnswer {
  const ids = new Set<string>();
  for (const block of answer.content) {
    if (block.type !== 'tool_use') continue;
    const { id, name } = block as { id: unknown; name: unknown };
    if (typeof id !== 'string' || id === '' || typeof name !== 'string')
      throw new ModelFailure('The model made a tool call without an id or a name.');
    if (ids.has(id)) throw new ModelFailure('The model gave two tool calls the same id.');
    ids.add(id);
  }
  const content = answer.content.map((block) => {
    if (block.type === 'tool_use') return { ...block, input: bounded(sound(block.input, MAX_INPUT_DEPTH)) };
    return block.type === 'text' ? { ...block, text: wellFormed(block.text) } : block;
  });
  return { ...answer, content };
}

/** Half a character (a lone surrogate) has no UTF-8, so servers refuse a request that holds one. */
export function wellFormed(text: string): string {
  return text.replaceAll(/\p{Surrogate}/gu, '\u{fffd}');
}

function bounded(input: unknown): unknown {
  return JSON.stringify(input ?? null).length > MAX_INPUT_CHARS ? TOO_LARGE_INPUT : input;
}

function sound(value: unknown, levels: number): unknown {
  if (typeof value === 'string') return wellFormed(value);
  if (typeof value !== 'object' || value === null) return value;
  if (levels === 0) return '(nested too deeply)';
  if (Array.isArray(value)) return value.map((item) => sound(item, levels - 1));
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [wellFormed(key), sound(item, levels - 1)]));
}
