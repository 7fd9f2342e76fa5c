import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseAnswers } from '../../src/publish/answer-text.js';

const KNOWN = new Set([1, 2, 12]);
const read = (comment: string) => parseAnswers(comment, KNOWN).map(({ number, text }) => [number, text]);

describe('an answer is read from', () => {
  it.each<[string, string, (string | number)[][]]>([
    ['the command', '/ferrule answer 2 Round up.', [[2, 'Round up.']]],
    ['the command with its text below', '/ferrule answer 2\n\nRound up.\n\n- always', [[2, 'Round up.\n\n- always']]],
    ['the command below other words', 'Thanks!\n\n/ferrule answer #1: yes', [[1, 'yes']]],
    ['a command with CRLF line ends', '/ferrule answer 1 yes\r\nand no\r\n', [[1, 'yes\nand no']]],
    [
      'several commands',
      '/ferrule answer 1 yes\n/ferrule answer 2 no',
      [
        [1, 'yes'],
        [2, 'no'],
      ],
    ],
    ['a negative number', '/ferrule answer 1 -5', [[1, '-5']]],
    ['a command that names no question, to be told of', '/ferrule answer 9 yes', [[9, 'yes']]],
    ['a reply with the number', '2: Round up.', [[2, 'Round up.']]],
    ['a reply with the word', 'Answer 12: -5', [[12, '-5']]],
    ['a reply in bold', '**Answer to 2:** up', [[2, 'up']]],
    ['a reply with a number sign', '#2 Round up.', [[2, 'Round up.']]],
    ['a reply below what it quotes', '> **Question 2:** Which way?\n> Up?\n\n2: Up.', [[2, 'Up.']]],
    [
      'several replies of one form',
      '1: yes\n2: no\nreally',
      [
        [1, 'yes'],
        [2, 'no\nreally'],
      ],
    ],
    ['a reply with numbers of another form in it', 'Answer 1: in this order\n2: b', [[1, 'in this order\n2: b']]],
    ['a command with code in it', '/ferrule answer 1 As here:\n```\n2: b\n```', [[1, 'As here:\n```\n2: b\n```']]],
  ])('%s', (_, comment, expected) => expect(read(comment)).toEqual(expected));
});

describe('no answer is read from', () => {
  it.each([
    ['words that mention a number', 'I think 2: is hard to say.'],
    ['a number that no question has', '3: yes'],
    ['a list', '1. First\n2. Second'],
    ['a list with brackets', '1) First'],
    ['a quotation of an answer', '> 2: Round up.\n\nI do not agree.'],
    ['a quoted command', '> /ferrule answer 2 Round up.'],
    ['a command in a block of code', 'Write it so:\n\n```\n/ferrule answer 2 <text>\n```'],
    ['an indented command', '    /ferrule answer 2 text'],
    ['a command inside a line', 'use /ferrule answer 2 text'],
    ['an empty command', '/ferrule answer 2  \n  '],
    ['a longer word', '/ferrule answered 2 text'],
    ['a number with letters', '/ferrule answer 2nd text'],
    ['a number too long to be one', '/ferrule answer 99999999999 text'],
    ['a later line that would have been one', 'Hello,\n2: Round up.'],
    ['nothing', ''],
  ])('%s', (_, comment) => expect(read(comment)).toEqual([]));
});

it('an answer loses what changes how it is shown, and what is beyond 4,000 characters', () => {
  expect(read('/ferrule answer 1 a\u202eb\u200bc\u0007')).toEqual([[1, 'abc']]);
  const [long] = parseAnswers(`/ferrule answer 1 ${'x'.repeat(60_000)}`, KNOWN);
  expect([long?.text.length, long?.isCut]).toEqual([4_000, true]);
  const [split] = parseAnswers(`1: ${'x'.repeat(3_999)}😀`, KNOWN);
  expect(split?.text).toBe('x'.repeat(3_999));
});

it('any comment is read, and quickly', () => {
  const line = fc.oneof(
    fc.string(),
    fc.constantFrom('/ferrule answer 1 ', '1:', '#2 x', '```', '> ', ' '.repeat(9_000)),
  );
  fc.assert(
    fc.property(fc.array(line, { maxLength: 30 }), (lines) => {
      for (const { text } of parseAnswers(lines.join('\n'), KNOWN)) expect(text.trim()).not.toBe('');
    }),
  );
});
