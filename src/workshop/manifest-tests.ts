// Which settings of a manifest decide whether cargo runs a package's tests, and which of them one manifest turns off against
// another. Values count as cargo reads them, defaults filled in; what else a manifest may change is manifest-guard.ts's.

/** A TOML table as the parser gives it. */
export type Table = Record<string, unknown>;

type Kind = 'test' | 'bin' | 'example' | 'bench';

const AUTO = { test: 'autotests', bin: 'autobins', example: 'autoexamples', bench: 'autobenches' } as const;
const KINDS = Object.keys(AUTO) as Kind[];
/** Whether `cargo test` runs the tests of a target that says nothing about it. */
const RUN_BY_DEFAULT: Record<Kind, boolean> = { test: true, bin: true, example: false, bench: false };

/**
 * What `now` takes out of `cargo test` that `was` had in it, each as the key and the effect in words.
 * @param was an empty table for a new manifest: judged against cargo's defaults
 */
export function testsTakenOut(was: Table, now: Table): string[] {
  const isNew = Object.keys(was).length === 0;
  const found = [...lostDiscovery(was, now), ...lostLibraryTests(was, now, isNew)];
  for (const kind of KINDS) {
    const before = targetsOf(was, kind);
    const after = targetsOf(now, kind);
    if (kind === 'test')
      for (const name of before.keys())
        if (!after.has(name)) found.push(`[[test]] '${name}' would no longer be a test`);
    for (const [name, target] of after) {
      const old = before.get(name);
      const runs = isRun(kind, old);
      const label = `[[${kind}]] '${name}'`;
      if (runs && !isRun(kind, target)) found.push(`${label}: test = false would leave its tests out`);
      // A new benchmark with a harness of its own (criterion's way) takes nothing out: cargo test does not run it.
      if (hasHarness(old) !== hasHarness(target) && (runs || isRun(kind, target) || old !== undefined))
        found.push(`${label}: harness decides whether its tests are found and counted`);
      if (runs && isEnabled(was, old) && !isEnabled(now, target))
        found.push(`${label}: required-features that are not on by default would leave it out`);
      if (!isNew && placeOf(kind, name, target) !== placeOf(kind, name, kind === 'bin' ? (old ?? target) : old))
        found.push(`${label}: another path would replace the tests that cargo finds under this name`);
    }
  }
  return found;
}

function lostDiscovery(was: Table, now: Table): string[] {
  const lost = KINDS.filter((kind) => discovers(was, kind) && !discovers(now, kind)).map(
    (kind) => `[package] ${AUTO[kind]}: cargo would no longer find ${kind} targets by their place`,
  );
  const autolib = packageOf(was).autolib !== false && packageOf(now).autolib === false;
  return autolib ? [...lost, '[package] autolib: cargo would no longer find src/lib.rs'] : lost;
}

/** Edition 2015 finds targets by their place only as long as the manifest lists none of the kind. */
function discovers(manifest: Table, kind: Kind): boolean {
  const { [AUTO[kind]]: explicit, edition } = packageOf(manifest);
  if (typeof explicit === 'boolean') return explicit;
  return targetsOf(manifest, kind).size === 0 || !(edition === undefined || edition === '2015');
}

function lostLibraryTests(was: Table, now: Table, isNew: boolean): string[] {
  const [before, after] = [asTable(was.lib), asTable(now.lib)];
  const found: string[] = [];
  if (before.test !== false && after.test === false) found.push('[lib] test = false would leave its unit tests out');
  if (hasDocTests(before) && !hasDocTests(after))
    found.push('[lib] doctest or crate-type would leave its documentation tests out');
  if (hasHarness(before) !== hasHarness(after))
    found.push('[lib] harness decides whether its tests are found and counted');
  if (!isNew && (before.path ?? 'src/lib.rs') !== (after.path ?? 'src/lib.rs'))
    found.push('[lib] path: another file would replace the library and its unit tests');
  return found;
}

function hasDocTests(lib: Table): boolean {
  const types = [lib['crate-type'] ?? lib.crate_type ?? 'lib'].flat();
  const isMacro = lib['proc-macro'] === true || lib.proc_macro === true;
  return (
    lib.doctest !== false &&
    (isMacro || types.some((type) => typeof type === 'string' && ['lib', 'rlib', 'proc-macro'].includes(type)))
  );
}

function isRun(kind: Kind, target: Table | undefined): boolean {
  return typeof target?.test === 'boolean' ? target.test : RUN_BY_DEFAULT[kind];
}

function hasHarness(target: Table | undefined): boolean {
  return target?.harness !== false;
}

/** Whether the default features switch on everything the target asks for. */
function isEnabled(manifest: Table, target: Table | undefined): boolean {
  const required = target?.['required-features'];
  if (!Array.isArray(required)) return true;
  const features = asTable(manifest.features);
  const on = new Set<unknown>(['default']);
  for (const feature of on) {
    const implied = features[String(feature)];
    if (Array.isArray(implied)) implied.forEach((each) => on.add(each));
  }
  return required.every((feature) => on.has(feature));
}

/** A target's own path; empty where cargo would find it by its name. */
function placeOf(kind: Kind, name: string, target: Table | undefined): string {
  const given = typeof target?.path === 'string' ? target.path.replace(/^\.\//, '') : '';
  const folder = { test: 'tests', bin: 'src/bin', example: '', bench: '' }[kind];
  // Targets whose tests cargo does not run may lie anywhere.
  const isUsual = folder === '' || [`${folder}/${name}.rs`, `${folder}/${name}/main.rs`].includes(given);
  return isUsual || (kind === 'bin' && given === 'src/main.rs') ? '' : given;
}

function targetsOf(manifest: Table, kind: Kind): Map<string, Table> {
  const listed = manifest[kind];
  const tables = Array.isArray(listed) ? listed.map(asTable) : [];
  return new Map(tables.map((target) => [String(target.name), target]));
}

/** `[project]` is `[package]`'s older name. */
export function packageOf(manifest: Table): Table {
  return asTable(manifest.package ?? manifest.project);
}

export function asTable(value: unknown): Table {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Table) : {};
}
