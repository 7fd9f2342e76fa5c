import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { renderFleetSummary } from '../../src/report/report.js';
import { hostileText } from '../support/hostile-text.js';
import { recordOf } from '../support/hostile-record.js';
import { markdownBreaches } from '../support/markdown-breaches.js';
import { sampleRecord } from '../support/sample-record.js';

const cells = (line = '') => line.split('|').slice(1, -1);

describe('the summary of several specs', () => {
  it('has a row for each, with its pull request, and the sums', () => {
    const { usage } = sampleRecord();
    const text = renderFleetSummary([
      sampleRecord({ usage: { ...usage, costUsd: 1.25, turns: 3 } }),
      sampleRecord({ outcome: 'stopped', stopReason: 'cost', usage: { ...usage, costUsd: 0.5, turns: 4 } }),
    ]);
    expect(text).toContain('[#3](https://github.com/acme/ledger/pull/3)');
    expect(text).toContain('| stopped (cost) |');
    expect(text).toMatch(/\| \*\*total\*\* \| 1 stopped and 1 verified \|  \| \$1\.75 \| 7 \|/);
  });

  it('knows no sum where a cost is unknown, and says what left no report', () => {
    const { usage } = sampleRecord();
    const text = renderFleetSummary([sampleRecord(), sampleRecord({ usage: { ...usage, costUsd: null } })], {
      missing: 2,
    });
    expect(text).toMatch(/\*\*total\*\*.*\| unknown \|/);
    expect(text).toContain('2 planned specs left no report');
  });

  it('lists what the plan did not run, and says nothing of it where there is nothing', () => {
    const note = (spec: string) => [{ spec, reason: `Since ${spec}.` }];
    const text = renderFleetSummary([], {
      notRun: { refused: note('a.md'), leftOver: note('b.md'), waiting: note('c.md') },
    });
    expect(text).toContain('### Not run');
    expect(text).toContain('| `a.md` | refused | Since a.md. |');
    expect(text).toContain('| `b.md` | left for the next run | Since b.md. |');
    expect(text).toContain('| `c.md` | waiting | Since c.md. |');
    expect(renderFleetSummary([], { notRun: { refused: [], leftOver: [], waiting: [] } })).not.toContain('Not run');
  });

  it('leaves out rows rather than grow too long, those of unchanged specs first, and counts what it left out', () => {
    const path = 'specs/'.padEnd(400, '€');
    const { spec } = sampleRecord();
    const of = (outcome: 'unchanged' | 'unverified') => sampleRecord({ outcome, spec: { ...spec, path } });
    const records = [...Array.from({ length: 90 }, () => of('unchanged')), of('unverified')];
    const waiting = Array.from({ length: 90 }, () => ({ spec: path, reason: path.repeat(9) }));
    const notRun = { refused: [], leftOver: [], waiting };
    const text = renderFleetSummary(records, { notRun, maxBytes: 20_000 });
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(20_000);
    const rows = text.split('\n').filter((line) => line.startsWith('| `specs/'));
    expect(rows[0]).toContain('| unverified |');
    const counts = [...text.matchAll(/… and (\d+) more specs for which there is no room here/g)].map(([, n]) =>
      Number(n),
    );
    expect(counts).toHaveLength(2);
    expect(rows.length + (counts[0] ?? 0) + (counts[1] ?? 0)).toBe(181);
    expect(rows.length).toBeGreaterThan(20);
    expect(text).toContain('| **total** | 1 unverified and 90 unchanged |');
  });

  it('keeps texts and addresses of other jobs in their cells', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const record = recordOf(text, 1);
        record.publication.pullRequest = { number: 1, url: `https://github.com/acme/${text}`, draft: false };
        const note = [{ spec: text, reason: text }];
        const notRun = renderFleetSummary([], { notRun: { refused: note, leftOver: note, waiting: note } });
        expect(markdownBreaches(notRun)).toEqual([]);
        const summary = renderFleetSummary([record]);
        expect(markdownBreaches(summary.replaceAll('#1', 'ours'))).toEqual([]);
        for (const line of summary.split('\n').filter((each) => each.startsWith('|')))
          expect(cells(line.replaceAll('\\|', ''))).toHaveLength(6);
      }),
    );
    const broken = sampleRecord();
    broken.publication.pullRequest = { number: 3, url: 'https://x.example) ![](https://evil.example/a', draft: false };
    expect(renderFleetSummary([broken])).not.toContain('evil.example');
  });
});
