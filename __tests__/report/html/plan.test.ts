import { describe, expect, it } from '@jest/globals';
import { renderPage } from '../../../src/report/report.js';
import { textsOf } from '../../support/page-elements.js';
import { samplePage } from '../../support/page-sources.js';

describe('the plan of a run', () => {
  it('says which increments are still open, which do not build on their own, and what the plan was before', () => {
    const [built] = samplePage().record.increments;
    const [first, second] = [
      { title: 'Storage', requirements: ['R2'] },
      { title: 'Entries', requirements: ['R1'] },
    ];
    const at = '2026-11-22T09:31:00Z';
    const page = renderPage(
      samplePage(
        {},
        {
          increments: built === undefined ? [] : [{ ...built, builds: false }],
          plans: [
            { turn: 1, at, increments: [first] },
            { turn: 4, at, increments: [second] },
          ],
        },
      ),
    );
    expect(textsOf(page, 'increments')).toEqual([
      '✔ Validated entries c5d6e7f does not build on its own R1, R2 ○ Entries R1',
      '○ Storage R2',
    ]);
    expect(page).toContain('1 still open');
  });

  it('says which increments are of an earlier run, whose building was not this one’s to check', () => {
    const [built] = samplePage().record.increments;
    const earlier = { title: 'Types', commit: 'a1'.repeat(20), requirements: [], earlierRun: true };
    const increments = built === undefined ? [] : [earlier, built];
    expect(textsOf(renderPage(samplePage({}, { increments })), 'increments')).toEqual([
      '✔ Types a1a1a1a by an earlier run ✔ Validated entries c5d6e7f builds on its own R1, R2',
    ]);
  });
});
