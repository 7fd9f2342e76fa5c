// Deviations that lift the block from findings about tests.
import { expect, it } from '@jest/globals';
import type { Finding } from '../../src/verify/audit-rules.js';
import { liftByDeviations } from '../../src/verify/deviations.js';

const deleted: Finding = {
  rule: 'test-deleted',
  path: 'tests/a.rs',
  text: 'test `tests::keeps_old` was deleted; the base had 1 assertion',
  blocking: true,
  test: 'tests::keeps_old',
};

it('a deviation that names the test and a requirement lifts the block and stays visible', () => {
  const deviation = { requirement: 'R3', text: 'keeps_old contradicts the new eviction order' };
  expect(liftByDeviations([deleted], [deviation])).toEqual([
    {
      ...deleted,
      blocking: false,
      liftedBy: deviation,
    },
  ]);
});

it.each([
  ['no requirement', { text: 'keeps_old is obsolete' }],
  ['an empty requirement', { requirement: '', text: 'keeps_old is obsolete' }],
  ['no test', { requirement: 'R3', text: 'old tests are obsolete' }],
  ['a longer name only', { requirement: 'R3', text: 'keeps_old_entries is obsolete' }],
  ['another test', { requirement: 'R3', text: 'tests::drops_old is obsolete' }],
])('a deviation with %s lifts nothing', (_, deviation) => {
  expect(liftByDeviations([deleted], [deviation])).toEqual([deleted]);
});

it('a deviation excuses no stub and no empty test', () => {
  const deviation = { requirement: 'R3', text: 'works is not done' };
  const findings: Finding[] = [
    { rule: 'test-empty', path: 'a.rs', line: 1, text: 'test `works` has no body', blocking: true, test: 'works' },
    { rule: 'todo-left', path: 'a.rs', line: 1, text: '`todo!` left in code', blocking: true },
  ];
  expect(liftByDeviations(findings, [deviation])).toEqual(findings);
});

it.each([
  ['it works differently now', true],
  ['`works` contradicts the new order', false],
  ['the test works contradicts the new order', false],
  ['tests::works contradicts the new order', false],
])('a test named like a word of English is not named by using the word: %s', (text, isBlocking) => {
  const [finding] = liftByDeviations([{ ...deleted, test: 'works' }], [{ requirement: 'R3', text }]);
  expect(finding?.blocking).toBe(isBlocking);
});
