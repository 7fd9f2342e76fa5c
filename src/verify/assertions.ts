// Reads what a function's body asserts, from its tokens: the assertions with their kind, those that cannot fail, stubs,
// and the names through which other functions may assert. Whether that is enough is test-audit.ts's.
import type { RustItem, SourceItems } from './rust-items.js';
import type { Token } from './rust-tokens.js';
import { genericsEnd, splitBetween, textOf } from './rust-tokens.js';
import type { Triviality } from './trivial-assertions.js';
import { constantNames, trivialCondition, trivialEquality } from './trivial-assertions.js';
import { deadRanges } from './dead-code.js';

/**
 * `exact`: compares with an expected value or pattern. `condition`: asserts some property. `panic`: fails on purpose in
 * a branch. `last-resort`: `unwrap`, `expect`, `?`: fails,
 * but says nothing about values.
 */
type AssertionKind = 'exact' | 'condition' | 'panic' | 'last-resort';

export interface Assertion {
  kind: AssertionKind;
  /** 1-based. */
  line: number;
  /** Its tokens without the message; equal for the same assertion in another layout. */
  text: string;
  /** Why it cannot fail; `undefined` if it can. */
  trivial: Triviality | undefined;
}

/** A name that stands for a function or macro which may assert. */
export interface Mention {
  name: string;
  form: 'call' | 'method' | 'macro' | 'argument';
  /** The path before it: `helpers`, `std::mem`; empty without. */
  qualifier: string;
}

export interface BodyFacts {
  /** Nothing but `use`, attributes and comments. */
  isEmpty: boolean;
  /** Nothing but items declared inside: it tests that they compile. */
  declaresOnly: boolean;
  assertions: Assertion[];
  /** What it returns decides: `-> bool` of a property, a `Result` that is not just `Ok(())`. */
  returnsVerdict: boolean;
  /** `let _: Type = …`, or a trait or impl declared inside: the compiler checks it. */
  checksTypes: boolean;
  /** `todo!`, `unimplemented!`. */
  stubs: { name: string; line: number }[];
  mentions: Mention[];
  /** The body's tokens; what bodies are compared by. */
  words: string[];
  literals: string[];
}

const STUBS = new Set(['todo', 'unimplemented']);
const PANICS = new Set(['panic', 'unreachable']);
const PLAIN_ASSERTION = /^(debug_|prop_)?assert$/;
const EXACT_ASSERTION = /^((debug_|prop_)?assert_(eq|ne)|(debug_)?assert_matches)$/;
const UNWRAPS = /^(unwrap|expect)(_err|_none)?$/;
const ASKING_MACRO = /_(ok|err|some|none|true|false|lt|le|gt|ge|ready|pending)$/;
const COMPARISON = /^(==|!=)$/;
/** Words that stand before a parenthesis and call nothing. */
const NO_CALL = /^(if|while|for|match|return|in|let|else|loop|move|mut|ref|as|break|await|fn|impl|dyn|where|pub)$/;

/** Reads the body of a function; the bodies of functions declared inside are not part of it. */
export function readBody(source: SourceItems, item: RustItem): BodyFacts {
  const { tokens } = source;
  if (item.body === undefined) return noFacts();
  const inner = item.children.flatMap((child) => source.items[child] ?? []);
  const facts = readRange(tokens, item.body.open + 1, item.body.close, inner);
  const declares = facts.isEmpty && inner.some((other) => other.keyword !== 'use');
  facts.isEmpty &&= !declares;
  facts.declaresOnly = declares;
  facts.checksTypes ||= inner.some((other) => other.keyword === 'trait' || other.keyword === 'impl');
  return { ...facts, returnsVerdict: !facts.isEmpty && returnsVerdict(tokens, item) };
}

/** Reads code that stands between two tokens, given by index. */
export function readRange(
  tokens: readonly Token[],
  from: number,
  to: number,
  nested: readonly { from: number; to: number }[] = [],
): BodyFacts {
  const facts = noFacts();
  facts.isEmpty = true;
  const constants = constantNames(tokens, from, to);
  const silent = [...nested, ...attributeRanges(tokens, from, to)];
  const dead = [...silent, ...deadRanges(tokens, from, to)];
  for (let i = from; i < to; i++) {
    const token = tokens[i];
    if (token === undefined) break;
    facts.words.push(token.text);
    if (token.kind === 'literal') facts.literals.push(token.text);
    const range = dead.find((candidate) => i >= candidate.from && i < candidate.to);
    if (range === undefined || !silent.includes(range)) facts.isEmpty = false;
    if (range === undefined) readToken(facts, tokens, i, constants);
  }
  return facts;
}

function attributeRanges(tokens: readonly Token[], from: number, to: number): { from: number; to: number }[] {
  const ranges: { from: number; to: number }[] = [];
  for (let i = from; i < to; i++) {
    const open = tokens[i + 1]?.text === '!' ? i + 2 : i + 1;
    const close = tokens[open]?.pair ?? -1;
    if (tokens[i]?.text === '#' && tokens[open]?.text === '[' && close > open) ranges.push({ from: i, to: close + 1 });
  }
  return ranges;
}

function noFacts(): BodyFacts {
  return {
    isEmpty: false,
    declaresOnly: false,
    returnsVerdict: false,
    checksTypes: false,
    assertions: [],
    stubs: [],
    mentions: [],
    words: [],
    literals: [],
  };
}

