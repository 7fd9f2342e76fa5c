// Loads the Rust grammar and parses source text into syntax trees. What the trees are searched for is decided by the
// callers; parsing recovers from errors, so a tree exists for any text.
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type * as TreeSitter from 'web-tree-sitter';

type SyntaxTree = TreeSitter.Tree;
export type SyntaxNode = TreeSitter.Node;

export interface RustSyntax {
  /** The tree of a text; its memory is not garbage collected: the caller calls `delete()` on it. */
  parse(text: string): SyntaxTree;
}

/**
 * Loads runtime and grammar (about 80 ms). Call it once a run and pass the result on.
 *
 * The bundler copies the three files when it sees `new URL('<literal>', import.meta.url)`, and then leaves a path where
 * the URL stood. A plain import of the package builds, but its ESM half fails inside a bundle ("createRequire is not a
 * function"), hence the CommonJS half through `createRequire`.
 */
export async function openRustSyntax(): Promise<RustSyntax> {
  const library = pathOf(new URL('../../node_modules/web-tree-sitter/web-tree-sitter.cjs', import.meta.url));
  const runtime = pathOf(new URL('../../node_modules/web-tree-sitter/web-tree-sitter.wasm', import.meta.url));
  const grammar = pathOf(new URL('../../node_modules/tree-sitter-rust/tree-sitter-rust.wasm', import.meta.url));
  const { Language, Parser } = createRequire(import.meta.url)(library) as typeof TreeSitter;
  await Parser.init({ wasmBinary: await readFile(runtime) });
  const rust = await Language.load(new Uint8Array(await readFile(grammar)));
  const parser = new Parser();
  parser.setLanguage(rust);
  return {
    parse(text) {
      const tree = parser.parse(text);
      if (!tree) throw new Error('the Rust parser gave no tree');
      return tree;
    },
  };
}

function pathOf(location: URL | string): string {
  return typeof location === 'string' ? location : fileURLToPath(location);
}
