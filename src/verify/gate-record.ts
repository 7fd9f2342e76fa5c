// A gate's result in the shape of report.json.
import type { GateRecord } from '../report/report.js';
import type { FailedTest } from './failed-tests.js';
import type { Baseline, GateResult } from './gate-result.js';
import { notAmong } from './test-identity.js';

/**
 * @param baseline tells which tests are new; all of them where the base had no crate
 * @param failed of the test gate
 */
export function gateRecord(
  gate: GateResult,
  baseline: Baseline | undefined,
  failed: readonly FailedTest[] = [],
): GateRecord {
  const older = baseline?.gates.find(({ name }) => name === gate.name)?.tests;
  const tests = gate.tests;
  return {
    name: gate.name,
    command: gate.command,
    deciding: gate.deciding,
    status: gate.status,
    exitCode: gate.exitCode,
    durationMs: gate.durationMs,
    output: gate.run.output.file,
    reasons: gate.reasons,
    olderFailures: gate.olderFailures,
    diagnostics: gate.diagnostics.map(({ level, code, message, path, line, column, rendered }) => ({
      level,
      message,
      rendered,
      ...(code === undefined ? {} : { code }),
      ...(path === undefined ? {} : { path }),
      ...(line === undefined ? {} : { line }),
      ...(column === undefined ? {} : { column }),
    })),
    ...(tests === undefined
      ? {}
      : {
          tests: {
            passed: tests.passed,
            failed: tests.failed,
            ignored: tests.ignored,
            filteredOut: tests.filteredOut,
            new: notAmong(tests.tests, older?.tests ?? []).length,
            // A test without a result failed to give one; the gate's reasons say so.
            names: tests.tests.map(({ name, executable, result }) => ({
              name,
              executable,
              result: result === 'unknown' ? ('failed' as const) : result,
            })),
            ...(failed.length === 0
              ? {}
              : {
                  failures: failed.map(({ name, executable, place, message }) => ({
                    ...{ name, executable, ...place },
                    ...(message === undefined ? {} : { message }),
                  })),
                }),
          },
        }),
  };
}
