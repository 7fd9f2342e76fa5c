import { describe, expect, it } from '@jest/globals';
import { renderMarkdown } from '../../src/report/report.js';
import { failedTestGate, sampleOutputs, sampleRecord } from '../support/sample-record.js';

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
        '- **1 question** to the architect\n- **1 deviation** from the spec\n- **1 blocking finding** of the audit\n\n### Verification',
    );
    expect(renderMarkdown(sampleRecord({ questions: [] }), whole)).toContain('\n\nNothing is open.\n\n### Ver');
  });
});
