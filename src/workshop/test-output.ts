// Judges a run of `cargo test` by what it printed: every executable against its own list of tests. Runs nothing, and
// leaves it to the gates what an anomaly means. Its limit: a test that knows the names of all others and prints a whole
// false run before it ends the process cannot be told apart by output alone; such code has to be found in the source.
import type { Artifact } from './diagnostics.js';
import { packageNameOf } from './diagnostics.js';
import { readSegment, type SegmentReading, type Summary, type TestResult } from './libtest-segment.js';
import { splitAtHeaders, type TestHeader, type TestSegment } from './test-segments.js';

interface TestExecutable {
  /** `unittests src/lib.rs (foo)`, `Doc-tests foo`; with the build's hash where two would be called the same. */
  name: string;
  /** As cargo printed it, hash included; absent for doc tests. */
  path?: string;
  /** Known only when artifacts were given. */
  package?: string;
  /** `custom-harness` (`harness = false`) prints what it likes: only its exit status counts. */
  kind: 'libtest' | 'doc' | 'custom-harness';
  listed: number;
  passed: number;
  failed: number;
  ignored: number;
  filteredOut: number;
  /** Ended as it should, nothing failed, nothing contradicts itself. */
  ok: boolean;
}

export interface TestReport {
  passed: number;
  failed: number;
  ignored: number;
  filteredOut: number;
  executables: TestExecutable[];
  /** `executable` is the executable's `name`. Doc tests that a macro made can share a name. */
  tests: { name: string; executable: string; result: TestResult }[];
  /** Every inconsistency, a plain sentence each. Empty for a run that can be believed. */
  anomalies: string[];
}

interface TestRecord {
  /** Output, both streams merged, of `cargo test … -- --list --format terse`. */
  list: string;
  /** Output, both streams merged, of the same command without what follows `--`; with `--no-fail-fast`. */
  run: string;
  /** Of the run; `null` when it did not exit by itself. */
  exitCode: number | null;
  /** From `cargo test --no-run --message-format=json`. With them, headers of anything else are not believed. */
  artifacts?: readonly Artifact[];
}

/** Never throws; what makes no sense is an anomaly. */
export function judgeTests(record: TestRecord): TestReport {
  const anomalies: string[] = [];
  const expected = expectExecutables(record, anomalies);
  const segments = splitRun(record.run, expected, anomalies);
  const report: TestReport = {
    passed: 0,
    failed: 0,
    ignored: 0,
    filteredOut: 0,
    executables: [],
    tests: [],
    anomalies,
  };
  let reportedFailed = false;
  for (const [index, entry] of expected.entries()) {
    const segment = segments[index];
    const reading = segment && readSegment(segment.lines, entry.names, entry.header.kind === 'doc');
    if (!reading) anomalies.push(`${entry.name} was listed but did not run.`);
    const results = reading?.results ?? entry.names.map((): TestResult => 'unknown');
    const executable = judgeExecutable(entry, reading, results, anomalies);
    reportedFailed ||= reading?.reportedFailed ?? false;
    report.executables.push(executable);
    for (const key of ['passed', 'failed', 'ignored', 'filteredOut'] as const) report[key] += executable[key];
    entry.names.forEach((name, at) => {
      report.tests.push({ name, executable: entry.name, result: results[at] ?? 'unknown' });
    });
  }
  const { exitCode } = record;
  if (exitCode === null) anomalies.push('cargo test did not end by itself; results are missing.');
  else if (exitCode === 0 && (report.failed > 0 || reportedFailed)) {
    anomalies.push('cargo test exited with 0 although tests failed.');
  } else if (exitCode !== 0 && report.executables.length === 0) {
    anomalies.push(`cargo test exited with ${exitCode} before any test executable ran.`);
  } else if (exitCode !== 0 && report.executables.every(({ ok }) => ok)) {
    anomalies.push(`cargo test exited with ${exitCode} although no failure was seen.`);
  }
  return report;
}

interface ExpectedExecutable {
  name: string;
  header: TestHeader;
  /** Listed tests and benchmarks, in the list's order. */
  names: string[];
  /** The list has tests, not only benchmarks: libtest or something that speaks like it. */
  listsTests: boolean;
  package?: string;
}

