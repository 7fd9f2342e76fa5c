// Says which test of the base is which test now: the same name, moved to another file, or renamed. What became of its
// assertions is test-changes.ts's.
import type { TestFunction } from './test-functions.js';

export interface PlacedTest {
  path: string;
  test: TestFunction;
}

export interface TestPair {
  base: PlacedTest;
  /** `undefined`: it is gone. */
  head: PlacedTest | undefined;
  how: 'same' | 'moved' | 'renamed' | 'gone';
}

/** From this share of common words on, a test under another name counts as the same one. */
const SIMILAR = 0.75;
/** A test of the same name elsewhere needs less. */
const SIMILAR_WITH_NAME = 0.3;
/** Bodies with fewer words are alike by chance. */
const MIN_WORDS = 4;
/** Words that most tests have. */
const COMMON = /^(let|mut|assert|assert_eq|assert_ne|unwrap|expect|Some|None|Ok|Err|vec|fn|for|in|if|ref|self|new)$/;

/** Pairs every test of the base; tests of the head that no pair names are new. */
export function pairTests(base: readonly PlacedTest[], head: readonly PlacedTest[]): TestPair[] {
  const left = new Set(head);
  const pairs: TestPair[] = [];
  const open: PlacedTest[] = [];
  const take = (found: PlacedTest | undefined, from: PlacedTest, how: TestPair['how']): boolean => {
    if (found === undefined) return false;
    left.delete(found);
    pairs.push({ base: from, head: found, how });
    return true;
  };
  const byName = groupBy(head, nameKey);
  const byBody = groupBy(head, bodyKey);
  const free = (group: readonly PlacedTest[] | undefined) => (group ?? []).filter((each) => left.has(each));
  for (const each of base) {
    const same = free(byName.get(nameKey(each))).filter(({ path }) => path === each.path);
    // Several tests of one name (doc tests, or a name for each platform): the same body first, else the next in order.
    const exact = same.find(({ test }) => bodyOf(test) === bodyOf(each.test));
    if (!take(exact ?? (each.test.kind === 'doc' ? undefined : same[0]), each, 'same')) open.push(each);
  }
  const lost: PlacedTest[] = [];
  for (const each of open) {
    const equal = free(byBody.get(bodyKey(each)));
    const found = equal.find(({ test }) => lastName(test) === lastName(each.test)) ?? equal[0];
    if (!take(each.test.facts.words.length === 0 ? undefined : found, each, howFound(each, found))) lost.push(each);
  }
  for (const each of lost) {
    const found = mostSimilar(each, [...left]);
    if (!take(found, each, howFound(each, found))) pairs.push({ base: each, head: undefined, how: 'gone' });
  }
  return pairs;
}

/** The share of words that two bodies have in common: 1 for the same words in any order. */
function similarity(a: readonly string[], b: readonly string[]): number {
  const counts = new Map<string, number>();
  for (const word of a) counts.set(word, (counts.get(word) ?? 0) + 1);
  let common = 0;
  for (const word of b) {
    const count = counts.get(word) ?? 0;
    if (count === 0) continue;
    common++;
    counts.set(word, count - 1);
  }
  return a.length + b.length === 0 ? 1 : (2 * common) / (a.length + b.length);
}

function mostSimilar(base: PlacedTest, head: readonly PlacedTest[]): PlacedTest | undefined {
  const words = significant(base.test);
  let best: PlacedTest | undefined;
  let bestRank = 0;
  for (const each of head) {
    if (each.test.kind !== base.test.kind) continue;
    const hasName = lastName(each.test) === lastName(base.test);
    if (base.test.kind === 'doc' && !hasName) continue; // examples of like functions are alike
    const found = significant(each.test);
    const length = found.length;
    if (!hasName && (length < MIN_WORDS || Math.min(length, words.length) * 3 < Math.max(length, words.length)))
      continue;
    const share = similarity(words, found);
    if (share < (hasName ? SIMILAR_WITH_NAME : SIMILAR)) continue;
    const rank = share + (hasName ? 1 : 0) + (each.path === base.path ? 0.01 : 0);
    if (rank > bestRank) [best, bestRank] = [each, rank];
  }
  return best;
}

function significant({ facts }: TestFunction): string[] {
  return facts.words.filter((word) => /[\w"']/.test(word) && !COMMON.test(word));
}

function howFound(base: PlacedTest, head: PlacedTest | undefined): 'moved' | 'renamed' {
  return head && lastName(head.test) === lastName(base.test) ? 'moved' : 'renamed';
}

function lastName({ kind, name }: TestFunction): string {
  return kind === 'doc' ? name : name.slice(name.lastIndexOf(':') + 1);
}

function nameKey({ test }: PlacedTest): string {
  return `${test.kind} ${test.name}`;
}

function bodyKey({ test }: PlacedTest): string {
  return `${test.kind} ${bodyOf(test)}`;
}

function bodyOf(test: TestFunction): string {
  return test.facts.words.join(' ');
}

function groupBy(tests: readonly PlacedTest[], key: (test: PlacedTest) => string): Map<string, PlacedTest[]> {
  const groups = new Map<string, PlacedTest[]>();
  for (const test of tests) {
    const group = groups.get(key(test));
    if (group) group.push(test);
    else groups.set(key(test), [test]);
  }
  return groups;
}
