// Finds the Rust code blocks of doc comments, by rustdoc's rules for their tags. Whether an item needs documentation is
// missing-docs.ts's.
import type { RustSyntax } from '../workshop/workshop.js';
import type { BodyFacts } from './assertions.js';
import { readRange } from './assertions.js';
import type { SourceItems } from './rust-items.js';
import { documentedName } from './rust-items.js';
import type { Comment } from './rust-tokens.js';
import { readTokens } from './rust-tokens.js';

export interface DocTest {
  /** Of the item it documents, with the modules around it; `the file` for a file's own documentation. */
  name: string;
  /** 1-based, of the fences. */
  line: number;
  endLine: number;
  /** The tag that keeps it from running. */
  ignored: string | undefined;
  mustPanic: boolean;
  conditions: readonly string[];
  facts: BodyFacts;
}

/** Tags that leave a block Rust; any other word makes it another language (rustdoc book, "Documentation tests"). */
const RUST_TAG =
  /^(rust|should_panic|no_run|ignore(-[\w-]+)?|compile_fail|edition\d+|standalone(_crate)?|test_harness|allow_fail|E\d{4}|custom|\{.*\}|)$/;
/** `ignore-wasm` and its kind leave out other targets than those of the runner. */
const NOT_RUN = /^(ignore(-(linux|x86_64|aarch64|unix)[\w-]*)?|no_run|compile_fail)$/;

/** The code blocks of a source's doc comments that are Rust; in order. */
export function findDocTests(syntax: RustSyntax, source: SourceItems): DocTest[] {
  if (!source.comments.some((comment) => comment.doc !== undefined && /```|~~~/.test(comment.text))) return [];
  const found: DocTest[] = [];
  for (const item of source.items) {
    found.push(...readBlocks(syntax, item.docs, documentedName(source, item), item.conditions));
  }
  const inner = source.comments.filter((comment) => comment.doc === 'inner');
  for (const group of adjacent(inner)) {
    const owner = source.items.findLast(
      (item) => item.body && item.body.open < (group[0]?.before ?? 0) && item.to > (group[0]?.before ?? 0),
    );
    found.push(
      ...readBlocks(
        syntax,
        group,
        owner === undefined ? 'the file' : documentedName(source, owner),
        owner?.conditions ?? [],
      ),
    );
  }
  return found;
}

function readBlocks(
  syntax: RustSyntax,
  comments: readonly Comment[],
  name: string,
  conditions: readonly string[],
): DocTest[] {
  const found: DocTest[] = [];
  let block: { fence: string; tags: string[]; line: number; code: string[] } | undefined;
  for (const { text, line } of comments.flatMap(docLines)) {
    const fence = /^\s*(`{3,}|~{3,})\s*(.*)$/.exec(text);
    if (block === undefined) {
      if (fence) block = { fence: fence[1] ?? '', tags: (fence[2] ?? '').split(/[\s,]+/), line, code: [] };
    } else if (fence && fence[2] === '' && (fence[1] ?? '').startsWith(block.fence)) {
      if (block.tags.every((tag) => RUST_TAG.test(tag))) found.push(describe(syntax, name, conditions, block, line));
      block = undefined;
    } else {
      block.code.push(text.replace(/^\s*#( |$)/, ''));
    }
  }
  return found;
}

function describe(
  syntax: RustSyntax,
  name: string,
  conditions: readonly string[],
  block: { tags: string[]; line: number; code: string[] },
  endLine: number,
): DocTest {
  const { tokens } = readTokens(syntax, block.code.join('\n'));
  return {
    name,
    line: block.line,
    endLine,
    ignored: block.tags.find((tag) => NOT_RUN.test(tag)),
    mustPanic: block.tags.includes('should_panic'),
    conditions,
    facts: readRange(tokens, 0, tokens.length),
  };
}

/** The lines of a doc comment without its marks. */
function docLines(comment: Comment): { text: string; line: number }[] {
  const isBlock = comment.text.startsWith('/*');
  const text = isBlock ? comment.text.slice(3, -2) : comment.text.slice(3);
  return text.split('\n').map((line, index) => ({
    text: (isBlock && index > 0 ? line.replace(/^\s*\*/, '') : line).replace(/^ /, ''),
    line: comment.line + index,
  }));
}

/** Comments of the same place in one list each. */
function adjacent(comments: readonly Comment[]): Comment[][] {
  const groups: Comment[][] = [];
  for (const comment of comments) {
    const last = groups.at(-1);
    if (last?.[0]?.before === comment.before) last.push(comment);
    else groups.push([comment]);
  }
  return groups;
}
