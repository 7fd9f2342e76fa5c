// What stands before an item of Rust source and belongs to it: doc comments and attributes. The items themselves are
// outline.ts's.
import type { SyntaxNode } from './rust-syntax.js';

export interface Decorations {
  /** First sentence of the outer doc comment. */
  doc?: string;
  /** `#[test]`, `#[tokio::test]` and their kind. */
  isTest: boolean;
  /** Compiled for tests only: `#[cfg(test)]`, also inside `all(…)` and `any(…)`. */
  isTestOnly: boolean;
  isExportedMacro: boolean;
  /** The attributes as written, each on one line; documentation text left out. */
  attributes: string[];
}

/** Last path segment of the attributes that make a function a test. */
const TEST_ATTRIBUTES = new Set(['test', 'rstest', 'test_case', 'quickcheck', 'wasm_bindgen_test']);

/**
 * The named children of a list (a file, a module's or a type's body), each with its decorations, which the grammar has
 * as siblings before it. `inner` is the first sentence of the list's own `//!` comment.
 */
export function collectDecorations(list: SyntaxNode): {
  inner?: string;
  entries: { node: SyntaxNode; decorations: Decorations }[];
} {
  const entries: { node: SyntaxNode; decorations: Decorations }[] = [];
  const inner: string[] = [];
  let outer: string[] = [];
  let attributes: SyntaxNode[] = [];
  for (const node of list.namedChildren) {
    if (node.type === 'line_comment' || node.type === 'block_comment') {
      const text = node.childForFieldName('doc')?.text;
      if (text === undefined) continue;
      (node.childForFieldName('inner') ? inner : outer).push(text);
    } else if (node.type === 'attribute_item') {
      attributes.push(node);
      const doc = /^#\[\s*doc\s*=\s*"((?:[^"\\]|\\.)*)"\s*\]$/s.exec(node.text)?.[1];
      if (doc !== undefined) outer.push(`${doc}\n`);
    } else {
      const doc = firstSentence(outer.join(''));
      entries.push({ node, decorations: { ...(doc === undefined ? {} : { doc }), ...readAttributes(attributes) } });
      outer = [];
      attributes = [];
    }
  }
  const doc = firstSentence(inner.join(''));
  return { ...(doc === undefined ? {} : { inner: doc }), entries };
}

function readAttributes(items: readonly SyntaxNode[]): Omit<Decorations, 'doc'> {
  const texts = items.map((item) => item.text.replace(/"(?:[^"\\]|\\.)*"/gs, '""'));
  const paths = texts.map((text) => /^#\[\s*([\w:]+)/.exec(text)?.[1] ?? '');
  return {
    isTest: paths.some((path) => TEST_ATTRIBUTES.has(path.split('::').at(-1) ?? '')),
    isTestOnly: texts.some((text) => /^#\[\s*cfg\s*\(.*\btest\b/s.test(text) && !/\bnot\s*\([^)]*\btest\b/s.test(text)),
    isExportedMacro: paths.includes('macro_export'),
    attributes: items.map((item) => item.text.replace(/\s+/g, ' ')).filter((text) => !/^#\[ ?doc ?=/.test(text)),
  };
}

/** The first sentence of Markdown prose, on one line; `undefined` when there is none before the first heading or code. */
function firstSentence(markdown: string): string | undefined {
  const lines = markdown.split('\n').map((line) => line.replace(/^\s*\*?\s?/, '').trimEnd());
  const first = lines.findIndex((line) => line !== '');
  if (first < 0) return undefined;
  const rest = lines.slice(first);
  const end = rest.findIndex((line) => line === '' || line.startsWith('```'));
  const paragraph = rest
    .slice(0, end < 0 ? undefined : end)
    .join(' ')
    .replace(/^#+\s*/, '')
    .replace(/\s+/g, ' ')
    .trim();
  if (paragraph === '') return undefined;
  return /^.*?[.!?](?=\s+[^\sa-z]|$)/.exec(paragraph)?.[0] ?? paragraph;
}
