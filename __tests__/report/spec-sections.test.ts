import { describe, expect, it } from '@jest/globals';
import { specCheckSection, tasksSection } from '../../src/report/spec-sections.js';
import { sampleRecord } from '../support/sample-record.js';

const ALL = { maxRows: Infinity, maxTextChars: Infinity, hasLinks: false };
const task = (text: string, requirements: string[], more: { depth?: number; ticked?: boolean } = {}) => ({
  ...{ file: 'tasks.md', line: 1, depth: 0, ticked: false, text, requirements },
  ...more,
});

function boxes(
  tasks: ReturnType<typeof task>[],
  statuses: Record<string, 'proven' | 'partly' | 'untestable'>,
): string[] {
  const record = sampleRecord();
  record.spec.tasks = tasks;
  record.ledger = Object.entries(statuses).map(([id, status]) => ({
    ...{ id, status, text: 'x', claimed: null, code: [], tests: [] },
  }));
  return tasksSection(record, ALL).match(/^ *- .*/gm) ?? [];
}

describe('the tasks of the spec', () => {
  it('are ticked when everything they refer to is proven, whatever the spec’s own tick says', () => {
    const tasks = [
      task('both', ['R1', 'R2'], { ticked: true }),
      task('first', ['R1'], { depth: 1 }),
      task('third', ['R3']),
    ];
    expect(boxes(tasks, { R1: 'proven', R2: 'partly', R3: 'untestable' })).toEqual([
      '- [ ] both',
      '  - [x] first',
      '- [ ] third',
    ]);
  });

  it('that refer to nothing stay as the spec has them, and are not counted', () => {
    const tasks = [task('agree', [], { ticked: true }), task('tell', []), task('read', ['R1'])];
    expect(boxes(tasks, { R1: 'proven' })).toEqual(['- [x] agree', '- [ ] tell', '- [x] read']);
    const record = sampleRecord();
    record.spec.tasks = tasks;
    record.ledger = [{ id: 'R1', status: 'partly', text: 'x', claimed: null, code: [], tests: [] }];
    expect(tasksSection(record, ALL)).toContain('Tasks of the spec: 0 of 1 that refer to requirements are proven');
  });

  it('are not shown without a ledger or without tasks', () => {
    expect(boxes([task('read', ['R1'])], {})).toEqual([]);
    expect(tasksSection(sampleRecord(), ALL)).toBe('');
  });
});

describe('the remarks of the spec check', () => {
  it('stand in a folded block with place, rule and requirement', () => {
    const specCheck = [
      { rule: 'vague-word', file: 'specs/a.md', line: 7, requirement: 'R2', text: "'fast': no test can decide that." },
      { rule: 'dangling-link', file: 'specs/a.md', line: 9, text: 'The link leads to nothing.' },
    ];
    const text = specCheckSection({ ...sampleRecord(), specCheck }, { ...ALL, maxRows: 1 });
    expect(text).toContain('<summary>Spec check: 2 remarks, none of which decides</summary>');
    expect(text).toContain("- **R2:** 'fast': no test can decide that. `specs/a.md:7` (vague-word)");
    expect(text).toContain('and 1 more in `report.json`');
  });

  it('are nothing where there are none', () => {
    expect(specCheckSection({ ...sampleRecord(), specCheck: [] }, ALL)).toBe('');
  });
});
