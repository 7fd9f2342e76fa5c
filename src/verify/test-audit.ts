// Audits the tests of a change: new and changed ones for what they assert, those of the base for what became of them.
// It reads texts, and of the gate `test` only which tests ran; which of them passed is that gate's.
import type { RustSyntax } from '../workshop/workshop.js';
import { AssertingNames } from './asserting-names.js';
import type { AuditRule, AuditSeverities, Finding } from './audit-rules.js';
import { applySeverities } from './audit-rules.js';
import type { BaseTest } from './lost-tests.js';
import { lostTests } from './lost-tests.js';
import { ModuleTree } from './module-tree.js';
import type { SourceItems } from './rust-items.js';
import { compiledForTests, itemReader } from './rust-items.js';
import type { Gained } from './test-changes.js';
import { allGained, assertionChanges, assertionsInWords, gainedAssertions, runningChanges } from './test-changes.js';
import type { Callable, SourceTests, TestFunction } from './test-functions.js';
import { findTests } from './test-functions.js';
import type { PlacedTest, TestPair } from './test-pairs.js';
import { pairTests } from './test-pairs.js';
import type { TestRuns } from './test-runs.js';

interface TestAuditTerms {
  syntax: RustSyntax;
  /** Rust sources of the base, path → text; unchanged files may be left out where `head` has them. */
  base: ReadonlyMap<string, string>;
  /** All Rust sources of the change: helpers in unchanged files count too. */
  head: ReadonlyMap<string, string>;
  /** Paths that differ between the two, those that only one of them has included. */
  changed: ReadonlySet<string>;
  /** What the gate `test` ran; without it nothing is known of tests that the texts still have. */
  runs?: TestRuns | undefined;
  /** By a file's path; the defaults when absent. */
  severities?: (path: string) => AuditSeverities;
}

/** A test whose name says that compiling, or running through, is the point. */
const NO_ASSERTION_MEANT =
  /(^|_)(panics?|compiles?|crash(es)?|aborts?|leaks?|drop(s|ped)?|overflows?|deadlocks?|hangs?|smoke|send|sync|auto_?traits?|covarian(t|ce)|variance|object_safe|unwind_safe|infer(s|ence)?|miri|unsound|no_std|double_free)(_|$)/;

type Draft = Omit<Finding, 'blocking'>;

interface Side {
  sources: ReadonlyMap<string, SourceTests>;
  names: AssertingNames;
}

/** Every finding about the tests of a change, in the order of files and lines. */
export function auditTests(terms: TestAuditTerms): Finding[] {
  const { syntax, head, changed, runs } = terms;
  const rust = [...changed].filter((path) => path.endsWith('.rs'));
  if (rust.length === 0 && (runs === undefined || runs.lost.length === 0)) return [];
  const baseTexts = new Map([...head].filter(([path]) => !changed.has(path)));
  for (const [path, text] of terms.base) baseTexts.set(path, text);
  const read = itemReader(syntax);
  const before = sideOf(syntax, baseTexts, read);
  const after = sideOf(syntax, head, read);
  const testsOf = ({ sources }: Side): PlacedTest[] =>
    rust.flatMap((path) => (sources.get(path)?.tests ?? []).map((test) => ({ path, test })));
  const tests = testsOf(after);
  const pairs = pairTests(testsOf(before), tests);
  const known = new Map(pairs.flatMap((pair) => (pair.head ? [[pair.head, pair] as const] : [])));
  const helpers = rust.flatMap((path) => pairHelpers(path, before, after));
  const running = tests.filter(({ test }) => test.kind === 'function');
  const gained = gainedAssertions(
    running.map((each) => ({ base: known.get(each)?.base.test.facts, head: each.test.facts })),
  );
  const found = pairs.map((pair) => ({ pair, drafts: baseFindings(pair, before, after, gained) }));
  const drafts = [
    ...found.flatMap((each) => each.drafts),
    ...helpers.flatMap((pair) => helperFindings(pair, before, after, gained)),
    ...tests.flatMap((each) => newFindings(each, known.get(each), after)),
  ];
  if (runs !== undefined && runs.lost.length > 0) {
    const runningNow = gainedAssertions(
      running
        .filter((each) => runs.isRun(each))
        .map((each) => ({ base: known.get(each)?.base.test.facts, head: each.test.facts })),
    );
    const judged = found.map(({ pair, drafts: ofPair }) => ({ ...pair, answered: answerOf(pair, ofPair, runningNow) }));
    const unchanged = placedTests(before.sources).filter(({ path }) => !changed.has(path));
    const others = unchanged.map((test) => ({ base: test, head: test, how: 'same' as const, answered: undefined }));
    const headTests = placedTests(after.sources);
    drafts.push(...lostTests({ runs, tests: [...judged, ...others], headTests, base: baseTexts, head }));
  }
  drafts.sort((a, b) => (a.path === b.path ? (a.line ?? 0) - (b.line ?? 0) : a.path < b.path ? -1 : 1));
  return applySeverities(drafts, terms.severities ?? (() => ({})));
}

