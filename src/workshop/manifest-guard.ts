// Compares a manifest before and after a file tool: what brings code into the build (dependencies, build scripts, compiler
// flags) and what decides which crates and tests are run is not changed by editing text. Which settings take tests out of
// the run is told by manifest-tests.ts.
import { isDeepStrictEqual } from 'node:util';
import picomatch from 'picomatch';
import { parse } from 'smol-toml';
import { ToolError, messageOf } from '../errors.js';
import type { Table } from './manifest-tests.js';
import { asTable, packageOf, testsTakenOut } from './manifest-tests.js';

const DEPENDENCY_TABLES = [
  'dependencies',
  'dev-dependencies',
  'build-dependencies',
  // Older spellings, which editions before 2024 still read.
  'dev_dependencies',
  'build_dependencies',
  'patch',
  'replace',
  'target',
] as const;

const USE_CARGO_ADD =
  'Call the cargo tool with command "add" or "remove" (for example args ["serde", "--features", "derive"], ' +
  'with "--package" for a member); leave the table as it is in this edit.';
const USE_CARGO_NEW =
  'Call the cargo tool with command "new" (for example args ["crates/core", "--lib"]), which enters the new crate; leave ' +
  'the list as it is in this edit.';
const NO_CARGO_ADD =
  'Where it has what a member needs, cargo "add" with "--package" inherits it; a new entry in it no command makes: take the ' +
  'dependency into the member, or say with record that the table should have it.';
const NO_TOOL = 'No tool changes it; if the spec needs it, say so with ask or record.';
const NO_COMMAND = 'No cargo command changes it. Leave it as it is; if the spec needs it, say so with ask or record.';

/**
 * @param before the present text, `undefined` for a new file, which may set the workspace's members
 * @throws ToolError naming the table or key and the cargo command to call or why there is none, or saying that the new
 *   text is not TOML
 */
export function guardManifest(file: string, before: string | undefined, after: string): void {
  const now = parseManifest(file, after);
  const was = parseFormer(before);
  const refusal = dependencyRefusal(was, now) ?? workspaceRefusal(was, now);
  const [finding] = [...buildChanges(was, now), ...testsTakenOut(was, now)];
  if (refusal !== undefined) throw new ToolError(`${file}: ${refusal}`);
  if (finding !== undefined) throw new ToolError(`${file}: ${finding}. ${NO_COMMAND}`);
}

/**
 * The same rules for a whole change, base against result, however it was made (deleting a manifest and writing it anew
 * passes the guard): findings without dependency tables, which cargo may have changed and the lock file shows.
 * @throws ToolError when `after` is not TOML
 */
export function manifestFindings(file: string, before: string | undefined, after: string): string[] {
  const was = parseFormer(before);
  const now = parseManifest(file, after);
  return [...lostMembers(was, now), ...buildChanges(was, now), ...testsTakenOut(was, now)];
}

function dependencyRefusal(was: Table, now: Table): string | undefined {
  const changed = DEPENDENCY_TABLES.find((table) => !isSameTable(was[table], now[table]));
  if (changed === 'patch' || changed === 'replace') return `[${changed}] is changed by cargo only. ${NO_TOOL}`;
  if (changed !== undefined) return `[${changed}] is changed by cargo only. ${USE_CARGO_ADD}`;
  const shared = (manifest: Table) => asTable(manifest.workspace).dependencies;
  return isSameTable(shared(was), shared(now)) ? undefined : `[workspace.dependencies] stays as it is. ${NO_CARGO_ADD}`;
}

/** A package becomes a workspace by writing; what a workspace has is then cargo's. */
function workspaceRefusal(was: Table, now: Table): string | undefined {
  if (was.workspace === undefined) return undefined;
  const changed = (key: string) =>
    !isDeepStrictEqual(asTable(was.workspace)[key] ?? [], asTable(now.workspace)[key] ?? []);
  if (changed('members')) return `[workspace] members is changed by cargo only. ${USE_CARGO_NEW}`;
  const key = ['default-members', 'exclude'].find(changed);
  return key && `[workspace] ${key} decides which crates are built and tested. ${NO_COMMAND}`;
}

/** Members that neither the list nor a pattern in it names any more, and crates that are newly excluded. */
function lostMembers(was: Table, now: Table): string[] {
  const list = (manifest: Table, key: string) => [asTable(manifest.workspace)[key] ?? []].flat().map(String);
  // An empty pattern is refused by the matcher; extended ones are not cargo's.
  const isMember = picomatch(list(now, 'members').filter(Boolean), { noextglob: true });
  const excluded = list(now, 'exclude').filter((folder) => !list(was, 'exclude').includes(folder));
  return [
    ...list(was, 'members')
      .filter((member) => !list(now, 'members').includes(member) && !isMember(member))
      .map((member) => `[workspace] members: '${member}' would no longer be built and tested`),
    ...(was.workspace === undefined
      ? []
      : excluded.map((folder) => `[workspace] exclude: '${folder}' would be left out`)),
  ];
}

function buildChanges(was: Table, now: Table): string[] {
  const found: string[] = [];
  if (!isDeepStrictEqual(buildScript(was), buildScript(now)))
    found.push('[package] build: a build script is build.rs at the root of its package, without an entry');
  if (!isDeepStrictEqual(rustflags(was.profile), rustflags(now.profile)))
    found.push("rustflags of a profile change how everything is compiled, the tests' own checks included");
  return found;
}

/** `build.rs` and `true` say what cargo does by itself. */
function buildScript(manifest: Table): unknown {
  const { build } = packageOf(manifest);
  return build === undefined || build === true ? 'build.rs' : build;
}

/** Every `rustflags` below a profile, its packages and its build override, by its place. */
function rustflags(value: unknown, place = ''): [string, unknown][] {
  return Object.entries(asTable(value)).flatMap(([key, inner]) =>
    key === 'rustflags' ? [[place, inner] as [string, unknown]] : rustflags(inner, `${place}.${key}`),
  );
}

function isSameTable(before: unknown, after: unknown): boolean {
  // The parser's tables have no prototype; an empty table is no table.
  return isDeepStrictEqual({ ...(before as Table) }, { ...(after as Table) });
}

/** A manifest that was broken before may be repaired; it is then judged like a new one. */
function parseFormer(text: string | undefined): Table {
  try {
    return text === undefined ? {} : parse(text);
  } catch {
    return {}; // its words are not needed: the new text decides
  }
}

function parseManifest(file: string, text: string): Table {
  try {
    return parse(text);
  } catch (error) {
    throw new ToolError(`${file} would not be valid TOML: ${messageOf(error).split('\n')[0] ?? ''}`);
  }
}
