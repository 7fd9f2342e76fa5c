// What counts as a failure of each gate, as comparable keys: a gate passes when nothing fails that did not fail in the
// baseline (DESIGN, decision 13). Pure.
import { describeEnd } from '../platform/command.js';
import type { CargoRun, Diagnostic, TestReport } from '../workshop/workshop.js';
import { unformattedFiles } from './gates.js';

export interface Failure {
  /** Equal for the same failure in baseline and verification: no line numbers, they move. */
  key: string;
  /** One line for people. */
  text: string;
}

/** `check`, `doc`: the compiler's errors; an exit code without any is a failure of its own. */
export function checkFailures(run: CargoRun): Failure[] {
  const errors = run.diagnostics.filter((diagnostic) => diagnostic.level === 'error').map(ofDiagnostic);
  return orExitCode(run, errors);
}

/** `clippy`: errors anywhere, warnings in touched files (all files where nothing is known to be touched: the baseline). */
export function clippyFailures(run: CargoRun, touched: ReadonlySet<string> | undefined): Failure[] {
  const counts = ({ level, path }: Diagnostic) =>
    level === 'error' || (level === 'warning' && path !== undefined && touched?.has(path) !== false);
  return orExitCode(run, run.diagnostics.filter(counts).map(ofDiagnostic));
}

/** `fmt`: touched files that rustfmt would change. */
export function fmtFailures(run: CargoRun, text: string, touched: ReadonlySet<string> | undefined): Failure[] {
  if (run.exitCode === 0) return [];
  const files = unformattedFiles(text);
  const failures = files
    .filter((file) => touched?.has(file) !== false)
    .map((file) => ({ key: `fmt ${file}`, text: `${file} is not formatted` }));
  // rustfmt also fails on files it cannot parse, and says so without a diff.
  return files.length === 0 ? orExitCode(run, []) : failures;
}

/** `test`: failed tests by name, everything in the output that does not add up, and a run in which no test ran. */
export function testFailures(run: CargoRun, tests: TestReport): Failure[] {
  const failures: Failure[] = tests.tests
    .filter((test) => test.result === 'failed' || test.result === 'unknown')
    .map((test) => ({
      key: `test ${withoutHash(test.executable)} ${test.name}`,
      text: `test ${test.name} ${test.result === 'failed' ? 'failed' : 'has no result'} (${test.executable})`,
    }));
  for (const executable of tests.executables)
    if (executable.kind === 'custom-harness' && !executable.ok)
      failures.push({
        key: `harness ${withoutHash(executable.name)}`,
        text: `${executable.name} (own test harness) failed`,
      });
  for (const anomaly of tests.anomalies) failures.push({ key: `anomaly ${withoutHash(anomaly)}`, text: anomaly });
  const custom = tests.executables.some((executable) => executable.kind === 'custom-harness');
  if (failures.length === 0 && run.exitCode === 0 && tests.passed === 0 && !custom)
    failures.push({ key: 'no test ran', text: 'no test ran: nothing is proven by an empty test run' });
  return orExitCode(run, failures);
}

/** What fails now and did not fail before; a failure that occurs more often than before counts as new. */
export function newFailures(now: readonly Failure[], before: readonly Failure[]): Failure[] {
  const known = new Map<string, number>();
  for (const { key } of before) known.set(key, (known.get(key) ?? 0) + 1);
  return now.filter(({ key }) => {
    const left = known.get(key) ?? 0;
    known.set(key, left - 1);
    return left <= 0;
  });
}

function ofDiagnostic({ level, code, message, path, line }: Diagnostic): Failure {
  const place = path === undefined ? '' : ` (${path}${line === undefined ? '' : `:${line}`})`;
  return {
    key: `${level} ${code ?? ''} ${path ?? ''} ${message}`,
    text: `${level}${code ? `[${code}]` : ''}: ${message}${place}`,
  };
}

function orExitCode(run: CargoRun, failures: Failure[]): Failure[] {
  if (failures.length > 0 || run.exitCode === 0) return failures;
  return [{ key: `end ${describeEnd(run.end)}`, text: `${run.command} ended with ${describeEnd(run.end)}` }];
}

/** Executables carry a hash that differs from build to build. */
function withoutHash(name: string): string {
  return name.replaceAll(/-[0-9a-f]{16}\b/g, '');
}
