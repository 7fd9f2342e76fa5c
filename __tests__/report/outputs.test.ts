import { describe, expect, it } from '@jest/globals';
import { actionOutputs, exitStatus, type Outcome } from '../../src/report/report.js';
import { failedTestGate, sampleRecord } from '../support/sample-record.js';

const usage = sampleRecord().usage;
const unverified = sampleRecord({
  outcome: 'unverified',
  stopReason: 'rounds',
  spec: { ...sampleRecord().spec, path: 'specs/b.md' },
  verification: { commit: 'dd', tree: 'ee', gates: [failedTestGate()] },
  publication: { kind: 'none', warnings: [] },
  usage: { ...usage, costUsd: 0.1 },
});

describe('actionOutputs', () => {
  it('says everything the contract names about one run', () => {
    const { results, ...outputs } = actionOutputs([sampleRecord()], '/tmp/report');
    expect(outputs).toEqual({
      outcome: 'verified',
      'stop-reason': '',
      commit: 'c5d6e7f8'.repeat(5),
      tree: '1a2b3c4d'.repeat(5),
      branch: 'ferrule/specs-ledger',
      'pull-request-number': '3',
      'pull-request-url': 'https://github.com/acme/ledger/pull/3',
      'comment-url': '',
      'check-exit-code': '0',
      'test-exit-code': '0',
      'tests-passed': '2',
      'tests-failed': '0',
      'tests-ignored': '1',
      'tests-new': '2',
      'requirements-total': '2',
      'requirements-proven': '0',
      questions: '1',
      turns: '31',
      rounds: '1',
      'input-tokens': '12345',
      'output-tokens': '6789',
      'cache-read-tokens': '400000',
      'cache-write-tokens': '20000',
      'cost-usd': '0.84',
      'duration-seconds': '412',
      'report-dir': '/tmp/report',
    });
    expect(JSON.parse(results ?? '')).toHaveLength(1);
  });

  it('takes the worst outcome of several specs, adds the counts up and lists each spec', () => {
    const outputs = actionOutputs([sampleRecord(), unverified], '/r');
    expect(outputs).toMatchObject({
      outcome: 'unverified',
      'stop-reason': 'rounds',
      commit: 'dd',
      'check-exit-code': '',
      'test-exit-code': '101',
      'tests-passed': '41',
      'tests-failed': '3',
      'cost-usd': '0.94',
      turns: '62',
    });
    expect(JSON.parse(outputs['results'] ?? '')).toMatchObject([
      { spec: 'specs/ledger.md', outcome: 'verified', 'tests-passed': '2' },
      { spec: 'specs/b.md', outcome: 'unverified', 'tests-passed': '39' },
    ]);
  });

  it('leaves the cost empty when one of the costs is unknown', () => {
    const unpriced = sampleRecord({ usage: { ...usage, costUsd: null } });
    expect(actionOutputs([unpriced], '')['cost-usd']).toBe('');
    expect(actionOutputs([sampleRecord(), unpriced], '')['cost-usd']).toBe('');
  });

  it('is unchanged when no spec matched', () => {
    expect(actionOutputs([], '/r')).toEqual({ outcome: 'unchanged', results: '[]', 'report-dir': '/r' });
  });

  it('orders outcomes from refused to unchanged', () => {
    const order: Outcome[] = ['refused', 'stopped', 'unverified', 'needs-answer', 'verified', 'unchanged'];
    for (let at = 0; at < order.length; at += 1) {
      const records = order
        .slice(at)
        .toReversed()
        .map((outcome) => sampleRecord({ outcome }));
      expect(actionOutputs(records, '')['outcome']).toBe(order[at]);
    }
  });
});

describe('exitStatus', () => {
  it.each<[Outcome, number]>([
    ['verified', 0],
    ['unchanged', 0],
    ['unverified', 1],
    ['stopped', 1],
    ['refused', 1],
    ['needs-answer', 1],
  ])('of %s is %d', (outcome, status) => expect(exitStatus([sampleRecord({ outcome })])).toBe(status));

  it('is 0 for a run that still waits for an answer and spent nothing', () => {
    expect(exitStatus([sampleRecord({ outcome: 'needs-answer', usage: { ...usage, turns: 0 } })])).toBe(0);
  });

  it('is 1 for a verified result that could not be delivered', () => {
    const publication = { kind: 'pull-request' as const, undelivered: true, warnings: [] };
    expect(exitStatus([sampleRecord({ publication })])).toBe(1);
  });

  it('is 1 when one of several specs is not green', () => {
    expect(exitStatus([sampleRecord(), unverified])).toBe(1);
    expect(exitStatus([])).toBe(0);
  });
});
