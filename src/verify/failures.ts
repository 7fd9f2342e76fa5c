// What counts as a failure of each gate, as comparable keys: a gate passes when nothing fails that did not fail in the
// baseline (docs/architecture.md, "what can excuse a failure"). Pure.
import { describeEnd } from '../platform/command.js';
import type { CargoRun, Diagnostic, TestReport } from '../workshop/workshop.js';
import { unformattedFiles } from './gates.js';
import { testKey, withoutHash } from './test-identity.js';

export interface Failure {
  /** Equal for the same failure in baseline and verification: no line numbers, they move. */
  key: string;
  /** One line for people. */
  text: string;
  /** True where nothing is known but that the command failed or proved nothing: then it is never excused by the baseline. */
  unattributed?: true;
}

/**
 * `check`, `doc`: the compiler's errors and cargo's own; an exit code without any is a failure of its own.
 * @param text the complete output
 */
export function checkFailures(run: CargoRun, text: string): Failure[] {
  return orExitCode(run, errorsOf(run, text));
}

/** `clippy`: errors anywhere, warnings in touched files (all files where nothing is known to be touched: the baseline). */
export function clippyFailures(run: CargoRun, text: string, touched: ReadonlySet<string> | undefined): Failure[] {
  const warnings = run.diagnostics.filter(
    ({ level, path }) => level === 'warning' && path !== undefined && touched?.has(path) !== false,
  );
  return [...orExitCode(run, errorsOf(run, text)), ...warnings.map(ofDiagnostic)];
}

/** `fmt`: touched files that rustfmt would change. */
export function fmtFailures(run: CargoRun, text: string, touched: ReadonlySet<string> | undefined): Failure[] {
  if (run.exitCode === 0) return [];
  const files = unformattedFiles(text);
  const unformatted = files
    .filter((file) => touched?.has(file) !== false)
    .map((file) => ({ key: `fmt ${file}`, text: `${file} is not formatted` }));
  // rustfmt also fails on files it cannot parse or find, and says so without a diff.
  const errors = ownErrors(run, text);
  const isExplained = run.exitCode !== null && files.length + errors.length > 0;
  return [...(isExplained ? errors : orExitCode(run, errors)), ...unformatted];
}

function errorsOf(run: CargoRun, text: string): Failure[] {
  if (run.exitCode === 0) return [];
  // Older compilers count their errors in a last one, which would differ with every error that is mended.
  const errors = run.diagnostics.filter(
    ({ level, path, message }) => level === 'error' && !(path === undefined && message.startsWith('aborting due to')),
  );
  return [...errors.map(ofDiagnostic), ...ownErrors(run, text)];
}

/** Errors of cargo itself and of rustfmt, which come as text: a build script that failed, a manifest that cannot be read. */
function ownErrors(run: CargoRun, text: string): Failure[] {
  const rendered = new Set(run.diagnostics.map((diagnostic) => diagnostic.rendered.split('\n')[0]));
  return text
    .split('\n')
    .filter((line) => /^error(\[\w+\])?: /i.test(line) || line.startsWith('Error writing files'))
    .filter((line) => !rendered.has(line) && !/^error: (could not compile .* due to|aborting due to)/.test(line))
    .map((line) => ({ key: line, text: line.slice(0, 500) }));
}

/** `test`: failed tests by name, everything in the output that does not add up, and a run in which no test ran. */
export function testFailures(run: CargoRun, tests: TestReport): Failure[] {
  const failures: Failure[] = tests.tests
    .filter((test) => test.result === 'failed' || test.result === 'unknown')
    .map((test) => ({
      key: `test ${testKey(test)}`,
      text: `test ${test.name} ${test.result === 'failed' ? 'failed' : 'has no result'} (${test.executable})`,
    }));
  for (const executable of tests.executables)
    if (executable.kind === 'custom-harness' && !executable.ok)
      failures.push({
        key: `harness ${withoutHash(executable.name)}`,
        text: `${executable.name} (own test harness) failed`,
      });
  for (const anomaly of tests.anomalies)
    failures.push({ key: `anomaly ${withoutHash(anomaly)}`, text: anomaly, unattributed: true });
  const custom = tests.executables.some((executable) => executable.kind === 'custom-harness');
  if (failures.length === 0 && run.exitCode === 0 && tests.passed === 0 && !custom)
    failures.push({
      key: 'no test ran',
      text: 'no test ran: nothing is proven by an empty test run',
      unattributed: true,
    });
  return orExitCode(run, failures);
}

/** What fails now and did not fail before; a failure that occurs more often than before counts as new. */
export function newFailures(now: readonly Failure[], before: readonly Failure[]): Failure[] {
  const known = new Map<string, number>();
  for (const { key } of before) known.set(key, (known.get(key) ?? 0) + 1);
  return now.filter(({ key, unattributed }) => {
    if (unattributed) return true;
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
  if (run.exitCode === 0) return failures;
  // A command that was stopped has not said all it had to say, whatever it said before.
  if (run.exitCode !== null && failures.length > 0) return failures;
  return [
    ...failures,
    {
      key: `end ${describeEnd(run.end)}`,
      text: `${run.command} ended with ${describeEnd(run.end)}`,
      unattributed: true,
    },
  ];
}
