// Puts untrusted text (spec, model, cargo) into GitHub's Markdown so that it is shown as text and does nothing else: no
// mention, no reference that closes an issue, no image, link or HTML, no way out of its block. What is shown, and where,
// is decided elsewhere.
import { printableText } from '../platform/printable-text.js';

// GitHub looks for mentions, references and bare links after Markdown's own escapes are gone, so a backslash does not
// stop them. A zero-width space, written as an entity, does; Dependabot does the same.
const BREAK = '&#8203;';
const SPECIAL = /[\\`*[\]<>&|~$]|@|:(?=\/\/)|#(?=\d)|www(?=\.)|(?<![\p{L}\p{N}])GH(?=-\d)|_/giu;
const BLOCK_START = /^(?:[#+=:-]|\d+(?=[.)](?:\s|$)))/u;
const WORD = /[\p{L}\p{N}]/u;

/** One line of Markdown that shows the text; white space is collapsed. Safe in a paragraph, list item or table cell. */
export function inlineText(text: string): string {
  return unlikeBlock(escaped(oneLine(text)));
}

/** The same of a text as people write it: what stands between backticks is shown as code, no other mark is obeyed. */
export function inlineProse(text: string): string {
  const parts = oneLine(text).split(/`([^`]+)`/);
  return unlikeBlock(parts.map((part, at) => (at % 2 === 0 ? escaped(part) : inlineCode(part))).join(''));
}

function escaped(line: string): string {
  return line.replace(SPECIAL, (found, offset: number) => {
    switch (found) {
      case '@':
      case ':':
      case '#':
        return `${found}${BREAK}`;
      case '$': // a backslash does not keep GitHub from reading it as the start of a formula
        return '&#36;';
      case '_': // inside a word it means nothing, and escaped names are hard to read in the raw text
        return WORD.test(line[offset - 1] ?? '') && WORD.test(line[offset + 1] ?? '') ? found : '\\_';
      default:
        return found.length > 1 ? `${found}${BREAK}` : `\\${found}`;
    }
  });
}

/** The line, kept from being read as a heading, a list or the underline of one. */
function unlikeBlock(line: string): string {
  return line.replace(BLOCK_START, (start) => (/\d/.test(start) ? `${start}\\` : `\\${start}`));
}

/** The text as inline code; white space is collapsed. Safe wherever `inlineText` is. */
export function inlineCode(text: string): string {
  const line = oneLine(text);
  if (line === '') return '';
  // A table splits its cells before it looks at code, and backslashes before a bar are read twice there.
  if (/[|\\]/.test(line)) return `<code>${inlineText(line)}</code>`;
  const ticks = '`'.repeat(longestRun(line) + 1);
  const padding = line.startsWith('`') || line.endsWith('`') ? ' ' : '';
  return `${ticks}${padding}${line}${padding}${ticks}`;
}

/**
 * A fenced code block that shows the text line by line. The fence is longer than any run of backticks inside. Lines that
 * bots could take for a command of theirs (`/merge`, `@bot merge`) get a bar in front.
 */
export function codeBlock(text: string, language: 'text' | 'sh' = 'text'): string {
  const lines = printableText(text).replace(/\n$/, '').split('\n');
  const shown = lines.map((line) => (/^\s*[/@]\p{L}/u.test(line) ? `│ ${line}` : line)).join('\n');
  const fence = '`'.repeat(Math.max(3, longestRun(shown) + 1));
  return `${fence}${language}\n${shown}\n${fence}`;
}

/** The text as a quotation that keeps its lines; of its Markdown only inline code is obeyed. */
export function quotation(text: string): string {
  const lines = printableText(text).trim().split('\n').map(inlineProse);
  const broken = lines.map((line, at) => (line !== '' && (lines[at + 1] ?? '') !== '' ? `${line}\\` : line));
  return broken.map((line) => `> ${line}`.trimEnd()).join('\n');
}

/** GitHub's red alert. The body has to be safe Markdown. */
export function warningBlock(body: string): string {
  return `> [!CAUTION]\n${body.replaceAll(/^/gm, '> ')}`;
}

/** A block that is closed until it is opened. The title is shown as text; the body has to be safe Markdown. */
export function foldedBlock(title: string, body: string): string {
  return `<details>\n<summary>${htmlText(title)}</summary>\n\n${body}\n\n</details>`;
}

/** At most `maxChars` characters of a text, and how many were left out. Cuts between characters, before any escaping. */
export function clipped(text: string, maxChars: number): string {
  if (text.length <= maxChars) return text;
  const kept = text.slice(0, maxChars).replace(/[\uD800-\uDBFF]$/, '');
  return `${kept} [… ${text.length - kept.length} more characters]`;
}

function htmlText(text: string): string {
  const safe = oneLine(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  return safe.replace(/@|:(?=\/\/)|#(?=\d)/g, (found) => `${found}${BREAK}`);
}

function oneLine(text: string): string {
  return printableText(text).replace(/\s+/g, ' ').trim();
}

function longestRun(text: string): number {
  return Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
}
