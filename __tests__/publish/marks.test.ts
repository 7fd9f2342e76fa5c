import { describe, expect, it } from '@jest/globals';
import { markedBody, notedBody } from '../../src/publish/marks.js';
import { formatMark, formatQuestionsMark, parseQuestionsMark, type Mark } from '../../src/report/report.js';

const specHash = 'ab'.repeat(32);

describe('markedBody', () => {
  const mark: Mark = { specPath: 'a.md', specHash, outcome: 'verified' };

  it('puts the mark first and replaces one that is there', () => {
    const old = formatMark({ ...mark, outcome: 'unverified' });
    expect(markedBody(mark, `${old}\nText`)).toBe(`${formatMark(mark)}\nText`);
    expect(markedBody(mark, 'Text')).toBe(`${formatMark(mark)}\nText`);
    expect(markedBody(mark, old)).toBe(`${formatMark(mark)}\n`);
  });

  it('keeps what the mark that is there says was spent', () => {
    const spent = { tokens: 1_500, costUsd: 0.25 };
    const old = formatMark({ ...mark, outcome: 'unverified', spent });
    expect(markedBody(mark, `${old}\nText`)).toBe(`${formatMark({ ...mark, spent })}\nText`);
  });

  it('cuts what GitHub would refuse, at a line, and says so', () => {
    const body = markedBody(mark, 'a line of text\n'.repeat(10_000));
    expect(body.length).toBeLessThanOrEqual(65_536);
    expect(body).toMatch(/a line of text\n\n_This text reached the size limit of GitHub/);
    expect(markedBody(mark, 'x'.repeat(100_000)).length).toBeLessThanOrEqual(65_536);
  });
});

describe('notedBody', () => {
  it('puts a sentence above the text and below the hidden lines, which stay readable', () => {
    const mark: Mark = { specPath: 'a.md', specHash, outcome: 'verified' };
    const questions = [{ number: 1, text: 'Why?', blocking: true }];
    const hidden = `${formatMark(mark)}\n${formatQuestionsMark(questions)}\n`;
    const noted = notedBody(`${hidden}**Verified**`, 'Branch @org/x moved.');
    expect(noted).toBe(`${hidden}> Branch @&#8203;org/x moved.\n\n**Verified**`);
    expect(parseQuestionsMark(noted)).toEqual(questions);
    expect(notedBody('Text', 'Moved.')).toBe('> Moved.\n\nText');
  });
});
