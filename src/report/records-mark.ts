// The hidden line of our pull request texts and comments that holds what the model recorded for the reviewer: its
// deviations, assumptions and improvements. A run that goes on from the work tells of them again. Like the mark above it,
// it counts only together with who wrote it, which is not asked here.
import { z } from 'zod';
import { encodedLine, readEncodedLine } from './encoded-line.js';
import { clipped } from './markdown-safe.js';

/** Beside the questions' line it leaves room for the report. */
const MAX_MARK_CHARS = 8_000;
/** Longest text of a record in the mark: the first at which all of them fit. */
const TEXT_LIMITS = [2_000, 500, 200];
const MAX_RECORDS = 500;
/** What is given up first stands first; a deviation has to be seen by whoever merges. */
const GIVEN_UP: readonly NotedRecord['kind'][] = ['improvement', 'assumption', 'deviation'];

const notedRecord = z.object({
  kind: z.enum(['improvement', 'deviation', 'assumption']),
  text: z.string().max(4_000),
  requirement: z.string().max(500).optional(),
});
const notedRecords = z.array(notedRecord).min(1).max(MAX_RECORDS);

export type NotedRecord = z.infer<typeof notedRecord>;

/**
 * `<!-- ferrule-records <base64url JSON> -->`, or an empty text without records. Texts are shortened, with a note, to keep
 * it below 8,000 characters; of more than fit, improvements are left out first, then assumptions, the oldest first.
 */
export function formatRecordsMark(records: readonly NotedRecord[]): string {
  const kept = records.slice(-MAX_RECORDS);
  for (let at = 0; kept.length > 0; at += 1) {
    const limit = TEXT_LIMITS[at] ?? TEXT_LIMITS.at(-1) ?? 0;
    const mark = encoded(kept, limit);
    if (mark.length <= MAX_MARK_CHARS) return mark;
    if (at >= TEXT_LIMITS.length - 1) kept.splice(leastNeeded(kept), 1);
  }
  return '';
}

/** The records of a text that begins with our mark; `undefined` when their line cannot be read: somebody changed it. */
export function parseRecordsMark(text: string): NotedRecord[] | undefined {
  const records = readEncodedLine(text, 'records', notedRecords);
  if (records === 'none') return [];
  return records === 'unreadable' ? undefined : records;
}

function leastNeeded(records: readonly NotedRecord[]): number {
  const kind = GIVEN_UP.find((each) => records.some((record) => record.kind === each));
  return records.findIndex((record) => record.kind === kind);
}

function encoded(records: readonly NotedRecord[], maxTextChars: number): string {
  const entries = records.map(({ kind, text, requirement }) => ({
    ...{ kind, text: clipped(text, maxTextChars) },
    ...(requirement === undefined ? {} : { requirement: requirement.slice(0, 500) }),
  }));
  return encodedLine('records', entries);
}
