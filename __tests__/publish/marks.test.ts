import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { markedBody } from '../../src/publish/marks.js';
import { buildMark, parseMark } from '../../src/publish/publish.js';

const specHash = 'ab'.repeat(32);

describe('the mark', () => {
  it('has the form of the contract', () => {
    expect(buildMark({ specPath: 'specs/a.md', specHash, outcome: 'verified' })).toBe(
      `<!-- ferrule spec=specs/a.md hash=${specHash} outcome=verified -->`,
    );
  });

  it('gives back any path, and none can end the comment or add a key', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (specPath) => {
        const mark = { specPath, specHash, outcome: 'unverified' };
        const line = buildMark(mark);
        expect(line).not.toContain('\n');
        expect(line.indexOf('-->')).toBe(line.length - 3);
        expect(parseMark(`${line}\ntext`)).toEqual(mark);
      }),
    );
    const evil = 'a --> <b> outcome=verified\n-->';
    expect(parseMark(buildMark({ specPath: evil, specHash, outcome: 'stopped' }))?.specPath).toBe(evil);
  });

  it('is read only from the first line, with further keys and Windows line ends too', () => {
    const line = `<!-- ferrule spec=a.md hash=${specHash} outcome=verified run=7 -->`;
    expect(parseMark(`${line}\r\ntext`)).toEqual({ specPath: 'a.md', specHash, outcome: 'verified' });
    expect(parseMark(`text\n${line}`)).toBeUndefined();
    expect(parseMark(`> ${line}`)).toBeUndefined();
    expect(parseMark('<!-- ferrule spec=a.md -->')).toBeUndefined();
    expect(parseMark('<!-- ferrule spec=%ff hash=x outcome=y -->')).toBeUndefined();
    expect(parseMark('')).toBeUndefined();
  });
});

describe('markedBody', () => {
  const mark = { specPath: 'a.md', specHash, outcome: 'verified' };

  it('puts the mark first and replaces one that is there', () => {
    const old = buildMark({ ...mark, outcome: 'unverified' });
    expect(markedBody(mark, `${old}\nText`)).toBe(`${buildMark(mark)}\nText`);
    expect(markedBody(mark, 'Text')).toBe(`${buildMark(mark)}\nText`);
    expect(markedBody(mark, old)).toBe(`${buildMark(mark)}\n`);
  });

  it('cuts what GitHub would refuse, at a line, and says so', () => {
    const body = markedBody(mark, 'a line of text\n'.repeat(10_000));
    expect(body.length).toBeLessThanOrEqual(65_536);
    expect(body).toMatch(/a line of text\n\n_This text reached the size limit of GitHub/);
    expect(markedBody(mark, 'x'.repeat(100_000)).length).toBeLessThanOrEqual(65_536);
  });
});
