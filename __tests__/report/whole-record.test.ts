// Whoever looks at a run looks at one rendering. Each has to tell everything that the record holds, apart from what is
// named here with the reason.
import { describe, expect, it } from '@jest/globals';
import { OUTCOMES, renderMarkdown, renderPage, type RunRecord } from '../../src/report/report.js';
import { completeRecord } from '../support/complete-record.js';
import { pageElements } from '../support/page-elements.js';

/** Places of the record, `*` for one step, `**` for any, with the reason why they are not told one by one. */
type Exceptions = Readonly<Record<string, string>>;
const NOWHERE: Exceptions = {
  '**.diagnostics.**': "the command's output has them, whole",
  '**.tests.names.**': "the command's output has them",
  'ledger.*.tests.*.path': "the test's name is a link to it, where there is something to link to",
  'spec.tasks.*.file': 'a place in the spec, which is linked',
  'plans.2.increments.0.**': 'completed, so it is among the increments',
  'plans.2.increments.2.**': 'completed, so it is among the increments',
};
const NOT_IN_MARKDOWN: Exceptions = {
  'spec.requirements.**': 'the spec is linked; they stand in the ledger once it is checked',
  'spec.tasks.*.requirements.*': 'the box says whether they are proven',
  'agent.hash': 'report.json and the page have it',
  'baseline.**': 'one sentence says how each gate ended; the page has them whole',
  'verification.commit': 'the published commit is named, and links are pinned to this one',
  'verification.gates.*.output': 'named where its excerpt leaves something out',
  'verification.gates.*.tests.failures.**': "the excerpt of the command's output has them",
  'newTestsOnBase.*.package': 'the path says it',
  'newTestsOnBase.*.output': 'a file of the report folder, linked as a whole',
  'newTestsOnBase.0.passed.*': 'nothing passes where nothing was built',
  'newTestsOnBase.2.passed.*': 'nothing passes where nothing was run',
  'alarms.1': 'the first stands for all',
  'alarms.2': 'the first stands for all',
};

/** Short, so that nothing shortens it further; letters and digits alone, so that nothing escapes it. */
const markers = new Map<string, string>();
const markerAt = (place: string) => {
  const marker = markers.get(place) ?? `q${markers.size.toString(36).padStart(4, '0')}z`;
  markers.set(place, marker);
  return marker;
};

/** The run in each way it can end, with and without what makes room for something else. */
const records = OUTCOMES.flatMap((outcome): RunRecord[] => {
  const record = { ...completeRecord(markerAt), outcome };
  const unchecked = { ...record, ledger: [] };
  return [record, unchecked, { ...unchecked, claims: [] }, { ...record, verification: undefined }];
});

function untold(shown: string, exceptions: Exceptions): string[] {
  const stepForm = (step: string) => (step === '**' ? '.+' : step === '*' ? '[^.]+' : step);
  const forms = Object.keys(exceptions).map((form) => new RegExp(`^${form.split('.').map(stepForm).join('\\.')}$`));
  const places = [...markers].filter(([, marker]) => !shown.includes(marker)).map(([place]) => place);
  return places.filter((place) => !forms.some((form) => form.test(place)));
}

describe('everything that a record holds', () => {
  it('is on the page, as text or as an address', () => {
    const sources = { transcript: '', patch: '', outputFiles: [], readOutput: () => '' };
    const shown = records.flatMap((record) =>
      pageElements(renderPage({ ...sources, record })).flatMap(({ name, text, attributes }) =>
        name === 'main' ? [text] : [attributes.href ?? ''],
      ),
    );
    expect(untold(shown.join('\n'), NOWHERE)).toEqual([]);
  });

  it('is in report.md', () => {
    const shown = records.map((record) => renderMarkdown(record, { outputs: () => '', maxChars: Infinity }));
    expect(untold(shown.join('\n'), { ...NOWHERE, ...NOT_IN_MARKDOWN })).toEqual([]);
  });
});
