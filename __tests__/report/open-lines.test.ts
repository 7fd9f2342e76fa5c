import { describe, expect, it } from '@jest/globals';
import { openLines, type RunRecord } from '../../src/report/report.js';
import { failedTestGate, sampleRecord } from '../support/sample-record.js';

const QUESTION = { number: 3, text: 'Which sign,\n`!` or `.`?', requirement: 'R2', blocking: true };
const TAIL = { kind: 'pull-request' as const, warnings: [] };
const howTo = (publication: RunRecord['publication']) =>
  openLines(sampleRecord({ questions: [QUESTION], publication })).at(-1);

describe('what a run leaves open, in lines', () => {
  it('is the open points, then each question on one line, then how to answer', () => {
    const gate = { ...failedTestGate(), reasons: ['test a\n  failed'] };
    const record = sampleRecord({
      verification: { commit: 'c', tree: 't', gates: [gate] },
      questions: [QUESTION, { number: 4, text: 'Why?', blocking: false }],
      publication: { kind: 'none', warnings: [] },
    });
    expect(openLines(record)).toEqual([
      'Open in specs/ledger.md:',
      '  test failed: test a failed',
      '  2 questions to the architect, blocking',
      'Question 3 on R2 (blocking): Which sign, `!` or `.`?',
      'Question 4: Why?',
      "Answer by changing the spec, or in the input 'instructions'.",
    ]);
  });

  it('is nothing where nothing is open', () => {
    expect(openLines(sampleRecord({ questions: [] }))).toEqual([]);
  });

  it('names the place for an answer: the pull request, or the comment that has the whole report', () => {
    const comment = { url: 'https://github.com/o/r/issues/1#issuecomment-2' };
    const pullRequest = { number: 7, url: 'https://github.com/o/r/pull/7', draft: true };
    expect(howTo({ ...TAIL, pullRequest, comment })).toBe(
      'Answer in a comment on pull request 7 (https://github.com/o/r/pull/7): /ferrule answer 3 <text>, or change the spec. ' +
        'The next run reads the answers of people with write access.',
    );
    expect(howTo({ ...TAIL, kind: 'comment', comment })).toContain(` (${comment.url}): /ferrule answer 3 <text>`);
    expect(howTo({ ...TAIL })).toBe("Answer by changing the spec, or in the input 'instructions'.");
  });

  it('is bounded, however many questions there are and however long they are', () => {
    const questions = Array.from({ length: 40 }, (_, at) => ({
      ...{ number: at + 1, text: 'x'.repeat(9_000), blocking: false },
    }));
    const lines = openLines(sampleRecord({ questions }));
    expect(lines).toContain('… and 30 more in the report.');
    expect(lines.join('\n').length).toBeLessThan(10_000);
  });
});
