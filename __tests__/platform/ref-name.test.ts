import { execFileSync } from 'node:child_process';
import { expect, it } from '@jest/globals';
import { brokenRefRule } from '../../src/platform/ref-name.js';

const isTakenByGit = (name: string) => {
  try {
    execFileSync('git', ['check-ref-format', `refs/heads/${name}`], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};

it.each(['a', 'a/b', 'ü/ö', 'a]b', 'a{b}', 'a@b', '@a', 'a-', 'a.b', 'a.locked', 'HEAD/a', 'head'])(
  'git takes %j, and so do we',
  (name) => {
    expect([isTakenByGit(name), brokenRefRule(name)]).toEqual([true, undefined]);
  },
);

const REFUSED = [
  '',
  '.a',
  'a/.b',
  'a.',
  'a..b',
  'a@{b',
  'a b',
  'a\tb',
  'a~b',
  'a^b',
  'a:b',
  'a?b',
  'a*b',
  'a[b',
  'a\\b',
];
it.each([...REFUSED, 'a.lock', 'a.lock/b', '/a', 'a/', 'a//b', 'a\u007fb'])(
  'git does not take %j, and we say why',
  (name) => {
    expect([isTakenByGit(name), typeof brokenRefRule(name)]).toEqual([false, 'string']);
  },
);

it.each(['@', 'HEAD', '-a', 'refs/heads/a'])('%j would mean something else in a command, so it is refused', (name) => {
  expect(brokenRefRule(name)).toMatch(/^(is one of git's own names|starts with '-')$/);
});
