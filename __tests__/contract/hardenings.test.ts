// The list that `npm run mutate` goes by: it names sources and tests as they are now, or the long run would end in
// nothing but names that are gone. That each hardening has a test that notices is that run's affair.
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';

interface Hardening {
  file: string;
  /** Arguments of jest; those with a `/` are paths. */
  tests: string[];
  /** Name, text that must occur in the file, its replacement. */
  cases: [name: string, from: string, to: string][];
}

const list = new URL('../../scripts/hardenings.mjs', import.meta.url).href; // a script without types
const { HARDENINGS } = (await import(list)) as { HARDENINGS: Hardening[] };

describe('the list of hardenings', () => {
  it('names text that its source has', () => {
    const gone = HARDENINGS.flatMap(({ file, cases }) => {
      const source = readFileSync(file, 'utf8');
      return cases.filter(([, from]) => !source.includes(from)).map(([name]) => `${file}: ${name}`);
    });
    expect(gone).toEqual([]);
    expect(HARDENINGS.length).toBeGreaterThan(10);
  });

  it('names tests that there are', () => {
    const named = HARDENINGS.flatMap(({ tests }) => tests.filter((each) => each.startsWith('__tests__/')));
    expect(named.filter((each) => !existsSync(each))).toEqual([]);
  });
});
