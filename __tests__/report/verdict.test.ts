import { describe, expect, it } from '@jest/globals';
import { verdictLine, type LedgerEntry, type RunRecord } from '../../src/report/report.js';
import { failedTestGate, sampleGate, sampleRecord, sampleTestGate } from '../support/sample-record.js';

const verification = (gates: ReturnType<typeof sampleGate>[]) => ({ commit: 'c5', tree: '1a2b3c4d5e', gates });
const withoutRequirements = { ...sampleRecord().spec, requirements: [] };
const entry = (status: LedgerEntry['status']): LedgerEntry => ({
  id: 'R1',
  text: 'x',
  status,
  claimed: null,
  code: [],
  tests: [],
});
const verdict = (changes: Partial<RunRecord>) => verdictLine(sampleRecord(changes));

describe('verdictLine', () => {
  it('names the gates, the tree and the tests of a verified run', () => {
    expect(verdict({})).toBe(
      "Verified: check, test and fmt passed at tree 1a2b3c4 (2 tests, 2 of them new, 1 ignored). Not checked one by one: the spec's 2 requirements.",
    );
  });

  it('counts older failures', () => {
    const gates = [sampleTestGate({ olderFailures: ['a', 'b'], exitCode: 101 })];
    expect(verdict({ spec: withoutRequirements, verification: verification(gates) })).toBe(
      'Verified, 2 older failures: test passed at tree 1a2b3c4 (2 tests, 2 of them new, 1 ignored). The spec states no requirements.',
    );
  });

  it('counts what the ledger proved', () => {
    const ledger = [entry('proven'), entry('proven'), entry('untestable'), entry('unproven')];
    expect(verdict({ ledger })).toMatch(/ 2 of 4 requirements proven, 1 declared untestable\.$/);
  });

  it('names what failed, older failures apart', () => {
    const errors = [{ level: 'error', message: 'x', rendered: 'x' }];
    const gates = [
      sampleGate({ status: 'failed', exitCode: 101, diagnostics: errors }),
      failedTestGate(),
      sampleGate({ name: 'fmt', status: 'failed', exitCode: 1 }),
      sampleGate({ name: 'clippy', status: 'unavailable', exitCode: null }),
      sampleGate({ name: 'doc', status: 'failed', deciding: false }),
    ];
    expect(verdict({ outcome: 'unverified', spec: withoutRequirements, verification: verification(gates) })).toBe(
      'Not verified, 1 older failure: check failed (1 error), test failed (2 tests), fmt failed (exit code 1) and clippy could not run at tree 1a2b3c4. The spec states no requirements.',
    );
  });

  it('gives the message when no gate failed and the run is not verified all the same', () => {
    expect(verdict({ outcome: 'unverified', message: 'Nothing was changed' })).toMatch(
      /^Not verified: Nothing was changed\./,
    );
  });

  it.each<[Partial<RunRecord>, string]>([
    [
      { outcome: 'stopped', stopReason: 'turns', message: 'Work is on the branch.', spec: withoutRequirements },
      'Stopped before a verification: the limit of turns was reached. Work is on the branch. The spec states no requirements.',
    ],
    [{ outcome: 'unchanged', message: 'Already proven at c5d6e7f' }, 'Unchanged: Already proven at c5d6e7f.'],
    [
      { outcome: 'refused', message: 'No key.', usage: { ...sampleRecord().usage, turns: 0 } },
      'Refused: No key. Nothing was spent.',
    ],
    [
      { outcome: 'needs-answer', spec: withoutRequirements, verification: verification([sampleGate()]) },
      'Needs an answer: 1 question is open. Check passed at tree 1a2b3c4. The spec states no requirements.',
    ],
    [
      { stopReason: 'cost', spec: withoutRequirements, verification: verification([sampleGate()]) },
      'Verified: check passed at tree 1a2b3c4. The spec states no requirements. The run ended early: the cost limit was reached.',
    ],
  ])('tells %#', (changes, line) => expect(verdict(changes)).toBe(line));

  it('is one line whatever the message', () => {
    expect(verdict({ outcome: 'refused', message: 'a\n\nb' })).not.toContain('\n');
  });
});
