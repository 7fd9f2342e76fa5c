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

  it('says what was spent, to a hundredth of a cent and never less', () => {
    const mark = { specPath: 'a.md', specHash: 'ab', outcome: 'stopped' as const };
    const line = formatMark({ ...mark, spent: { tokens: 48_210, costUsd: 0.43121 } });
    expect(line).toBe('<!-- ferrule spec=a.md hash=ab outcome=stopped tokens=48210 cost=0.4313 -->');
    expect(parseMark(line)?.spent).toEqual({ tokens: 48_210, costUsd: 0.4313 });
    expect(formatMark({ ...mark, spent: { tokens: 7, costUsd: undefined } })).toContain('stopped tokens=7 -->');
    expect(formatMark({ ...mark, spent: { tokens: 0, costUsd: 0 } })).toBe(formatMark(mark));
  });

  it.each(['tokens=-5', 'tokens=1e9', 'tokens=x cost=0.1', 'cost=0.1'])('counts nothing where it says %s', (keys) => {
    expect(parseMark(`<!-- ferrule spec=a hash=b outcome=stopped ${keys} -->`)).not.toHaveProperty('spent');
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