/** Findings that say that a test does not run as it did. */
const OUT_OF_THE_RUN: ReadonlySet<AuditRule> = new Set([
  'test-deleted',
  'test-ignored',
  'test-cfg-out',
  'doc-test-deleted',
  'doc-test-weakened',
]);

/** @param runningNow what tests that run assert beyond the base */
function answerOf({ base, head }: TestPair, drafts: readonly Draft[], runningNow: Gained): BaseTest['answered'] {
  if (head === undefined && base.test.kind === 'doc') return 'all'; // what is to be said of an example was said
  if (drafts.some(({ rule }) => OUT_OF_THE_RUN.has(rule))) return 'all';
  if (head === undefined && allGained(base.test.facts, runningNow)) return 'all';
  return drafts.some(({ rule }) => rule === 'test-weakened') ? 'cases' : undefined;
}

function placedTests(sources: Side['sources']): PlacedTest[] {
  return [...sources].flatMap(([path, { tests }]) => tests.map((test) => ({ path, test })));
}

/** What became of a test of the base. */
function baseFindings({ base, head, how }: TestPair, before: Side, after: Side, gained: Gained): Draft[] {
  const isDoc = base.test.kind === 'doc';
  const test = base.test.name;
  if (head === undefined) return isDoc ? lostExample(base, after) : lostTest(base, gained);
  const title = isDoc ? `the example of \`${test}\`` : `test \`${head.test.name}\``;
  const place = { path: head.path, line: head.test.line };
  const findings: Draft[] = [];
  if (how === 'renamed' && !isDoc)
    findings.push({
      rule: 'test-renamed',
      ...place,
      text: `${title} was \`${test}\` (${base.path}) in the base`,
      test,
    });
  const changes = [
    ...runningChanges(base.test, head.test),
    ...assertionChanges(
      { facts: base.test.facts, count: before.names.count(base.test.facts, base.path) },
      { facts: head.test.facts, count: after.names.count(head.test.facts, head.path) },
      gained,
    ),
  ];
  for (const { rule, text } of changes)
    findings.push({ rule: isDoc ? ruleForExample(rule) : rule, ...place, text: `${title} ${text}`, test });
  return findings.filter((finding) => !(isDoc && finding.rule === 'test-expectation-changed'));
}

function ruleForExample(rule: AuditRule): AuditRule {
  if (rule === 'test-ignored' || rule === 'test-should-panic') return 'doc-test-deleted';
  const isLess = rule === 'test-weakened' || rule === 'test-restructured';
  return isLess || rule === 'test-cfg-out' ? 'doc-test-weakened' : rule;
}

function lostTest({ path, test }: PlacedTest, gained: Gained): Draft[] {
  const where = `line ${test.line} of the base`;
  if (allGained(test.facts, gained)) {
    const text = `test \`${test.name}\` (${where}) is gone; all of its assertions are in other tests now`;
    return [{ rule: 'test-renamed', path, text, test: test.name }];
  }
  const text = `test \`${test.name}\` was deleted; the base (${where}) had ${assertionsInWords(test.facts, test.shouldPanic)}`;
  return [{ rule: 'test-deleted', path, text, test: test.name }];
}

/** An example goes with its item; where the item stayed, it was taken out. */
function lostExample({ path, test }: PlacedTest, after: Side): Draft[] {
  const source = after.sources.get(path);
  const hasItem = source !== undefined && (source.names.has(test.name) || test.name === 'the file');
  if (!hasItem || test.ignored !== undefined) return [];
  const text = `an example of \`${test.name}\` was deleted; the base (line ${test.line}) ran it`;
  return [{ rule: 'doc-test-deleted', path, text, test: test.name }];
}

interface HelperPair {
  path: string;
  base: Callable | undefined;
  head: Callable;
}

