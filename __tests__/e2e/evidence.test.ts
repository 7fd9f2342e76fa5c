// What a reviewer reads in the report beside the verdict: older failures, the plan, the public interface, new crates,
// severities of the audit. One honest run of the bundle that has them all, and one that tries to set its own severities.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { RunRecord } from '../../src/report/report.js';
import { cratesIoDouble, type CratesIoDouble } from '../support/crates-io-double.js';
import type { ScriptedRunResult, ToolUse } from '../support/scripts-crate.js';
import { addDouble, calls, complete, CRATE, finish, runScripted, write, writeTests } from '../support/scripts-crate.js';

const recordOf = (run: ScriptedRunResult) => run.action.report as unknown as RunRecord;
const plan = (...increments: { title: string; requirements: string[] }[]): ToolUse => ({
  name: 'plan',
  input: { increments },
});

const TWOFOLD = {
  name: 'twofold',
  version: '1.2.3',
  files: {
    'Cargo.toml':
      '[package]\nname = "twofold"\nversion = "1.2.3"\nedition = "2021"\nlicense = "MIT OR Apache-2.0"\nbuild = "gen.rs"\n',
    'gen.rs': 'fn main() {}\n',
    'src/lib.rs': 'pub fn two() -> u32 {\n    2\n}\n',
  },
};

