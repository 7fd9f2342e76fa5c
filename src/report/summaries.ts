// The job summary of a step, whatever the number of its specs: a table of all, then as many of their reports as there is
// room for. One spec's report is summary.ts, the table fleet-summary.ts.
import { byNeed, renderFleetSummary } from './fleet-summary.js';
import { link } from './layout.js';
import type { RunRecord } from './record.js';
import { MAX_SUMMARY_BYTES, renderSummary, type SummarySources } from './summary.js';
import { counted } from './wording.js';

/** Of a thousand specs, a row takes some 200 bytes; what the table does not use is there for the reports. */
const MAX_TABLE_BYTES = MAX_SUMMARY_BYTES / 2;
/** A report is not shortened further for the sake of the others. */
const MIN_REPORT_BYTES = 8 * 1024;
/** For the line that says how many reports are elsewhere. */
const CLOSING_BYTES = 1_000;

type Result = { record: RunRecord } & SummarySources;

/**
 * A row for each spec where there are several, then each one's report while there is room: those of unchanged specs last,
 * and each with its share of what the others left. Empty without any spec.
 */
export function renderSummaries(results: readonly Result[]): string {
  const [only] = results;
  if (only === undefined) return '';
  if (results.length === 1) return renderSummary(only.record, only);
  const fleet = renderFleetSummary(
    results.map(({ record }) => record),
    { maxBytes: MAX_TABLE_BYTES },
  );
  const reports = reportsThatFit(results, MAX_SUMMARY_BYTES - CLOSING_BYTES - Buffer.byteLength(fleet));
  const rest = results.length - reports.length;
  return [fleet, ...reports, ...(rest === 0 ? [] : [restLine(rest, only.record)])].join('\n\n');
}

function reportsThatFit(results: readonly Result[], maxBytes: number): string[] {
  const reports: string[] = [];
  let leftBytes = maxBytes;
  const ordered = byNeed(results, ({ record }) => record);
  for (const [at, { record, ...sources }] of ordered.entries()) {
    const share = Math.max(Math.floor(leftBytes / (ordered.length - at)), MIN_REPORT_BYTES);
    const report = renderSummary(record, sources, share);
    const bytes = Buffer.byteLength(`\n\n${report}`);
    if (bytes > leftBytes) break;
    reports.push(report);
    leftBytes -= bytes;
  }
  return reports;
}

function restLine(count: number, { run: { url } }: RunRecord): string {
  const where = url === undefined ? 'the report folder' : link('artifacts', `${url}#artifacts`);
  return `${counted(count, 'more report')} did not fit in here: \`report.html\` of each spec, in ${where}.\n`;
}
