// Reads a Rust source as the leaves of its syntax tree, with the brackets paired. What a run of tokens means is
// rust-items.ts's and the audits'. Tokens, not nodes, because the grammar keeps macro arguments as unparsed token trees:
// read as leaves, `x.unwrap()` looks the same inside `println!` and outside.
import type { RustSyntax } from '../workshop/workshop.js';

export interface Token {
  text: string;
  kind: 'literal' | 'word' | 'punctuation';
  /** 1-based. */
  line: number;
  /** For a bracket: the index of its counterpart, in both directions; otherwise, and where it has none, -1. */
  pair: number;
}

export interface Comment {
  text: string;
  /** 1-based. */
  line: number;
  endLine: number;
  /** Index of the token that follows it. */
  before: number;
  /** An outer doc comment documents what follows (three slashes), an inner one what surrounds it. */
  doc: 'outer' | 'inner' | undefined;
}

export interface SourceTokens {
  tokens: Token[];
  comments: Comment[];
}

const LITERALS = new Set([
  'string_literal',
  'raw_string_literal',
  'char_literal',
  'integer_literal',
  'float_literal',
  'boolean_literal',
]);
const COMMENTS = new Set(['line_comment', 'block_comment']);
/** Nodes with children that count as one token. */
const WHOLE = new Set([...LITERALS, ...COMMENTS, 'lifetime', 'label', 'metavariable']);
const OPENING: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };

/** Tokens and comments of a source, in order. Never throws for what the text holds. */
export function readTokens(syntax: RustSyntax, text: string): SourceTokens {
  const tree = syntax.parse(text);
  const cursor = tree.walk();
  try {
    const tokens: Token[] = [];
    const comments: Comment[] = [];
    const lineAt = lineCounter(text);
    for (;;) {
      const type = cursor.nodeType;
      if (WHOLE.has(type) || !cursor.gotoFirstChild()) {
        const found = text.slice(cursor.startIndex, cursor.endIndex).trimEnd();
        const line = lineAt(cursor.startIndex);
        if (COMMENTS.has(type)) {
          const endLine = line + found.split('\n').length - 1;
          comments.push({ text: found, line, endLine, before: tokens.length, doc: docKind(found) });
        } else if (found !== '') {
          tokens.push({ text: found, kind: kindOf(type, found), line, pair: -1 });
        }
        while (!cursor.gotoNextSibling()) {
          if (cursor.gotoParent()) continue;
          pairBrackets(tokens);
          return { tokens, comments };
        }
      }
    }
  } finally {
    cursor.delete();
    tree.delete();
  }
}

/** The tokens' texts with a space between them: equal for code that differs in layout and comments only. */
export function textOf(tokens: readonly Token[], from = 0, to = tokens.length): string {
  let text = '';
  for (let i = from; i < to; i++) text += (i > from ? ' ' : '') + (tokens[i]?.text ?? '');
  return text;
}

/**
 * The ranges between the separators that stand directly between two brackets, not deeper; a trailing separator makes no
 * empty range.
 */
export function splitBetween(
  tokens: readonly Token[],
  open: number,
  close: number,
  separator: string,
): { from: number; to: number }[] {
  const parts: { from: number; to: number }[] = [];
  let from = open + 1;
  for (let i = from; i < close; i++) {
    const token = tokens[i];
    if (token === undefined) break;
    if (token.pair > i) i = token.pair;
    else if (token.text === '<' && (i === from || tokens[i - 1]?.text === '::')) i = genericsEnd(tokens, i, close);
    else if (token.text === separator) {
      parts.push({ from, to: i });
      from = i + 1;
    }
  }
  if (from < close) parts.push({ from, to: close });
  return parts;
}

/** Index of the `>` that closes generic arguments; where none does, of their `<`. */
export function genericsEnd(tokens: readonly Token[], open: number, limit: number): number {
  let depth = 0;
  for (let i = open; i < limit; i++) {
    const token = tokens[i];
    if (token === undefined || token.text === ';') break;
    if (token.pair > i) i = token.pair;
    else if (token.text === '<') depth++;
    else if (token.text === '>') depth--;
    else if (token.text === '>>') depth -= 2;
    if (depth <= 0) return i;
  }
  return open;
}

function kindOf(type: string, text: string): Token['kind'] {
  if (LITERALS.has(type)) return 'literal';
  return /^[$\w'#]*\w!?$/.test(text) ? 'word' : 'punctuation';
}

function docKind(comment: string): Comment['doc'] {
  if (/^(\/\/!|\/\*!)/.test(comment)) return 'inner';
  // `////` and `/***` are ordinary comments (Rust Reference, "Doc comments"), so is `/**/`.
  return /^(\/\/\/(?!\/)|\/\*\*(?![*/]))/.test(comment) ? 'outer' : undefined;
}

/** Offsets have to come in rising order. */
function lineCounter(text: string): (offset: number) => number {
  let line = 1;
  let next = text.indexOf('\n');
  return (offset) => {
    while (next >= 0 && next < offset) {
      line++;
      next = text.indexOf('\n', next + 1);
    }
    return line;
  };
}

/** Broken code may leave brackets open: a closing one then closes the nearest opening one of its kind. */
function pairBrackets(tokens: Token[]): void {
  const open: number[] = [];
  for (const [index, token] of tokens.entries()) {
    if (token.kind === 'literal') continue;
    if (token.text in OPENING) open.push(index);
    else if (token.text === ')' || token.text === ']' || token.text === '}') {
      const at = open.findLastIndex((candidate) => OPENING[tokens[candidate]?.text ?? ''] === token.text);
      const partner = at < 0 ? undefined : open[at];
      if (partner === undefined) continue;
      open.length = at;
      token.pair = partner;
      const first = tokens[partner];
      if (first) first.pair = index;
    }
  }
}