function expectExecutables({ list, artifacts }: TestRecord, anomalies: string[]): ExpectedExecutable[] {
  const refused = new Set<string>();
  const segments = splitAtHeaders(list, (header) => {
    if (!artifacts || artifacts.some((artifact) => builds(artifact, header))) return true;
    refused.add(header.text.trim());
    return false;
  });
  for (const text of refused) anomalies.push(`The list shows an executable that cargo did not build: "${text}".`);
  for (const artifact of artifacts ?? []) {
    if (
      artifact.test &&
      artifact.executable !== undefined &&
      !segments.some(({ header }) => builds(artifact, header))
    ) {
      anomalies.push(
        `Test target '${artifact.target.name}' (${artifact.target.srcPath}) was built but is not in the list.`,
      );
    }
  }
  const titles = segments.map(({ header }) => header.title);
  return segments.map(({ header, lines }) => {
    const ambiguous = titles.indexOf(header.title) !== titles.lastIndexOf(header.title);
    const hash = /-([0-9a-f]{16})$/.exec(header.path ?? '')?.[1];
    const entries = lines.flatMap((line) => /^(.+): (test|bench|benchmark)$/.exec(line) ?? []);
    const owner = packageNameOf(artifacts?.find((artifact) => builds(artifact, header))?.packageId ?? '');
    return {
      name: ambiguous && hash !== undefined ? header.title.replace(/\)$/, `-${hash})`) : header.title,
      header,
      names: entries.filter((_, index) => index % 3 === 1),
      listsTests: entries.some((word, index) => index % 3 === 2 && word === 'test'),
      ...(owner === undefined ? {} : { package: owner }),
    };
  });
}

/** The hash in the file name is cargo's and unique; folders may be shown relative or absolute. */
function builds(artifact: Artifact, header: TestHeader): boolean {
  if (header.kind === 'doc') {
    const isLibrary = artifact.target.kind.some((kind) => /lib$|^proc-macro$/.test(kind));
    return isLibrary && artifact.target.name.replaceAll('-', '_') === header.crate.replaceAll('-', '_');
  }
  const fileName = (path: string) => path.slice(path.lastIndexOf('/') + 1);
  return (
    artifact.test && artifact.executable !== undefined && fileName(artifact.executable) === fileName(header.path ?? '')
  );
}

/** One segment for each expected executable, `undefined` where it never ran. */
function splitRun(
  run: string,
  expected: readonly ExpectedExecutable[],
  anomalies: string[],
): (TestSegment | undefined)[] {
  const open = expected.map(({ header }) => header.text);
  const slots: number[] = [];
  const refused = new Map<string, TestHeader>();
  const found = splitAtHeaders(run, (header) => {
    const slot = open.indexOf(header.text);
    if (slot < 0) {
      refused.set(header.text, header);
      return false;
    }
    open[slot] = '';
    slots.push(slot);
    return true;
  });
  for (const [text, header] of refused) {
    const known = expected.find((entry) => entry.header.text === text);
    if (known) anomalies.push(`The header of ${known.name} came more often than the executable was listed.`);
    else anomalies.push(`A header names an executable that was not listed: ${header.title}.`);
  }
  return expected.map((_, index) => found[slots.indexOf(index)]);
}

function judgeExecutable(
  entry: ExpectedExecutable,
  reading: SegmentReading | undefined,
  results: readonly TestResult[],
  anomalies: string[],
): TestExecutable {
  const custom = entry.header.kind === 'executable' && !entry.listsTests && !reading?.announced;
  const count = (result: TestResult) => results.filter((one) => one === result).length;
  const printed: Summary = {
    passed: count('ok'),
    failed: count('failed'),
    ignored: count('ignored'),
    measured: 0,
    filteredOut: 0,
  };
  const { passed, failed, ignored, measured, filteredOut } = reading?.summary ?? printed;
  const problems = reading && !custom ? problemsOf(entry, reading, printed, count('unknown')) : [];
  anomalies.push(...problems.map((problem) => `${entry.name} ${problem}`));
  return {
    name: entry.name,
    ...(entry.header.path === undefined ? {} : { path: entry.header.path }),
    ...(entry.package === undefined ? {} : { package: entry.package }),
    kind: custom ? 'custom-harness' : entry.header.kind === 'doc' ? 'doc' : 'libtest',
    listed: custom ? 0 : entry.names.length,
    passed: passed + measured,
    failed,
    ignored,
    filteredOut,
    ok: reading !== undefined && !reading.reportedFailed && failed === 0 && problems.length === 0,
  };
}

function problemsOf(entry: ExpectedExecutable, reading: SegmentReading, printed: Summary, unknown: number): string[] {
  const problems: string[] = [];
  const { summary, wrongTotal, results } = reading;
  if (wrongTotal !== undefined) {
    problems.push(`ended with a summary of ${wrongTotal} tests, but listed ${entry.names.length}.`);
  } else if (!summary) {
    problems.push("ended without a 'test result:' summary: something ended the process before its tests were over.");
  }
  const missing = entry.names.filter((_, index) => results[index] === 'unknown');
  if (unknown > (summary?.filteredOut ?? 0)) {
    problems.push(
      `has no result for ${missing.slice(0, 3).join(', ')}${missing.length > 3 ? ` and ${missing.length - 3} more` : ''}.`,
    );
  } else if (summary && (printed.passed !== summary.passed + summary.measured || printed.ignored !== summary.ignored)) {
    problems.push('printed results that do not add up to its summary.');
  }
  if (reading.lateResults) problems.push('printed results after its summary.');
  if (summary?.failed === 0 && reading.reportedFailed) {
    problems.push('ended with a failing status although its summary reports no failure.');
  }
  if (summary && summary.failed > 0 && !reading.reportedFailed) {
    problems.push('ended with a succeeding status although its summary reports failures.');
  }
  return problems;
}
