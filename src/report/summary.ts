// The job summary of one spec: the report as GitHub shows it on the page of the workflow run, with charts of time and tokens.
// A step with several specs is summaries.ts.
import { clipped, inlineText } from './markdown-safe.js';
import { renderBody } from './markdown.js';
import { chartsSection } from './mermaid-charts.js';
import type { RunRecord } from './record.js';
import { readStory } from './turns.js';

/** GitHub drops a step's summary above 1 MiB as a whole; all specs of a step share it. */
export const MAX_SUMMARY_BYTES = 900 * 1024;

export interface SummarySources {
  /** A command's complete output by its file name in the record. */
  outputs: (file: string) => string;
  /** The text of transcript.jsonl; empty when there was no conversation. */
  transcript: string;
}

/** Markdown for `GITHUB_STEP_SUMMARY`, at most `maxBytes` in UTF-8. The charts go first where there is not room for all. */
export function renderSummary(
  record: RunRecord,
  { outputs, transcript }: SummarySources,
  maxBytes: number = MAX_SUMMARY_BYTES,
): string {
  const title = record.spec.title === '' ? record.spec.path : record.spec.title;
  const head = `## Ferrule: ${inlineText(clipped(title, 300))}\n\n`;
  const charts = chartsSection(record, readStory(transcript));
  const withCharts = (body: string) => (charts === '' ? `${head}${body}` : `${head}${body}\n${charts}\n`);
  const fits = (text: string) => Buffer.byteLength(text) <= maxBytes;
  const text = withCharts(renderBody(record, outputs, (body) => fits(withCharts(body))));
  return fits(text) ? text : `${head}${renderBody(record, outputs, (body) => fits(`${head}${body}`))}`;
}
