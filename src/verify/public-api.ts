// Compares the public interface of libraries, base against head, from their sources: what can be reached under which path,
// with which signature. It compares texts, so a parameter's new name is a change too. Not seen: what macros make, and
// which configuration (`cfg`) an item belongs to; `#[doc(hidden)]` items are no part of an interface.
import { posix } from 'node:path';
import type { OutlineItem, RustSyntax } from '../workshop/workshop.js';
import { apiSignature, implementedTrait, ownerPath } from './api-signature.js';
import type { Import, Module } from './public-modules.js';
import { allModules, readModules, resolvePath } from './public-modules.js';

interface Library {
  name: string;
  /** The folder of its root file, relative to the repository: `crates/catalog/src`. */
  root: string;
  /** The root file's name, `lib.rs` unless the manifest says otherwise. */
  file?: string;
}

export interface ApiChange {
  crate: string;
  kind: 'added' | 'changed' | 'removed';
  /** Path below the crate: `store::Cache::set`; a field is `store::Stats.hits`, an implementation `impl Clone for Key`. */
  item: string;
  before?: string;
  after?: string;
  /** What could not be seen. */
  note?: string;
}

interface Entry {
  signature: string;
  note?: string;
}

/** Every public path with what stands there; several where configurations differ. */
interface Surface {
  entries: Map<string, Entry[]>;
  /** The path under which each item is described; its other paths only refer to it. */
  mainPaths: Set<string>;
}

/** Re-exports of modules within each other can name the same items without end. */
const MAX_PLACES = 5_000;
const UNRESOLVED = 'not found in the sources of this crate: made by a macro, or left out by the comparison';
const FOREIGN = 'the names come from another crate or a macro';

/**
 * What changed in the public interface of each library, removals first, sorted by path.
 * @param options.base Rust sources by path relative to the repository, likewise `head`
 */
export function comparePublicApi(options: {
  syntax: RustSyntax;
  base: ReadonlyMap<string, string>;
  head: ReadonlyMap<string, string>;
  libraries: readonly Library[];
}): ApiChange[] {
  const { syntax, base, head, libraries } = options;
  return libraries.flatMap(({ name, root, file = 'lib.rs' }) => {
    const rootFile = posix.join(root, file);
    const before = describe(readModules(syntax, base, rootFile), new Set());
    const after = describe(readModules(syntax, head, rootFile), before.mainPaths);
    return compare(before.entries, after.entries).map((change) => ({ crate: name, ...change }));
  });
}

const ORDER = ['removed', 'changed', 'added'] as const;

