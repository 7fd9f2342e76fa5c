// Audits of small changes given as texts, with findings in a short form.
import type { AuditSeverities, Finding } from '../../src/verify/audit-rules.js';
import { auditTests } from '../../src/verify/test-audit.js';
import { openRustSyntax } from '../../src/workshop/rust-syntax.js';

/** Path → text. */
export type Files = Record<string, string>;
export type AuditTests = (base: Files, head: Files, severities?: AuditSeverities) => Finding[];

/** The test audit with a real parser; what changed is told from the texts. */
export async function openAudit(): Promise<AuditTests> {
  const syntax = await openRustSyntax();
  return (base, head, severities = {}) => {
    const paths = [...Object.keys(base), ...Object.keys(head)];
    const changed = new Set(paths.filter((path) => base[path] !== head[path]));
    return auditTests({
      syntax,
      base: new Map(Object.entries(base)),
      head: new Map(Object.entries(head)),
      changed,
      severities: () => severities,
    });
  };
}

/** `rule` of each finding; a `!` marks those that block. */
export function rules(findings: readonly Finding[]): string[] {
  return findings.map(({ rule, blocking }) => (blocking ? `${rule}!` : rule));
}

/** A file with one test, `works`. */
export function fileOf(body: string, attributes = '#[test]'): { 'tests/a.rs': string } {
  return { 'tests/a.rs': `${attributes}\nfn works() {\n${body}\n}\n` };
}
