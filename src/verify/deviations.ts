// Lifts the block from findings about tests and tools' configuration that a recorded deviation accounts for: the spec asked for the change. The
// finding stays in the report.
import type { AuditRule, Finding } from './audit-rules.js';

export interface RecordedDeviation {
  requirement?: string | undefined;
  text: string;
}

/** Rules a deviation can answer: what became of tests the base had, and a tool's configuration. A stub has no excuse. */
const LIFTABLE: ReadonlySet<AuditRule> = new Set([
  'test-deleted',
  'test-not-run',
  'test-ignored',
  'test-cfg-out',
  'test-should-panic',
  'test-weakened',
  'doc-test-deleted',
  'tool-configured',
]);

/**
 * The findings, no longer blocking where a deviation names the test and a requirement of the spec. A test is named by
 * its function's name as a whole word: `keeps_old` does not name `keeps_old_entries`.
 */
export function liftByDeviations(findings: readonly Finding[], deviations: readonly RecordedDeviation[]): Finding[] {
  return findings.map((finding) => {
    const { test } = finding;
    if (!finding.blocking || test === undefined || !LIFTABLE.has(finding.rule)) return finding;
    const deviation = deviations.find(({ requirement, text }) => requirement && namesTest(text, test));
    if (deviation === undefined) return finding;
    const { requirement = '', text } = deviation;
    return { ...finding, blocking: false, liftedBy: { requirement, text } };
  });
}

function namesTest(text: string, test: string): boolean {
  const name = test.slice(test.lastIndexOf(':') + 1).replace(/[^\w]/g, '\\$&');
  // `works` is also a word of English: there it has to be quoted, have its path, or follow "test".
  const isPlainWord = /^[a-z]+$/.test(name);
  const asWord = `(?<!\\w)${name}(?!\\w)`;
  return new RegExp(isPlainWord ? `([\`"']|::|\\btest )${asWord}` : asWord).test(text);
}