/** The functions of a file's tests that are no tests, and its macros, each with its counterpart in the base. */
function pairHelpers(path: string, before: Side, after: Side): HelperPair[] {
  const had = before.sources.get(path)?.callables ?? [];
  const has = after.sources.get(path)?.callables ?? [];
  return has
    .filter((head) => head.form === 'macro' || after.names.isTestCode(head, path))
    .map((head) => {
      const same = (other: Callable) => other.form === head.form && other.qualifiedName === head.qualifiedName;
      return { path, head, base: had.filter(same)[has.filter(same).indexOf(head)] };
    });
}

/** A helper that asserts less than in the base: the tests that use it are weaker without a change of their own. */
function helperFindings({ path, base, head }: HelperPair, before: Side, after: Side, gained: Gained): Draft[] {
  const isRun = !/(^|\/)(benches|examples)\//.test(path) && after.names.isTestCode(head, path);
  if (base === undefined || !isRun) return [];
  const changes = assertionChanges(
    { facts: base.facts, count: before.names.count(base.facts, path) },
    { facts: head.facts, count: after.names.count(head.facts, path) },
    gained,
  );
  return changes.map(({ rule, text }) => {
    return { rule, path, line: head.line, text: `\`${base.name}\`, which tests use, ${text}`, test: base.name };
  });
}

/** What a new or changed test is worth by itself. */
function newFindings({ path, test }: PlacedTest, pair: TestPair | undefined, after: Side): Draft[] {
  if (test.kind === 'doc' || (pair && isUnchanged(pair.base.test, test))) return [];
  const title = `test \`${test.name}\``;
  const found = (rule: AuditRule, text: string, line = test.line): Draft => ({
    rule,
    path,
    line,
    text: `${title} ${text}`,
  });
  const findings = test.facts.stubs.map(({ name, line }) => found('test-stub', `contains \`${name}!\``, line));
  if (pair === undefined) {
    const isOut = compiledForTests(test.conditions) === false;
    if (test.ignored !== undefined) findings.push(found('test-never-runs', `is new and ignored (${test.ignored})`));
    else if (isOut) findings.push(found('test-never-runs', 'is new and its condition keeps it from being compiled'));
  }
  if (findings.length > 0 || test.shouldPanic !== undefined) return findings;
  if (test.facts.isEmpty && test.kind !== 'template') return [found('test-empty', 'has no body')];
  const count = after.names.count(test.facts, path);
  if (count.exact + count.other > 0) return [];
  const trivial = test.facts.assertions.flatMap((assertion) => assertion.trivial ?? []);
  const first = trivial.find(({ isCertain }) => !isCertain) ?? trivial[0];
  if (first?.isCertain && count.doubtful === 0)
    return [found('test-trivial', `${first.reason} and asserts nothing else, so it cannot fail`)];
  if (count.lastResort > 0) return [];
  if (first) return [found('test-compares-with-itself', `${first.reason} and asserts nothing else`)];
  const mayAssert = count.doubtful > 0 || after.names.hasAssertingImpl(path);
  if (mayAssert || test.kind === 'template' || isMeantToRunThrough(test))
    return [found('test-asserts-nothing-visible', 'has no assertion that can be seen here')];
  return [found('test-asserts-nothing', 'asserts nothing: it passes whatever the code returns')];
}

function isMeantToRunThrough({ name, facts }: TestFunction): boolean {
  const last = name.slice(name.lastIndexOf(':') + 1);
  const isCompilersWork = facts.declaresOnly || facts.checksTypes;
  const dropsOnPurpose = facts.mentions.some((mention) => mention.name === 'drop');
  return isCompilersWork || dropsOnPurpose || NO_ASSERTION_MEANT.test(last);
}

function isUnchanged(base: TestFunction, head: TestFunction): boolean {
  const attributes = (test: TestFunction) => test.attributes.map(({ path, argument }) => `${path} ${argument}`).join();
  return base.facts.words.join(' ') === head.facts.words.join(' ') && attributes(base) === attributes(head);
}

/** @param read see `itemReader` */
function sideOf(syntax: RustSyntax, texts: ReadonlyMap<string, string>, read: (text: string) => SourceItems): Side {
  const rust = [...texts].filter(([path]) => path.endsWith('.rs'));
  const sources = new Map(rust.map(([path, text]) => [path, findTests(syntax, read(text))]));
  const modules = new ModuleTree(read, texts);
  return { sources, names: new AssertingNames(sources, (path) => modules.isTestFile(path)) };
}
