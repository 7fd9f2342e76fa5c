// Reads answers out of a comment's text: which of the open numbers it names, and what it says. Whether its author may
// answer is not asked here.
import { printableText } from '../platform/printable-text.js';

interface WrittenAnswer {
  number: number;
  text: string;
  /** The text was longer than an answer may be. */
  isCut: boolean;
}

const MAX_ANSWER_CHARS = 4_000;
const COMMAND = /^ {0,3}\/ferrule[ \t]+answer[ \t]+#?(\d{1,6})(?::|[ \t]|$)(.*)$/i;
/** How a reply may begin. A bare `2.` or `2)` is no such beginning: Markdown's lists look like that. */
const REPLIES: readonly RegExp[] = [
  /^ {0,3}(?:\*\*)?answer[ \t]+(?:to[ \t]+)?#?(\d{1,6})(?:\*\*)?[ \t]*:(?:\*\*)?(.*)$/i,
  /^ {0,3}(?:\*\*)?(\d{1,6})(?:\*\*)?[ \t]*:(?:\*\*)?(.*)$/,
  /^ {0,3}#(\d{1,6})(?::|[ \t])(.*)$/,
];

/**
 * The answers in a comment: each line `/ferrule answer N text` begins one, wherever it stands; without such a line the
 * comment is one if what it begins with, quotations aside, is `Answer N: text`, `N: text` or `#N text`, and further lines
 * of that form begin further ones. An answer goes on to the next beginning or to the end. Lines of code begin none.
 * @param known the numbers that questions have. A reply that names another is no answer; a command is, to be told of.
 */
export function parseAnswers(comment: string, known: ReadonlySet<number>): WrittenAnswer[] {
  const lines = printableText(comment).split('\n');
  const byCommand = collect(lines, COMMAND, () => true);
  if (byCommand.length > 0) return byCommand;
  const isKnown = (number: number) => known.has(number);
  const first = lines.findIndex((line) => line.trim() !== '' && !line.startsWith('>'));
  const form = REPLIES.find((pattern) => isKnown(Number(pattern.exec(lines[first] ?? '')?.[1])));
  return form === undefined ? [] : collect(lines.slice(first), form, isKnown);
}

function collect(lines: readonly string[], beginning: RegExp, mayBegin: (number: number) => boolean): WrittenAnswer[] {
  const found: { number: number; lines: string[] }[] = [];
  let fence: string | undefined;
  for (const line of lines) {
    const mark = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1];
    if (fence === undefined) fence = mark;
    else if (mark?.startsWith(fence)) fence = undefined;
    const match = fence === undefined ? beginning.exec(line) : null;
    const number = Number(match?.[1]);
    if (match !== null && mayBegin(number)) found.push({ number, lines: [match[2] ?? ''] });
    else found.at(-1)?.lines.push(line);
  }
  return found.flatMap((answer) => {
    const text = answer.lines.join('\n').trim();
    return text === '' ? [] : [{ number: answer.number, ...bounded(text) }];
  });
}

function bounded(text: string): { text: string; isCut: boolean } {
  if (text.length <= MAX_ANSWER_CHARS) return { text, isCut: false };
  const kept = text.slice(0, MAX_ANSWER_CHARS).replace(/[\uD800-\uDBFF]$/, '');
  return { text: kept, isCut: true };
}
