// Compares a test with what the base had: ignored, compiled out, given `should_panic`, or left with fewer or weaker
// assertions. Which test of the base it is was found by test-pairs.ts.
import type { AssertionCount } from './asserting-names.js';
import type { Assertion, BodyFacts } from './assertions.js';
import { evaluateCfg } from './cfg-condition.js';
import type { AuditRule } from './audit-rules.js';
import type { TestFunction } from './test-functions.js';

interface TestChange {
  rule: AuditRule;
  text: string;
}

/** Assertions that the change added in any test, with their number: what moved to another test is not lost. */
export type Gained = Map<string, number>;

/** Texts are cut here, so that a finding stays a line. */
const MAX_SHOWN_CHARS = 90;
const MAX_SHOWN = 3;

/** What keeps a test of the base from running as it did. */
export function runningChanges(base: TestFunction, head: TestFunction): TestChange[] {
  const changes: TestChange[] = [];
  if (head.ignored !== undefined && base.ignored === undefined)
    changes.push({ rule: 'test-ignored', text: `is ignored now (${head.ignored}); the base ran it` });
  const before = new Set(base.conditions.flatMap(conjuncts));
  const added = head.conditions.flatMap(conjuncts).filter((condition) => !before.has(condition));
  const doubtful = added.filter((condition) => evaluateCfg(condition, true) !== true);
  if (doubtful.length > 0)
    changes.push({
      rule: 'test-cfg-out',
      text: `is compiled only under ${doubtful.map((each) => readable(each)).join(' and ')} now; the base always compiled it`,
    });
  if (head.shouldPanic !== undefined && base.shouldPanic === undefined)
    changes.push({ rule: 'test-should-panic', text: 'has to panic now; in the base it had to pass' });
  if (base.shouldPanic && head.shouldPanic === '')
    changes.push({
      rule: 'test-weakened',
      text: `may panic with any message now; the base required ${base.shouldPanic}`,
    });
  if (head.cases < base.cases)
    changes.push({ rule: 'test-weakened', text: `has ${plural(head.cases, 'case')} now; the base had ${base.cases}` });
  return changes;
}

interface Counted {
  facts: BodyFacts;
  count: AssertionCount;
}

/** Whether a body asserts less than the base's did; takes from `gained` what it finds there. */
export function assertionChanges(base: Counted, head: Counted, gained: Gained): TestChange[] {
  if (base.facts.words.join(' ') === head.facts.words.join(' ')) return [];
  const lost = lostAssertions(base.facts, head.facts);
  const elsewhere = lost.filter((assertion) => takeGained(gained, assertion.text));
  const gone = lost.filter((assertion) => !elsewhere.includes(assertion));
  const exactElsewhere = elsewhere.filter((assertion) => assertion.kind === 'exact').length;
  // `assert!(x.is_ok())` says no more than `x.unwrap()`.
  const unwrapped = Math.min(
    Math.max(0, head.count.lastResort - base.count.lastResort),
    gone.filter(({ text }) => /\bis_(ok|some) \( \) \)$/.test(text)).length,
  );
  const hadAll = base.count.exact + base.count.other;
  const hasAll = head.count.exact + head.count.other + elsewhere.length + unwrapped;
  const isFewer = hasAll < hadAll;
  const isWeaker = head.count.exact + exactElsewhere < base.count.exact;
  const literals = gone.flatMap((assertion) => literalsOf(assertion.text));
  const keepsValues = literals.length > 0 && areKept(literals, base.facts, head.facts);
  if (isFewer || isWeaker) {
    const less = isFewer
      ? `has ${plural(hasAll, 'assertion')} now; the base had ${hadAll}`
      : `compares with an expected value ${plural(head.count.exact + exactElsewhere, 'time')} now; the base did ${base.count.exact}`;
    const remains = head.count.exact > 0 && keepsValues;
    return [{ rule: remains ? 'test-restructured' : 'test-weakened', text: less + shown('; gone: ', gone) }];
  }
  const wasExact = gone.some(({ kind }) => kind === 'exact');
  if (wasExact && literals.length > 0 && !keepsValues && head.count.exact <= base.count.exact)
    return [
      {
        rule: 'test-expectation-changed',
        text: `expects other values than in the base${shown('; the base had ', gone)}`,
      },
    ];
  return [];
}

