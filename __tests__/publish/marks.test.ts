import { describe, expect, it } from '@jest/globals';
import { markedBody } from '../../src/publish/marks.js';
import { formatMark, type Mark } from '../../src/report/report.js';

const specHash = 'ab'.repeat(32);

describe('markedBody', () => {
  const mark: Mark = { specPath: 'a.md', specHash, outcome: 'verified' };

  it('puts the mark first and replaces one that is there', () => {
    const old = formatMark({ ...mark, outcome: 'unverified' });
    expect(markedBody(mark, `${old}\nText`)).toBe(`${formatMark(mark)}\nText`);
    expect(markedBody(mark, 'Text')).toBe(`${formatMark(mark)}\nText`);
    expect(markedBody(mark, old)).toBe(`${formatMark(mark)}\n`);
  });

  it('cuts what GitHub would refuse, at a line, and says so', () => {
    const body = markedBody(mark, 'a line of text\n'.repeat(10_000));
    expect(body.length).toBeLessThanOrEqual(65_536);
    expect(body).toMatch(/a line of text\n\n_This text reached the size limit of GitHub/);
    expect(markedBody(mark, 'x'.repeat(100_000)).length).toBeLessThanOrEqual(65_536);
  });
});
