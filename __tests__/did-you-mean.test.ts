import { describe, expect, it } from '@jest/globals';
import { didYouMean } from '../src/did-you-mean.js';

describe('a suggestion', () => {
  it.each([
    ['opsu', ['sonnet', 'opus'], " Did you mean 'opus'?"],
    ['Read_Flie', ['write_file', 'read_file'], " Did you mean 'read_file'?"],
    ['ture', ['true', 'false'], " Did you mean 'true'?"],
    ['kettle', ['true', 'false'], ''],
    ['', ['true'], ''],
    ['x'.repeat(100_000), ['true'], ''],
  ])('for %p out of %p is %p', (value, candidates, expected) => {
    expect(didYouMean(value, candidates)).toBe(expected);
  });
});
