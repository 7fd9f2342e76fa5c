// What the final verification found that the base does not have: diagnostics and failed tests. Where each is shown is every
// rendering's own affair.
import type { DiagnosticRecord, GateRecord, RunRecord } from './record.js';

export interface NewDiagnostic {
  gate: GateRecord;
  diagnostic: DiagnosticRecord;
}

export type TestFailure = NonNullable<NonNullable<GateRecord['tests']>['failures']>[number];

/** Errors and warnings that the base does not have, each once; those of deciding gates first. */
export function newDiagnostics({ verification, baseline }: RunRecord): NewDiagnostic[] {
  const gates = [...(verification?.gates ?? [])].sort((one, other) => Number(other.deciding) - Number(one.deciding));
  const seen = new Set<string>();
  return gates.flatMap((gate) => {
    const older = olderGate(baseline, gate.name)?.diagnostics ?? [];
    const shown = gate.diagnostics.filter(({ level }) => level === 'error' || level === 'warning');
    return notIn(shown, older, diagnosticKey).flatMap((diagnostic) => {
      const key = `${diagnosticKey(diagnostic)} ${diagnostic.line} ${diagnostic.column}`;
      if (seen.has(key)) return [];
      seen.add(key);
      return [{ gate, diagnostic }];
    });
  });
}

/** Without lines, which move. */
function diagnosticKey({ level, code, path, message }: DiagnosticRecord): string {
  return JSON.stringify([level, code, path, message]);
}

/** Failed tests that did not fail on the base, each with the message of its panic where there is one. */
export function newTestFailures({ verification, baseline }: RunRecord): TestFailure[] {
  const failures = gateOf(verification?.gates, 'test')?.tests?.failures ?? [];
  const failedBefore = (baseline?.test?.tests?.names ?? []).filter(({ result }) => result === 'failed');
  // The hash in an executable's name differs from build to build.
  const key = (test: { name: string; executable: string }) =>
    JSON.stringify([test.name, test.executable.replaceAll(/-[0-9a-f]{16}\b/g, '')]);
  return notIn(failures, failedBefore, key);
}

function olderGate(baseline: RunRecord['baseline'], name: string): GateRecord | undefined {
  if (name === 'check' || name === 'test') return baseline?.[name];
  return gateOf(baseline?.gates, name);
}

function gateOf(gates: readonly GateRecord[] | undefined, name: string): GateRecord | undefined {
  return gates?.find((gate) => gate.name === name);
}

/** What occurs in `older` is taken out, as often as it occurs there. */
function notIn<T extends Older, Older>(
  items: readonly T[],
  older: readonly Older[],
  key: (item: Older) => string,
): T[] {
  const left = new Map<string, number>();
  for (const item of older) left.set(key(item), (left.get(key(item)) ?? 0) + 1);
  return items.filter((item) => {
    const count = left.get(key(item)) ?? 0;
    left.set(key(item), count - 1);
    return count <= 0;
  });
}
