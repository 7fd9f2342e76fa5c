// How severe each rule of the audit is for a file of the change: what the workflow says, else the project's own lints,
// else the default.
import type { AuditRule, AuditSeverities, Severity } from './audit-rules.js';
import { AUDIT_RULES } from './audit-rules.js';
import type { ChangeSources } from './change-sources.js';
import { projectSeverities } from './project-lints.js';

/** A severity that is not the default one. */
export interface SeverityChange {
  rule: AuditRule;
  severity: Severity;
  /** `input audit-rules`, or the path of a manifest of the base. */
  from: string;
}

export interface AuditPolicy {
  /** Of the rules for one file, as far as they differ from the defaults. */
  severities: (path: string) => AuditSeverities;
  /** Those that could matter to this change, for its readers. */
  changes: SeverityChange[];
}

/** @param input what the workflow sets; it weighs more than the project's lints */
export function auditPolicy(input: AuditSeverities, change: ChangeSources): AuditPolicy {
  const ofProject = projectSeverities(change.base, change.head);
  const changes = new Map<string, SeverityChange>();
  const note = (each: SeverityChange) => {
    if (each.severity !== AUDIT_RULES[each.rule].default) changes.set(`${each.rule} ${each.from}`, each);
  };
  for (const [rule, severity] of Object.entries(input) as [AuditRule, Severity][])
    note({ rule, severity, from: 'input audit-rules' });
  for (const path of [...change.changed].filter((changed) => changed.endsWith('.rs')).sort())
    for (const { rule, severity, manifest } of ofProject(path))
      if (input[rule] === undefined) note({ rule, severity, from: manifest });
  return {
    severities: (path) => ({
      ...Object.fromEntries(ofProject(path).map(({ rule, severity }) => [rule, severity])),
      ...input,
    }),
    changes: [...changes.values()],
  };
}
