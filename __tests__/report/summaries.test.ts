import { describe, expect, it } from '@jest/globals';
import { MAX_SUMMARY_BYTES, renderSummaries, renderSummary, type RunRecord } from '../../src/report/report.js';
import { recordOf } from '../support/hostile-record.js';
import { sampleOutputs, sampleRecord } from '../support/sample-record.js';

const sources = { outputs: sampleOutputs, transcript: '' };
const specAt = (at: number, changes: Partial<RunRecord> = {}) => {
  const { spec } = sampleRecord();
  return {
    ...sources,
    record: sampleRecord({ spec: { ...spec, path: `specs/${at}.md`, title: `Spec ${at}` }, ...changes }),
  };
};
const times = <Item>(count: number, item: (at: number) => Item): Item[] =>
  Array.from({ length: count }, (_, at) => item(at));
const titles = (text: string) => text.split('\n').filter((line) => line.startsWith('## '));

describe('the summary of a step', () => {
  it('is nothing without a spec, and of one spec its report alone', () => {
    expect(renderSummaries([])).toBe('');
    expect(renderSummaries([specAt(0)])).toBe(renderSummary(specAt(0).record, sources));
  });

  it('has a table of several specs, then the whole report of each', () => {
    const results = times(3, specAt);
    const [table = '', ...reports] = renderSummaries(results).split(/\n\n(?=## )/);
    expect(table).toContain('## Ferrule: 3 specs');
    expect(table.split('\n').filter((line) => line.startsWith('| `specs/'))).toHaveLength(3);
    expect(reports.map((report) => `${report.trimEnd()}\n`)).toEqual(
      results.map(({ record }) => renderSummary(record, sources)),
    );
  });

  it('keeps below the size at which GitHub drops it whatever the number of specs, the table first', () => {
    const long = { ...recordOf('@all '.repeat(100), 2), run: sampleRecord().run };
    const results = times(1000, () => ({ record: long, outputs: () => 'line\n'.repeat(2000), transcript: '' }));
    const text = renderSummaries(results);
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(MAX_SUMMARY_BYTES);
    expect(text.startsWith('## Ferrule: 1,000 specs\n')).toBe(true);
    const rest = 1000 - (titles(text).length - 1);
    expect(titles(text).length).toBeGreaterThan(2);
    expect(text).toContain(`${rest} more reports did not fit in here: \`report.html\` of each spec, in [artifacts](`);
  }, 60_000);

  it('has rows and short reports of a thousand ordinary specs, those first in which something happened', () => {
    const results = times(1000, (at) => specAt(at, at === 999 ? {} : { outcome: 'unchanged' }));
    const text = renderSummaries(results);
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(MAX_SUMMARY_BYTES);
    expect(text.split('\n').filter((line) => line.startsWith('| `specs/'))).toHaveLength(1000);
    expect(titles(text).slice(0, 3)).toEqual(['## Ferrule: 1,000 specs', '## Ferrule: Spec 999', '## Ferrule: Spec 0']);
  }, 60_000);
});
