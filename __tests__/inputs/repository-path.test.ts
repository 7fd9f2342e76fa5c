// Paths of a workflow's inputs: whatever is asked, what comes out lies in the repository.
import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import path from 'node:path';
import { UserError } from '../../src/errors.js';
import { readRepositoryPath, readSpecPattern } from '../../src/inputs/repository-path.js';

const WORKSPACE = '/w/repo';

it('leads out of the repository by no path', () => {
  const piece = fc.constantFrom(
    '..',
    '.',
    '',
    'a',
    'b.md',
    '*',
    '**',
    '{a,..}',
    '[.]',
    'w',
    'repo',
    'repo-evil',
    '\\',
    '\0',
  );
  const asked = fc.oneof(
    fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join('/')),
    fc.array(piece, { maxLength: 4 }).map((pieces) => `${WORKSPACE}/${pieces.join('/')}`),
    fc.string({ unit: 'binary', maxLength: 30 }),
  );
  let taken = 0;
  fc.assert(
    fc.property(asked, (value) => {
      let read: string;
      try {
        read = readRepositoryPath('spec', value, WORKSPACE);
      } catch (error) {
        expect(error).toBeInstanceOf(UserError);
        return;
      }
      taken++;
      expect(read.split('/')).not.toContain('..');
      expect(path.posix.isAbsolute(read)).toBe(false);
      const resolved = path.posix.join(WORKSPACE, read);
      expect(resolved === WORKSPACE || `${resolved}/`.startsWith(`${WORKSPACE}/`)).toBe(true);
    }),
    { numRuns: 5_000 },
  );
  expect(taken).toBeGreaterThan(500);
});

it('keeps a slash at the end of a glob for specs, and of nothing else', () => {
  const read = (value: string) => readSpecPattern(value, WORKSPACE);
  expect([read('specs/*/'), read('./specs//*//'), read('specs/login/'), read('specs/*.md')]).toEqual([
    ...['specs/*/', 'specs/*/', 'specs/login', 'specs/*.md'],
  ]);
  expect(() => read('specs/*/../')).toThrow(UserError);
  expect(readRepositoryPath('protected-paths', 'secrets-*/', WORKSPACE)).toBe('secrets-*');
});
