// What the model is told of gates that failed: the reasons, and each command's output as it gets every output.
import type { CargoRun } from '../workshop/workshop.js';
import type { GateResult } from './verify.js';

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

const MAX_REASONS = 40;

/** The baseline in a few lines, for the model: what failed before it came. */
export function describeBaseline(gates: readonly GateResult[]): string {
  const lines = gates.map((gate) => {
    const tests = gate.tests === undefined ? '' : `, ${gate.tests.passed} tests passed, ${gate.tests.failed} failed`;
    if (gate.failures.length === 0) return `${gate.command}: passed${tests}.`;
    const named = gate.failures.slice(0, MAX_REASONS).map(({ text }) => `  - ${text}`);
    const more = gate.failures.length > MAX_REASONS ? [`  - and ${gate.failures.length - MAX_REASONS} more`] : [];
    return [`${gate.command}: failed already before this run${tests}; not held against it:`, ...named, ...more].join(
      '\n',
    );
  });
  return `Baseline, the base commit before any change:\n${lines.join('\n')}`;
}
