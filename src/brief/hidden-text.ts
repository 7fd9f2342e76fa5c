// Takes out what a person reading a rendered Markdown file does not see, so that nobody can speak to the model behind the
// reviewer's back. Line breaks stay, so that line numbers keep their meaning.
import { parseMarkdown, walk } from './markdown.js';

interface VisibleText {
  text: string;
  /** What was taken out, as phrases such as `2 HTML comments (first on line 14)`; lines count from `firstLine`. */
  removed: string[];
}

// Format characters (zero-width, bidirectional, the tag block), characters without a shape (fillers, the variation
// selectors that carry smuggled bytes; U+FE0E and U+FE0F only choose how an emoji is drawn), and control characters.
const HIDDEN_CHARACTERS = /(?![\uFE0E\uFE0F])[\p{Cf}\p{DI}]|[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F]/gu;

/** @param firstLine the file's line on which `text` starts */
export function removeHiddenText(text: string, firstLine = 1): VisibleText {
  const removed: string[] = [];
  const characters = [...text.matchAll(HIDDEN_CHARACTERS)];
  const visible = text.replace(HIDDEN_CHARACTERS, '');
  if (characters.length > 0) {
    const line = firstLine + countLineBreaks(text.slice(0, characters[0]?.index));
    removed.push(`${counted(characters.length, 'invisible character')} (first on line ${line})`);
  }
  const comments = findComments(visible);
  if (comments.length > 0) {
    const line = firstLine + countLineBreaks(visible.slice(0, comments[0]?.start));
    removed.push(`${counted(comments.length, 'HTML comment')} (first on line ${line})`);
  }
  return { text: cut(visible, comments), removed };
}

interface Range {
  start: number;
  end: number;
}

// Found through the syntax tree: the same characters inside a code block are content that everybody sees.
function findComments(text: string): Range[] {
  const ranges: Range[] = [];
  if (!/<!--|\[(?:\/\/|comment)\]:/i.test(text)) return ranges; // parsing a long text takes seconds
  walk(parseMarkdown(text), (node) => {
    const start = node.position?.start.offset;
    const end = node.position?.end.offset;
    if (start === undefined || end === undefined) return;
    if (node.type === 'html') {
      for (const match of text.slice(start, end).matchAll(/<!--[\s\S]*?(?:-->|$)/g)) {
        ranges.push({ start: start + match.index, end: start + match.index + match[0].length });
      }
    }
    // `[//]: # (text)` renders as nothing and is used as a comment.
    if (node.type === 'definition' && /^(?:\/\/|comment)$/i.test(node.identifier)) ranges.push({ start, end });
  });
  return ranges.sort((a, b) => a.start - b.start);
}

function cut(text: string, ranges: readonly Range[]): string {
  let result = '';
  let from = 0;
  for (const { start, end } of ranges) {
    result += text.slice(from, start) + text.slice(start, end).replace(/[^\n]+/g, '');
    from = end;
  }
  return result + text.slice(from);
}

function countLineBreaks(text: string): number {
  return text.split('\n').length - 1;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
