// Reads what one test executable (or one crate's doc tests) printed, knowing the names that it listed before. Tests
// print into the same stream, so nothing counts because it looks right: only listed names, only the last summary, and
// that only when its sum is the length of the list.

export type TestResult = 'ok' | 'failed' | 'ignored' | 'unknown';

export interface Summary {
  passed: number;
  failed: number;
  ignored: number;
  measured: number;
  filteredOut: number;
}

export interface SegmentReading {
  /** Of all blocks together; absent when there is none that agrees with the list. */
  summary?: Summary;
  /** Total of the last summary when it does not agree with the list. */
  wrongTotal?: number;
  /** One a listed name, in the list's order. */
  results: TestResult[];
  /** Something printed `running N tests`, as libtest does even with none. */
  announced: boolean;
  /** Results of listed tests came after the summary. */
  lateResults: boolean;
  /** Cargo itself said, after the summary, that the executable failed. */
  reportedFailed: boolean;
}

const SUMMARY =
  /test result: (?:ok|FAILED)\. (\d+) passed; (\d+) failed; (\d+) ignored; (\d+) measured; (\d+) filtered out(?:; finished in [\d.]+s)?$/;
const REPORTED_FAILED = /error: (?:test|doctest) failed, to rerun pass `[^`]*`$/;
/** Result lines and summaries are far shorter; of longer lines only the end is looked at. */
const MAX_LINE_CHARS = 4096;

/** Reads a segment. `multipleBlocks`: rustdoc runs merged and standalone doc tests (edition 2024) in several blocks. */
export function readSegment(
  lines: readonly string[],
  names: readonly string[],
  multipleBlocks: boolean,
): SegmentReading {
  const listed = new Map<string, number>();
  for (const name of names) listed.set(name, (listed.get(name) ?? 0) + 1);
  const blocks = findSummaries(lines, names.length, multipleBlocks);
  const believed = blocks.kind === 'agreeing' ? blocks.found : [];
  const lastSummary = believed.at(-1)?.index;
  const end = lastSummary ?? lines.length;
  const after = lastSummary === undefined ? [] : lines.slice(lastSummary + 1);
  const outcomes = collectOutcomes(lines.slice(0, end + 1), listed);
  return {
    ...(blocks.kind === 'agreeing' ? { summary: addUp(blocks.found.map(({ summary }) => summary)) } : {}),
    ...(blocks.kind === 'disagreeing' ? { wrongTotal: blocks.total } : {}),
    results: resolve(names, listed, outcomes, failedNames(lines, believed)),
    announced: lines.some((line) => /^running \d+ tests?$/.test(line)),
    lateResults: collectOutcomes(after, listed).size > 0,
    reportedFailed: (lastSummary === undefined ? lines : after).some((line) => REPORTED_FAILED.test(tailOf(line))),
  };
}

interface FoundSummary {
  index: number;
  summary: Summary;
}

type Blocks = { kind: 'none' } | { kind: 'disagreeing'; total: number } | { kind: 'agreeing'; found: FoundSummary[] };

/** From the last summary backwards; only doc tests may need more than one to reach the length of the list. */
function findSummaries(lines: readonly string[], listed: number, multipleBlocks: boolean): Blocks {
  const found: FoundSummary[] = [];
  for (let index = lines.length - 1; index >= 0; index--) {
    const counts = SUMMARY.exec(tailOf(lines[index] ?? ''))
      ?.slice(1)
      .map(Number);
    if (!counts) continue;
    const [passed = 0, failed = 0, ignored = 0, measured = 0, filteredOut = 0] = counts;
    found.unshift({ index, summary: { passed, failed, ignored, measured, filteredOut } });
    const sum = addUp(found.map(({ summary }) => summary));
    const ran = sum.passed + sum.failed + sum.ignored + sum.measured;
    // `--list` takes a filter too: then the list is as long as what ran; else as long as everything.
    if (ran === listed || ran + sum.filteredOut === listed) return { kind: 'agreeing', found };
    if (!multipleBlocks || ran > listed) return { kind: 'disagreeing', total: ran + sum.filteredOut };
  }
  return found.length === 0 ? { kind: 'none' } : { kind: 'disagreeing', total: totalOf(found) };
}

function totalOf(found: readonly FoundSummary[]): number {
  const { passed, failed, ignored, measured, filteredOut } = addUp(found.map(({ summary }) => summary));
  return passed + failed + ignored + measured + filteredOut;
}

function addUp(summaries: readonly Summary[]): Summary {
  const sum: Summary = { passed: 0, failed: 0, ignored: 0, measured: 0, filteredOut: 0 };
  for (const summary of summaries) {
    for (const key of Object.keys(sum) as (keyof Summary)[]) sum[key] += summary[key];
  }
  return sum;
}

/**
 * The names under the last `failures:` before each summary, printed when all tests are over and so out of their reach;
 * `undefined` when their number is not the summary's.
 */
function failedNames(lines: readonly string[], blocks: readonly FoundSummary[]): string[] | undefined {
  if (blocks.length === 0) return undefined;
  const all: string[] = [];
  for (const { index, summary } of blocks) {
    if (summary.failed === 0) continue;
    const names: string[] = [];
    let at = index - 1;
    while (lines[at] === '') at--;
    for (; lines[at]?.startsWith('    '); at--) names.push((lines[at] ?? '').slice(4));
    if (lines[at] !== 'failures:' || names.length !== summary.failed) return undefined;
    all.push(...names);
  }
  return all;
}

function resolve(
  names: readonly string[],
  listed: ReadonlyMap<string, number>,
  outcomes: ReadonlyMap<string, readonly TestResult[]>,
  failed: readonly string[] | undefined,
): TestResult[] {
  const failures = new Map<string, number>();
  for (const name of failed ?? []) failures.set(name, (failures.get(name) ?? 0) + 1);
  const queues = new Map<string, TestResult[]>();
  return names.map((name) => {
    let queue = queues.get(name);
    if (!queue) {
      const printed = outcomes.get(name) ?? [];
      const times = listed.get(name) ?? 1;
      if (failed) {
        const failing = Array<TestResult>(Math.min(times, failures.get(name) ?? 0)).fill('failed');
        queue = [...failing, ...printed.filter((result) => result !== 'failed')];
      } else {
        // Without a summary nothing settles a contradiction: then the result is unknown.
        queue = printed.length <= times || new Set(printed).size === 1 ? [...printed] : [];
      }
      queues.set(name, queue);
    }
    return queue.shift() ?? 'unknown';
  });
}

/**
 * All results printed for listed names. Usually one line has name and result, perhaps behind something that a test
 * printed without a line end; with one test thread the name comes first, then whatever the test prints, then the result.
 */
function collectOutcomes(lines: readonly string[], listed: ReadonlyMap<string, number>): Map<string, TestResult[]> {
  const outcomes = new Map<string, TestResult[]>();
  const record = (name: string, result: TestResult) => {
    const earlier = outcomes.get(name);
    if (earlier) earlier.push(result);
    else outcomes.set(name, [result]);
  };
  let open: { name: string; lastLine: string; complete: boolean } | undefined;
  for (const [index, line] of lines.entries()) {
    const started = startedTest(line, listed);
    const trailer = line === '' && /^(?:failures:|successes:|test result: )/.test(lines[index + 1] ?? '');
    if (open && (started !== undefined || trailer)) {
      const result = wordToResult(/(?:ok|FAILED|ignored)$/.exec(tailOf(open.lastLine))?.[0] ?? '');
      if (result && !open.complete) record(open.name, result);
    }
    const complete = completeResult(line, listed);
    if (complete) record(complete.name, complete.result);
    // A test stays open until the next begins: what looks like its result or the end of all may be its own words.
    if (started !== undefined) open = { name: started, lastLine: line, complete: complete?.name === started };
    else if (open) open = { name: open.name, lastLine: line, complete: false };
  }
  return outcomes;
}

/** The listed test whose line begins here: `test NAME ... `. */
function startedTest(line: string, listed: ReadonlyMap<string, number>): string | undefined {
  if (!line.startsWith('test ')) return undefined;
  const end = line.slice(0, MAX_LINE_CHARS).indexOf(' ... ');
  return end < 0 ? undefined : listedName(line.slice(5, end), listed);
}

/** A listed test with its result at the end of a line: `…test NAME ... ok`. */
function completeResult(
  line: string,
  listed: ReadonlyMap<string, number>,
): { name: string; result: TestResult } | undefined {
  const tail = tailOf(line);
  for (let gap = tail.indexOf(' ... '); gap >= 0; gap = tail.indexOf(' ... ', gap + 1)) {
    const result = wordToResult(tail.slice(gap + 5));
    if (!result) continue;
    const left = tail.slice(0, gap);
    for (let at = left.indexOf('test '); at >= 0; at = left.indexOf('test ', at + 1)) {
      const name = listedName(left.slice(at + 5), listed);
      if (name !== undefined) return { name, result };
    }
  }
  return undefined;
}

/** Results append what kind of test it is, lists do not. */
function listedName(printed: string, listed: ReadonlyMap<string, number>): string | undefined {
  if (listed.has(printed)) return printed;
  const plain = printed.replace(/ - (?:should panic|compile fail|compile)$/, '');
  return listed.has(plain) ? plain : undefined;
}

function wordToResult(text: string): TestResult | undefined {
  if (text === 'ok' || /^bench: .*ns\/iter/.test(text)) return 'ok';
  if (text === 'FAILED' || text === 'FAILED (time limit exceeded)') return 'failed';
  return text === 'ignored' || text.startsWith('ignored, ') ? 'ignored' : undefined;
}

function tailOf(line: string): string {
  return line.length > MAX_LINE_CHARS ? line.slice(-MAX_LINE_CHARS) : line;
}
