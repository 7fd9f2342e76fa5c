// Conditions of conditional compilation, as written in `#[cfg(…)]`.
import { expect, it } from '@jest/globals';
import { evaluateCfg } from '../../src/verify/cfg-condition.js';

it.each([
  ['test', true, true],
  ['test', false, false],
  ['not ( test )', true, false],
  ['any ( )', true, false],
  ['all ( )', true, true],
  ['feature = "slow"', true, undefined],
  ['not ( feature = "slow" )', true, undefined],
  ['all ( test , feature = "slow" )', false, false],
  ['all ( test , feature = "slow" )', true, undefined],
  ['any ( test , feature = "slow" )', true, true],
  ['any ( test , feature = "slow" , )', false, undefined],
  ['windows', true, false],
  ['all ( unix , not ( miri ) , target_os = "linux" )', true, true],
  ['target_os = "macos"', true, false],
  ['all ( not ( any ( windows , target_os = "macos" ) ) , test )', true, true],
  ['false', true, false],
  ['', true, undefined],
  ['all ( test', true, true],
])('`%s` with test = %s is %s', (condition, test, expected) => {
  expect(evaluateCfg(condition, test)).toBe(expected);
});
