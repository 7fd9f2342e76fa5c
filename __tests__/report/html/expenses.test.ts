import { describe, expect, it } from '@jest/globals';
import { renderPage, type RunRecord } from '../../../src/report/report.js';
import { pageElements, textsOf } from '../../support/page-elements.js';
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
      'tokens 10,000,000 (9,560,866 by earlier runs; by this one 432,345 in, 6,789 out) 20,000,000 50 %',
      'cost $9.00 (of it $8.16 by earlier runs) $10.00 90 %',
    ]);
    expect(rowsOf({ usage: { ...usage, costUsd: null, earlier: { tokens: 0, costUsd: 8 } } })[1]).toBe(
      'cost unknown, no price known for the model ($8.00 by earlier runs) $10.00 80 %',
    );
  });

  it('are nothing for a run that asked nothing, and its page says what it was made with', () => {
    const { usage } = samplePage().record;
    const page = renderPage(samplePage({}, { usage: { ...usage, turns: 0, rounds: 0 }, reproduce: [] }));
    const texts = pageElements(page).map(({ text }) => text.replace(/\s+/g, ' ').trim());
    expect(texts.some((text) => text.startsWith('Nothing. It took '))).toBe(true);
    expect(texts).not.toContain('verification rounds');
    expect(texts).toContain('Made with');
  });

  it('tell beside the commands that the work is on no branch', () => {
    const reproduce = ['git checkout abc', 'git apply change.patch'];
    expect(textsOf(renderPage(samplePage({}, { reproduce })), 'note')).toContain(
      'change.patch is in the report folder of the run: this work is on no branch.',
    );
  });
});
