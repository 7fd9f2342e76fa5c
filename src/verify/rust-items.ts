// Finds the items of a Rust source (functions, types, modules, …) in its tokens, with attributes, visibility and what
// surrounds them; also those inside macro invocations and macro definitions. What a body does is assertions.ts's.
import type { RustSyntax } from '../workshop/workshop.js';
import { type Truth, evaluateCfg } from './cfg-condition.js';
import type { Attribute } from './rust-attributes.js';
import { innerAttributes, readAttributes } from './rust-attributes.js';
import type { Comment, SourceTokens, Token } from './rust-tokens.js';
import { readTokens } from './rust-tokens.js';

export interface RustItem {
  keyword: string;
  /** `$name` in macro definitions; of an impl block its type, `for Type` where it implements a trait. */
  name: string;
  /** Names of the modules and functions around it, in the file. */
  path: readonly string[];
  /** Plain `pub`; `pub(crate)` and its kind count as private. */
  isPublic: boolean;
  attributes: readonly Attribute[];
  /** The `cfg` conditions of the item and of everything around it in the file. */
  conditions: readonly string[];
  /** The macro invocations around it (`proptest`), outermost first. */
  macros: readonly string[];
  /** Part of what a macro definition expands to. */
  isTemplate: boolean;
  /** What directly surrounds it: a file or module, an impl block, a trait, a function's body, an extern block. */
  owner: 'module' | 'inherent-impl' | 'trait-impl' | 'trait' | 'fn' | 'extern';
  /** Index of the item that surrounds it, among the items of the file. */
  parent: number | undefined;
  /** Indices of the items directly inside. */
  children: number[];
  /** The outer doc comments before it. */
  docs: readonly Comment[];
  /** Index of its first token (attributes included), of the keyword, and past its last one. */
  from: number;
  at: number;
  to: number;
  /** Indices of the brackets of its body; `undefined` for declarations that end with `;`. */
  body: { open: number; close: number } | undefined;
  /** 1-based: of the keyword, and of the last token. */
  line: number;
  endLine: number;
}

export interface SourceItems extends SourceTokens {
  items: RustItem[];
  /** Every attribute of the file in order, whatever it applies to. */
  attributes: Attribute[];
}

const KEYWORDS = new Set(['fn', 'mod', 'struct', 'enum', 'union', 'trait', 'impl', 'type', 'const', 'static', 'use']);
const QUALIFIERS = new Set(['async', 'unsafe', 'extern', 'default', 'safe', 'auto']);
const MACRO_DEFINITION = /^macro(_rules!)?$/;

interface Scope {
  kind: RustItem['owner'] | 'macro';
  end: number;
  path: readonly string[];
  conditions: readonly string[];
  macros: readonly string[];
  isTemplate: boolean;
  item: number | undefined;
}

/** Reads items of texts, each text once: most files are the same in the base and the change. */
export function itemReader(syntax: RustSyntax): (text: string) => SourceItems {
  const known = new Map<string, SourceItems>();
  return (text) => {
    const found = known.get(text) ?? findItems(readTokens(syntax, text));
    known.set(text, found);
    return found;
  };
}

