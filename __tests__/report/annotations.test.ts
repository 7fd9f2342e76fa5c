import { describe, expect, it } from '@jest/globals';
import {
  annotationsLeftLine,
  annotationsOf,
  type DiagnosticRecord,
  type GateRecord,
  type RunRecord,
} from '../../src/report/report.js';
import { failedTestGate, sampleGate, sampleRecord } from '../support/sample-record.js';

const diagnostic = (changes: Partial<DiagnosticRecord> = {}): DiagnosticRecord => ({
  ...{ level: 'error', code: 'E0308', message: 'mismatched types', path: 'rust/src/a.rs', line: 3, column: 5 },
  rendered: 'error[E0308]: mismatched types\n --> src/a.rs:3:5\n',
  ...changes,
});
const warning = (changes: Partial<DiagnosticRecord> = {}) =>
  diagnostic({ level: 'warning', code: 'dead_code', message: 'never used', rendered: '', ...changes });
const check = (diagnostics: DiagnosticRecord[], name = 'check') => sampleGate({ name, diagnostics });

function failing(names: string[], executable = 'unittests src/lib.rs (a)') {
  const gate = failedTestGate();
  const failures = names.map((name, at) => ({ name, executable, path: 'src/a.rs', line: at + 1, message: `${name}!` }));
  const failed = names.map((name) => ({ name, executable, result: 'failed' as const }));
  const tests = { ...{ passed: 0, ignored: 0, filteredOut: 0, new: 0 }, failed: names.length, names: failed, failures };
  return { ...gate, tests };
}

function found(changes: Partial<RunRecord>, gates: GateRecord[] = []) {
  const empty = { questions: [], audit: [], baseline: { gates: [] } };
  return annotationsOf(sampleRecord({ ...empty, verification: { commit: 'c', tree: 't', gates }, ...changes }));
}
const titles = (annotations: ReturnType<typeof annotationsOf>) =>
  annotations.map(({ level, title }) => `${level} ${title}`);

describe('annotationsOf', () => {
  it('puts a compiler error on its line, with what the compiler prints', () => {
    expect(found({}, [check([diagnostic()])])).toEqual([
      {
        ...{ level: 'error', title: 'cargo check: error[E0308]', file: 'rust/src/a.rs', line: 3, column: 5 },
        text: 'error[E0308]: mismatched types\n --> src/a.rs:3:5',
      },
    ]);
  });

  it('says the same diagnostic of check and clippy once, and none that is of no place', () => {
    const gates = [check([diagnostic(), diagnostic({ path: undefined })]), check([diagnostic(), warning()], 'clippy')];
    expect(titles(found({}, gates))).toEqual([
      'error cargo check: error[E0308]',
      'warning cargo clippy: warning[dead_code]',
    ]);
  });

  it('leaves out what the base had already, wherever its line is now', () => {
    const older = [warning({ line: 90 }), warning({ path: 'other.rs' })];
    const baseline = { check: check(older), gates: [check([warning({ message: 'of clippy' })], 'clippy')] };
    const gates = [check([warning(), warning({ line: 7 })]), check([warning({ message: 'of clippy' })], 'clippy')];
    expect(found({ baseline }, gates).map(({ line }) => line)).toEqual([7]); // one of the two is new
  });

  it('puts a failed test where it panicked, unless it failed before', () => {
    const baseline = { test: failing(['old'], 'unittests src/lib.rs (a-0123456789abcdef)'), gates: [] };
    expect(found({ baseline }, [failing(['old', 'new'])])).toEqual([
      { level: 'error', title: 'Test failed: new', text: 'new!', file: 'src/a.rs', line: 2 },
    ]);
  });

  it('tells findings of the audit, those that block as errors', () => {
    const finding = { rule: 'unwrap-used', path: 'src/a.rs', line: 4, text: 'unwrap in library code' };
    const liftedBy = { requirement: 'R1', text: 'why' };
    const audit = [
      { ...finding, blocking: false, liftedBy },
      { ...finding, blocking: true },
    ];
    expect(found({ audit })).toEqual([
      { level: 'error', title: 'Audit: unwrap-used', text: 'unwrap in library code', file: 'src/a.rs', line: 4 },
      {
        ...{ level: 'warning', title: 'Audit: unwrap-used', file: 'src/a.rs', line: 4 },
        text: 'unwrap in library code (a recorded deviation answers for it)',
      },
    ]);
  });

  it('puts a question on the line of its clause, blocking ones first', () => {
    const questions = [
      { number: 1, text: 'Which order?', blocking: false },
      { number: 2, text: 'Is zero allowed?', requirement: 'R2', blocking: true },
    ];
    expect(found({ questions })).toEqual([
      ...[
        {
          level: 'notice',
          title: 'Question 2 on R2 (blocking)',
          text: 'Is zero allowed?',
          file: 'specs/ledger.md',
          line: 14,
        },
      ],
      { level: 'notice', title: 'Question 1', text: 'Which order?', file: 'specs/ledger.md' },
    ]);
    const { spec } = sampleRecord();
    const requirements = spec.requirements.map((each) => ({ ...each, file: 'specs/ledger/entries.md' }));
    const inFolder = found({ questions, spec: { ...spec, path: 'specs/ledger', requirements } });
    expect(inFolder).toMatchObject([{ file: 'specs/ledger/entries.md', line: 14 }, { file: 'specs/ledger' }]);
  });

  it('puts the most useful first', () => {
    const audit = [{ rule: 'stub', path: 'src/a.rs', text: 'todo!()', blocking: true }];
    const gates = [
      { ...check([warning()], 'doc'), deciding: false },
      check([warning(), diagnostic()], 'clippy'),
      failing(['t']),
    ];
    expect(titles(found({ audit, questions: sampleRecord().questions }, gates))).toEqual([
      ...['error cargo clippy: error[E0308]', 'error Test failed: t', 'error Audit: stub'],
      ...['warning cargo clippy: warning[dead_code]', 'notice Question 1 on R1'],
    ]);
  });

  it('has none for a run that verified nothing', () => {
    expect(annotationsOf(sampleRecord({ verification: undefined, questions: [] }))).toEqual([]);
  });
});

describe('annotationsLeftLine', () => {
  it('counts what is left in one line', () => {
    const left = found({}, [check([diagnostic(), diagnostic({ line: 9 }), warning()])]);
    expect(annotationsLeftLine(left)).toBe('Not shown here: 2 errors and 1 warning more. The report has them all.');
    expect(annotationsLeftLine([])).toBe('');
  });
});
