// Compares a manifest before and after a file tool: dependency tables change through cargo alone, so that every new
// crate passes the dependency policy and is listed.
import { isDeepStrictEqual } from 'node:util';
import { parse } from 'smol-toml';
import { ToolError, messageOf } from '../errors.js';

const TABLES = [
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

type Table = Record<string, unknown>;

/**
 * @param before the present text, `undefined` for a new file
 * @throws ToolError naming the table and the cargo command to call, or saying that the new text is not TOML
 */
export function guardManifest(file: string, before: string | undefined, after: string): void {
  const now = parseTable(file, after);
  let was: Table = {};
  try {
    was = before === undefined ? {} : parse(before);
  } catch {
    // A manifest that was broken before may be repaired; its dependencies are then judged against none.
  }
  for (const table of TABLES) compare(file, table, was[table], now[table]);
  const inWorkspace = (root: Table) => (root.workspace as Table | undefined)?.dependencies;
  compare(file, 'workspace.dependencies', inWorkspace(was), inWorkspace(now));
}

function compare(file: string, table: string, before: unknown, after: unknown): void {
  // The parser's tables have no prototype; an empty table is no table.
  if (isDeepStrictEqual({ ...(before as Table) }, { ...(after as Table) })) return;
  const instead =
    table === 'patch' || table === 'replace'
      ? 'No tool changes it; if the spec needs it, say so with ask or record.'
      : 'Call the cargo tool with command "add" or "remove" (for example args ["serde", "--features", "derive"], ' +
        'with "--package" for a member); leave the table as it is in this edit.';
  throw new ToolError(`${file}: [${table}] is changed by cargo only. ${instead}`);
}

function parseTable(file: string, text: string): Table {
  try {
    return parse(text);
  } catch (error) {
    throw new ToolError(`${file} would not be valid TOML: ${messageOf(error).split('\n')[0] ?? ''}`);
  }
}
