// What a run leaves open, as lines of plain text for the log: the open points, and the questions with how to answer them.
// The same as Markdown is open-section.ts and sections.ts.
import { ANSWER_BY_SPEC, howToAnswer } from './answering.js';
import { clipped } from './markdown-safe.js';
import { openPoints } from './open-points.js';
import type { RunRecord } from './record.js';

/** Of a question, or of a gate's first reason; the report has the whole. */
const MAX_TEXT_CHARS = 500;
const MAX_QUESTIONS = 10;

/** None when nothing is open, or when nothing was looked at. */
export function openLines(record: RunRecord): string[] {
  const points = openPoints(record).map(({ what, rest }) => `  ${what} ${oneLine(rest)}`);
  const head = points.length === 0 ? [] : [`Open in ${record.spec.path}:`];
  return [...head, ...points, ...questionLines(record)];
}

function questionLines(record: RunRecord): string[] {
  const { questions } = record;
  if (questions.length === 0) return [];
  const shown = questions.slice(0, MAX_QUESTIONS).map(({ number, text, requirement, blocking }) => {
    const about = requirement === undefined ? '' : ` on ${requirement}`;
    return `Question ${number}${about}${blocking ? ' (blocking)' : ''}: ${oneLine(text)}`;
  });
  const rest = questions.length - shown.length;
  return [...shown, ...(rest === 0 ? [] : [`… and ${rest} more in the report.`]), answerLine(record)];
}

function answerLine(record: RunRecord): string {
  const how = howToAnswer(record);
  if (how === undefined) return ANSWER_BY_SPEC.replaceAll('`', "'");
  const { words, url } = how.place;
  return `${how.lead} ${words}${url === undefined ? '' : ` (${url})`}: ${how.command}${how.rest}`;
}

function oneLine(text: string): string {
  return clipped(text.replace(/\s+/g, ' ').trim(), MAX_TEXT_CHARS);
}
