// Finds code in a body that the text alone shows never to run: assertions there assert nothing. What only the compiler
// can know is left to its own warnings.
import { evaluateCfg } from './cfg-condition.js';
import type { Token } from './rust-tokens.js';
import { textOf } from './rust-tokens.js';

interface Range {
  from: number;
  to: number;
}

/** Heads of blocks that are never entered. */
const NEVER = /^(if|while) (false|! true) $|^for \S+ in (0 \.\. 0|\[ \]) $/;

/** The ranges of tokens, given by index, that never run. */
export function deadRanges(tokens: readonly Token[], from: number, to: number): Range[] {
  const ranges: Range[] = [];
  for (let i = from; i < to; i++) {
    const token = tokens[i];
    if (token === undefined) break;
    if (token.text === 'return' && isTopLevel(tokens, i, from)) {
      const end = statementEnd(tokens, i, to);
      if (end < to) ranges.push({ from: end, to });
      break;
    }
    if (token.text === '{' && token.pair > i) {
      const head = [6, 5, 3, 2].map((length) => `${textOf(tokens, Math.max(from, i - length), i)} `);
      if (head.some((text) => NEVER.test(text))) ranges.push({ from: i, to: token.pair + 1 });
    }
    const open = i + 1;
    if (token.text === '#' && tokens[open]?.text === '[' && tokens[i + 2]?.text === 'cfg') {
      const close = tokens[open].pair;
      const isOut = close > open && evaluateCfg(textOf(tokens, i + 4, close - 1), true) === false;
      if (isOut) ranges.push({ from: i, to: statementEnd(tokens, close + 1, to) });
    }
  }
  return ranges;
}

/** Whether no bracket opened since `from` is still open. */
function isTopLevel(tokens: readonly Token[], at: number, from: number): boolean {
  for (let i = from; i < at; i++) {
    const pair = tokens[i]?.pair ?? -1;
    if (pair > at) return false;
    if (pair > i) i = pair;
  }
  return true;
}

/** Index past the end of the statement: its semicolon, or the block it ends with. */
function statementEnd(tokens: readonly Token[], at: number, to: number): number {
  for (let i = at; i < to; i++) {
    const token = tokens[i];
    if (token === undefined || token.text === ';') return i + 1;
    if (token.pair > i) {
      i = token.pair;
      const isBlock = token.text === '{' && !/^([.;?,)]|else)$/.test(tokens[i + 1]?.text ?? '');
      if (isBlock) return i + 1;
    }
  }
  return to;
}