/** The items of a source in order; those inside others come after them. */
function findItems(source: SourceTokens): SourceItems {
  const { tokens, comments } = source;
  const items: RustItem[] = [];
  const attributes: Attribute[] = [];
  const scopes: Scope[] = [
    { kind: 'module', end: tokens.length, path: [], conditions: [], macros: [], isTemplate: false, item: undefined },
  ];
  let pending = { from: 0, attributes: [] as Attribute[], isPublic: false };
  const reset = (next: number) => (pending = { from: next, attributes: [], isPublic: false });
  const docsBefore = (from: number, to: number): Comment[] =>
    commentsBetween(comments, from, to).filter((comment) => comment.doc === 'outer');

  for (let i = 0; i < tokens.length; i++) {
    while (scopes.length > 1 && i >= (scopes.at(-1)?.end ?? 0)) scopes.pop();
    const scope = scopes.at(-1);
    const token = tokens[i];
    if (scope === undefined || token === undefined) break;
    const next = tokens[i + 1];

    if (token.text === '#') {
      const isInner = next?.text === '!';
      const open = isInner ? i + 2 : i + 1;
      const close = tokens[open]?.pair ?? -1;
      if (tokens[open]?.text === '[' && close > open) {
        const found = readAttributes(tokens, open, close, isInner);
        attributes.push(...found);
        if (isInner) scope.conditions = [...scope.conditions, ...conditionsOf(found)];
        else pending.attributes.push(...found);
        if (isInner) reset(close + 1);
        i = close;
        continue;
      }
    }
    if (token.text === 'pub' && token.kind === 'word') {
      const isRestricted = next?.text === '(' && /^(crate|super|self|in)$/.test(tokens[i + 2]?.text ?? '');
      pending.isPublic = !isRestricted;
      if (isRestricted && next.pair > i) i = next.pair;
      continue;
    }
    if (QUALIFIERS.has(token.text) && token.kind === 'word') {
      // `extern "C" { … }` is an item, `extern "C" fn` a qualifier.
      const after = next?.kind === 'literal' ? i + 2 : i + 1;
      const block = tokens[after];
      if (token.text === 'extern' && block?.text === '{') {
        const end = block.pair;
        if (end > after) scopes.push({ ...scope, kind: 'extern', end });
        i = after;
        reset(after + 1);
        continue;
      }
      if (next?.kind === 'literal') i++;
      continue;
    }
    const isConstFn = token.text === 'const' && /^(fn|unsafe|async|extern)$/.test(next?.text ?? '');
    if (isConstFn) continue;

    const isDefinition = MACRO_DEFINITION.test(token.text) && next?.kind === 'word';
    const isItem =
      isDefinition || (KEYWORDS.has(token.text) && token.kind === 'word' && startsItem(tokens, i, pending));
    if (isItem) {
      const end = itemEnd(tokens, i, scope.end);
      const item = describe(source, i, end, pending, scope, docsBefore(pending.from, i));
      items.push(item);
      if (scope.item !== undefined) items[scope.item]?.children.push(items.length - 1);
      if (item.body && item.keyword !== 'const' && item.keyword !== 'static' && item.keyword !== 'use') {
        scopes.push(scopeOf(item, items.length - 1, scope));
        i = item.body.open;
      } else {
        i = end - 1;
      }
      reset(i + 1);
      continue;
    }
    const open = i + 2;
    const isInvocation = token.kind === 'word' && next?.text === '!' && (tokens[open]?.pair ?? -1) > open;
    if (isInvocation) {
      const end = tokens[open]?.pair ?? open;
      const conditions = [...scope.conditions, ...conditionsOf(pending.attributes)];
      scopes.push({ ...scope, end, conditions, macros: [...scope.macros, token.text] });
      i = open;
    }
    reset(i + 1);
  }
  return { tokens, comments, items, attributes };
}

/** An item's name with the modules and functions around it in the file: `tests::adds`. */
export function qualifiedName(item: Pick<RustItem, 'path' | 'name'>): string {
  return [...item.path, item.name].join('::');
}

/** The same with the type of an impl block: `cache::Cache::get`. */
export function documentedName(source: SourceItems, item: RustItem): string {
  const parent = item.parent === undefined ? undefined : source.items[item.parent];
  const isMember = parent !== undefined && item.owner !== 'module' && item.owner !== 'fn';
  return [...item.path, ...(isMember ? [parent.name.replace('for ', '')] : []), item.name].join('::');
}

/** Whether an item is compiled only for tests: some condition around it is false without `test`. */
export function isTestOnly(item: Pick<RustItem, 'conditions'>): boolean {
  return item.conditions.some((condition) => evaluateCfg(condition, false) === false && mentionsTest(condition));
}

/** Whether an item is compiled when tests are built: `false` is certain. */
export function compiledForTests(conditions: readonly string[]): Truth {
  const values = conditions.map((condition) => evaluateCfg(condition, true));
  return values.includes(false) ? false : values.includes(undefined) ? undefined : true;
}

/** The comments that stand between two tokens, given by index. */
export function commentsBetween(comments: readonly Comment[], from: number, to: number): Comment[] {
  let low = 0;
  let high = comments.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((comments[middle]?.before ?? 0) < from) low = middle + 1;
    else high = middle;
  }
  const found: Comment[] = [];
  for (let i = low; i < comments.length; i++) {
    const comment = comments[i];
    if (comment === undefined || comment.before > to) break;
    found.push(comment);
  }
  return found;
}

