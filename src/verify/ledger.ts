// The requirement ledger: every requirement of the spec with the code and tests that the model names for it, checked
// against this verification. The model's word alone proves nothing. Pure.
import { didYouMean } from '../did-you-mean.js';
import { REQUIREMENT_STATUS, type LedgerEntry } from '../report/report.js';

export interface LedgerFacts {
  requirements: readonly { id: string; text: string }[];
  /** Absent where nothing was handed over. */
  claims?:
    | readonly {
        id: string;
        status: 'met' | 'partly' | 'not-met' | 'untestable';
        code: readonly string[];
        tests: readonly string[];
        note: string | undefined;
      }[]
    | undefined;
  /** Ids of requirements that wait for the answer to a blocking question, with the question's number. */
  waiting: ReadonlyMap<string, number>;
  /** Results of the final verification's tests. `crate` is the one the test belongs to, as far as it is known. */
  tests: readonly { name: string; crate: string | undefined; result: 'ok' | 'failed' | 'ignored' | 'unknown' }[];
  /** Number of lines of a file of the verified tree, `undefined` when there is no such file. */
  lineCount: (path: string) => number | undefined;
  /** Lines that the run added, by path. */
  added: ReadonlyMap<string, readonly number[]>;
  /** Whether code at a path can be reached from the tests of a crate; unknown counts as reached. */
  isReached: (path: string, crate: string | undefined) => boolean;
}

export interface Ledger {
  entries: LedgerEntry[];
  proven: number;
  /** Why the gate does not pass; empty when it does. */
  reasons: string[];
  /** Every reason is a requirement that waits for an answer. */
  onlyWaiting: boolean;
}

/** Letters of a name; fewer are part of too many. */
const MIN_PART = 4;

/** A note of the model that says what the question in front of it says. */
const ONLY_WAITS = /^(?:it )?wait(?:s|ing) for (?:the|an) answer(?: to (?:the question|question \d+))?\.?$/i;

type TestResult = LedgerEntry['tests'][number]['result'];

/** Checks the claims. A spec without requirements passes: the verdict line says that it has none. */
export function judgeLedger(facts: LedgerFacts): Ledger {
  const entries = facts.requirements.map((requirement) => judgeRequirement(requirement, facts));
  const proven = entries.filter((entry) => entry.status === 'proven').length;
  const open = entries.filter((entry) => entry.status !== 'proven' && entry.status !== 'untestable');
  const reasons = open.map(
    ({ id, status, note }) => `${id} is ${REQUIREMENT_STATUS[status].words}${note === undefined ? '' : `: ${note}`}`,
  );
  if (entries.length > 0 && open.length === 0 && proven === 0)
    reasons.push('no requirement is proven: a spec whose every requirement is declared untestable proves nothing');
  const onlyWaiting = open.length > 0 && open.every((entry) => facts.waiting.has(entry.id));
  return { entries, proven, reasons, onlyWaiting };
}

function judgeRequirement({ id, text }: { id: string; text: string }, facts: LedgerFacts): LedgerEntry {
  const claim = facts.claims?.find((candidate) => candidate.id === id);
  const question = facts.waiting.get(id);
  const base = { id, text, claimed: claim?.status ?? null, code: [...(claim?.code ?? [])] };
  const tests = (claim?.tests ?? []).map((name) => ({ name, result: resultOf(name, facts) }));
  const problems: string[] = [];
  const entry = (status: LedgerEntry['status']): LedgerEntry => {
    const own = question !== undefined && ONLY_WAITS.test(claim?.note?.trim() ?? '') ? undefined : claim?.note;
    const note = [...problems, ...(own === undefined ? [] : [own])].join('; ');
    return { ...base, tests, status, ...(note === '' ? {} : { note }) };
  };
  if (question !== undefined) problems.push(`waits for the answer to question ${question}`);
  if (claim === undefined) {
    problems.push(
      facts.claims === undefined
        ? 'nothing was handed over: finish was not called'
        : 'the handover does not mention it',
    );
    return entry('unproven');
  }
  if (claim.status === 'not-met') return entry('not-met');
  if (claim.status === 'untestable') {
    if (claim.note?.trim()) return entry(question === undefined ? 'untestable' : 'unproven');
    problems.push('declared untestable without a reason');
    return entry('unproven');
  }
  for (const { name, result } of tests)
    if (result !== 'ok')
      problems.push(
        result === 'not-run' ? `test ${name} did not run${nearTo(name, facts)}` : `test ${name}: ${result}`,
      );
  if (tests.length === 0) problems.push('no test is named');
  const crates = facts.tests
    .filter((test) => claim.tests.some((name) => isSameTest(name, test.name)))
    .map((test) => test.crate);
  const misplaced = claim.code
    .map((location) => problemOf(location, crates, facts))
    .filter((problem) => problem !== undefined);
  if (claim.code.length === 0) problems.push('no code is named');
  problems.push(...misplaced);
  const passed = tests.filter(({ result }) => result === 'ok').length;
  if (passed === 0) return entry('unproven');
  const isComplete = passed === tests.length && misplaced.length === 0 && claim.code.length > 0;
  return entry(claim.status === 'met' && isComplete && question === undefined ? 'proven' : 'partly');
}

/** The worst result of every test of that name: the same name in two crates must pass in both. */
function resultOf(name: string, { tests }: LedgerFacts): TestResult {
  const results = tests.filter((test) => isSameTest(name, test.name)).map((test) => test.result);
  if (results.length === 0 || results.includes('unknown')) return 'not-run';
  if (results.includes('failed')) return 'failed';
  return results.includes('ignored') ? 'ignored' : 'ok';
}

/** A hint at the test that was meant: a part of its name, or a slip in it. */
function nearTo(name: string, { tests }: LedgerFacts): string {
  const names = tests.map((test) => test.name);
  const meant = name.trim();
  const longer = meant.length < MIN_PART ? undefined : names.find((each) => each.includes(meant));
  if (longer !== undefined) return `, but ${longer} did`;
  const hint = didYouMean(meant, names);
  return hint === '' ? '' : `.${hint}`;
}

/** Names as cargo prints them; a `should panic` suffix is not part of the name. */
function isSameTest(claimed: string, printed: string): boolean {
  const bare = (name: string) => name.trim().replace(/ - should panic$/, '');
  return bare(claimed) === bare(printed);
}

/** What is wrong with a code location `path:line` (or `path:first-last`), if anything. */
function problemOf(location: string, crates: readonly (string | undefined)[], facts: LedgerFacts): string | undefined {
  const match = /^(?<path>.+?)(?::(?<line>\d+)(?:-\d+)?(?::\d+)?)?$/.exec(location.trim());
  const path = (match?.groups?.path ?? location).replace(/^\.\//, '');
  const line = match?.groups?.line === undefined ? undefined : Number(match.groups.line);
  const lines = facts.lineCount(path);
  if (lines === undefined) return `${path} does not exist in the verified tree`;
  if (line !== undefined && (line < 1 || line > lines)) return `${path} has ${lines} lines, not ${line}`;
  if (line === undefined ? facts.added.has(path) : (facts.added.get(path) ?? []).includes(line)) return undefined;
  // Without a test that ran nothing is known of reach; that no test ran is told already.
  if (crates.length === 0 || crates.some((crate) => facts.isReached(path, crate))) return undefined;
  return `${location} is neither code of this run nor in a crate that the named tests reach`;
}
