// The audit of a change: its tests, its code and its manifests, base against result. Findings that block decide the gate
// `audit`; the others are for the reader. What passed is the gate `test`'s.
import type { RustSyntax, WorkspaceMember } from '../workshop/workshop.js';
import { manifestFindings } from '../workshop/workshop.js';
import type { AuditPolicy } from './audit-policy.js';
import type { Finding } from './audit-rules.js';
import { applySeverities } from './audit-rules.js';
import type { ChangeSources } from './change-sources.js';
import { libraryFiles } from './change-sources.js';
import { auditCode } from './code-audit.js';
import type { RecordedDeviation } from './deviations.js';
import { liftByDeviations } from './deviations.js';
import { isLibraryByLayout } from './module-tree.js';
import { auditTests } from './test-audit.js';
import type { TestRuns } from './test-runs.js';
import { auditToolSettings } from './tool-settings.js';

/**
 * Every finding, blocking ones first, with those lifted that a recorded deviation names.
 * @param runs which tests ran; absent where the base or the result has no run to compare
 */
export function auditChange(
  syntax: RustSyntax,
  change: ChangeSources,
  members: readonly WorkspaceMember[],
  deviations: readonly RecordedDeviation[],
  severities: AuditPolicy['severities'],
  runs?: TestRuns,
): Finding[] {
  // Where cargo cannot read the manifests (a limit left them broken, say) the layout tells, or nothing would be a library.
  const isLibrary = members.length > 0 ? libraryFiles(members) : isLibraryByLayout([...change.head.keys()]);
  const findings = [
    ...auditTests({ syntax, ...change, severities, runs }),
    ...auditCode({ syntax, head: change.head, added: change.added, isLibrary, severities }),
    ...applySeverities([...manifests(change), ...auditToolSettings(change)], severities),
  ];
  const weighed = liftByDeviations(findings, deviations);
  return [...weighed].sort((a, b) => Number(b.blocking) - Number(a.blocking));
}

/** What the file tools would have refused, however it came about: a manifest deleted and written anew, say. */
function manifests({ base, head, changed }: ChangeSources): Omit<Finding, 'blocking'>[] {
  return [...changed]
    .filter((path) => /(^|\/)Cargo\.toml$/.test(path))
    .flatMap((path) => {
      const after = head.get(path);
      if (after === undefined) return [];
      return manifestFindings(path, base.get(path), after).map((text) => ({
        rule: 'manifest-setting' as const,
        path,
        text,
      }));
    });
}

/** One line for the model and the report. */
export function describeFinding({ rule, path, line, text }: Finding): string {
  return `${path}${line === undefined ? '' : `:${line}`}: ${text} [${rule}]`;
}
