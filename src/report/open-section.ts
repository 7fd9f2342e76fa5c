// What waits for a decision, before anything is told at length: the open points, and below a failed gate what it said itself.
import type { Extent } from './layout.js';
import { belowItem, bullets } from './layout.js';
import { clipped, codeBlock, inlineProse, inlineText } from './markdown-safe.js';
import { newDiagnostics, newTestFailures } from './new-failures.js';
import { type OpenPoint, openPoints } from './open-points.js';
import type { RunRecord } from './record.js';

/** Of a gate; the rest is in its output. */
const MAX_QUOTES = 3;
const MAX_QUOTE_CHARS = 600;
/** A text that has room for less than this quotes nothing. */
const MIN_QUOTE_CHARS = 100;

export function openList(record: RunRecord, extent: Extent): string {
  const points = openPoints(record);
  if (points.length === 0) return record.outcome === 'verified' ? 'Nothing is open.' : '';
  const items = points.map((point) => {
    const told = `**${inlineText(point.what)}** ${inlineText(clipped(point.rest, extent.maxTextChars * 2))}`;
    return `${told}${quotedTexts(point, extent)}${quotesBelow(point.place, record, extent)}`;
  });
  return `Open:\n\n${bullets(items, extent)}`;
}

/** The first questions, deviations or findings as a list below the item above them. */
function quotedTexts({ quotes, moreQuotes }: OpenPoint, { maxTextChars }: Extent): string {
  if (quotes.length === 0 || maxTextChars < MIN_QUOTE_CHARS) return '';
  const maxChars = Math.min(maxTextChars, MAX_QUOTE_CHARS);
  const told = quotes.map(({ about, text }) => {
    const lead = about === '' ? '' : `${inlineText(clipped(about, maxChars))}: `;
    return `${lead}${inlineProse(clipped(text, maxChars))}`;
  });
  // An empty item would make a heading of the line above it.
  const shown = told.filter((text) => text.trim() !== '');
  const rest = moreQuotes === 0 ? [] : [`… and ${moreQuotes} more below`];
  if (shown.length === 0) return '';
  return `\n${belowItem(bullets([...shown, ...rest], { maxRows: Infinity }))}`;
}

/** The first messages of a gate as a part of the list item above them. */
function quotesBelow(place: OpenPoint['place'], record: RunRecord, { maxTextChars }: Extent): string {
  if (!('gate' in place) || maxTextChars < MIN_QUOTE_CHARS) return '';
  const messages = messagesOf(place.gate, record);
  const maxChars = Math.min(maxTextChars, MAX_QUOTE_CHARS);
  const quotes = messages.slice(0, MAX_QUOTES).map((text) => clipped(text, maxChars));
  const rest = messages.length - quotes.length;
  const shown = [...quotes, ...(rest === 0 ? [] : [`… and ${rest} more below`])].join('\n\n');
  if (shown === '') return '';
  return `\n\n${belowItem(codeBlock(shown))}\n`;
}

function messagesOf(name: string, record: RunRecord): string[] {
  const tests = name === 'test' ? newTestFailures(record) : [];
  const panics = tests.flatMap(({ name: test, message, path, line }) => {
    if (message === undefined) return [];
    return [`${test}${path === undefined ? '' : ` (${path}${line === undefined ? '' : `:${line}`})`}\n${message}`];
  });
  // Warnings fail no other gate than these.
  const failsOnWarnings = name === 'clippy' || name === 'doc';
  const diagnostics = newDiagnostics(record)
    .filter(({ gate, diagnostic }) => gate.name === name && (diagnostic.level === 'error' || failsOnWarnings))
    .map(({ diagnostic }) => diagnostic.rendered.trimEnd());
  return [...panics, ...diagnostics].filter((text) => text.trim() !== '');
}
