// The rules of the audits: what each one finds and whether that blocks `verified` by default. How it is found is
// test-audit.ts's and code-audit.ts's. A rule blocks only where the text alone makes it certain.

export const SEVERITIES = ['block', 'warn', 'off'] as const;
export type Severity = (typeof SEVERITIES)[number];

export interface Finding {
  rule: AuditRule;
  /** Relative to the repository. */
  path: string;
  /** 1-based, in the changed file; `undefined` for what only the base has. */
  line?: number;
  text: string;
  blocking: boolean;
  /** The test it is about, as a deviation may name it; only for tests that were weakened or taken out. Or the file's name. */
  test?: string;
  /** The recorded deviation that answers for it, so that it does not block. */
  liftedBy?: { requirement: string; text: string };
}

/** A finding in a file at hand, not yet weighed. */
export interface LineFinding {
  rule: AuditRule;
  line: number;
  text: string;
}

interface RuleText {
  finds: string;
  default: Severity;
}

export const AUDIT_RULES = {
  'manifest-setting': {
    finds: 'a manifest setting that takes tests out of the run or brings code into the build',
    default: 'block',
  },
  'tool-configured': {
    finds: 'a `clippy.toml` or `rustfmt.toml` that was added, changed or deleted',
    default: 'block',
  },
  'test-empty': { finds: 'a new or changed test with an empty body', default: 'block' },
  'test-asserts-nothing': {
    finds: 'a new or changed test without any assertion, expected panic, unwrap or returned result',
    default: 'block',
  },
  'test-asserts-nothing-visible': {
    finds: 'the same where a macro, a function of another crate, or the test’s own name leaves doubt',
    default: 'warn',
  },
  'test-trivial': { finds: 'a new or changed test whose every assertion cannot fail', default: 'block' },
  'test-compares-with-itself': {
    finds: 'a new or changed test that only compares an expression with the same expression',
    default: 'warn',
  },
  'test-stub': { finds: '`todo!` or `unimplemented!` in a new or changed test', default: 'block' },
  'test-never-runs': { finds: 'a new test that is ignored or not compiled', default: 'warn' },
  'test-proves-nothing-new': {
    finds: 'a test in a test file of its own that the run added and that passes on the code of the base too',
    default: 'warn',
  },
  'test-deleted': { finds: 'a test of the base that is gone', default: 'block' },
  'test-not-run': {
    finds: 'a test that passed on the base and does not run any more, whatever keeps it from running',
    default: 'block',
  },
  'test-renamed': { finds: 'a test of the base that has another name now', default: 'warn' },
  'test-ignored': { finds: 'a test of the base that is ignored now', default: 'block' },
  'test-cfg-out': { finds: 'a test of the base with a new condition that can be false', default: 'block' },
  'test-should-panic': { finds: 'a test of the base that has to panic now', default: 'block' },
  'test-weakened': {
    finds: 'a test, or a helper of tests, with fewer or weaker assertions than in the base',
    default: 'block',
  },
  'test-restructured': {
    finds: 'fewer assertions than in the base, while every value they expected is still there',
    default: 'warn',
  },
  'test-expectation-changed': {
    finds: 'a test of the base with as many assertions, but other expected values',
    default: 'warn',
  },
  'doc-test-weakened': {
    finds: 'a documentation example of the base with fewer assertions or a new condition',
    default: 'warn',
  },
  'doc-test-deleted': {
    finds: 'a documentation example of the base that is gone or does not run now',
    default: 'block',
  },
  'unwrap-used': { finds: '`unwrap` in library code', default: 'block' },
  'expect-used': { finds: '`expect` in library code', default: 'block' },
  'panic-used': { finds: '`panic!` in library code', default: 'block' },
  'todo-left': { finds: '`todo!` outside of tests', default: 'block' },
  'unimplemented-left': { finds: '`unimplemented!` outside of tests', default: 'block' },
  'debug-print-left': { finds: '`dbg!` outside of tests', default: 'block' },
  'unsafe-unexplained': { finds: 'an `unsafe` block or impl without a `// SAFETY:` comment', default: 'block' },
  'lint-silenced': {
    finds: 'an `allow` or `expect` attribute without a reason, or a lint that a manifest sets lower than in the base',
    default: 'block',
  },
  'lint-silenced-with-reason': { finds: 'an `allow` or `expect` attribute with a reason', default: 'warn' },
  'missing-docs': { finds: 'a new public item without documentation', default: 'block' },
  'missing-docs-member': { finds: 'a new public field or variant without documentation', default: 'warn' },
} as const satisfies Record<string, RuleText>;

export type AuditRule = keyof typeof AUDIT_RULES;

/** Severities that are set in the place of the defaults. */
export type AuditSeverities = Partial<Record<AuditRule, Severity>>;

/** The findings as the severities for their files have them: those of rules that are off are left out. */
export function applySeverities(
  findings: readonly Omit<Finding, 'blocking'>[],
  severities: (path: string) => AuditSeverities,
): Finding[] {
  return findings.flatMap((finding) => {
    const severity = severities(finding.path)[finding.rule] ?? AUDIT_RULES[finding.rule].default;
    return severity === 'off' ? [] : [{ ...finding, blocking: severity === 'block' }];
  });
}
