// Finds what a change does to the settings by which the gates clippy and fmt judge: lint levels in manifests that became
// more lenient, and the tools' own configuration. What attributes in sources silence is code-audit.ts's.
import { posix } from 'node:path';
import type { Finding } from './audit-rules.js';
import type { ChangeSources } from './change-sources.js';
import type { LintLevels } from './project-lints.js';
import { lintLevels } from './project-lints.js';

type Draft = Omit<Finding, 'blocking'>;

/** Files that clippy and rustfmt look for above the sources (Clippy book, "Configuration"; rustfmt's README). */
const CONFIGURATION = /^\.?(clippy|rustfmt)\.toml$/;
const STRICTNESS = ['allow', 'warn', 'deny', 'forbid'];

export function auditToolSettings(change: ChangeSources): Draft[] {
  return [...configurations(change), ...lenientLints(change)];
}

function configurations({ changed }: ChangeSources): Draft[] {
  return [...changed].filter(isConfiguration).map((path) => ({
    rule: 'tool-configured',
    path,
    text: `${posix.basename(path)} decides what the gates clippy and fmt find; the run added, changed or deleted it`,
    test: posix.basename(path),
  }));
}

function isConfiguration(path: string): boolean {
  return CONFIGURATION.test(posix.basename(path));
}

/** Levels of each package of the result against those it had, or against its workspace's for a new package. */
function lenientLints({ base, head }: ChangeSources): Draft[] {
  const [before, after] = [lintLevels(base), lintLevels(head)];
  const found = [...head.keys()]
    .filter((path) => posix.basename(path) === 'Cargo.toml')
    .flatMap((path) => {
      const now = after(path);
      return now === undefined ? [] : lowered(now, before(path)?.levels, before(now.manifest)?.levels);
    });
  // Members that inherit from one workspace all say the same.
  return [...new Map(found.map((draft) => [`${draft.path} ${draft.text}`, draft])).values()];
}

/** @param ofSource what the manifest that sets the levels now had in the base: to inherit what was there silences nothing */
function lowered(now: LintLevels, was: LintLevels['levels'] | undefined, ofSource: typeof was): Draft[] {
  return [...new Set([...(was?.keys() ?? []), ...now.levels.keys()])].flatMap((name) => {
    const level = now.levels.get(name);
    const former = was?.get(name);
    // What a lint does by default is not known here: only `allow` is surely more lenient.
    const isLenient =
      former === undefined ? level === 'allow' && ofSource?.get(name) !== 'allow' : rank(level) < rank(former);
    if (!isLenient) return [];
    const text = `lint ${name} is ${inWords(level)} now; the base had it ${inWords(former)}`;
    return [{ rule: 'lint-silenced' as const, path: now.manifest, text }];
  });
}

function inWords(level: string | undefined): string {
  return level === undefined ? 'not set' : `at "${level}"`;
}

/** What is not set, or set to what cargo refuses, can be as lenient as `allow`. */
function rank(level: string | undefined): number {
  return Math.max(0, STRICTNESS.indexOf(level ?? ''));
}
