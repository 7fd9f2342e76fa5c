// The outline of one Rust source text: its items with one-line signatures, and the names of its tests. Knows syntax
// only: no name is resolved, no module file is opened, and items that macros generate are not seen.
import type { RustSyntax, SyntaxNode } from './rust-syntax.js';
import { collectDecorations, type Decorations } from './item-decorations.js';

type ItemKind =
  | 'fn'
  | 'struct'
  | 'field'
  | 'enum'
  | 'variant'
  | 'union'
  | 'trait'
  | 'impl'
  | 'type'
  | 'const'
  | 'static'
  | 'mod'
  | 'use'
  | 'macro'
  | 'extern';

export interface OutlineItem {
  kind: ItemKind;
  /** The item's identifier; an impl block's is its type, a `use` has its path. */
  name: string;
  /** One line, without body. */
  signature: string;
  /** First sentence of its doc comment. */
  doc?: string;
  /** As written, each on one line (`#[derive(Clone)]`); documentation text left out. */
  attributes?: string[];
  /** 1-based. */
  line: number;
  /** Written with a plain `pub`; variants, trait members and members of trait impls have the visibility of their owner. */
  public: boolean;
  /** Private fields of a struct that `publicOnly` left out. */
  hiddenFields?: number;
  children: OutlineItem[];
}

export interface SourceOutline {
  /** First sentence of the file's `//!` comment. */
  doc?: string;
  items: OutlineItem[];
  /** Every test function of the file (`tests::adds`), whether public only or not; nothing else of test modules is kept. */
  tests: { name: string; line: number }[];
  /** The text does not parse completely; what was understood is still there. */
  hasErrors: boolean;
}

interface OutlineOptions {
  /** Leave out whatever is not plain `pub`, and the members of trait impls (the trait shows them). */
  publicOnly: boolean;
}

const KINDS: Readonly<Record<string, ItemKind>> = {
  function_item: 'fn',
  function_signature_item: 'fn',
  struct_item: 'struct',
  enum_item: 'enum',
  union_item: 'union',
  trait_item: 'trait',
  impl_item: 'impl',
  type_item: 'type',
  associated_type: 'type',
  const_item: 'const',
  static_item: 'static',
  mod_item: 'mod',
  use_declaration: 'use',
  macro_definition: 'macro',
  foreign_mod_item: 'extern',
  field_declaration: 'field',
  enum_variant: 'variant',
};

/** Deeper nesting is generated or hostile; the recursion stops there. */
const MAX_DEPTH = 32;
/** A constant's value is part of its signature up to this length. */
const MAX_VALUE_CHARS = 40;

/** Outlines one source text. Never throws for what the text holds. */
export function outlineSource(syntax: RustSyntax, text: string, options: OutlineOptions): SourceOutline {
  const tree = syntax.parse(text);
  try {
    const tests: SourceOutline['tests'] = [];
    const walk: Walk = { publicOnly: options.publicOnly, tests, path: [], inherit: false };
    const items = outlineList(tree.rootNode, walk);
    const doc = collectDecorations(tree.rootNode).inner;
    return { ...(doc === undefined ? {} : { doc }), items, tests, hasErrors: tree.rootNode.hasError };
  } finally {
    tree.delete();
  }
}

interface Walk {
  publicOnly: boolean;
  tests: SourceOutline['tests'];
  /** Names of the enclosing modules. */
  path: readonly string[];
  /** The visibility is the owner's: nothing inside is filtered. */
  inherit: boolean;
}

function outlineList(list: SyntaxNode, walk: Walk): OutlineItem[] {
  const { entries } = collectDecorations(list);
  const privateTypes = new Set(
    entries
      .filter(({ node }) => /^(struct|enum|union)_item$/.test(node.type) && !isPublic(node))
      .map(({ node }) => nameOf(node)),
  );
  const items: OutlineItem[] = [];
  for (const { node, decorations } of entries) {
    const kind = KINDS[node.type];
    if (!kind || walk.path.length > MAX_DEPTH) continue;
    if (kind === 'fn' && decorations.isTest) {
      walk.tests.push({ name: [...walk.path, nameOf(node)].join('::'), line: lineOf(node) });
    } else if (decorations.isTestOnly) {
      const body = kind === 'mod' && node.childForFieldName('body');
      if (body) outlineList(body, { ...walk, path: [...walk.path, nameOf(node)] });
    } else {
      const item = outlineItem(node, kind, decorations, walk);
      if (!walk.publicOnly || (item.public && !(kind === 'impl' && privateTypes.has(item.name)))) items.push(item);
    }
  }
  return items;
}

