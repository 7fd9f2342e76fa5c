// Reads the attributes of Rust items from tokens; those within `cfg_attr` as if they stood alone, where their condition
// can hold. What they apply to is rust-items.ts's.
import { evaluateCfg } from './cfg-condition.js';
import type { Token } from './rust-tokens.js';
import { splitBetween, textOf } from './rust-tokens.js';

export interface Attribute {
  /** `test`, `tokio::test`, `cfg`, … */
  path: string;
  /** What stands between its parentheses or after `=`, as tokens with spaces between; empty without. */
  argument: string;
  line: number;
  /** Written inside what it applies to: `#![…]`. */
  isInner: boolean;
}

/** The attributes written at the very beginning of a body. */
export function innerAttributes(tokens: readonly Token[], open: number): Attribute[] {
  const found: Attribute[] = [];
  for (let i = open + 1; tokens[i]?.text === '#' && tokens[i + 1]?.text === '!';) {
    const close = tokens[i + 2]?.pair ?? -1;
    if (close < i) break;
    found.push(...readAttributes(tokens, i + 2, close, true));
    i = close + 1;
  }
  return found;
}

/** One attribute; of `cfg_attr` those it stands for, as far as its condition can hold. */
export function readAttributes(tokens: readonly Token[], open: number, close: number, isInner: boolean): Attribute[] {
  return readAttribute(tokens, open + 1, close, isInner, tokens[open]?.line ?? 1);
}

function readAttribute(
  tokens: readonly Token[],
  from: number,
  to: number,
  isInner: boolean,
  line: number,
): Attribute[] {
  let end = from;
  while (end < to && /^(\w+|::)$/.test(tokens[end]?.text ?? '')) end++;
  let path = textOf(tokens, from, end).replaceAll(' ', '');
  if (path === 'unsafe' && tokens[end]?.text === '(') path = tokens[end + 1]?.text ?? path; // #[unsafe(no_mangle)]
  const first = tokens[end];
  if (path === 'cfg_attr' && first?.text === '(' && first.pair > end) {
    const [condition, ...parts] = splitBetween(tokens, end, first.pair, ',');
    if (!condition || evaluateCfg(textOf(tokens, condition.from, condition.to), true) === false) return [];
    return parts.flatMap((part) => readAttribute(tokens, part.from, part.to, isInner, line));
  }
  const isList = first?.text === '(' && first.pair > end;
  const argument = isList ? textOf(tokens, end + 1, first.pair) : textOf(tokens, end + 1, to);
  return [{ path, argument, line, isInner }];
}
