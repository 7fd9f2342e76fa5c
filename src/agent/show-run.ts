// The text by which the model learns of a cargo run: how it ended, what its tests said, and its output.
import { describeEnd } from '../platform/command.js';
import type { CargoRun, Outputs } from '../workshop/workshop.js';
import { failedTestBlocks, firstView, resultLines } from '../workshop/workshop.js';

/** Header and first view of the output; everything that is left out is named with the way to it. */
export async function showRun(outputs: Outputs, run: CargoRun): Promise<string> {
  const text = await outputs.read(run.output);
  const errors = [
    ...run.diagnostics.filter(({ level }) => level === 'error').map(({ rendered }) => rendered),
    ...failedTestBlocks(text).map((block) => block.text),
    ...run.diagnostics.filter(({ level }) => level === 'warning').map(({ rendered }) => rendered),
  ];
  const body = firstView(run.output, text, errors, resultLines(text));
  const seconds = (run.durationMs / 1000).toFixed(1);
  return `${run.command}: ${describeEnd(run.end)} after ${seconds} s [output ${run.output.id}]\n${body.trimEnd()}`;
}