function compare(before: Surface['entries'], after: Surface['entries']): Omit<ApiChange, 'crate'>[] {
  const changes: Omit<ApiChange, 'crate'>[] = [];
  for (const item of new Set([...before.keys(), ...after.keys()])) {
    const [was, is] = [before.get(item) ?? [], after.get(item) ?? []];
    const gone = was.filter(({ signature }) => !is.some((each) => each.signature === signature));
    const come = is.filter(({ signature }) => !was.some((each) => each.signature === signature));
    const [old] = gone;
    const [fresh] = come;
    const noted = (entry: Entry | undefined) => (entry?.note === undefined ? {} : { note: entry.note });
    if (gone.length === 1 && come.length === 1 && old && fresh)
      changes.push({ kind: 'changed', item, before: old.signature, after: fresh.signature, ...noted(fresh) });
    else {
      for (const entry of gone) changes.push({ kind: 'removed', item, before: entry.signature, ...noted(entry) });
      for (const entry of come) changes.push({ kind: 'added', item, after: entry.signature, ...noted(entry) });
    }
  }
  const key = ({ kind, item }: { kind: ApiChange['kind']; item: string }) => `${ORDER.indexOf(kind)} ${item}`;
  return changes.sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

interface Definition {
  item: OutlineItem;
  module: Module;
  paths: Set<string>;
}

/** @param preferred main paths to keep where an item still has them, so that one more path does not rename everything */
function describe(root: Module | undefined, preferred: ReadonlySet<string>): Surface {
  const entries = new Map<string, Entry[]>();
  const mainPaths = new Set<string>();
  if (root === undefined) return { entries, mainPaths };
  const put = (path: string, signature: string, note?: string) => {
    const there = entries.get(path) ?? [];
    if (!there.some((entry) => entry.signature === signature))
      entries.set(path, [...there, { signature, ...(note === undefined ? {} : { note }) }]);
  };
  const definitions = publicDefinitions(root, put);
  const modules = allModules(root);
  const names = new Map<OutlineItem, string>();
  for (const [item, { module, paths }] of definitions) {
    const defined = item.kind === 'macro' ? `${item.name}!` : [...module.path, item.name].join('::');
    const rank = (path: string) => (preferred.has(path) ? 0 : path === defined ? 1 : 2);
    const [main = '', ...others] = [...paths].sort(
      (a, b) => rank(a) - rank(b) || a.split('::').length - b.split('::').length || (a < b ? -1 : 1),
    );
    names.set(item, main);
    mainPaths.add(main);
    put(main, apiSignature(item));
    for (const other of others) put(other, `pub use ${main}`);
    for (const child of item.children)
      if (isOpen(child)) put(`${main}${child.kind === 'field' ? '.' : '::'}${child.name}`, apiSignature(child));
  }
  for (const module of modules)
    for (const block of module.impls) {
      const owner = namesOf(module, ownerPath(block.name), names);
      const trait = implementedTrait(block.signature);
      if (trait === undefined) {
        for (const name of owner.public)
          for (const member of block.children) if (isOpen(member)) put(`${name}::${member.name}`, apiSignature(member));
      } else {
        const local = namesOf(module, ownerPath(trait.name), names);
        // A trait of the crate that nobody outside can name is no part of the interface.
        if (local.isHidden || owner.isHidden) continue;
        if (owner.public.length === 0 && local.public.length === 0) continue;
        for (const name of owner.public.length > 0 ? owner.public : [trait.target])
          put(`impl ${trait.shortName} for ${name}`, trait.signature);
      }
    }
  return { entries, mainPaths };
}

/** The main paths of what a name stands for; hidden when it is this crate's, and none of them public. */
function namesOf(module: Module, path: readonly string[] | undefined, names: ReadonlyMap<OutlineItem, string>) {
  const found =
    path === undefined ? [] : resolvePath(module, path).flatMap((each) => (each.kind === 'item' ? [each.item] : []));
  const open = [...new Set(found)].flatMap((item) => names.get(item) ?? []);
  return { public: open, isHidden: found.length > 0 && open.length === 0 };
}

/** Every item that a path leads to from outside, with all such paths; modules and unresolved re-exports go to `put`. */
function publicDefinitions(
  root: Module,
  put: (path: string, signature: string, note?: string) => void,
): Map<OutlineItem, Definition> {
  const definitions = new Map<OutlineItem, Definition>();
  const add = (item: OutlineItem, module: Module, path: readonly string[]) => {
    const definition = definitions.get(item) ?? { item, module, paths: new Set() };
    definition.paths.add(path.join('::'));
    definitions.set(item, definition);
  };
  const visited = new Map<Module, Set<string>>();
  let places = 0;
  const visit = (module: Module, prefix: readonly string[], stack: readonly Module[], hidden: ReadonlySet<string>) => {
    const paths = visited.get(module) ?? new Set();
    visited.set(module, paths);
    if (stack.includes(module) || paths.has(prefix.join('::'))) return;
    paths.add(prefix.join('::'));
    if (++places > MAX_PLACES) return put('*', 'pub use …', 'more re-exports than are compared');
    const inside = [...stack, module];
    for (const item of module.items)
      if (isOpen(item) && item.kind !== 'macro' && !hidden.has(item.name)) add(item, module, [...prefix, item.name]);
    for (const { declaration, module: child } of module.modules)
      if (isOpen(declaration) && !hidden.has(declaration.name)) enter(child, [...prefix, declaration.name], inside);
    for (const each of module.imports)
      if (each.isPublic && (each.name === '' || !hidden.has(each.name))) reexport(module, each, prefix, inside, hidden);
  };
  const enter = (module: Module, path: readonly string[], stack: readonly Module[]) => {
    put(path.join('::'), `pub mod ${path.at(-1) ?? ''}`, module.isMissing ? UNRESOLVED : undefined);
    visit(module, path, stack, new Set());
  };
  const reexport = (
    module: Module,
    { segments, name }: Import,
    prefix: readonly string[],
    stack: readonly Module[],
    hidden: ReadonlySet<string>,
  ) => {
    const found = resolvePath(module, segments);
    const isOurs = ['crate', 'self', 'super'].includes(segments[0] ?? '');
    const text = `pub use ${segments.join('::')}`;
    if (name !== '') {
      const path = [...prefix, name];
      const alias = name === segments.at(-1) ? '' : ` as ${name}`;
      if (found.length === 0) put(path.join('::'), `${text}${alias}`, isOurs ? UNRESOLVED : undefined);
      for (const each of found) {
        if (each.kind === 'module') enter(each.module, path, stack);
        else add(each.item, each.module, path);
      }
      return;
    }
    if (found.length === 0) put([...prefix, text].join('::'), `${text}::*`, isOurs ? UNRESOLVED : FOREIGN);
    // What the module says by name stands before what it takes in by `*`.
    const named = new Set([...hidden, ...ownNames(module)]);
    for (const each of found) {
      if (each.kind === 'module') visit(each.module, prefix, stack, named);
      else for (const variant of each.item.children) add(variant, each.module, [...prefix, variant.name]);
    }
  };
  visit(root, [], [], new Set());
  for (const item of root.items) if (item.kind === 'macro' && isOpen(item)) add(item, root, [`${item.name}!`]);
  return definitions;
}

function isOpen({ public: isPublic, attributes = [] }: OutlineItem): boolean {
  return isPublic && !attributes.some((text) => /^#\[\s*doc\s*\(.*\bhidden\b/.test(text));
}

function ownNames({ items, modules, imports }: Module): string[] {
  return [
    ...items.map(({ name }) => name),
    ...modules.map(({ declaration }) => declaration.name),
    ...imports.map(({ name }) => name).filter((name) => name !== ''),
  ];
}
