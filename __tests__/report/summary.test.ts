import { describe, expect, it } from '@jest/globals';
import { MAX_SUMMARY_BYTES, renderSummary } from '../../src/report/report.js';
import { sampleOutputs, sampleRecord } from '../support/sample-record.js';

describe('renderSummary', () => {
  it('has the verdict under the title of the spec', () => {
    const lines = renderSummary(sampleRecord(), sampleOutputs).split('\n');
    expect(lines[0]).toBe('## Ferrule: Ledger entries');
    expect(lines[2]).toMatch(/^\*\*Verified: /);
  });

  it('stays below the size at which GitHub drops it, counted in bytes', () => {
    const text = renderSummary(sampleRecord(), () => '😀\n'.repeat(300_000));
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(MAX_SUMMARY_BYTES);
    expect(text).toContain('shortened');
  });

  it('holds complete outputs that a comment could not hold', () => {
    const output = 'line\n'.repeat(50_000);
    expect(renderSummary(sampleRecord({ verification: undefined }), () => output)).not.toContain('shortened');
    expect(renderSummary(sampleRecord(), () => output)).toContain('complete, 50,000 lines');
  });
});
