// How a cargo command ended, on one line for people. It is no verdict: that is `verify`, by other means.
import { describeEnd } from '../platform/command.js';
import type { CargoRun } from './cargo.js';

const RESULT = /^test result: \S+ (\d+) passed; (\d+) failed; (\d+) ignored;/;
const MAX_COMMAND_CHARS = 120;

/**
 * `cargo test --workspace: passed · 12 tests · 3.1 s`, `cargo check: exit code 101 · 2 errors · 0.8 s`,
 * `cargo clippy: exit code 0 · 1 warning · 0.6 s`.
 * @param resultLines the lines of its output that begin with `test result:`
 */
export function runLine(
  { command, end, exitCode, durationMs, diagnostics }: CargoRun,
  resultLines: readonly string[],
): string {
  const sums = [0, 0, 0];
  for (const line of resultLines)
    RESULT.exec(line)
      ?.slice(1)
      .forEach((count, i) => (sums[i] = (sums[i] ?? 0) + Number(count)));
  const [passed = 0, failed = 0, ignored = 0] = sums;
  const count = (level: string) => diagnostics.filter((diagnostic) => diagnostic.level === level).length;
  const [errors, warnings] = [count('error'), count('warning')];
  const parts = [
    // A gate can fail on warnings, whatever cargo says of them.
    exitCode === 0 && errors + warnings === 0 ? 'passed' : describeEnd(end),
    ...counted(errors, 'error'),
    ...counted(warnings, 'warning'),
    ...(failed > 0 ? [`${failed} of ${passed + failed} tests failed`] : counted(passed, 'test')),
    ...(ignored > 0 ? [`${ignored} ignored`] : []),
    `${(durationMs / 1000).toFixed(1)} s`,
  ];
  const shown = command.length > MAX_COMMAND_CHARS ? `${command.slice(0, MAX_COMMAND_CHARS - 1)}…` : command;
  return `${shown}: ${parts.join(' · ')}`;
}

function counted(count: number, noun: string): string[] {
  return count === 0 ? [] : [`${count} ${noun}${count === 1 ? '' : 's'}`];
}