function outlineItem(node: SyntaxNode, kind: ItemKind, decorations: Decorations, walk: Walk): OutlineItem {
  const name = nameOf(node);
  const item: OutlineItem = {
    kind,
    name,
    signature: signatureOf(node, kind),
    ...(decorations.doc === undefined ? {} : { doc: decorations.doc }),
    ...(decorations.attributes.length === 0 ? {} : { attributes: decorations.attributes }),
    line: lineOf(node),
    public: walk.inherit || (kind === 'macro' ? decorations.isExportedMacro : isPublic(node)),
    children: [],
  };
  const body = node.childForFieldName('body');
  let hidden = 0;
  const isTraitImpl = kind === 'impl' && node.childForFieldName('trait') !== null;
  switch (kind) {
    case 'enum':
    case 'trait':
      if (body) item.children = outlineList(body, { ...walk, inherit: true });
      break;
    case 'struct':
    case 'union':
      if (body?.type !== 'field_declaration_list') break;
      item.children = outlineList(body, { ...walk, inherit: false });
      hidden = body.namedChildren.filter((child) => child.type === 'field_declaration').length - item.children.length;
      if (hidden > 0) item.hiddenFields = hidden;
      break;
    case 'impl':
      if (body && !(isTraitImpl && walk.publicOnly))
        item.children = outlineList(body, { ...walk, inherit: isTraitImpl });
      item.public = isTraitImpl || item.children.some((child) => child.public);
      break;
    case 'extern':
      if (body) item.children = outlineList(body, { ...walk, inherit: false });
      item.public = item.children.some((child) => child.public);
      break;
    case 'mod':
      if (body) item.children = outlineList(body, { ...walk, path: [...walk.path, name], inherit: false });
      break;
    default:
      break;
  }
  return item;
}

function signatureOf(node: SyntaxNode, kind: ItemKind): string {
  if (kind === 'macro') return `macro_rules! ${nameOf(node)}`;
  const body = kind === 'variant' ? null : node.childForFieldName('body');
  const value = kind === 'variant' ? null : node.childForFieldName('value');
  const isTuple = body?.type === 'ordered_field_declaration_list';
  let end = node.endIndex;
  if (body && !isTuple) end = body.startIndex;
  else if (value && value.text.length > MAX_VALUE_CHARS) end = value.startIndex;
  const line = withoutComments(node, end)
    .replace(/\s+/g, ' ')
    .replace(/([([]) /g, '$1')
    .replace(/,? ([)\]])/g, '$1')
    .trim();
  return end === value?.startIndex ? `${line} …` : line.replace(/\s*[;,]$/, '');
}

function withoutComments(node: SyntaxNode, end: number): string {
  const start = node.startIndex;
  let text = node.text.slice(0, end - start);
  if (!text.includes('//') && !text.includes('/*')) return text;
  const comments = node
    .descendantsOfType(['line_comment', 'block_comment'])
    .filter((comment) => comment.endIndex <= end);
  for (const comment of comments.reverse()) {
    text = `${text.slice(0, comment.startIndex - start)} ${text.slice(comment.endIndex - start)}`;
  }
  return text;
}

function nameOf(node: SyntaxNode): string {
  if (node.type === 'impl_item') return (node.childForFieldName('type')?.text ?? '').replace(/\s*<[\s\S]*$/, '');
  if (node.type === 'use_declaration') return (node.childForFieldName('argument')?.text ?? '').replace(/\s+/g, ' ');
  return node.childForFieldName('name')?.text ?? '';
}

function isPublic(node: SyntaxNode): boolean {
  return node.children.some((child) => child.type === 'visibility_modifier' && child.text === 'pub');
}

function lineOf(node: SyntaxNode): number {
  return node.startPosition.row + 1;
}
