import { describe, expect, it } from '@jest/globals';
import { renderPage, type LedgerEntry } from '../../../src/report/report.js';
import { pageElements } from '../../support/page-elements.js';
import { samplePage } from '../../support/page-sources.js';

describe('the requirements on the page', () => {
  const { spec, claims } = samplePage().record;
  const folder = {
    ...spec,
    requirements: spec.requirements.map((each) => ({ ...each, file: `${spec.path}/design.md` })),
  };
  const ledger = spec.requirements.map(({ id, text }): LedgerEntry => ({
    id,
    text,
    status: 'partly',
    claimed: 'met',
    code: [],
    tests: [{ name: 'a', result: 'not-run' }],
  }));
  const cellsOf = (changes: Parameters<typeof samplePage>[1]) =>
    pageElements(renderPage(samplePage({}, changes)))
      .filter(({ name, attributes }) => name === 'td' && attributes['data-label'] !== undefined)
      .map(({ text }) => text.replace(/\s+/g, ' ').trim());

  it('of a spec of several files have the place they stand at, checked or not', () => {
    const place = `${spec.path}/design.md:12`;
    for (const checked of [ledger, []]) {
      expect(cellsOf({ spec: folder, ledger: checked })).toContainEqual(expect.stringContaining(place));
      expect(cellsOf({ spec, ledger: checked }).join('\n')).not.toContain(place);
    }
  });

  it('have the inline code of the spec, and are not said to be unchecked where nothing had to be', () => {
    const requirements = spec.requirements.map((each) => ({ ...each, text: 'It returns `None`.' }));
    const pageOf = (outcome: 'unchanged' | 'stopped') =>
      renderPage(samplePage({}, { outcome, ledger: [], claims: [], spec: { ...spec, requirements } }));
    expect(pageOf('unchanged')).toContain('It returns <code>None</code>.');
    expect(pageOf('unchanged')).toContain('not checked by this run');
    expect(pageOf('stopped')).toContain('not checked one by one');
  });

  it('are told in words, what the model claimed too', () => {
    expect(cellsOf({ ledger })).toEqual(expect.arrayContaining(['◐ partly proven', 'a did not run']));
    const claimed = (claims ?? []).map((claim) => ({ ...claim, status: 'not-met' as const }));
    expect(cellsOf({ ledger: [], claims: claimed })).toContain('claimed: not met');
  });
});
