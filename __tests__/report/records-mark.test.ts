import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  formatMark,
  formatQuestionsMark,
  formatRecordsMark,
  parseQuestionsMark,
  parseRecordsMark,
  renderAnswer,
  renderMarkdown,
  type NotedRecord,
} from '../../src/report/report.js';
import { sampleOutputs, sampleRecord } from '../support/sample-record.js';

const MARK = formatMark({ specPath: 'specs/a.md', specHash: 'ab', outcome: 'verified' });
const under = (...lines: string[]) => `${MARK}\n${lines.join('\n')}\nText`;
const encoded = (value: unknown) =>
  `<!-- ferrule-records ${Buffer.from(JSON.stringify(value)).toString('base64url')} -->`;
const deviation: NotedRecord = { kind: 'deviation', text: 'Amounts are u64, not i64.', requirement: 'R1' };

describe('the mark of the records', () => {
  it('gives back every record, whatever it says, from one line that is one comment', () => {
    const text = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 80 }),
      fc.constantFrom('-->', '\n<!-- ferrule', '--!>'),
    );
    const kind = fc.constantFrom('improvement', 'deviation', 'assumption');
    const record = fc.record({ kind, text, requirement: text }, { requiredKeys: ['kind', 'text'] });
    fc.assert(
      fc.property(fc.array(record, { minLength: 1, maxLength: 8 }), (records) => {
        const line = formatRecordsMark(records);
        expect(line).toMatch(/^<!-- ferrule-records [\w-]+ -->$/);
        expect(parseRecordsMark(under(line))).toEqual(records);
      }),
    );
  });

  it('stands below our mark, alone or below the questions, and nowhere else', () => {
    const line = formatRecordsMark([deviation]);
    const questions = formatQuestionsMark([{ number: 1, text: 'Which?', blocking: true }]);
    expect(parseRecordsMark(under(line))).toEqual([deviation]);
    expect(parseRecordsMark(under(questions, line).replaceAll('\n', '\r\n'))).toEqual([deviation]);
    expect(parseQuestionsMark(under(questions, line))).toHaveLength(1);
    expect(parseRecordsMark(`${MARK}\n\n${line}`)).toEqual([]);
    expect(parseRecordsMark(`${line}\n${MARK}`)).toEqual([]);
    expect(parseRecordsMark(MARK)).toEqual([]);
    expect(formatRecordsMark([])).toBe('');
  });

  it('stays below its size: texts are shortened, then improvements go, then assumptions, and deviations last', () => {
    const long = (kind: NotedRecord['kind'], chars: number) => ({ kind, text: '語'.repeat(chars) });
    const shortened = formatRecordsMark(Array.from({ length: 8 }, () => long('improvement', 2_000)));
    expect(shortened.length).toBeLessThanOrEqual(8_000);
    expect(parseRecordsMark(under(shortened))).toHaveLength(8);
    const kinds = ['deviation', 'assumption', 'improvement', 'deviation'] as const;
    const many = Array.from({ length: 400 }, (_, at) => long(kinds[at % 4] ?? 'deviation', 300));
    const mark = formatRecordsMark(many);
    expect(mark.length).toBeLessThanOrEqual(8_000);
    const kept = parseRecordsMark(under(mark)) ?? [];
    expect(kept.length).toBeGreaterThan(0);
    expect(new Set(kept.map(({ kind }) => kind))).toEqual(new Set(['deviation']));
  });

  it.each([
    ['no base64', '<!-- ferrule-records ?? -->'],
    ['more on its line', `${encoded([deviation])} more`],
    ['no records', encoded([])],
    ['an unknown kind', encoded([{ ...deviation, kind: 'verdict' }])],
    ['a huge text', encoded([{ ...deviation, text: 'x'.repeat(5_000) }])],
    ['thousands of entries', encoded(Array.from({ length: 1_001 }, () => deviation))],
  ])('is unreadable with %s', (_, line) => expect(parseRecordsMark(under(line))).toBeUndefined());
});

describe('texts about a run with records', () => {
  const record = sampleRecord({ records: [{ ...deviation, earlierRun: true }] });

  it('carry them, and say which are of an earlier run', () => {
    const text = renderMarkdown(record, { outputs: sampleOutputs, maxChars: Infinity });
    expect(parseRecordsMark(text)).toEqual([deviation]);
    expect(text).toContain('**R1:** Amounts are u64, not i64. (by an earlier run)');
    expect(parseRecordsMark(renderAnswer(record))).toEqual([deviation]);
  });

  it('give the mark up where it would leave no room for the verdict', () => {
    const long = { ...record, records: [{ ...deviation, text: 'x'.repeat(2_000) }] };
    const shown = renderMarkdown(long, { outputs: sampleOutputs, maxChars: 2_500 });
    expect(shown.length).toBeLessThanOrEqual(2_500);
    expect(parseRecordsMark(shown)).toEqual([]);
    expect(shown).toContain('**Verified: ');
  });
});
