// The job summary: the report as GitHub shows it on the page of the workflow run.
import { clipped, inlineText } from './markdown-safe.js';
import { renderBody } from './markdown.js';
import type { RunRecord } from './record.js';

/** GitHub drops a step's summary above 1 MiB as a whole; all specs of a step share it. */
export const MAX_SUMMARY_BYTES = 900 * 1024;

/** Markdown for `GITHUB_STEP_SUMMARY`, at most `maxBytes` in UTF-8. */
export function renderSummary(
  record: RunRecord,
  outputs: (file: string) => string,
  maxBytes: number = MAX_SUMMARY_BYTES,
): string {
  const title = record.spec.title === '' ? record.spec.path : record.spec.title;
  const head = `## Ferrule: ${inlineText(clipped(title, 300))}\n\n`;
  const fits = (body: string) => Buffer.byteLength(head) + Buffer.byteLength(body) <= maxBytes;
  return `${head}${renderBody(record, outputs, fits)}`;
}
