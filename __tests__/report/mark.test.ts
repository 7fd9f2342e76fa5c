import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { formatMark, parseMark } from '../../src/report/mark.js';
import { OUTCOMES } from '../../src/report/record.js';

describe('the mark', () => {
  it('is the line the contract names', () => {
    expect(formatMark({ specPath: 'specs/a.md', specHash: 'sha256:ab12', outcome: 'verified' })).toBe(
      '<!-- ferrule spec=specs/a.md hash=ab12 outcome=verified -->',
    );
  });

  it('is read back from any path, and is one comment that ends where it should', () => {
    const path = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.constantFrom('a -->b', 'a--b c.md', '-', '->', 'x%20', '<!--'),
    );
    fc.assert(
      fc.property(path, fc.constantFrom(...OUTCOMES), (specPath, outcome) => {
        const mark = { specPath, specHash: 'ab12', outcome };
        const line = formatMark(mark);
        expect(parseMark(`${line}\nbody`)).toEqual(mark);
        expect(line.slice(4, -3)).not.toMatch(/--|>|\n/);
      }),
      { numRuns: 1000 },
    );
  });

  it('is found in the first line only', () => {
    const line = formatMark({ specPath: 'a.md', specHash: 'ab', outcome: 'verified' });
    expect(parseMark(`text\n${line}`)).toBeUndefined();
    expect(parseMark(`${line}\r\ntext`)).toBeDefined();
  });

  it.each([
    '',
    '<!-- other -->',
    '<!-- ferrule spec=a hash=b outcome=great -->',
    '<!-- ferrule spec=%zz hash=b outcome=verified -->',
  ])('is not seen in %j', (text) => expect(parseMark(text)).toBeUndefined());

  it('may carry further keys', () => {
    expect(parseMark('<!-- ferrule spec=a hash=b outcome=verified run=7 -->')).toEqual({
      specPath: 'a',
      specHash: 'b',
      outcome: 'verified',
    });
  });
});