function readToken(facts: BodyFacts, tokens: readonly Token[], i: number, constants: ReadonlySet<string>): void {
  const token = tokens[i];
  const next = tokens[i + 1];
  if (token === undefined) return;
  if (token.text === '?' && !/^[:+]$/.test(tokens[i - 1]?.text ?? '')) {
    facts.assertions.push({ kind: 'last-resort', line: token.line, text: '?', trivial: undefined });
    return;
  }
  if (token.kind !== 'word') return;
  if (token.text === 'let' && next?.text.startsWith('_') && tokens[i + 2]?.text === ':') facts.checksTypes = true;
  const open = i + 2;
  if (next?.text === '!' && (tokens[open]?.pair ?? -1) > open) {
    const assertion = macroAssertion(tokens, i, constants);
    if (assertion) facts.assertions.push(assertion);
    else if (STUBS.has(token.text)) facts.stubs.push({ name: token.text, line: token.line });
    else facts.mentions.push({ name: token.text, form: 'macro', qualifier: qualifierOf(tokens, i) });
    return;
  }
  const before = tokens[i - 1]?.text;
  if (UNWRAPS.test(token.text) && (before === '.' || before === '::')) {
    facts.assertions.push({ kind: 'last-resort', line: token.line, text: token.text, trivial: undefined });
    // `unwrap` may still be a function of the tests' own; the caller finds it among the mentions.
  }
  if (isCalled(tokens, i) && !NO_CALL.test(token.text)) {
    const form = before === '.' ? 'method' : 'call';
    facts.mentions.push({ name: token.text, form, qualifier: form === 'call' ? qualifierOf(tokens, i) : '' });
  } else if (/^([(,]|::)$/.test(before ?? '') && /^([,)]|as)$/.test(next?.text ?? '') && !/^[A-Z]/.test(token.text)) {
    facts.mentions.push({ name: token.text, form: 'argument', qualifier: qualifierOf(tokens, i) });
  }
}

function macroAssertion(tokens: readonly Token[], i: number, constants: ReadonlySet<string>): Assertion | undefined {
  const name = tokens[i]?.text ?? '';
  const open = i + 2;
  const close = tokens[open]?.pair ?? open;
  const line = tokens[i]?.line ?? 1;
  if (PANICS.has(name)) return { kind: 'panic', line, text: `${name} !`, trivial: undefined };
  const parts = splitBetween(tokens, open, close, ',');
  const [left, right] = parts;
  if (EXACT_ASSERTION.test(name) && left && right) {
    const text = `${name} ! ( ${textOf(tokens, left.from, left.to)} , ${textOf(tokens, right.from, right.to)} )`;
    const isBoolean = [left, right].some(({ from, to }) => /^(true|false)$/.test(textOf(tokens, from, to)));
    const trivial = name.endsWith('matches') ? undefined : trivialEquality(tokens, left, right, constants, name);
    return { kind: isBoolean ? 'condition' : 'exact', line, text, trivial };
  }
  if (PLAIN_ASSERTION.test(name) && left) {
    const text = `${name} ! ( ${textOf(tokens, left.from, left.to)} )`;
    const kind = isExact(tokens, left.from, left.to) ? 'exact' : 'condition';
    return { kind, line, text, trivial: trivialCondition(tokens, left, constants) };
  }
  if (!/^(debug_|prop_|static_)?assert/.test(name)) return undefined;
  // Of a macro that others wrote, the name is all there is: `assert_snapshot!` compares, `assert_ok!` asks.
  const kind = ASKING_MACRO.test(name) ? 'condition' : 'exact';
  return { kind, line, text: `${name} ! ( ${textOf(tokens, open + 1, close)} )`, trivial: undefined };
}

/** `assert!(a == b)`, `assert!(matches!(…))`, `assert!(x.is_none())` say as much as `assert_eq!`. */
function isExact(tokens: readonly Token[], from: number, to: number): boolean {
  let hasDistance = false;
  for (let i = from; i < to; i++) {
    const token = tokens[i];
    if (token === undefined) break;
    if (COMPARISON.test(token.text)) return true;
    if (/^(is_none|is_empty|abs|abs_diff_eq|total_cmp|contains_key|eq)$/.test(token.text)) hasDistance = true;
    if (token.text === 'matches' && tokens[i + 1]?.text === '!') return true;
  }
  return hasDistance;
}

/** A test that returns a value is judged by it; one that ends with a bare `Ok(())` only by what `?` hands out. */
function returnsVerdict(tokens: readonly Token[], item: RustItem): boolean {
  const body = item.body;
  if (body === undefined) return false;
  let arrow = -1;
  for (let i = item.at; i < body.open; i++) {
    const pair = tokens[i]?.pair ?? -1;
    if (pair > i) i = pair;
    else if (tokens[i]?.text === '->') arrow = i;
  }
  if (arrow < 0 || textOf(tokens, arrow + 1, body.open) === '( )') return false;
  const tail = textOf(tokens, Math.max(body.open + 1, body.close - 5), body.close);
  return !/(^|[;}] )Ok \( \( \) \)$/.test(tail) && tail !== 'true';
}

function isCalled(tokens: readonly Token[], i: number): boolean {
  const hasGenerics = tokens[i + 1]?.text === '::' && tokens[i + 2]?.text === '<';
  const last = hasGenerics ? genericsEnd(tokens, i + 2, tokens.length) : i;
  return tokens[last + 1]?.text === '(';
}

function qualifierOf(tokens: readonly Token[], i: number): string {
  const parts: string[] = [];
  for (let at = i; tokens[at - 1]?.text === '::'; at -= 2) {
    const word = tokens[at - 2];
    if (word?.kind !== 'word') {
      parts.unshift('?'); // `Vec::<u8>::new`, `<T as Trait>::new`: a type
      break;
    }
    parts.unshift(word.text);
  }
  return parts.join('::');
}
