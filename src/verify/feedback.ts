// What the model is told of gates that failed: the reasons, and each command's output as it gets every output.
import type { CargoRun } from '../workshop/workshop.js';
import type { JudgedGate } from './evidence.js';
import type { Failure } from './failures.js';
import type { GateResult } from './gate-result.js';

/**
 * @param show renders a run's output in its first view
 * @returns one block a failed deciding gate; the output of a command that failed for the same reason as an earlier one is not repeated
 */
export async function describeFailures(
  gates: readonly GateResult[],
  show: (run: CargoRun) => Promise<string>,
): Promise<string> {
  const failed = gates.filter((gate) => gate.deciding && gate.status === 'failed');
  const blocks: string[] = [];
  const seen = new Set<string>();
  for (const gate of failed) {
    const reasons = gate.reasons.slice(0, MAX_REASONS).map((reason) => `- ${reason}`);
    if (gate.reasons.length > MAX_REASONS)
      reasons.push(`- and ${gate.reasons.length - MAX_REASONS} more, all in the output`);
    const head = `Gate ${gate.name} failed (${gate.command}):\n${reasons.join('\n')}`;
    const same =
      gate.diagnostics.some(({ level }) => level === 'error') && gate.reasons.every((reason) => seen.has(reason));
    for (const reason of gate.reasons) seen.add(reason);
    blocks.push(
      same ? `${head}\n[the same errors as above; output ${gate.run.output.id}]` : `${head}\n${await show(gate.run)}`,
    );
  }
  return blocks.join('\n\n');
}

/** The same for gates that judge the change: there is no output, the reasons are all there is. */
export function describeJudgedGates(gates: readonly JudgedGate[]): string {
  return gates
    .filter((gate) => gate.deciding && gate.status === 'failed')
    .map(({ name, reasons }) => `Gate ${name} failed:\n${reasons.map((reason) => `- ${reason}`).join('\n')}`)
    .join('\n\n');
}

const MAX_REASONS = 40;

/** The baseline in a few lines, for the model: what failed before it came. */
export function describeBaseline(gates: readonly GateResult[]): string {
  const lines = gates.map((gate) => {
    const tests = gate.tests === undefined ? '' : `, ${gate.tests.passed} tests passed, ${gate.tests.failed} failed`;
    if (gate.status === 'unavailable') return `${gate.command}: ${gate.reasons.join('; ')}.`;
    if (gate.failures.length === 0) return `${gate.command}: passed${tests}.`;
    const list = (failures: readonly Failure[]) => [
      ...failures.slice(0, MAX_REASONS).map(({ text }) => `  - ${text}`),
      ...(failures.length > MAX_REASONS ? [`  - and ${failures.length - MAX_REASONS} more`] : []),
    ];
    const excused = gate.failures.filter(({ unattributed }) => !unattributed);
    const proofless = gate.failures.filter(({ unattributed }) => unattributed);
    return [
      `${gate.command}: failed already before this run${tests}.`,
      ...(excused.length > 0 ? ['  Not held against it:', ...list(excused)] : []),
      ...(proofless.length > 0 ? ['  The gate fails until this is mended:', ...list(proofless)] : []),
    ].join('\n');
  });
  return `Baseline, the base commit before any change:\n${lines.join('\n')}`;
}
