// The shapes that sections of a report are made of: heading, list, table, and how much of each is shown. The texts they are
// given have to be safe Markdown.
import { clipped, inlineProse, inlineText } from './markdown-safe.js';
import type { RunRecord } from './record.js';

/** How much of lists and texts a level of detail shows. */
export interface Extent {
  maxRows: number;
  maxTextChars: number;
  /** Places in the code as links: they take most of the room. */
  hasLinks: boolean;
}

/** The parts under a heading; an empty text where every part is empty. */
export function section(title: string, parts: readonly string[]): string {
  const body = parts.filter((part) => part !== '');
  return body.length === 0 ? '' : [`### ${title}`, ...body].join('\n\n');
}

export function bullets(items: readonly string[], { maxRows }: { maxRows: number }): string {
  const shown = items.slice(0, maxRows).map((item) => `- ${item}`);
  if (items.length > maxRows) shown.push(`- … and ${items.length - maxRows} more in \`report.json\``);
  return shown.join('\n');
}

/** A block as a part of the list item above it. */
export function belowItem(block: string): string {
  return block
    .split('\n')
    .map((line) => (line === '' ? '' : `  ${line}`))
    .join('\n');
}

export function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  { maxRows }: { maxRows: number },
): string {
  if (rows.length === 0) return '';
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const shown = [line(head), line(head.map(() => '---')), ...rows.slice(0, maxRows).map(line)];
  const rest = rows.length > maxRows ? `\n\n… and ${rows.length - maxRows} more in \`report.json\`.` : '';
  return `${shown.join('\n')}${rest}`;
}

/** The words alone where the address holds more than a URL needs, such as what could end the link or a cell. */
export function link(words: string, url: string): string {
  return /^https?:\/\/[\w.~:/?#@!$&*+,;=%-]+$/.test(url) ? `[${words}](${url})` : words;
}

/** What the model recorded, with the requirement it concerns in front. */
export function recordText({ text, requirement, earlierRun }: RunRecord['records'][number], extent: Extent): string {
  const lead = requirement === undefined ? '' : `**${inlineText(requirement)}:** `;
  return `${lead}${inlineProse(clipped(text, extent.maxTextChars))}${earlierRun === true ? ' (by an earlier run)' : ''}`;
}
