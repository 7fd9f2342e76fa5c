// The modules of one library as its sources declare them, and what a path in them names. Knows syntax only: names that
// macros make, and those of other crates, are not found. What of it is public is public-api.ts's.
import { posix } from 'node:path';
import type { OutlineItem, RustSyntax } from '../workshop/workshop.js';
import { outlineSource } from '../workshop/workshop.js';

/** One name that a `use` declaration brings in. */
export interface Import {
  segments: string[];
  /** The name it gets here; empty for `*`. */
  name: string;
  isPublic: boolean;
}

export interface Module {
  /** From the crate's root; empty for the root itself. */
  path: string[];
  parent: Module | undefined;
  /** Everything but modules, imports and impl blocks; the members of extern blocks among them. */
  items: OutlineItem[];
  impls: OutlineItem[];
  imports: Import[];
  modules: { declaration: OutlineItem; module: Module }[];
  /** No file and no body was found for it. */
  isMissing: boolean;
}

/** What a name stands for: a module, or an item of one (with its enum, for a variant). */
type Named =
  { kind: 'module'; module: Module } | { kind: 'item'; item: OutlineItem; module: Module; owner?: OutlineItem };

const MAX_DEPTH = 32;

interface Place {
  /** The file the items stand in. */
  file: string;
  /** Where the files of its child modules lie. */
  folder: string;
  /** Directly in the file, not in a module with a body of its own. */
  isTop: boolean;
}

