import { describe, expect, it } from '@jest/globals';
import { renderMarkdown } from '../../src/report/report.js';
import { markdownBreaches } from '../support/markdown-breaches.js';
import { failedTestGate, sampleGate, sampleOutputs, sampleRecord, sampleTestGate } from '../support/sample-record.js';

const whole = { outputs: sampleOutputs, maxChars: Infinity };

describe('a report', () => {
  it('says first what is open', () => {
    const entry = { id: 'R1', text: 'It must.', status: 'unproven' as const, claimed: null, code: [], tests: [] };
    const gate = failedTestGate();
    const record = sampleRecord({
      outcome: 'unverified',
      verification: { commit: 'c', tree: 't', gates: [{ ...gate, reasons: ['test a failed'] }] },
      ledger: [entry, { ...entry, id: 'R2', status: 'proven' }, { ...entry, id: 'R3' }],
      records: [{ kind: 'deviation', text: 'Other order.', requirement: 'R1' }],
      audit: [{ rule: 'missing-docs', path: 'src/a.rs', text: 'x', blocking: true }],
    });
    expect(renderMarkdown(record, whole)).toContain(
      'Open:\n\n- **test** failed: test a failed\n- **2 requirements** not proven: R1 and R3\n' +
        '- **1 question** to the architect\n  - Question 1 on R1: Is zero a positive amount?\n' +
        '- **1 deviation** from the spec\n  - R1: Other order.\n' +
        '- **1 blocking finding** of the audit\n  - missing-docs at src/a.rs: x\n\n### Verification',
    );
    expect(renderMarkdown(sampleRecord({ questions: [] }), whole)).toContain('\n\nNothing is open.\n\n### Ver');
  });

  it('quotes three of a kind, says how many more there are, and none where there is little room', () => {
    const deviation = (text: string) => ({ kind: 'deviation' as const, text });
    const records = ['`a|b`.', 'Two.', 'Three.', 'Four.', 'Five.'].map(deviation);
    const record = sampleRecord({ records, questions: [] });
    const open = renderMarkdown(record, whole).split('\n### ')[0] ?? '';
    expect(open).toContain(
      'deviations** from the spec\n  - <code>a\\|b</code>.\n  - Two.\n  - Three.\n  - … and 2 more below',
    );
    expect(markdownBreaches(open)).toEqual([]);
    expect(renderMarkdown(record, { ...whole, maxChars: 2_500 })).not.toContain('Two.');
  });

  it('does not tell again, below the gates, what it said first', () => {
    const gate = { ...failedTestGate(), olderFailures: [], reasons: ['test a failed', 'test b failed'] };
    const judged = (name: string) => ({
      ...sampleGate({ status: 'failed' }),
      name,
      command: '',
      reasons: [`${name} says`],
    });
    const gates = [gate, judged('ledger'), judged('audit'), { ...judged('fmt'), deciding: false }];
    const entry = { id: 'R1', text: 'It must.', status: 'unproven' as const, claimed: null, code: [], tests: [] };
    const audit = [{ rule: 'stub', path: 'src/a.rs', text: 'x', blocking: true }];
    const record = sampleRecord({
      outcome: 'unverified',
      verification: { commit: 'c', tree: 't', gates },
      ledger: [entry],
      audit,
    });
    const shown = renderMarkdown(record, whole).split('### Verification')[1]?.split('\n### ')[0] ?? '';
    const notes = shown.split('\n').filter((line) => line.startsWith('- '));
    expect(notes).toEqual(['- **test:** test b failed', '- **fmt:** fmt says']);
  });

  it('quotes below a failed gate what it said itself, as far as it is new and there is room', () => {
    const gate = failedTestGate();
    const failure = (name: string) => ({
      ...{ name, executable: 'ledger', path: 'src/lib.rs', line: 26 },
      message: 'assertion `left == right` failed\n  left: 1\n\n```\n@all',
    });
    const failures = [failure('slow::drifts'), ...['a', 'b', 'c', 'd'].map(failure)];
    const names = [{ name: 'slow::drifts', executable: 'ledger', result: 'failed' as const }];
    const tests = gate.tests && { ...gate.tests, failures };
    const before = sampleTestGate();
    const diagnostic = { message: 'unused', rendered: 'error[E0308]: mismatched types\n --> src/a.rs:1:1\n' };
    const diagnostics = [
      { ...diagnostic, level: 'warning', rendered: 'a warning' },
      { ...diagnostic, level: 'error' },
    ];
    const record = sampleRecord({
      outcome: 'unverified',
      baseline: { test: { ...before, tests: before.tests && { ...before.tests, names } }, gates: [] },
      verification: {
        ...{ commit: 'c', tree: 't' },
        gates: [sampleGate({ status: 'failed', diagnostics }), { ...gate, reasons: ['test a failed'], tests }],
      },
    });
    const open = renderMarkdown(record, whole).split('\n### ')[0] ?? '';
    expect(open).toContain(
      '- **check** failed\n\n  ```text\n  error[E0308]: mismatched types\n   --> src/a.rs:1:1\n  ```\n\n' +
        '- **test** failed: test a failed\n\n  ````text\n  a (src/lib.rs:26)\n  assertion `left == right` failed\n' +
        '    left: 1\n\n  ```\n  │ @all\n\n  b (src/lib.rs:26)\n',
    );
    expect(open).toContain('\n\n  … and 1 more below\n  ````\n\n- **1 question** to the architect\n  - Question 1');
    expect(open).not.toContain('slow::drifts');
    expect(markdownBreaches(open)).toEqual([]);
    expect(renderMarkdown(record, { ...whole, maxChars: 2_500 })).not.toContain('left: 1');
  });
});
