// Markdown as a tree, and as the plain text a reader sees, with the line each character comes from. What a text means is
// decided elsewhere.
import type { Nodes, Root } from 'mdast';
import remarkGfm from 'remark-gfm';
import remarkParse from 'remark-parse';
import { unified } from 'unified';

/** Text of one block, white space collapsed, so that reflowing a paragraph changes nothing but `lines`. */
interface FlatText {
  text: string;
  /** As long as `text`, with inline code blanked out: words in code are no words of the sentence. */
  prose: string;
  /** 1-based line of each character of `text`. */
  lines: readonly number[];
  /** Where inline code stands in `text`, each end after its last character. */
  code: readonly { start: number; end: number }[];
}

/** A part of a block: `text` as a reader sees it, `written` the same with inline code between backticks. */
export interface Piece {
  text: string;
  written: string;
}

// Our walks are recursive; a hostile file could nest deeper than the stack.
const MAX_DEPTH = 100;

export function parseMarkdown(text: string): Root {
  return unified().use(remarkParse).use(remarkGfm).parse(text);
}

/** Visits a node and everything below it, parents first. */
export function walk(node: Nodes, visit: (node: Nodes) => void, depth = 0): void {
  visit(node);
  if (depth >= MAX_DEPTH || !('children' in node)) return;
  for (const child of node.children) walk(child, visit, depth + 1);
}

/** The visible text of a block: no markup, no HTML, no struck-out text, no footnote marks. */
export function flatten(node: Nodes): FlatText {
  const characters: Character[] = [];
  collect(node, characters, 0);
  let text = '';
  let prose = '';
  const lines: number[] = [];
  const code = new Map<Nodes, { start: number; end: number }>();
  for (const character of characters) {
    const isSpace = /\s/.test(character.text);
    if (isSpace && (text === '' || text.endsWith(' '))) continue;
    text += isSpace ? ' ' : character.text;
    prose += isSpace ? ' ' : character.prose;
    if (character.code !== undefined) {
      const start = code.get(character.code)?.start ?? text.length - (isSpace ? 1 : character.text.length);
      code.set(character.code, { start, end: text.length });
    }
    for (let unit = 0; unit < character.text.length; unit++) lines.push(character.line);
  }
  const length = text.trimEnd().length;
  return {
    text: text.slice(0, length),
    prose: prose.slice(0, length),
    lines: lines.slice(0, length),
    code: [...code.values()].map(({ start, end }) => ({ start, end: Math.min(end, length) })),
  };
}

/** From `start` to before `end`. Where a backtick stands in the text itself, it is written as it is read. */
export function piece({ text, code }: FlatText, start = 0, end = text.length): Piece {
  const plain = text.slice(start, end);
  if (plain.includes('`')) return { text: plain, written: plain };
  let written = '';
  let at = start;
  for (const span of code) {
    const [from, to] = [Math.max(span.start, at), Math.min(span.end, end)];
    if (from >= to) continue;
    written += `${text.slice(at, from)}\`${text.slice(from, to)}\``;
    at = to;
  }
  return { text: plain, written: written + text.slice(at, end) };
}

/** A piece without inline code. */
export function plainPiece(text: string): Piece {
  return { text, written: text };
}

export function trimmedPiece({ text, written }: Piece): Piece {
  return { text: text.trim(), written: written.trim() };
}

export function joinPieces(pieces: readonly Piece[], separator: string): Piece {
  const join = (part: keyof Piece) => pieces.map((each) => each[part]).join(separator);
  return { text: join('text'), written: join('written') };
}

interface Character {
  text: string;
  prose: string;
  line: number;
  /** The node of inline code that it belongs to. */
  code?: Nodes;
}

// What the segmenter would take for the end of a sentence when a capital letter follows.
const ABBREVIATION = /\b(?:e\.g|i\.e|etc|cf|vs|approx|resp)\.\s*$/i;

/** The sentences of a block. One may begin with code: `… is full. \`get\` must …` are two. */
export function sentences({ text, prose, code }: FlatText): { start: number; end: number }[] {
  const capitalised = Array.from({ length: prose.length }, (_, at) => prose.charAt(at));
  for (const { start } of code)
    if (!ABBREVIATION.test(text.slice(Math.max(0, start - 12), start))) capitalised[start] = 'X';
  const segments = new Intl.Segmenter('en', { granularity: 'sentence' }).segment(capitalised.join(''));
  return [...segments].map(({ index, segment }) => ({ start: index, end: index + segment.length }));
}

function collect(node: Nodes, into: Character[], depth: number): void {
  let line = node.position?.start.line ?? 1;
  const add = (value: string, isCode: boolean) => {
    for (const text of value) {
      const prose = isCode && !/\s/.test(text) ? 'x'.repeat(text.length) : text;
      into.push({ text, prose, line, ...(isCode ? { code: node } : {}) });
      if (text === '\n') line += 1;
    }
  };
  switch (node.type) {
    case 'text':
      return add(node.value, false);
    case 'inlineCode':
      return add(node.value, true);
    case 'break':
      return add(' ', false);
    case 'image':
    case 'imageReference':
      return add(node.alt ?? '', false);
    case 'delete':
    case 'html':
    case 'code':
    case 'footnoteReference':
      return;
    default:
      if (depth >= MAX_DEPTH || !('children' in node)) return;
      for (const child of node.children) collect(child, into, depth + 1);
  }
}
