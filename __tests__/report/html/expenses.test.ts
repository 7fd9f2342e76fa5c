import { describe, expect, it } from '@jest/globals';
import { renderPage, type RunRecord } from '../../../src/report/report.js';
import { pageElements } from '../../support/page-elements.js';
import { samplePage } from '../../support/page-sources.js';

describe('the expenses of a run', () => {
  it('counts what earlier runs spent towards the limits, and says how much of it that is', () => {
    const { usage } = samplePage().record;
    const rowsOf = (record: Partial<RunRecord>) => {
      const cells = pageElements(renderPage(samplePage({}, record))).filter(({ name }) => name === 'td');
      const texts = cells.map(({ text }) => text.replace(/\s+/g, ' ').trim());
      return ['tokens', 'cost'].map((name) => texts.slice(texts.indexOf(name), texts.indexOf(name) + 4).join(' '));
    };
    expect(rowsOf({})).toEqual(['tokens 432,345 in, 6,789 out 20,000,000 2 %', 'cost $0.84 $10.00 8 %']);
    expect(rowsOf({ usage: { ...usage, earlier: { tokens: 9_560_866, costUsd: 8.16 } } })).toEqual([
      'tokens 10,000,000 (of it 9,560,866 by earlier runs, 432,345 in, 6,789 out) 20,000,000 50 %',
      'cost $9.00 (of it $8.16 by earlier runs) $10.00 90 %',
    ]);
    expect(rowsOf({ usage: { ...usage, costUsd: null, earlier: { tokens: 0, costUsd: 8 } } })[1]).toBe(
      'cost unknown, no price known for the model ($8.00 by earlier runs) $10.00 80 %',
    );
  });
});