describe('honest work on a crate with a history', () => {
  // `unwrap` is this project's custom; the undocumented function is for the workflow's severity.
  const source = `//! Doubling.

/// Twice the number.
pub fn double(n: u32) -> u32 {
    n.checked_mul(twofold::two()).unwrap()
}

pub fn halve(n: u32) -> u32 {
    n / 2
}
`;
  const files = {
    ...CRATE,
    'Cargo.toml': `${CRATE['Cargo.toml'] as string}\n[lints.clippy]\nunwrap_used = "allow"\n`,
    'tests/old.rs':
      '#[test]\nfn fails_already() {\n    assert_eq!(tiny::add(2, 2), 5);\n}\n\n#[test]\nfn passes() {\n    assert_eq!(tiny::add(2, 2), 4);\n}\n',
  };
  const double = { title: 'Add double', requirements: ['R1', 'R2'] };
  const later = { title: 'Add halve in parts', requirements: [] };

  let cratesIo: CratesIoDouble;
  let run: ScriptedRunResult;
  let record: RunRecord;
  let body = '';

  beforeAll(async () => {
    cratesIo = await cratesIoDouble([TWOFOLD]);
    run = await runScripted({
      files,
      answers: [
        calls(plan(double, later), { name: 'cargo', input: { command: 'add', args: ['twofold'] } }),
        calls(
          plan(double, { title: 'Document halve', requirements: [] }),
          ...addDouble(source),
          writeTests('tests/double.rs', { doubles: 'assert_eq!(tiny::double::double(4), 8);' }),
          complete('Add double'),
        ),
        calls(finish()),
      ],
      inputs: { 'audit-rules': 'missing-docs: warn', 'max-rounds': '1' },
      run: { env: cratesIo.env },
    });
    record = recordOf(run);
    body = run.github.pulls[0]?.body ?? '';
  });
  afterAll(async () => {
    await run[Symbol.asyncDispose]();
    await cratesIo[Symbol.asyncDispose]();
  });

  it('is verified although a test of the base fails, which is named and not held against it', () => {
    expect(run.action).toMatchObject({ code: 0, outputs: { outcome: 'verified', 'test-exit-code': '101' } });
    expect(run.action.outputs).toMatchObject({ 'tests-passed': '3', 'tests-failed': '1', 'tests-new': '1' });
    expect(record.verification?.gates.find(({ name }) => name === 'test')?.olderFailures).toEqual([
      expect.stringContaining('fails_already'),
    ]);
    expect(run.github.pulls).toMatchObject([{ draft: false }]);
    expect(body).toContain('**Verified, 1 older failure: check, test');
    expect(body).toMatch(/\*\*test\*\*, failed before the run too: `.*fails_already/);
  });

  it('shows the plan as it stands, completed increments ticked, and what it was before', () => {
    const [commit] = record.increments.map((increment) => increment.commit);
    expect(record.plans).toMatchObject([
      { turn: 1, increments: [double, later] },
      { turn: 2, increments: [{ ...double, commit }, { title: 'Document halve' }] },
    ]);
    const link = `[\`${(commit ?? '').slice(0, 7)}\`](https://github.com/octo/demo/commit/${commit ?? ''})`;
    expect(body).toContain(`- [x] Add double (${link}) – R1, R2, builds on its own\n- [ ] Document halve\n`);
    expect(body).toContain('<summary>The plan was revised 1 time</summary>');
    expect(body).toContain('- [ ] Add halve in parts\n');
  });

  it('shows what it added to the public interface', () => {
    expect(record.publicApi).toMatchObject([
      { crate: 'tiny', kind: 'added', item: 'double' },
      { crate: 'tiny', kind: 'added', item: 'double::double', after: 'pub fn double(n: u32) -> u32' },
      { crate: 'tiny', kind: 'added', item: 'double::halve' },
    ]);
    expect(body).toContain('### Public API');
    expect(body).toContain('- added `double::double`: `pub fn double(n: u32) -> u32`');
  });

  it('lists the new crate with version, licence, checksum and the code it runs at build time', () => {
    expect(record.dependencies).toMatchObject([
      {
        ...{ name: 'twofold', version: '1.2.3', source: 'crates.io', license: 'MIT OR Apache-2.0' },
        ...{ buildScript: true, procMacro: false, inspected: true, direct: true },
        checksum: expect.stringMatching(/^[0-9a-f]{64}$/),
      },
    ]);
    expect(body).toMatch(
      /\| twofold \| 1\.2\.3 \| crates\.io, sha256 `[0-9a-f]{12}` \| MIT OR Apache-2\.0 \| build script \| directly \|/,
    );
  });

  it('is judged by the severities of the workflow and of the project, and the report names them', () => {
    expect(record.audit).toMatchObject([{ rule: 'missing-docs', path: 'src/double.rs', line: 8, blocking: false }]);
    expect(record.auditSeverities).toEqual([
      { rule: 'missing-docs', severity: 'warn', from: 'input audit-rules' },
      { rule: 'unwrap-used', severity: 'off', from: 'Cargo.toml' },
    ]);
    expect(body).toContain(
      'Severities other than the defaults: missing-docs warn (input audit-rules) and unwrap-used off (Cargo.toml).',
    );
  });
});

describe('a run that relaxes the lints itself', () => {
  it('is judged by those of the base', async () => {
    const relaxed = `${CRATE['Cargo.toml'] as string}\n[lints.clippy]\nunwrap_used = "allow"\n`;
    const shaky = '//! Doubling.\n\n/// Twice.\npub fn double(n: u32) -> u32 {\n    n.checked_mul(2).unwrap()\n}\n';
    await using run = await runScripted({
      answers: [
        calls(
          { name: 'read_file', input: { path: 'Cargo.toml' } },
          write('Cargo.toml', relaxed),
          ...addDouble(shaky),
          writeTests('tests/double.rs', { doubles: 'assert_eq!(tiny::double::double(4), 8);' }),
          complete('Add double'),
        ),
        calls(finish()),
      ],
      inputs: { 'max-rounds': '1' },
    });
    expect(run.action).toMatchObject({ code: 1, outputs: { outcome: 'unverified' } });
    expect(run.gate('audit')?.reasons).toEqual([
      expect.stringContaining('src/double.rs:5: `unwrap` in library code'),
      expect.stringContaining('Cargo.toml: lint clippy::unwrap_used is at "allow" now'),
    ]);
    expect(recordOf(run).auditSeverities).toEqual([]);
  });
});
