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
const NO_CHANGE: Exceptions = {
  ...NOWHERE,
  'spec.tasks.*.line': 'a place in the spec, which is linked',
  'spec.tasks.*.ticked': 'the ledger says whether they are done',
  'spec.tasks.2.depth': 'deeper than is shown',
  'baseline.gates.2.tests.*': 'it could not run',
  'verification.gates.2.tests.*': 'it could not run',
  'verification.onBranch': 'nothing here is linked to GitHub; the commands to reproduce say it too',
  'ledger.*.tests.*.line': "the test's name is a link to it, where there is something to link to",
  'plans.2.turn': 'the plan that held is not one of the revised ones',
  'increments.*.builds': 'both are of an earlier run, and only own ones are built',
  'newTestsOnBase.*.failed': 'a new test has to fail there; those that pass are named',
  'publication.undelivered': 'the alarm says more',
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
  const places = [...markers].filter(([, marker]) => !shown.includes(marker)).map(([place]) => place);
  return places.filter((place) => !isExcepted(place, exceptions));
}

function isExcepted(place: string, exceptions: Exceptions): boolean {
  const stepForm = (step: string) => (step === '**' ? '.+' : step === '*' ? '[^.]+' : step);
  const forms = Object.keys(exceptions).map((form) => new RegExp(`^${form.split('.').map(stepForm).join('\\.')}$`));
  return forms.some((form) => form.test(place));
}

/** Numbers and truth values that could be others without any text being another one. */
function unseen(render: (record: RunRecord) => string, exceptions: Exceptions): string[] {
  const shown = records.map(render);
  return places(records[0], [])
    .filter((place) => !isExcepted(place.join('.'), exceptions))
    .filter((place) => records.every((record, at) => render(changedAt(record, place)) === shown[at]))
    .map((place) => place.join('.'));
}

/** Where a record holds a number or a truth value. */
function places(value: unknown, at: readonly string[]): string[][] {
  if (typeof value === 'number' || typeof value === 'boolean') return [[...at]];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, each]) => places(each, [...at, name]));
}

/** The record with another value there; as it is where it holds nothing there. */
function changedAt<Value>(value: Value, [name, ...rest]: readonly string[]): Value {
  if (name === undefined) return (typeof value === 'number' ? value + 7_000_000 : !value) as Value;
  if (typeof value !== 'object' || value === null || !(name in value)) return value;
  const inner = changedAt((value as Record<string, unknown>)[name], rest);
  return (Array.isArray(value) ? value.with(Number(name), inner) : { ...value, [name]: inner }) as Value;
}

const page = (record: RunRecord) =>
  renderPage({ transcript: '', patch: '', outputFiles: [], readOutput: () => '', record });
const markdown = (record: RunRecord) => renderMarkdown(record, { outputs: () => '', maxChars: Infinity });

describe('everything that a record holds', () => {
  it('is on the page, as text or as an address', () => {
    const shown = records.flatMap((record) =>
      pageElements(page(record)).flatMap(({ name, text, attributes }) =>
        name === 'main' ? [text] : [attributes.href ?? ''],
      ),
    );
    expect(untold(shown.join('\n'), NOWHERE)).toEqual([]);
  });

  it('is in report.md', () => {
    const shown = records.map(markdown);
    expect(untold(shown.join('\n'), { ...NOWHERE, ...NOT_IN_MARKDOWN })).toEqual([]);
  });

  it('changes the page where it is another number or truth', () => {
    expect(unseen(page, NO_CHANGE)).toEqual([]);
  });

  it('changes report.md where it is another number or truth', () => {
    expect(unseen(markdown, { ...NO_CHANGE, ...NOT_IN_MARKDOWN })).toEqual([]);
  });
});
