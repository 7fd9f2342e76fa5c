// Several specs at a glance: a row for each with its outcome, pull request and expense, and the totals. Each spec's own
// report is summary.ts, both together are summaries.ts.
import { link, section, table } from './layout.js';
import { clipped, inlineCode, inlineText } from './markdown-safe.js';
import type { RunRecord } from './record.js';
import { OUTCOMES } from './record.js';
import { MAX_SUMMARY_BYTES } from './summary.js';
import { listed, counted, dollars, duration, wholeNumber } from './wording.js';

/** For everything but the rows: headings, sums, what is left out. */
const FRAME_BYTES = 2_000;
const MAX_PATH_CHARS = 200;
const MAX_REASON_CHARS = 500;

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

const ALL_RAN: NotRun = { refused: [], leftOver: [], waiting: [] };

interface FleetSummaryOptions {
  /** Specs that left no record. */
  missing?: number;
  notRun?: NotRun;
  maxBytes?: number;
}

/**
 * A row for each spec, the sums over all of them, and what was not run. Rows that do not fit are counted, with the place
 * where they are to be had.
 */
export function renderFleetSummary(
  records: readonly RunRecord[],
  { missing = 0, notRun = ALL_RAN, maxBytes = MAX_SUMMARY_BYTES }: FleetSummaryOptions = {},
): string {
  const others = notRunRows(notRun);
  const shownOthers = fitting(others, (maxBytes - FRAME_BYTES) / 4);
  const shown = fitting(byNeed(records, (record) => record).map(rowOf), maxBytes - FRAME_BYTES - bytesOf(shownOthers));
  const counts = OUTCOMES.map(
    (outcome) => [outcome, records.filter((record) => record.outcome === outcome).length] as const,
  )
    .filter(([, count]) => count > 0)
    .map(([outcome, count]) => `${count} ${outcome}`);
  const total = ['**total**', listed(counts), '', costOf(records), turnsOf(records), timeOf(records)];
  const lines = [
    `## Ferrule: ${counted(records.length, 'spec')}`,
    wholeTable(['spec', 'outcome', 'pull request', 'cost', 'turns', 'time'], [...shown, total]),
    leftOut(records.length - shown.length, 'The total counts them; each has a report of its own.'),
    missing === 0 ? '' : `${counted(missing, 'planned spec')} left no report: the job ended before, see its log.`,
    section('Not run', [
      wholeTable(['spec', 'state', 'why'], shownOthers),
      leftOut(others.length - shownOthers.length, "The plan's log lists them."),
    ]),
  ].filter((part) => part !== '');
  return `${lines.join('\n\n')}\n`;
}

/** In their order, but what nobody needs to read last: room is given from the front. */
export function byNeed<Item>(items: readonly Item[], recordOf: (item: Item) => RunRecord): Item[] {
  const isQuiet = (item: Item) => recordOf(item).outcome === 'unchanged';
  return [...items.filter((item) => !isQuiet(item)), ...items.filter(isQuiet)];
}

type Row = readonly string[];

function fitting(rows: readonly Row[], maxBytes: number): Row[] {
  let leftBytes = maxBytes;
  return rows.filter((row) => {
    const bytes = bytesOf([row]);
    if (bytes > leftBytes) return false;
    leftBytes -= bytes;
    return true;
  });
}

function bytesOf(rows: readonly Row[]): number {
  return rows.reduce((sum, row) => sum + Buffer.byteLength(`| ${row.join(' | ')} |\n`), 0);
}

function wholeTable(head: Row, rows: readonly Row[]): string {
  return table(head, rows, { maxRows: rows.length });
}

function leftOut(count: number, where: string): string {
  return count === 0 ? '' : `… and ${counted(count, 'more spec')} for which there is no room here. ${where}`;
}

function notRunRows({ refused, leftOver, waiting }: NotRun): Row[] {
  const rowsOf = (state: string, specs: readonly SpecNotRun[]) =>
    specs.map(({ spec, reason }) => [
      inlineCode(clipped(spec, MAX_PATH_CHARS)),
      state,
      inlineText(clipped(reason, MAX_REASON_CHARS)),
    ]);
  return [...rowsOf('refused', refused), ...rowsOf('left for the next run', leftOver), ...rowsOf('waiting', waiting)];
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
