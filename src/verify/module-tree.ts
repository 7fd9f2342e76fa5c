// Follows `mod name;` declarations from a file up to its crate's root: whether the file is compiled for tests only, and
// whether an item in it can be reached from outside. Which targets a package has is the caller's to know.
import { posix } from 'node:path';
import type { RustItem, SourceItems } from './rust-items.js';
import { isTestOnly } from './rust-items.js';
import { textOf } from './rust-tokens.js';

interface Declaration {
  file: string;
  item: RustItem;
  source: SourceItems;
}

/** Files of a target that has a folder of its own; everything in them is compiled for tests, benches or examples only. */
const OTHER_TARGET = /(^|\/)(tests|benches|examples)\//;
/** Modules named so hold tests by convention, also where the declaration is not found. */
const TEST_FILE = /(^|\/)(tests?|test_\w+|\w+_tests?)\.rs$/;

/** Reads of the sources only what the questions need, each file once. */
export class ModuleTree {
  private readonly sources = new Map<string, SourceItems | undefined>();
  private readonly declarations = new Map<string, Declaration | undefined>();
  private byPath: ReadonlyMap<string, readonly Declaration[]> | undefined;

  /**
   * @param read see `itemReader`
   * @param texts the crate's files, path → text
   */
  constructor(
    private readonly read: (text: string) => SourceItems,
    private readonly texts: ReadonlyMap<string, string>,
  ) {}

  /** The items of a file; `undefined` when it is not there. */
  source(file: string): SourceItems | undefined {
    if (!this.sources.has(file)) {
      const text = this.texts.get(file);
      this.sources.set(file, text === undefined ? undefined : this.read(text));
    }
    return this.sources.get(file);
  }

  /** Whether a file is code of tests, benches or examples. */
  isTestFile(file: string): boolean {
    if (OTHER_TARGET.test(file)) return true;
    const declaration = this.declarationOf(file);
    if (declaration) return isTestOnly(declaration.item) || this.isTestFile(declaration.file);
    return TEST_FILE.test(file) && !/(^|\/)src\/bin\//.test(file);
  }

  /**
   * Whether a `pub` item is part of its crate's interface: all modules around it are `pub`, or a module that is hands it
   * on by `pub use`.
   */
  isReachable(file: string, item: RustItem): boolean {
    const parent = item.parent === undefined ? undefined : this.source(file)?.items[item.parent];
    return this.isModuleReachable(file, parent, item.name);
  }

  /** @param module the inline module in the file, `undefined` for the file itself */
  private isModuleReachable(file: string, module: RustItem | undefined, name: string): boolean {
    if (module === undefined) {
      const declaration = this.declarationOf(file);
      if (declaration === undefined) return isRoot(file);
      return this.isHandedOn(declaration, name);
    }
    const source = this.source(file);
    if (module.keyword !== 'mod' || source === undefined) return false;
    return this.isHandedOn({ file, item: module, source }, name);
  }

  private isHandedOn({ file, item, source }: Declaration, name: string): boolean {
    const outer = item.parent === undefined ? undefined : source.items[item.parent];
    if (item.attributes.some(({ path, argument }) => path === 'doc' && argument === 'hidden')) return false;
    if (item.isPublic)
      return this.isModuleReachable(file, outer, item.name) || this.isModuleReachable(file, outer, name);
    const uses = source.items.filter((use) => use.keyword === 'use' && use.isPublic && use.parent === item.parent);
    const path = new RegExp(`(^|:: |[{,] )${escapeName(item.name)} :: (\\*|.*(\\b${escapeName(name)}\\b|\\*))`);
    const isUsed = uses.some((use) => path.test(textOf(source.tokens, use.at + 1, use.to)));
    return isUsed && this.isModuleReachable(file, outer, name);
  }

  /** Where a file's module is declared; `undefined` for a root, or when that file is not among the sources. */
  private declarationOf(file: string): Declaration | undefined {
    if (!this.declarations.has(file)) {
      this.declarations.set(file, undefined); // a file that declares itself has no declaration
      this.declarations.set(file, this.findDeclaration(file));
    }
    return this.declarations.get(file);
  }

