import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  answerFingerprint,
  formatMark,
  formatQuestionsMark,
  parseQuestionsMark,
  renderPage,
  renderMarkdown,
  type AskedQuestion,
  type RunRecord,
} from '../../src/report/report.js';
import { textsOf } from '../support/page-elements.js';
import { samplePage } from '../support/page-sources.js';
import { sampleOutputs, sampleRecord } from '../support/sample-record.js';

const MARK = formatMark({ specPath: 'specs/a.md', specHash: 'ab', outcome: 'needs-answer' });
const under = (line: string) => `${MARK}\n${line}\nText`;
const encoded = (value: unknown) =>
  `<!-- ferrule-questions ${Buffer.from(JSON.stringify(value)).toString('base64url')} -->`;
const asked = (number: number, more: Partial<AskedQuestion> = {}): AskedQuestion => ({
  ...{ number, text: `Question ${number}?`, blocking: true },
  ...more,
});

describe('the mark of the questions', () => {
  it('gives back every question, whatever it says, from one line that is one comment', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 80 });
    const question = fc.record(
      {
        text: fc.oneof(text, fc.constantFrom('-->', '\n<!--', '--!>')),
        requirement: text,
        blocking: fc.boolean(),
        answeredBy: fc.constantFrom('spec', answerFingerprint('x')),
      },
      { requiredKeys: ['text', 'blocking'] },
    );
    fc.assert(
      fc.property(fc.array(question, { minLength: 1, maxLength: 8 }), (questions) => {
        const numbered = questions.map((each, at) => ({ number: at + 1, ...each }));
        const line = formatQuestionsMark(numbered);
        expect(line).toMatch(/^<!-- ferrule-questions [\w-]+ -->$/);
        expect(parseQuestionsMark(under(line))).toEqual(numbered);
        expect(parseQuestionsMark(`${MARK}\r\n${line}\r\nText`)).toEqual(numbered);
      }),
    );
  });

  it('stays below its size: texts are shortened, then answered questions go, and the last number stays', () => {
    const many = Array.from({ length: 30 }, (_, at) => asked(at + 1, { text: '語'.repeat(2_000) }));
    const shortened = formatQuestionsMark(many);
    expect(shortened.length).toBeLessThanOrEqual(12_000);
    expect(parseQuestionsMark(under(shortened))?.map(({ number }) => number)).toEqual(many.map(({ number }) => number));
    const answered = Array.from({ length: 300 }, (_, at) => asked(at + 1, at < 295 ? { answeredBy: 'spec' } : {}));
    const kept = parseQuestionsMark(under(formatQuestionsMark(answered))) ?? [];
    expect(kept.length).toBeLessThan(300);
    expect(kept.filter(({ answeredBy }) => answeredBy === undefined).map(({ number }) => number)).toEqual([
      296, 297, 298, 299, 300,
    ]);
  });

  it('is not seen anywhere but in the second line, below our mark', () => {
    const line = encoded([asked(1)]);
    expect(parseQuestionsMark(`${line}\n${MARK}`)).toEqual([]);
    expect(parseQuestionsMark(`${MARK}\n\n${line}`)).toEqual([]);
    expect(parseQuestionsMark(`Text\n${line}`)).toEqual([]);
    expect(parseQuestionsMark(MARK)).toEqual([]);
  });

  it.each([
    ['no base64', '<!-- ferrule-questions ?? -->'],
    ['no JSON', '<!-- ferrule-questions abcd -->'],
    ['nothing', '<!-- ferrule-questions  -->'],
    ['more on its line', `${encoded([asked(1)])} more`],
    ['no questions', encoded([])],
    ['the same number twice', encoded([asked(1), asked(1)])],
    ['a number below one', encoded([asked(0)])],
    ['a number that is none', encoded([{ ...asked(1), number: '1' }])],
    ['a number beyond reason', encoded([asked(1e9)])],
    ['a huge text', encoded([asked(1, { text: 'x'.repeat(5_000) })])],
    ['an unknown state', encoded([asked(1, { answeredBy: 'me' })])],
    ['thousands of entries', encoded(Array.from({ length: 1_001 }, (_, at) => asked(at + 1)))],
    ['an object', encoded({ questions: [] })],
  ])('is unreadable with %s', (_, line) => expect(parseQuestionsMark(under(line))).toBeUndefined());
});

