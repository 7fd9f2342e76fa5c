import { describe, expect, it } from '@jest/globals';
import { gateLines } from '../../src/run/gate-lines.js';

type Gates = Parameters<typeof gateLines>[0];
type GateStatus = Gates['gates'][number]['status'];

const gate = (name: string, status: GateStatus, reasons: string[] = [], deciding = true) => ({
  ...{ name, deciding, status, reasons },
});
const linesOf = (gates: unknown[], judged: unknown[] = []) =>
  gateLines({ gates, evidence: { gates: judged } } as unknown as Gates);

describe('the gates of a verification, in lines', () => {
  it('say how each stands, and why one that did not pass', () => {
    const doc = gate('doc', 'failed', ['unresolved\n  link'], false);
    const clippy = gate('clippy', 'unavailable', ['it could not run: the toolchain lacks clippy']);
    const audit = gate('audit', 'failed', ['src/lib.rs:3: `unwrap` in library code [unwrap-used]']);
    expect(linesOf([gate('check', 'passed'), doc, clippy], [audit, gate('ledger', 'passed')])).toEqual([
      'Gates: check passed, doc failed (advisory), clippy could not run, audit failed and ledger passed.',
      '  doc: unresolved link',
      '  clippy: it could not run: the toolchain lacks clippy',
      '  audit: src/lib.rs:3: `unwrap` in library code [unwrap-used]',
    ]);
  });

  it('are ten reasons a gate at most, none of them long, and count the rest', () => {
    const reasons = Array.from({ length: 13 }, (_, at) => `test t${at} failed ${'x'.repeat(5_000)}`);
    const lines = linesOf([gate('test', 'failed', reasons)]);
    expect(lines).toHaveLength(12);
    expect(lines.at(-1)).toBe('  test: and 3 more in the report');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(600);
  });

  it('are none where there is no gate', () => {
    expect(linesOf([])).toEqual([]);
  });
});