  private findDeclaration(file: string): Declaration | undefined {
    if (isRoot(file)) return undefined;
    const found = [...this.usualDeclarations(file), ...(this.declarationsByPath().get(file) ?? [])];
    // A file can be declared twice; what is compiled for more than tests is no test code.
    return found.find(({ item }) => !isTestOnly(item)) ?? found[0];
  }

  /** By the file's name: `mod parser;` in the file of the module above. */
  private usualDeclarations(file: string): Declaration[] {
    const isModFile = posix.basename(file) === 'mod.rs';
    const name = isModFile ? posix.basename(posix.dirname(file)) : posix.basename(file, '.rs');
    const folder = isModFile ? posix.dirname(posix.dirname(file)) : posix.dirname(file);
    const candidates = ['mod.rs', 'lib.rs', 'main.rs'].map((root) => posix.join(folder, root));
    return [...candidates, `${folder}.rs`].flatMap((candidate) => {
      const source = candidate === file ? undefined : this.source(candidate);
      const items = source?.items.filter((each) => isFileModule(each) && each.name === name && !pathOf(each)) ?? [];
      return source === undefined ? [] : items.map((item) => ({ file: candidate, item, source }));
    });
  }

  /** `#[path = "…"] mod name;`, by the file it names (Rust reference, "Modules", "The path attribute"). */
  private declarationsByPath(): ReadonlyMap<string, readonly Declaration[]> {
    this.byPath ??= this.findDeclarationsByPath();
    return this.byPath;
  }

  private findDeclarationsByPath(): Map<string, Declaration[]> {
    const found = new Map<string, Declaration[]>();
    for (const [file, text] of this.texts) {
      const source = /\bpath\s*=\s*r?#*"/.test(text) ? this.source(file) : undefined;
      for (const item of source?.items ?? []) {
        const named = isFileModule(item) ? pathOf(item) : undefined;
        if (source === undefined || named === undefined) continue;
        const target = posix.join(folderOfModule(file, item), named);
        found.set(target, [...(found.get(target) ?? []), { file, item, source }]);
      }
    }
    return found;
  }
}

/** Whether cargo's layout has an item of a file in a library: not in tests, benches, examples, binaries, build scripts. */
export function isLibraryByLayout(paths: Iterable<string>): (path: string) => boolean {
  const all = new Set(paths);
  return (path) => {
    const root = /^(.*\/)?src\//.exec(path)?.[1] ?? '';
    if (!/(^|\/)src\//.test(path) || OTHER_TARGET.test(path)) return false;
    if (/(^|\/)src\/(main\.rs$|bin\/)/.test(path)) return false;
    return all.has(`${root}src/lib.rs`);
  };
}

function isFileModule(item: RustItem): boolean {
  return item.keyword === 'mod' && item.body === undefined;
}

/** What the item's `path` attribute names. */
function pathOf(item: RustItem): string | undefined {
  const argument = item.attributes.find(({ path }) => path === 'path')?.argument;
  return argument === undefined ? undefined : /^r?(#*)"([^"]*)"\1$/.exec(argument)?.[2];
}

/** What a `path` attribute is relative to: the file's folder, and below that the inline modules around it. */
function folderOfModule(file: string, { path }: RustItem): string {
  const folder = posix.dirname(file);
  if (path.length === 0) return folder;
  const isModRs = isRoot(file) || posix.basename(file) === 'mod.rs';
  return posix.join(folder, ...(isModRs ? [] : [posix.basename(file, '.rs')]), ...path);
}

function isRoot(file: string): boolean {
  return /(^|\/)src\/(lib|main)\.rs$/.test(file) || /(^|\/)src\/bin\/[^/]+(\/main)?\.rs$/.test(file);
}

function escapeName(name: string): string {
  return name.replace(/[^\w]/g, '\\$&');
}
