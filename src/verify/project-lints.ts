// What a project's own manifests say of lints, and so of the rules of the audit that stand for some: the `[lints]` of a
// package, or of its workspace where the package inherits them. What weighs more, they or the workflow, is audit-policy.ts's.
//
// Left out on purpose: clippy.toml has no level of a lint (`allow-unwrap-in-tests` and its kin speak of tests, which the
// audit exempts anyway); groups such as `restriction` and attributes in sources are clippy's, in the gate `clippy`.
import { posix } from 'node:path';
import { parse } from 'smol-toml';
import { z } from 'zod';
import type { AuditRule, Severity } from './audit-rules.js';

/**
 * The lints that find what a rule finds, in the table of `[lints]` that names them. A rule with several goes by the
 * strictest level that is set. `lint-silenced-with-reason` has none: `allow_attributes` wants `expect` in the place of
 * `allow`, and the rule reports both.
 */
export const LINTS_OF_RULES: Partial<Record<AuditRule, readonly `${'clippy' | 'rust'}.${string}`[]>> = {
  'unwrap-used': ['clippy.unwrap_used'],
  'expect-used': ['clippy.expect_used'],
  'panic-used': ['clippy.panic'],
  'todo-left': ['clippy.todo'],
  'unimplemented-left': ['clippy.unimplemented'],
  'debug-print-left': ['clippy.dbg_macro'],
  'unsafe-unexplained': ['clippy.undocumented_unsafe_blocks'],
  'lint-silenced': ['clippy.allow_attributes', 'clippy.allow_attributes_without_reason'],
  'missing-docs': ['rust.missing_docs'],
  'missing-docs-member': ['rust.missing_docs'],
};

/** From lenient to strict. `forbid` is a `deny` that no attribute lifts. */
const SEVERITY_OF_LEVEL: ReadonlyMap<string, Severity> = new Map([
  ['allow', 'off'],
  ['warn', 'warn'],
  ['deny', 'block'],
  ['forbid', 'block'],
]);
const STRICTNESS: readonly Severity[] = ['off', 'warn', 'block'];

interface ProjectSeverity {
  rule: AuditRule;
  severity: Severity;
  /** Path of the manifest that sets it. */
  manifest: string;
}

/** `unwrap_used = "allow"`, or `{ level = "allow", priority = 1 }`; what cargo would refuse counts as not set. */
const level = z.union([z.string(), z.object({ level: z.string() }).transform((table) => table.level)]).catch('');
const levels = z.record(z.string(), level).optional().catch(undefined);
const lints = z
  .object({ workspace: z.boolean().optional().catch(undefined), clippy: levels, rust: levels, rustdoc: levels })
  .optional()
  .catch(undefined);
const manifestShape = z.object({
  package: z.object({ workspace: z.string().optional().catch(undefined) }).optional(),
  workspace: z.object({ lints }).optional(),
  lints,
});

type Manifest = z.infer<typeof manifestShape>;

/**
 * Severities by the path of a Rust file. Only the base's manifests set any, since a run could otherwise silence itself;
 * for a package that the base does not have, that is its workspace's.
 * @param head files of the result: it is asked only where packages begin
 */
export function projectSeverities(
  base: ReadonlyMap<string, string>,
  head: ReadonlyMap<string, string>,
): (path: string) => readonly ProjectSeverity[] {
  const manifests = new Map<string, Manifest>();
  const known = new Map<string, readonly ProjectSeverity[]>();
  for (const [path, text] of base) if (isManifest(path)) manifests.set(path, readManifest(text));
  const isPackage = (path: string) =>
    [manifests.get(path), readManifest(head.get(path) ?? '')].some((manifest) => manifest?.package !== undefined);

  const ofPackage = (path: string): readonly ProjectSeverity[] => {
    const found = lintsOf(manifests, path);
    return found === undefined ? [] : severitiesOf(found.lints, found.manifest);
  };
  return (path) => {
    const owner = manifestsAbove(path).find(isPackage);
    if (owner === undefined) return [];
    const severities = known.get(owner) ?? ofPackage(owner);
    known.set(owner, severities);
    return severities;
  };
}

export interface LintLevels {
  /** Path of the manifest that sets them. */
  manifest: string;
  /** By name with its tool: `clippy::all` → `deny`. */
  levels: ReadonlyMap<string, string>;
}

/**
 * Levels of lints by the path of a package's manifest, its own or its workspace's; of a package that is not there its
 * workspace's. `undefined` where neither is there.
 * @param texts the manifests of one tree, path → text
 */
export function lintLevels(texts: ReadonlyMap<string, string>): (path: string) => LintLevels | undefined {
  const manifests = new Map(
    [...texts].flatMap(([path, text]) => (isManifest(path) ? [[path, readManifest(text)]] : [])),
  );
  return (path) => {
    const found = lintsOf(manifests, path);
    if (found === undefined) return undefined;
    const tables = (['clippy', 'rust', 'rustdoc'] as const).flatMap((tool) =>
      // rustc takes the name with hyphens too.
      Object.entries(found.lints?.[tool] ?? {}).map(
        ([name, set]) => [`${tool}::${name.replaceAll('-', '_')}`, set] as const,
      ),
    );
    return { manifest: found.manifest, levels: new Map(tables) };
  };
}

/** What counts for a package: its own `[lints]`, or its workspace's where it inherits them or is not there. */
function lintsOf(
  manifests: ReadonlyMap<string, Manifest>,
  path: string,
): { lints: Manifest['lints']; manifest: string } | undefined {
  const manifest = manifests.get(path);
  if (manifest?.package !== undefined && manifest.lints?.workspace !== true)
    return { lints: manifest.lints, manifest: path };
  const named = manifest?.package?.workspace;
  const candidates =
    named === undefined
      ? manifestsAbove(path)
      : [posix.normalize(posix.join(posix.dirname(path), named, 'Cargo.toml'))];
  const workspace = candidates.find((candidate) => manifests.get(candidate)?.workspace !== undefined);
  if (workspace === undefined) return undefined;
  return { lints: manifests.get(workspace)?.workspace?.lints, manifest: workspace };
}

function severitiesOf(set: Manifest['lints'], manifest: string): ProjectSeverity[] {
  const found: ProjectSeverity[] = [];
  for (const [rule, names] of Object.entries(LINTS_OF_RULES) as [AuditRule, readonly string[]][]) {
    const severities = names.flatMap((name) => {
      const [table, lint] = name.split('.') as ['clippy' | 'rust', string];
      // rustc takes the name with hyphens too.
      const entry = Object.entries(set?.[table] ?? {}).find(([key]) => key.replaceAll('-', '_') === lint);
      return SEVERITY_OF_LEVEL.get(entry?.[1] ?? '') ?? [];
    });
    const [strictest] = severities.sort((a, b) => STRICTNESS.indexOf(b) - STRICTNESS.indexOf(a));
    if (strictest !== undefined) found.push({ rule, severity: strictest, manifest });
  }
  return found;
}

function readManifest(text: string): Manifest {
  try {
    return manifestShape.catch({}).parse(parse(text));
  } catch {
    return {}; // not TOML: cargo says so, in its own gates
  }
}

/** `Cargo.toml` beside a path and in every folder above it, the nearest first. */
function manifestsAbove(path: string): string[] {
  const folders = posix.dirname(path).split('/');
  if (folders[0] === '.') folders.shift();
  return [...folders, ''].map((_, depth) => [...folders.slice(0, folders.length - depth), 'Cargo.toml'].join('/'));
}

function isManifest(path: string): boolean {
  return posix.basename(path) === 'Cargo.toml';
}
