import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { execFileSync } from 'node:child_process';
import { UserError } from '../../src/errors.js';
import { branchName, isWorkBranch, specSlug } from '../../src/publish/publish.js';

const isRefOfGit = (name: string) => {
  try {
    execFileSync('git', ['check-ref-format', '--branch', name], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};

describe('specSlug', () => {
  it.each([
    ['specs/001-login/spec.md', 'specs-001-login-spec'],
    ['specs/001-login', 'specs-001-login'],
    ['docs/Größe & Maß.MD', 'docs-größe-maß'],
    ['仕様/概要.md', '仕様-概要'],
    ['.md', 'spec'],
    ['a..b/@{c}~^:?*[\\.lock.md', 'a-b-c-lock'],
  ])('makes of %s the slug %s', (path, slug) => {
    expect(specSlug(path)).toBe(slug);
  });
});

describe('isWorkBranch', () => {
  it.each([
    ['ferrule/{spec}', 'ferrule/specs-größe', true],
    ['ferrule/{spec}', 'ferrule/specs-a-2', true],
    ['ferrule/{spec}', 'ferrule/specs/a', false],
    ['ferrule/{spec}', 'main', false],
    ['a.b/{spec}', 'axb/specs', false],
    ['{spec}/by-{spec}', 'a/by-a', true],
    ['fixed', 'fixed-3', true],
    ['fixed', 'fixed-three', false],
  ])('by the pattern %s, %s is: %s', (pattern, branch, expected) => {
    expect(isWorkBranch(pattern, branch)).toBe(expected);
  });
});

describe('branchName', () => {
  it('puts the slug into the pattern, however often it stands there', () => {
    expect(branchName('ferrule/{spec}', 'specs/a.md')).toBe('ferrule/specs-a');
    expect(branchName('{spec}/by-{spec}', 'a.md')).toBe('a/by-a');
    expect(branchName('fixed', 'a.md')).toBe('fixed');
  });

  it('gives names that git takes, of at most 200 bytes, for any path', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 400 }), (path) => {
        const name = branchName('ferrule/{spec}', path);
        expect(Buffer.byteLength(name)).toBeLessThanOrEqual(200);
        expect(isRefOfGit(name)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it('keeps long paths apart that differ only in what is cut off', () => {
    const [one, two] = ['a', 'b'].map((first) => branchName('ferrule/{spec}', `${first}/${'x'.repeat(300)}.md`));
    expect(one).not.toBe(two);
  });

  it.each([
    '-x',
    'a..b',
    'a@{b',
    'a.lock',
    'x.lock/y',
    'a b',
    'a~b',
    '/a',
    'a/',
    'a//b',
    '.a',
    'a/.b',
    'a.',
    '@',
    'HEAD',
  ])('refuses %s', (pattern) => {
    expect(() => branchName(pattern, 'a.md')).toThrow(UserError);
  });

  it.each(['', 'refs/heads/x', 'x/{other}', 'a\nb', 'x'.repeat(201), '{spec}\\'])('refuses %j', (pattern) => {
    expect(() => branchName(pattern, 'a.md')).toThrow(UserError);
  });

  it('refuses the base and the default branch, whatever their case', () => {
    expect(() => branchName('main', 'a.md', ['dev', 'main'])).toThrow(/'main' is the base or the default branch/);
    expect(() => branchName('Main', 'a.md', ['main'])).toThrow(UserError);
    expect(branchName('mainly', 'a.md', ['main'])).toBe('mainly');
    expect(branchName('a]b', 'a.md')).toBe('a]b');
  });
});
