import { describe, expect, it } from '@jest/globals';
import { counted, dollars, duration, listed } from '../../src/report/wording.js';

describe('wording', () => {
  it('uses the singular for one only', () => {
    expect([0, 1, 2000].map((count) => counted(count, 'test'))).toEqual(['0 tests', '1 test', '2,000 tests']);
  });

  it('joins the last of a list by "and"', () => {
    expect([[], ['a'], ['a', 'b'], ['a', 'b', 'c']].map(listed)).toEqual(['', 'a', 'a and b', 'a, b and c']);
  });

  it.each([
    [40, '40 ms'],
    [9_949, '9.9 s'],
    [9_950, '10 s'],
    [59_700, '1 min 0 s'],
    [185_000, '3 min 5 s'],
    [7_260_000, '2 h 1 min'],
  ])('tells %d ms as %s', (durationMs, words) => expect(duration(durationMs)).toBe(words));

  it('tells every amount to the cent, and none as nothing', () => {
    expect([0, 0.0042, 0.087, 0.84, 12].map(dollars)).toEqual(['$0.00', 'under $0.01', '$0.09', '$0.84', '$12.00']);
  });
});