/** The real assertions of a body in words, for a text about a test that is gone. */
export function assertionsInWords(facts: BodyFacts, shouldPanic: string | undefined): string {
  const real = facts.assertions.filter(isReal);
  if (real.length === 0) return shouldPanic === undefined ? 'no assertion of its own' : 'a panic to expect';
  return plural(real.length, 'assertion') + shown(': ', real);
}

/** What each test of the change asserts beyond its counterpart in the base; a new one has none. */
export function gainedAssertions(pairs: readonly { base: BodyFacts | undefined; head: BodyFacts }[]): Gained {
  const gained: Gained = new Map();
  for (const { base, head } of pairs) {
    const more = base === undefined ? head.assertions.filter(isReal) : lostAssertions(head, base);
    for (const { text } of more) gained.set(text, (gained.get(text) ?? 0) + 1);
  }
  return gained;
}

/** Whether every real assertion of a body was gained elsewhere; takes them only then. */
export function allGained(facts: BodyFacts, gained: Gained): boolean {
  const needed = new Map<string, number>();
  for (const { text } of facts.assertions.filter(isReal)) needed.set(text, (needed.get(text) ?? 0) + 1);
  if (needed.size === 0 || [...needed].some(([text, count]) => (gained.get(text) ?? 0) < count)) return false;
  for (const [text, count] of needed) gained.set(text, (gained.get(text) ?? 0) - count);
  return true;
}

/** Tokens in a form close to how people write. */
function readable(tokens: string): string {
  const text = tokens
    .replace(/ (?=[)\],.;?!(:[])/g, '')
    .replace(/(?<=[([.!&*]|::) /g, '')
    .replace(/\s+/g, ' ');
  return text.length > MAX_SHOWN_CHARS ? `${text.slice(0, MAX_SHOWN_CHARS - 1)}…` : text;
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

function isReal({ kind, trivial }: Assertion): boolean {
  return trivial === undefined && (kind === 'exact' || kind === 'condition');
}

/** The real assertions of one body that another one lacks. */
function lostAssertions(base: BodyFacts, head: BodyFacts): Assertion[] {
  const kept = new Map<string, number>();
  for (const { text } of head.assertions.filter(isReal)) kept.set(text, (kept.get(text) ?? 0) + 1);
  return base.assertions.filter(isReal).filter(({ text }) => {
    const count = kept.get(text) ?? 0;
    kept.set(text, count - 1);
    return count <= 0;
  });
}

function takeGained(gained: Gained, text: string): boolean {
  const count = gained.get(text) ?? 0;
  if (count <= 0) return false;
  gained.set(text, count - 1);
  return true;
}

function literalsOf(text: string): string[] {
  return text.match(/b?r?#*"(?:[^"\\]|\\.)*"|b?'(?:[^'\\]|\\.)+'|\b\d[\w.]*/g) ?? [];
}

/** A table of cases, or one assertion on a tuple, holds the values that several assertions had. */
function areKept(literals: readonly string[], base: BodyFacts, head: BodyFacts): boolean {
  const count = (facts: BodyFacts, literal: string) => facts.literals.filter((each) => each === literal).length;
  return literals.every((literal) => count(head, literal) >= count(base, literal));
}

function conjuncts(condition: string): string[] {
  const inner = /^all \( (.*?) ,? ?\)$/.exec(condition)?.[1];
  if (inner === undefined) return [condition];
  const parts = [''];
  let depth = 0;
  for (const word of inner.split(' ')) {
    if (word === ',' && depth === 0) parts.push('');
    else parts.push(`${parts.pop() ?? ''} ${word}`);
    depth += Number(word === '(') - Number(word === ')');
  }
  return parts.flatMap((part) => (part.trim() === '' ? [] : conjuncts(part.trim())));
}

function shown(lead: string, assertions: readonly Assertion[]): string {
  if (assertions.length === 0) return '';
  const texts = assertions.slice(0, MAX_SHOWN).map(({ text }) => `\`${readable(text)}\``);
  const more = assertions.length > MAX_SHOWN ? ` and ${assertions.length - MAX_SHOWN} more` : '';
  return `${lead}${texts.join(', ')}${more}`;
}
