// Judges what cargo's dependency commands made of manifests and lock file before any of it is taken over: nothing but the
// wanted dependency, and no source that the base did not have. What a file tool may change is manifest-guard.ts's.
import { isDeepStrictEqual } from 'node:util';
import { parse } from 'smol-toml';
import { ToolError } from '../errors.js';
import type { LockedPackage } from './lock-file.js';
import { isCratesIo } from './lock-file.js';
import type { Table } from './manifest-tests.js';
import { asTable } from './manifest-tests.js';

const KINDS = ['dependencies', 'dev-dependencies', 'build-dependencies', 'dev_dependencies', 'build_dependencies'];
/** What `cargo remove` cleans up besides, when nothing refers to it any more. */
const CLEANED_UP = ['patch', 'replace', 'profile'];
/** Keys that let a dependency come from elsewhere than crates.io. */
const FOREIGN_KEYS = ['git', 'registry', 'registry-index', 'base'];

/**
 * @param packages of the lock file as it would be
 * @param base of the base's lock file, whose sources stay usable
 * @throws ToolError naming the packages whose source is neither crates.io nor one that the base has
 */
export function checkSources(
  command: string,
  packages: readonly LockedPackage[],
  base: readonly LockedPackage[],
): void {
  // Without its commit a git source is the repository and the branch that were asked for.
  const sourceOf = ({ source = '' }: LockedPackage) => source.replace(/#[^#]*$/, '');
  const known = new Set(base.map(sourceOf));
  const foreign = packages.filter(
    (entry) => entry.source !== undefined && !isCratesIo(entry.source) && !known.has(sourceOf(entry)),
  );
  if (foreign.length > 0)
    throw new ToolError(
      `cargo ${command} would bring ${foreign.map((entry) => `${entry.name} from ${withoutCredentials(sourceOf(entry))}`).join(', ')}; ` +
        "only crates.io is allowed, and what the base's Cargo.lock already names. Nothing was changed.",
    );
}

/**
 * @param args of the command, checked, without the command itself
 * @throws ToolError when more than the wanted dependency differs, or it comes from elsewhere than crates.io
 */
export function checkManifest(
  file: string,
  texts: { before: string; after: string },
  command: string,
  args: readonly string[],
): void {
  const refuse = (what: string) =>
    new ToolError(`cargo ${command} changed ${what} in ${file}, which is not taken over. Nothing was changed.`);
  const read = (text: string) => {
    try {
      return parse(text);
    } catch {
      throw refuse('what is not valid TOML');
    }
  };
  const [before, after] = [read(texts.before), read(texts.after)];
  if (command !== 'add' && command !== 'remove') {
    if (!isDeepStrictEqual(before, after)) throw refuse('more than the lock file:');
    return;
  }
  const ignored = command === 'remove' ? CLEANED_UP : [];
  const other = otherThanDependencies(before, after, ignored);
  if (other !== undefined) throw refuse(`[${other}]`);
  const [was, now] = [entriesOf(before), entriesOf(after)];
  for (const [place, spec] of now) {
    if (isDeepStrictEqual(was.get(place), spec)) continue;
    const name = place.split('\0').at(-1) ?? '';
    if (command === 'remove' || !isWanted(name, args)) throw refuse(`the dependency '${name}'`);
    const earlier = [...was].filter(([other]) => other.split('\0').at(-1) === name).map(([, table]) => asTable(table));
    for (const key of [...FOREIGN_KEYS, ...(args.includes('--path') ? [] : ['path'])]) {
      const value = asTable(spec)[key];
      if (value !== undefined && !earlier.some((table) => table[key] === value))
        throw refuse(`the source ('${key}') of the dependency '${name}'`);
    }
  }
  const lost = [...was.keys()].find((place) => !now.has(place));
  if (lost !== undefined && command === 'add') throw refuse(`the dependency '${lost.split('\0').at(-1) ?? ''}'`);
}

/** The first key, apart from dependency tables and features, whose value differs. */
function otherThanDependencies(before: Table, after: Table, ignored: readonly string[]): string | undefined {
  const rest = (manifest: Table): Table => {
    const workspace = { ...asTable(manifest.workspace), dependencies: undefined };
    const targets = Object.entries(asTable(manifest.target)).map(([name, table]) => [name, without(asTable(table))]);
    return {
      ...without(manifest),
      workspace,
      target: Object.fromEntries(targets.filter(([, left]) => !isEmpty(left))),
    };
  };
  const [was, now] = [rest(before), rest(after)];
  const keys = new Set([...Object.keys(was), ...Object.keys(now)]);
  return [...keys].find(
    (key) => key !== 'features' && !ignored.includes(key) && !isDeepStrictEqual(was[key], now[key]),
  );
}

function without(table: Table): Table {
  return Object.fromEntries(Object.entries(table).filter(([key]) => !KINDS.includes(key)));
}

function isEmpty(value: unknown): boolean {
  return Object.keys(asTable(value)).length === 0;
}

/** Every dependency by its place: table and name, separated by NUL. */
function entriesOf(manifest: Table): Map<string, unknown> {
  const tables: [string, unknown][] = [
    ...KINDS.map((kind): [string, unknown] => [kind, manifest[kind]]),
    ['workspace', asTable(manifest.workspace).dependencies],
    ...Object.entries(asTable(manifest.target)).flatMap(([target, table]) =>
      KINDS.map((kind): [string, unknown] => [`${target}\0${kind}`, asTable(table)[kind]]),
    ),
  ];
  return new Map(
    tables.flatMap(([place, table]) =>
      Object.entries(asTable(table)).map(([name, spec]): [string, unknown] => [`${place}\0${name}`, spec]),
    ),
  );
}

/** Whether the arguments name a dependency, as crate or by `--rename`; `--path` alone leaves the name to the crate. */
function isWanted(name: string, args: readonly string[]): boolean {
  const folded = (text: string) => text.split('@')[0]?.toLowerCase().replaceAll('-', '_');
  return args.includes('--path') || args.some((arg) => !arg.startsWith('-') && folded(arg) === folded(name));
}

function withoutCredentials(source: string): string {
  return source.replace(/:\/\/[^/@]*@/, '://');
}
