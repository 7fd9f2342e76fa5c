// Finds the test-like functions of a Rust source, with what they assert and what keeps them from running, and the
// functions and macros through which they assert. What is wrong with a test is test-audit.ts's.
import type { RustSyntax } from '../workshop/workshop.js';
import type { BodyFacts } from './assertions.js';
import { readBody, readRange } from './assertions.js';
import type { DocTest } from './doc-tests.js';
import { findDocTests } from './doc-tests.js';
import type { Attribute } from './rust-attributes.js';
import type { RustItem, SourceItems } from './rust-items.js';
import { documentedName, isTestOnly, qualifiedName } from './rust-items.js';

export interface TestFunction {
  /** `template`: what a macro definition expands to. `doc`: a code block of documentation. */
  kind: 'function' | 'template' | 'doc';
  /** With the modules of its file: `tests::adds`. Of a doc test: the item's name. */
  name: string;
  /** 1-based, attributes included. */
  line: number;
  endLine: number;
  attributes: readonly Attribute[];
  /** The `ignore` attribute, also by `cfg_attr`; of a doc test `ignore`, `no_run` or another tag that keeps it from running. */
  ignored: string | undefined;
  /** Undefined unless it must panic; the expected message, or an empty text. */
  shouldPanic: string | undefined;
  /** Conditions of compilation; `inside name!` for a macro invocation that may leave its content out. */
  conditions: readonly string[];
  /** How often its attributes make it run: `#[case]`, `#[test_case]`. */
  cases: number;
  facts: BodyFacts;
}

/** A function or macro that is no test itself. */
export interface Callable {
  form: 'function' | 'macro';
  name: string;
  /** With the modules and functions around it in the file. */
  qualifiedName: string;
  line: number;
  /** A method of a trait: others call it, `drop` when a value ends. */
  implementsTrait: boolean;
  /** Compiled for tests only, as far as the file itself shows. */
  isTestCode: boolean;
  facts: BodyFacts;
}

export interface SourceTests {
  tests: TestFunction[];
  callables: Callable[];
  /** Every item's name with the modules around it; what a doc test without its item is told by. */
  names: ReadonlySet<string>;
}

/** `#[test]`, `#[tokio::test]`, `#[test_log::test]`, …: what counts is the last segment of the path. */
const TEST_ATTRIBUTES = new Set([
  'test',
  'rstest',
  'apply', // rstest_reuse: `#[apply(cases)]`
  'test_case',
  'quickcheck',
  'wasm_bindgen_test',
  'proptest',
]);
const CASE_ATTRIBUTES = new Set(['case', 'test_case']);
/** Macros that keep what is written in them; others may leave it out. */
const KEEPING_MACROS = new Set(['proptest', 'quickcheck', 'rstest', 'speculate', 'compat_proptest']);

/**
 * The tests of one source.
 * @param syntax parses the code blocks of its documentation
 */
export function findTests(syntax: RustSyntax, source: SourceItems): SourceTests {
  const tests: TestFunction[] = [];
  const callables: Callable[] = [];
  for (const item of source.items) {
    if (item.keyword === 'fn' && isTest(item)) tests.push(describeTest(source, item));
    else if (item.keyword === 'fn' && item.body)
      callables.push(describeCallable(source, item, 'function', readBody(source, item)));
    else if (item.keyword.startsWith('macro') && item.to > item.at)
      callables.push(describeCallable(source, item, 'macro', readRange(source.tokens, item.at + 2, item.to)));
  }
  const names = new Set(source.items.map((item) => documentedName(source, item)));
  return { tests: [...tests, ...findDocTests(syntax, source).map(describeDocTest)], callables, names };
}

/** The last segment of an attribute's path. */
function lastSegment(path: string): string {
  return path.slice(path.lastIndexOf(':') + 1);
}

function isTest(item: RustItem): boolean {
  if (item.macros.at(-1) === 'quickcheck') return true;
  const names = item.attributes.map(({ path }) => lastSegment(path));
  // A `#[template]` of rstest_reuse only lists cases.
  return names.some((name) => TEST_ATTRIBUTES.has(name)) && !names.includes('template');
}

function describeTest(source: SourceItems, item: RustItem): TestFunction {
  const panic = item.attributes.find(({ path }) => path === 'should_panic');
  const ignore = item.attributes.find(({ path }) => path === 'ignore');
  const macros = item.macros.filter((name) => !KEEPING_MACROS.has(name)).map((name) => `inside ${name}!`);
  const cases = item.attributes.filter(({ path }) => CASE_ATTRIBUTES.has(path.split('::')[0] ?? ''));
  const facts = readBody(source, item);
  const words = item.attributes.flatMap(({ argument }) => argument.split(' '));
  return {
    kind: item.isTemplate ? 'template' : 'function',
    name: qualifiedName(item),
    line: source.tokens[item.from]?.line ?? item.line,
    endLine: item.endLine,
    attributes: item.attributes,
    ignored: ignore && (ignore.argument === '' ? '#[ignore]' : `#[ignore = ${ignore.argument}]`),
    shouldPanic: panic?.argument,
    conditions: [...item.conditions, ...macros],
    cases: Math.max(1, cases.length),
    facts: { ...facts, literals: [...facts.literals, ...words.filter((word) => /^["'\d]/.test(word))] },
  };
}

function describeDocTest({ mustPanic, ...docTest }: DocTest): TestFunction {
  return { ...docTest, kind: 'doc', attributes: [], shouldPanic: mustPanic ? '' : undefined, cases: 1 };
}

function describeCallable(source: SourceItems, item: RustItem, form: Callable['form'], facts: BodyFacts): Callable {
  return {
    form,
    name: item.name,
    qualifiedName: qualifiedName(item),
    line: item.line,
    implementsTrait: item.owner === 'trait-impl',
    isTestCode: isTestOnly(item) || isInsideTest(source, item),
    facts,
  };
}

function isInsideTest(source: SourceItems, item: RustItem): boolean {
  const parent = item.parent === undefined ? undefined : source.items[item.parent];
  return parent !== undefined && ((parent.keyword === 'fn' && isTest(parent)) || isInsideTest(source, parent));
}
