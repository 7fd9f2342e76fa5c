// A realistic record of a verified run and its command outputs, for tests of what is made from records.
import type { GateRecord, RunRecord } from '../../src/report/report.js';

export const SAMPLE_OUTPUTS: Readonly<Record<string, string>> = {
  'outputs/003-cargo-check.log': '    Checking ledger v0.1.0\n    Finished `dev` profile in 1.20s\n',
  'outputs/004-cargo-test.log': [
    '   Compiling ledger v0.1.0',
    '     Running unittests src/lib.rs (target/debug/deps/ledger-1f2e)',
    '',
    'running 3 tests',
    'test entry::rejects_negative_amount ... ok',
    'test entry::rejects_unknown_currency ... ok',
    'test slow_import ... ignored',
    '',
    'test result: ok. 2 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s',
    '',
  ].join('\n'),
  'outputs/005-cargo-fmt.log': '',
};

/** Gives the sample's outputs; fails on a file the record does not name. */
export function sampleOutputs(file: string): string {
  const output = SAMPLE_OUTPUTS[file];
  if (output === undefined) throw new Error(`no output ${file} in the sample`);
  return output;
}

export function sampleGate(changes: Partial<GateRecord> = {}): GateRecord {
  return {
    name: 'check',
    command: 'cargo check --workspace --all-targets',
    deciding: true,
    status: 'passed',
    exitCode: 0,
    durationMs: 4200,
    output: 'outputs/003-cargo-check.log',
    reasons: [],
    olderFailures: [],
    diagnostics: [],
    ...changes,
  };
}

export function sampleTestGate(changes: Partial<GateRecord> = {}): GateRecord {
  return sampleGate({
    name: 'test',
    command: 'cargo test --workspace --no-fail-fast',
    durationMs: 61_300,
    output: 'outputs/004-cargo-test.log',
    tests: {
      passed: 2,
      failed: 0,
      ignored: 1,
      filteredOut: 0,
      new: 2,
      names: [
        { name: 'entry::rejects_negative_amount', executable: 'ledger', result: 'ok' },
        { name: 'entry::rejects_unknown_currency', executable: 'ledger', result: 'ok' },
        { name: 'slow_import', executable: 'ledger', result: 'ignored' },
      ],
    },
    ...changes,
  });
}

/** A test gate with three failing tests, one of which failed in the baseline too. */
export function failedTestGate(): GateRecord {
  const gate = sampleTestGate({ status: 'failed', exitCode: 101, olderFailures: ['slow::drifts'] });
  return { ...gate, tests: { passed: 39, failed: 3, ignored: 0, filteredOut: 0, new: 7, names: [] } };
}

export function sampleRecord(changes: Partial<RunRecord> = {}): RunRecord {
  return {
    schema: 'ferrule.report/v1',
    outcome: 'verified',
    message: 'Every deciding gate passed.',
    run: { id: '4711-1', url: 'https://github.com/acme/ledger/actions/runs/4711', startedAt: '2026-11-22T09:30:00Z' },
    spec: {
      path: 'specs/ledger.md',
      title: 'Ledger entries',
      hash: 'a3'.repeat(32),
      requirements: [
        { id: 'R1', text: 'An entry must have a positive amount.', line: 12 },
        { id: 'R2', text: 'An unknown currency must be refused.', line: 14 },
      ],
    },
    agent: { name: 'backend-implementation-engineer', hash: 'b4'.repeat(32) },
    model: 'claude-opus-5-5',
    baseline: { check: sampleGate(), gates: [] },
    verification: {
      commit: 'c5d6e7f8'.repeat(5),
      tree: '1a2b3c4d'.repeat(5),
      gates: [
        sampleGate(),
        sampleTestGate(),
        sampleGate({ name: 'fmt', command: 'cargo fmt --check', output: 'outputs/005-cargo-fmt.log' }),
      ],
    },
    ledger: [],
    claims: [
      { id: 'R1', status: 'met', code: ['src/entry.rs:14'], tests: ['entry::rejects_negative_amount'] },
      { id: 'R2', status: 'met', code: ['src/entry.rs:31'], tests: ['entry::rejects_unknown_currency'] },
    ],
    summary: 'Entries are validated on construction.\nBoth clauses have tests.',
    increments: [
      { title: 'Validated entries', commit: 'c5d6e7f8'.repeat(5), requirements: ['R1', 'R2'], builds: true },
    ],
    questions: [{ number: 1, text: 'Is zero a positive amount?', requirement: 'R1', blocking: false }],
    records: [
      { kind: 'assumption', text: 'Zero is refused.', requirement: 'R1' },
      { kind: 'improvement', text: 'Currencies could be an enum.' },
    ],
    audit: [],
    dependencies: [
      {
        ...{
          name: 'thiserror',
          version: '2.0.3',
          source: 'crates.io',
          license: 'MIT OR Apache-2.0',
          buildScript: true,
        },
        ...{ procMacro: false, inspected: true, direct: true, features: ['default', 'std'], checksum: 'd7'.repeat(32) },
      },
    ],
    publicApi: [
      {
        crate: 'ledger',
        kind: 'added',
        item: 'entry::Entry::new',
        after: 'pub fn new(amount: i64) -> Result<Self, Error>',
      },
      {
        ...{ crate: 'ledger', kind: 'changed', item: 'Error', before: 'pub enum Error' },
        ...{ after: '#[non_exhaustive] pub enum Error' },
      },
    ],
    usage: {
      turns: 31,
      rounds: 1,
      inputTokens: 12_345,
      outputTokens: 6_789,
      cacheReadTokens: 400_000,
      cacheWriteTokens: 20_000,
      costUsd: 0.84,
      durationSeconds: 412,
      limits: { maxTurns: 200, maxTokens: 20_000_000, maxCostUsd: 10, maxMinutes: 60, maxRounds: 3 },
    },
    publication: {
      kind: 'pull-request',
      branch: 'ferrule/specs-ledger',
      commit: 'c5d6e7f8'.repeat(5),
      pullRequest: { number: 3, url: 'https://github.com/acme/ledger/pull/3', draft: false },
      warnings: [],
    },
    toolchain: { rustc: 'rustc 1.95.0', cargo: 'cargo 1.95.0', host: 'x86_64-unknown-linux-gnu' },
    environment: { ferrule: '0.1.0', runnerOs: 'Linux', sandbox: 'bubblewrap 0.8.0' },
    reproduce: [
      'git fetch origin ferrule/specs-ledger',
      'git checkout c5d6e7f8',
      'cargo test --workspace --no-fail-fast',
    ],
    ...changes,
  };
}
