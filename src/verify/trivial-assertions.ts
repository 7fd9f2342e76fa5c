// Tells assertions that cannot fail from those that can: constants, a value compared with itself, conditions that hold
// for every value. It knows only the text.
import type { Token } from './rust-tokens.js';
import { splitBetween, textOf } from './rust-tokens.js';

export interface Triviality {
  /** `compares constants`. */
  reason: string;
  /** False where a test may mean it: two calls of one function may differ. */
  isCertain: boolean;
}

interface Range {
  from: number;
  to: number;
}

/** Words that build constants from constants. */
const CONSTRUCTORS = /^(Some|None|Ok|Err|as|[iu](8|16|32|64|128|size)|f32|f64|true|false)$/;
const OPPOSITES: Readonly<Record<string, string>> = {
  is_ok: 'is_err',
  is_err: 'is_ok',
  is_some: 'is_none',
  is_none: 'is_some',
};

const CONSTANT: Triviality = { reason: 'asserts a constant', isCertain: true };
const ALWAYS: Triviality = { reason: 'asserts a condition that always holds', isCertain: true };

/** Why `assert!(condition)` cannot fail, or `undefined`. `assert!(false)` can. */
export function trivialCondition(
  tokens: readonly Token[],
  { from, to }: Range,
  constants: ReadonlySet<string>,
): Triviality | undefined {
  const text = textOf(tokens, from, to);
  if (text === 'true' || text === '! false') return CONSTANT;
  if (text === 'false' || text === '! true') return undefined;
  if (isConstant(tokens, { from, to }, constants)) return CONSTANT;
  const alternatives = splitBetween(tokens, from - 1, to, '||').map((part) => textOf(tokens, part.from, part.to));
  if (alternatives.length > 1) {
    if (alternatives.includes('true')) return ALWAYS;
    const hasOpposite = alternatives.some(
      (one) => alternatives.includes(`! ${one}`) || alternatives.includes(oppositeOf(one)),
    );
    if (hasOpposite) return ALWAYS;
    return undefined;
  }
  for (const operator of ['==', '<=', '>=']) {
    const [left, right, ...more] = splitBetween(tokens, from - 1, to, operator);
    if (left && right && more.length === 0) return sameValue(tokens, left, right);
  }
  if (/^matches ! \( .* , _ \)$/.test(text)) return ALWAYS;
  return undefined;
}

/** Why `assert_eq!(left, right)` or `assert_ne!(left, right)` cannot fail, or `undefined`. */
export function trivialEquality(
  tokens: readonly Token[],
  left: Range,
  right: Range,
  constants: ReadonlySet<string>,
  macro: string,
): Triviality | undefined {
  if (isConstant(tokens, left, constants) && isConstant(tokens, right, constants))
    return { reason: 'compares constants', isCertain: true };
  return macro.endsWith('_eq') ? sameValue(tokens, left, right) : undefined;
}

/**
 * The names that a body binds once, and to a literal. None where closures take values with them: that those arrive is a
 * thing to test.
 */
export function constantNames(tokens: readonly Token[], from: number, to: number): Set<string> {
  const bound = new Map<string, boolean>();
  if (tokens.slice(from, to).some((token) => token.text === 'move')) return new Set();
  for (let i = from; i < to; i++) {
    const name = tokens[i + 1];
    // Loops, closures and patterns bind names as well: `for x in`, `|x|`, `Some(x) =`.
    const isPattern = /^[|,=)]/.test(tokens[i + 2]?.text ?? '') && tokens[i + 2]?.text !== '==';
    if (
      tokens[i]?.text === 'for' ||
      (/^[|(,&]$/.test(tokens[i]?.text ?? '') && isPattern && bindsHere(tokens, i + 2))
    ) {
      if (name?.kind === 'word') bound.set(name.text, false);
    }
    if (tokens[i]?.text !== 'let') continue;
    if (name?.kind !== 'word' || name.text === 'mut') continue;
    const end = statementEnd(tokens, i, to);
    const equals = tokens.slice(i, end).findIndex((token) => token.text === '=');
    const value = { from: i + equals + 1, to: end };
    const isLiteral = equals > 0 && isConstant(tokens, value, new Set());
    bound.set(name.text, isLiteral && !bound.has(name.text));
  }
  return new Set([...bound].filter(([, isLiteral]) => isLiteral).map(([name]) => name));
}

/** Whether a closing bracket, a bar or an arrow shows that what came before was a pattern. */
function bindsHere(tokens: readonly Token[], at: number): boolean {
  for (let i = at; i < at + 12; i++) {
    const text = tokens[i]?.text;
    if (text === '=' || text === '=>' || text === '|') return true;
    if (text === undefined || !/^[),|&]$|^\w+$/.test(text)) return false;
  }
  return false;
}

function statementEnd(tokens: readonly Token[], at: number, to: number): number {
  for (let i = at; i < to; i++) {
    const token = tokens[i];
    if (token === undefined || token.text === ';') return i;
    if (token.pair > i) i = token.pair;
  }
  return to;
}

function sameValue(tokens: readonly Token[], left: Range, right: Range): Triviality | undefined {
  const text = textOf(tokens, left.from, left.to);
  if (text !== textOf(tokens, right.from, right.to)) return undefined;
  // Two calls may differ: a test of determinism, or of an iterator that has ended, compares them on purpose.
  const hasCall = tokens.slice(left.from, left.to).some((token) => token.text === '(' || token.text === '!');
  return { reason: `compares ${hasCall ? 'an expression' : 'a value'} with itself`, isCertain: !hasCall };
}

function isConstant(tokens: readonly Token[], { from, to }: Range, constants: ReadonlySet<string>): boolean {
  let hasValue = false;
  for (let i = from; i < to; i++) {
    const token = tokens[i];
    if (token === undefined) return false;
    if (token.kind === 'literal') hasValue = true;
    else if (token.kind === 'word') {
      const isMacro = token.text === 'vec' && tokens[i + 1]?.text === '!';
      if (!isMacro && !CONSTRUCTORS.test(token.text) && !constants.has(token.text)) return false;
      hasValue = true;
    } else if (/^(\.|\?|\{|\}|=>)$/.test(token.text)) return false;
  }
  return hasValue;
}

/** `x . is_err ( )` for `x . is_ok ( )`; empty where there is no opposite. */
function oppositeOf(condition: string): string {
  const predicate = /\b(is_ok|is_err|is_some|is_none) \( \)$/.exec(condition);
  if (!predicate) return '';
  return `${condition.slice(0, predicate.index)}${OPPOSITES[predicate[1] ?? ''] ?? ''} ( )`;
}
