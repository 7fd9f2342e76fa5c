// Reads the input that sets severities of the audit's rules. What a rule finds, and which severities there are, is known
// where the audit is.
import { didYouMean } from '../did-you-mean.js';
import type { AuditRule, AuditSeverities } from '../verify/verify.js';
import { AUDIT_RULES, SEVERITIES } from '../verify/verify.js';
import { readChoice, refuse, splitList } from './input-values.js';

const RULES = Object.keys(AUDIT_RULES) as AuditRule[];
/** Judged when the verdict is settled, so they cannot block it. */
const JUDGED_AFTERWARDS: readonly AuditRule[] = ['test-proves-nothing-new'];

/** Entries of the form `rule: severity`. @throws UserError for an unknown rule or severity, and for a rule set twice */
export function readAuditRules(input: string, text: string): AuditSeverities {
  const severities: AuditSeverities = {};
  for (const entry of splitList(text)) {
    const [, name = '', severity] = /^([^:]*?)\s*:\s*(.*)$/.exec(entry) ?? [];
    if (severity === undefined) return refuse(input, entry, "entries of the form 'rule: severity'");
    const rule = RULES.find((each) => each === name);
    if (rule === undefined)
      return refuse(input, entry, 'a rule of the audit, of docs/audit-rules.md', didYouMean(name, RULES));
    if (severities[rule] !== undefined) return refuse(input, entry, 'each rule once');
    const choices = JUDGED_AFTERWARDS.includes(rule) ? SEVERITIES.filter((each) => each !== 'block') : SEVERITIES;
    severities[rule] = readChoice(input, severity, choices);
  }
  return severities;
}