/** Reads the modules below a root file; `undefined` when the sources have no such file. */
export function readModules(
  syntax: RustSyntax,
  sources: ReadonlyMap<string, string>,
  rootFile: string,
): Module | undefined {
  const outline = (file: string) => outlineSource(syntax, sources.get(file) ?? '', { publicOnly: false }).items;
  const build = (items: readonly OutlineItem[], place: Place, path: string[], parent: Module | undefined): Module => {
    const of = (kind: OutlineItem['kind']) => items.filter((item) => item.kind === kind);
    const module: Module = {
      path,
      parent,
      items: [
        ...items.filter(({ kind }) => !['mod', 'use', 'impl', 'extern'].includes(kind)),
        ...of('extern').flatMap(({ children }) => children),
      ],
      impls: of('impl'),
      imports: of('use').flatMap(({ name, public: isPublic }) =>
        importsOf(name).map((each) => ({ ...each, isPublic })),
      ),
      modules: [],
      isMissing: false,
    };
    for (const declaration of path.length < MAX_DEPTH ? of('mod') : []) {
      const below = [...path, declaration.name];
      const child =
        declaration.children.length > 0
          ? build(
              declaration.children,
              { ...place, folder: posix.join(place.folder, declaration.name), isTop: false },
              below,
              module,
            )
          : fromFile(declaration, place, below, module);
      module.modules.push({ declaration, module: child });
    }
    return module;
  };
  const fromFile = (declaration: OutlineItem, place: Place, path: string[], parent: Module): Module => {
    const { name, attributes = [] } = declaration;
    const given = attributes.map((text) => /^#\[\s*path\s*=\s*"([^"]+)"\s*\]$/.exec(text)?.[1]).find(Boolean);
    const beside = place.isTop ? posix.dirname(place.file) : place.folder;
    const candidates =
      given === undefined
        ? [posix.join(place.folder, `${name}.rs`), posix.join(place.folder, name, 'mod.rs')]
        : [posix.join(beside, given)];
    const file = candidates.find((each) => sources.has(each));
    if (file === undefined) return { ...build([], place, path, parent), isMissing: true };
    const folder = given === undefined ? posix.join(place.folder, name) : posix.dirname(file);
    return build(outline(file), { file, folder, isTop: true }, path, parent);
  };
  if (!sources.has(rootFile)) return undefined;
  const place = { file: rootFile, folder: posix.dirname(rootFile), isTop: true };
  const root = build(outline(rootFile), place, [], undefined);
  // An exported macro lies at the root, wherever it is written.
  const exported = allModules(root).flatMap(({ items }) =>
    items.filter((item) => item.kind === 'macro' && item.public),
  );
  root.items = [...new Set([...root.items, ...exported])];
  return root;
}

/** Every module below and including this one. */
export function allModules(module: Module): Module[] {
  return [module, ...module.modules.flatMap((each) => allModules(each.module))];
}

/** The answers of one resolution so far. One that is asked for while it is being found is empty: imports lead in circles. */
type Answers = Map<Module, Map<string, Named[]>>;

/** What a path names as seen from a module; empty when nothing in this crate's sources is found. */
export function resolvePath(from: Module, segments: readonly string[], answers: Answers = new Map()): Named[] {
  let [first = '', ...rest] = segments;
  let at: Module = from;
  let anchored = false;
  while (first === 'crate' || first === 'self' || first === 'super') {
    if (first === 'crate') while (at.parent) at = at.parent;
    if (first === 'super') {
      if (at.parent === undefined) return [];
      at = at.parent;
    }
    anchored = true;
    [first = '', ...rest] = rest;
  }
  if (first === '') return anchored ? [{ kind: 'module', module: at }] : [];
  let found = lookUp(at, first, answers);
  for (const name of rest) found = found.flatMap((named) => memberOf(named, name, answers));
  return found;
}

function memberOf(named: Named, name: string, answers: Answers): Named[] {
  if (named.kind === 'module') return lookUp(named.module, name, answers);
  const { item: owner, module } = named;
  const variants = owner.kind === 'enum' ? owner.children.filter((child) => child.name === name) : [];
  return variants.map((item) => ({ kind: 'item', item, module, owner }));
}

/** What a name means in a module: its own and what it imports by name, else what it imports by `*`. */
function lookUp(module: Module, name: string, answers: Answers): Named[] {
  const known = answers.get(module) ?? new Map<string, Named[]>();
  answers.set(module, known);
  const answer = known.get(name);
  if (answer !== undefined) return answer;
  known.set(name, []);
  const resolve = ({ segments }: Import) => resolvePath(module, segments, answers);
  let found: Named[] = [
    ...module.items.filter((item) => item.name === name).map((item) => ({ kind: 'item' as const, item, module })),
    ...module.modules
      .filter(({ declaration }) => declaration.name === name)
      .map((each) => ({ kind: 'module' as const, module: each.module })),
    ...module.imports.filter((each) => each.name === name).flatMap(resolve),
  ];
  if (found.length === 0)
    found = module.imports
      .filter((each) => each.name === '')
      .flatMap(resolve)
      .flatMap((target) => memberOf(target, name, answers));
  known.set(name, found);
  return found;
}

/** The names of a use tree: `a::{self, b as c, d::*}`. */
function importsOf(tree: string, prefix: readonly string[] = []): Omit<Import, 'isPublic'>[] {
  const text = tree.trim();
  const brace = text.indexOf('{');
  if (brace >= 0) {
    const head = [...prefix, ...segmentsOf(text.slice(0, brace))];
    return splitList(text.slice(brace + 1, text.lastIndexOf('}'))).flatMap((part) => importsOf(part, head));
  }
  const [, path = '', alias] = /^(.*?)(?:\s+as\s+(\S+))?$/s.exec(text) ?? [];
  const segments = [...prefix, ...segmentsOf(path)];
  const last = segments.at(-1);
  if (last === '*') return [{ segments: segments.slice(0, -1), name: '' }];
  const whole = last === 'self' && segments.length > 1 ? segments.slice(0, -1) : segments;
  const name = alias ?? whole.at(-1);
  return name === undefined || name === '_' ? [] : [{ segments: whole, name }];
}

/** A path from other crates (`::serde`) keeps its empty first segment. */
function segmentsOf(path: string): string[] {
  const names = path.split('::').map((name) => name.trim());
  return names.filter((name, i) => name !== '' || (i === 0 && names.length > 1 && path.trim().startsWith('::')));
}

/** Splits at the commas outside of braces. */
function splitList(text: string): string[] {
  const parts = [''];
  let depth = 0;
  for (const char of text) {
    depth += char === '{' ? 1 : char === '}' ? -1 : 0;
    if (char === ',' && depth === 0) parts.push('');
    else parts[parts.length - 1] = `${parts.at(-1) ?? ''}${char}`;
  }
  return parts.filter((part) => part.trim() !== '');
}
