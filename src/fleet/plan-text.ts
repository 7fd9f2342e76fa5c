// The plan of a fleet as people read it, as JSON, and as outputs for a workflow's matrix. Nothing is decided here.
import { printableText } from '../platform/printable-text.js';
import { counted, dollars } from '../report/report.js';
import type { FleetPlan, SpecNote } from './waves.js';
import { MAX_WAVES } from './waves.js';

/** Of each list of specs that are not run now; the JSON has them all. */
const MAX_NOTES = 20;
/** Of each such list as an output: three of them and six waves have to fit into the outputs of a job (waves.ts). */
const MAX_NOTES_CHARS = 30_000;

const countOf = ({ waves }: FleetPlan) => waves.reduce((count, wave) => count + wave.length, 0);

/** Lines for a terminal or a log. */
export function describePlan(plan: FleetPlan, base: string): string {
  const { waves, leftOver, waiting, refused, unchanged, maxCostUsd } = plan;
  const count = countOf(plan);
  const width = Math.max(0, ...waves.flat().map(({ spec }) => spec.length));
  const blocks = [
    `${counted(count, 'spec')} to implement in ${counted(waves.length, 'wave')}, ${leftOver.length} left for the next run, ${waiting.length} waiting, ${refused.length} refused, ${unchanged.length} unchanged.`,
    ...waves.map((wave, index) =>
      block(
        `Wave ${index + 1}`,
        wave.map((entry) => (entry.base === base ? entry.spec : `${entry.spec.padEnd(width)}  on ${entry.base}`)),
      ),
    ),
    block('Left for the next run', noteLines(leftOver)),
    block('Waiting', noteLines(waiting)),
    block('Refused', noteLines(refused)),
    block('Unchanged', noteLines(unchanged)),
    ...(count === 0
      ? []
      : [`At most ${dollars(count * maxCostUsd)}: ${counted(count, 'spec')} at ${dollars(maxCostUsd)} each.`]),
  ];
  return printableText(blocks.filter((text) => text !== '').join('\n\n'));
}

function block(title: string, lines: readonly string[]): string {
  return lines.length === 0 ? '' : [`${title}:`, ...lines.map((line) => `  ${line}`)].join('\n');
}

function noteLines(notes: readonly SpecNote[]): string[] {
  const shown = notes.slice(0, MAX_NOTES).map(({ spec, reason }) => `${spec}: ${reason.replace(/\.$/, '')}.`);
  const more = notes.length - shown.length;
  return more === 0 ? shown : [...shown, `and ${more} more`];
}

/** Everything the plan says, for programs: `waves` holds one matrix a wave. */
export function planJson(plan: FleetPlan): string {
  const { waves, leftOver, waiting, refused, unchanged, maxCostUsd } = plan;
  const count = countOf(plan);
  const matrices = waves.map((include) => ({ include }));
  const costs = { 'max-cost-usd': maxCostUsd, 'total-cost-usd': totalCost(plan) };
  return JSON.stringify(
    { count, waves: matrices, 'left-over': leftOver, waiting, refused, unchanged, ...costs },
    null,
    2,
  );
}

/** The step outputs of the action `plan`, all of them texts. */
export function planOutputs(plan: FleetPlan): Record<string, string> {
  const { waves, leftOver, waiting, refused, maxCostUsd } = plan;
  const matrixOf = (wave: FleetPlan['waves'][number] | undefined) =>
    wave === undefined ? '' : JSON.stringify({ include: wave });
  const pending = [...waves.flat(), ...leftOver, ...waiting].map(({ spec }) => spec);
  return {
    waves: JSON.stringify(waves.map((include) => ({ include }))),
    ...Object.fromEntries(Array.from({ length: MAX_WAVES }, (_, i) => [`wave-${i + 1}`, matrixOf(waves[i])])),
    pending: JSON.stringify(pending),
    count: String(countOf(plan)),
    'left-over': notesOutput(leftOver),
    waiting: notesOutput(waiting),
    refused: notesOutput(refused),
    'max-cost-usd': String(maxCostUsd),
    'total-cost-usd': String(totalCost(plan)),
  };
}

/** JSON within the limit; a last entry counts what has no room. */
function notesOutput(notes: readonly SpecNote[]): string {
  const kept: SpecNote[] = [];
  let chars = 0;
  for (const note of notes) {
    chars += JSON.stringify(note).length + 1;
    if (chars > MAX_NOTES_CHARS) break;
    kept.push(note);
  }
  const more = notes.length - kept.length;
  return JSON.stringify(more === 0 ? kept : [...kept, { spec: '…', reason: `and ${more} more` }]);
}

/** Dollars that the plan's specs can cost together, without the noise of binary fractions. */
function totalCost(plan: FleetPlan): number {
  return Number((countOf(plan) * plan.maxCostUsd).toFixed(6));
}
