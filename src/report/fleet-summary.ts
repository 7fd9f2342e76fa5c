// Several specs at a glance: a row for each with its outcome, pull request and expense, and the totals. Each spec's own
// report is summary.ts.
import { link, section, table } from './layout.js';
import { clipped, inlineCode, inlineText } from './markdown-safe.js';
import type { RunRecord } from './record.js';
import { OUTCOMES } from './record.js';
import { listed, counted, dollars, duration, wholeNumber } from './wording.js';

/** GitHub drops a summary above 1 MiB; a row takes some 200 bytes. */
const MAX_ROWS = 2_000;
const MAX_PATH_CHARS = 200;

/** Specs that a plan did not run, with its reasons. */
export interface NotRun {
  refused: readonly SpecNotRun[];
  leftOver: readonly SpecNotRun[];
  waiting: readonly SpecNotRun[];
}
export interface SpecNotRun {
  spec: string;
  reason: string;
}

/** @param missing specs that left no record */
export function renderFleetSummary(records: readonly RunRecord[], missing = 0, notRun?: NotRun): string {
  const rows = [...records].map(rowOf);
  const counts = OUTCOMES.map(
    (outcome) => [outcome, records.filter((record) => record.outcome === outcome).length] as const,
  )
    .filter(([, count]) => count > 0)
    .map(([outcome, count]) => `${count} ${outcome}`);
  const total = ['**total**', listed(counts), '', costOf(records), turnsOf(records), timeOf(records)];
  const lines = [
    `## Ferrule: ${counted(records.length, 'spec')}`,
    table(['spec', 'outcome', 'pull request', 'cost', 'turns', 'time'], [...rows.slice(0, MAX_ROWS), total], {
      maxRows: MAX_ROWS + 1,
    }),
    ...(rows.length > MAX_ROWS ? [`${rows.length - MAX_ROWS} more specs are not listed.`] : []),
    ...(missing === 0
      ? []
      : [`${counted(missing, 'planned spec')} left no report: the job ended before, see its log.`]),
    ...(notRun === undefined ? [] : [notRunSection(notRun)]),
  ].filter((part) => part !== '');
  return `${lines.join('\n\n')}\n`;
}

function notRunSection({ refused, leftOver, waiting }: NotRun): string {
  const rowsOf = (state: string, specs: readonly SpecNotRun[]) =>
    specs.map(({ spec, reason }) => [inlineCode(clipped(spec, MAX_PATH_CHARS)), state, inlineText(reason)]);
  const rows = [
    ...rowsOf('refused', refused),
    ...rowsOf('left for the next run', leftOver),
    ...rowsOf('waiting', waiting),
  ];
  return rows.length === 0 ? '' : section('Not run', [table(['spec', 'state', 'why'], rows, { maxRows: MAX_ROWS })]);
}

function rowOf(record: RunRecord): string[] {
  const { spec, outcome, stopReason, publication } = record;
  const { pullRequest } = publication;
  return [
    inlineCode(clipped(spec.path, MAX_PATH_CHARS)),
    stopReason === undefined ? outcome : `${outcome} (${stopReason})`,
    pullRequest === undefined ? '' : link(`#${pullRequest.number}`, pullRequest.url), // of another job, so looked at
    costOf([record]),
    turnsOf([record]),
    timeOf([record]),
  ];
}

/** One unknown cost makes the sum unknown. */
function costOf(records: readonly RunRecord[]): string {
  const costs = records.map(({ usage }) => usage.costUsd);
  return costs.includes(null) ? 'unknown' : dollars(costs.reduce<number>((sum, cost) => sum + (cost ?? 0), 0));
}

function turnsOf(records: readonly RunRecord[]): string {
  return wholeNumber(records.reduce((sum, { usage }) => sum + usage.turns, 0));
}

function timeOf(records: readonly RunRecord[]): string {
  return duration(records.reduce((sum, { usage }) => sum + usage.durationSeconds, 0) * 1000);
}
