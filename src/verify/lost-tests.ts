// Finds the tests that passed on the base and do not run any more although the audit of the texts has nothing to say of
// them: their module is declared no more, no target finds their file, the feature they need is off.
import type { Finding } from './audit-rules.js';
import type { PlacedTest, TestPair } from './test-pairs.js';
import type { Fit, RanTest, TestRuns } from './test-runs.js';

type Draft = Omit<Finding, 'blocking'>;

/** A test of the base with what the audit of the texts found out about it. */
export interface BaseTest {
  base: PlacedTest;
  head: PlacedTest | undefined;
  how: TestPair['how'];
  /** `all`: another finding says that it does not run as it did; `cases`: that some of its cases do not. */
  answered: 'all' | 'cases' | undefined;
}

interface LostTestTerms {
  runs: TestRuns;
  /** Every test of the base's sources. */
  tests: readonly BaseTest[];
  /** Every test of the result's sources. */
  headTests: readonly PlacedTest[];
  /** Rust sources, path → text. */
  base: ReadonlyMap<string, string>;
  head: ReadonlyMap<string, string>;
}

/** One finding for each test that is lost. Tests that were renamed or moved and run are not. */
export function lostTests(terms: LostTestTerms): Draft[] {
  return terms.runs.lost.flatMap((ran) => lostTest(ran, terms));
}

function lostTest(ran: RanTest, terms: LostTestTerms): Draft[] {
  const { runs } = terms;
  const fits = terms.tests.map((test) => ({ test, fit: runs.fit(ran, test.base) }));
  const exact = fits.filter(({ fit }) => fit === 'exactly');
  const candidates = exact.length > 0 ? exact : fits.filter(({ fit }) => fit === 'perhaps');
  if (candidates.length === 0) return generatedTest(ran, terms);
  if (candidates.some(({ test }) => isAccountedFor(ran, test, terms))) return [];
  const { base, head } = candidates[0]?.test ?? {};
  const place = head ?? base;
  if (base === undefined || place === undefined) return [];
  const where =
    head === undefined ? '' : ', though it is still in the sources: no target, module or feature brings it in';
  return [
    {
      rule: 'test-not-run',
      path: place.path,
      ...(head === undefined ? {} : { line: head.test.line }),
      text: `${titleOf(ran)} passed on the base and does not run any more${where}`,
      test: base.test.name,
    },
  ];
}

function isAccountedFor(
  ran: RanTest,
  { base, head, answered }: BaseTest,
  { runs, head: texts }: LostTestTerms,
): boolean {
  if (answered === 'all') return true;
  const isCase = !`::${ran.name}`.endsWith(`::${base.test.name}`);
  if (answered === 'cases' && isCase) return true;
  return head !== undefined && runs.takeGained(head, leastFit(head.path, texts));
}

/** Where a source names the file (`#[path]`, `include!`), its place does not tell in which modules it is. */
function leastFit(path: string, texts: ReadonlyMap<string, string>): Fit {
  const named = new RegExp(`["/]${escaped(path.slice(path.lastIndexOf('/') + 1))}"`);
  return [...texts.values()].some((text) => named.test(text)) ? 'perhaps' : 'exactly';
}

/** No function of the base has its name: a macro made it, or a harness that reads its cases from files. */
function generatedTest(ran: RanTest, { runs, headTests, base, head }: LostTestTerms): Draft[] {
  const isDoc = ran.executable.startsWith('Doc-tests ');
  const whole = isDoc ? (/ - (.*?) ?\(line/.exec(ran.name)?.[1] ?? '') : ran.name;
  const name = /\w+(?=\W*$)/.exec(whole)?.[0] ?? '';
  const word = new RegExp(`\\b${name}\\b`);
  const has = (texts: ReadonlyMap<string, string>) =>
    name !== '' && [...texts].some(([path, text]) => path.endsWith('.rs') && word.test(text));
  if (!has(base)) return []; // not of the base's sources at all: its name is put together, or comes from a file
  const isGone = !has(head);
  if (isGone && (isDoc || runs.takeGenerated(ran.executable, headTests))) return []; // an example goes with its item
  const text = `${titleOf(ran)} passed on the base and does not run any more`;
  return [{ rule: 'test-not-run', path: runs.fileOf(ran), text, test: name }];
}

function titleOf({ name, executable }: RanTest): string {
  return executable.startsWith('Doc-tests ') ? `the example \`${name}\`` : `test \`${name}\` (${executable})`;
}

function escaped(text: string): string {
  return text.replace(/[^\w]/g, '\\$&');
}