describe('a report with questions', () => {
  const answer = { ...{ number: 1, question: 'Is zero positive?', answer: 'No.', author: 'ada' }, blocking: true };
  const record = sampleRecord({
    questions: [
      { number: 3, text: 'Which currencies?', requirement: 'R2', blocking: true },
      { number: 4, text: 'Any order?', blocking: false },
    ],
    answers: [answer, { ...answer, number: 2, question: 'Old?', author: undefined, answer: 'See the spec.' }],
  });
  const text = renderMarkdown(record, { outputs: sampleOutputs, maxChars: Infinity });

  it('carries all of them in its second line, the answered ones with what answered them', () => {
    expect(parseQuestionsMark(text)).toEqual([
      { number: 1, text: 'Is zero positive?', blocking: true, answeredBy: answerFingerprint('No.') },
      { number: 2, text: 'Old?', blocking: true, answeredBy: 'spec' },
      { number: 3, text: 'Which currencies?', requirement: 'R2', blocking: true },
      { number: 4, text: 'Any order?', blocking: false },
    ]);
  });

  it('shows what is open with its clause and how to answer, and what was answered', () => {
    expect(text).toContain(
      '- **Question 3 on R2 (blocking):** Which currencies?\n  > An unknown currency must be refused.\n- **Question 4:** Any order?\n\n' +
        'Answer in a comment [on pull request 3](https://github.com/acme/ledger/pull/3): `/ferrule answer 3 <text>`, or change the spec. ' +
        'The next run reads the answers of people with write access.',
    );
    expect(text).toContain('- **Question 1:** Is zero positive? (answered by ada)\n  > No.');
    expect(text).toContain('- **Question 2:** Old?\n  > See the spec.');
  });

  it('does not point at a pull request where there is none', () => {
    const local = { ...record, publication: { kind: 'none' as const, warnings: [] } };
    const shown = renderMarkdown(local, { outputs: sampleOutputs, maxChars: Infinity });
    expect(shown).toContain('Answer by changing the spec, or in the input `instructions`.');
    expect(shown).not.toContain('/ferrule answer');
  });

  it('says where its answers are read, the same on the page', () => {
    const kind = 'pull-request' as const;
    const comment = { url: 'https://github.com/acme/ledger/issues/7#issuecomment-1' };
    const bySpec = 'Answer by changing the spec, or in the input `instructions`.';
    const howTo = (publication: RunRecord['publication'], isPosted: boolean) => {
      const shown = renderMarkdown(
        { ...record, publication },
        { outputs: sampleOutputs, maxChars: Infinity, isPosted },
      );
      return shown.split('\n').find((line) => line.startsWith('Answer ')) ?? '';
    };
    const onPage = (publication: RunRecord['publication']) =>
      textsOf(renderPage(samplePage({}, { ...record, publication })), 'note').find((line) =>
        line.startsWith('Answer '),
      );
    expect(howTo({ kind, warnings: [] }, true)).toContain('Answer in a comment here: `/ferrule answer 3 <text>`');
    expect(howTo({ kind, warnings: [] }, false)).toBe(bySpec);
    expect(onPage({ kind, warnings: [] })).toBe(bySpec.replaceAll('`', ''));
    expect(howTo({ kind, comment, warnings: [] }, false)).toContain(
      `Answer in a comment [below this report on GitHub](${comment.url}): \`/ferrule answer 3 <text>\`, or change the spec. The next run asked for there reads`,
    );
    expect(onPage({ kind, comment, warnings: [] })).toBe(
      'Answer in a comment below this report on GitHub: /ferrule answer 3 <text>, or change the spec. ' +
        'The next run asked for there reads the answers of people with write access.',
    );
    expect(onPage(record.publication)).toMatch(/^Answer in a comment on pull request 3: \/ferrule answer 3 <text>, /);
  });

  it('gives the mark up where it would leave no room for the verdict', () => {
    const long = { ...record, questions: [{ number: 1, text: 'x'.repeat(2_000), blocking: true }], answers: [] };
    const shown = renderMarkdown(long, { outputs: sampleOutputs, maxChars: 2_500 });
    expect(shown.length).toBeLessThanOrEqual(2_500);
    expect(parseQuestionsMark(shown)).toEqual([]);
    expect(shown).toContain('**Verified: ');
  });
});
