import { describe, expect, it } from '@jest/globals';
import { selectSpecs } from '../../src/fleet/fleet.js';

const FILES = [
  'README.md',
  'specs/clock.md',
  'specs/001-login/spec.md',
  'specs/001-login/plan.md',
  'specs/002-report/spec.markdown',
  'specs/002-report/contracts/api.md',
  'specs/notes/sketch.png',
].map((path) => ({ path }));

describe('selectSpecs', () => {
  it('takes a plain path at its word, also when nothing is there', () => {
    const { specs, named, emptyGlobs } = selectSpecs(['specs/gone.md', 'specs/001-login'], FILES);
    expect(specs).toEqual(['specs/gone.md', 'specs/001-login']);
    expect([...named]).toEqual(specs);
    expect(emptyGlobs).toEqual([]);
  });

  it('finds Markdown files by a glob, each once', () => {
    expect(selectSpecs(['specs/*.md', 'specs/**/*.md'], FILES).specs).toEqual([
      ...['specs/clock.md', 'specs/001-login/spec.md', 'specs/001-login/plan.md', 'specs/002-report/contracts/api.md'],
    ]);
  });

  it('finds folders by a glob with a slash at its end, where they have Markdown files themselves', () => {
    const { specs, named } = selectSpecs(['specs/*/'], FILES);
    expect(specs).toEqual(['specs/001-login', 'specs/002-report']);
    expect(named.size).toBe(0);
  });

  it('names the globs that find nothing', () => {
    expect(selectSpecs(['designs/*.md', 'designs/*/', 'specs/*.md'], FILES).emptyGlobs).toEqual([
      'designs/*.md',
      'designs/*/',
    ]);
  });
});