function mentionsTest(condition: string): boolean {
  return /\btest\b/.test(condition.replace(/"[^"]*"/g, ''));
}

function conditionsOf(attributes: readonly Attribute[]): string[] {
  return attributes.filter((attribute) => attribute.path === 'cfg').map((attribute) => attribute.argument);
}

/** `type` and `impl` are also words within expressions and types: an item begins after the end of something. */
function startsItem(tokens: readonly Token[], at: number, pending: { from: number; isPublic: boolean }): boolean {
  const token = tokens[at];
  const next = tokens[at + 1];
  if (token?.text === 'fn') return next?.kind === 'word';
  if (token?.text === 'union' && next?.kind !== 'word') return false;
  if (pending.isPublic) return true;
  if (pending.from < at && /^(impl|trait|mod)$/.test(token?.text ?? '')) return true;
  const before = tokens[pending.from - 1]?.text;
  if (before !== undefined && !/^([;{}([\]]|=>)$/.test(before)) return false;
  if (token?.text === 'impl' || token?.text === 'use') return before !== '(' && before !== '[';
  return next?.kind === 'word';
}

/** Index past an item's last token: its body's closing brace or its semicolon. */
function itemEnd(tokens: readonly Token[], at: number, limit: number): number {
  const isValue = /^(const|static|type|use)$/.test(tokens[at]?.text ?? '');
  const isMacro = MACRO_DEFINITION.test(tokens[at]?.text ?? '');
  for (let i = at + 1; i < limit; i++) {
    const token = tokens[i];
    if (token === undefined) break;
    if (token.text === ';') return i + 1;
    if (token.pair >= 0 && token.pair < at) return i; // what surrounds it ends: a pattern of a macro, or broken code
    if (token.pair > i) {
      if (token.text === '{' && !isValue && tokens[i - 1]?.text !== '<') return token.pair + 1;
      i = token.pair;
      if (isMacro && tokens[i + 1]?.text !== '{') return tokens[i + 1]?.text === ';' ? i + 2 : i + 1;
    }
  }
  return Math.max(at + 1, limit);
}

function describe(
  source: SourceTokens,
  at: number,
  to: number,
  pending: { from: number; attributes: readonly Attribute[]; isPublic: boolean },
  scope: Scope,
  docs: readonly Comment[],
): RustItem {
  const { tokens } = source;
  const last = tokens[to - 1];
  const keyword = (tokens[at]?.text ?? '').replace('!', '');
  const hasBody = last !== undefined && last.text === '}' && last.pair > at;
  const inner = hasBody ? innerAttributes(tokens, last.pair) : [];
  const isMutable = keyword === 'static' && tokens[at + 1]?.text === 'mut';
  return {
    keyword,
    name: keyword === 'impl' ? implementedType(tokens, at, to) : (tokens[at + (isMutable ? 2 : 1)]?.text ?? ''),
    path: scope.path,
    isPublic: pending.isPublic,
    attributes: [...pending.attributes, ...inner],
    conditions: [...scope.conditions, ...conditionsOf(pending.attributes), ...conditionsOf(inner)],
    macros: scope.macros,
    isTemplate: scope.isTemplate,
    owner: scope.kind === 'macro' ? 'module' : scope.kind,
    parent: scope.item,
    children: [],
    docs,
    from: pending.from,
    at,
    to,
    body: hasBody ? { open: last.pair, close: to - 1 } : undefined,
    line: tokens[at]?.line ?? 1,
    endLine: last?.line ?? 1,
  };
}

function scopeOf(item: RustItem, index: number, outer: Scope): Scope {
  const kind =
    item.keyword === 'fn'
      ? 'fn'
      : item.keyword === 'trait'
        ? 'trait'
        : item.keyword === 'impl'
          ? item.name.startsWith('for ')
            ? 'trait-impl'
            : 'inherent-impl'
          : 'module';
  const isNamed = item.keyword === 'mod' || item.keyword === 'fn';
  return {
    kind,
    end: item.to - 1,
    path: isNamed ? [...outer.path, item.name] : outer.path,
    conditions: item.conditions,
    macros: outer.macros,
    isTemplate: outer.isTemplate || item.keyword.startsWith('macro'),
    item: index,
  };
}

/** `Type`, or `for Type` where a trait is implemented. */
function implementedType(tokens: readonly Token[], at: number, to: number): string {
  let depth = 0;
  let start = at + 1;
  let isTrait = false;
  let name = '';
  for (let i = start; i < to; i++) {
    const token = tokens[i];
    if (token === undefined || (token.text === '{' && depth === 0) || token.text === 'where') break;
    if (token.text === '<') depth++;
    else if (token.text === '>') depth--;
    else if (token.text === '>>') depth -= 2;
    else if (token.text === 'for' && depth === 0 && tokens[i + 1]?.text !== '<') {
      isTrait = true;
      start = i + 1;
      name = '';
    } else if (depth === 0 && token.kind === 'word' && !/^(dyn|mut|const|'\w+)$/.test(token.text)) name = token.text;
  }
  return isTrait ? `for ${name}` : name;
}
