// The table of attacks (cases.md) is whole, and the tests it names exist.
import { describe, expect, it } from '@jest/globals';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { findProgram } from '../../src/platform/find-program.js';

const TESTS = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');
/** How many cases each list has. */
const COUNTS = { S1: 17, S2: 11, S3: 17, S4: 16, S5: 10, S6: 10, S7: 5 };

const rows = readFileSync(path.join(TESTS, 'security', 'cases.md'), 'utf8')
  .split('\n')
  .flatMap((line) => {
    const [, id, held] = /^\| (S\d\.\d+) \| .+ \| (.+) \|$/.exec(line) ?? [];
    return id === undefined || held === undefined ? [] : [{ id, held }];
  });

/** `file` › title › title, as many as there are. */
const references = (held: string) =>
  [...held.matchAll(/`([\w/.-]+\.test\.ts)` › (.+?)(?=; `|$)/g)].map(([, file = '', titles = '']) => ({
    file,
    titles: titles.replace(/ \(.*\)$/, '').split(' › '),
  }));

/** Whether a text stands in a source as a whole literal, in any quotes. */
function hasLiteral(source: string, text: string): boolean {
  return ["'", '"', '`'].some((quote) => source.includes(`${quote}${text.replaceAll(quote, `\\${quote}`)}${quote}`));
}

it('every case of each list has its row', () => {
  const ids = Object.entries(COUNTS).flatMap(([list, count]) =>
    Array.from({ length: count }, (_, at) => `${list}.${at + 1}`),
  );
  expect(rows.map(({ id }) => id)).toEqual(ids);
});

describe.each(rows)('$id', ({ held }) => {
  it('names tests that exist, or says why there is none', () => {
    const named = references(held);
    if (named.length === 0) expect(held).toMatch(/^none here: .{40}/);
    const missing = named.flatMap(({ file, titles }) => {
      const source = existsSync(path.join(TESTS, file)) ? readFileSync(path.join(TESTS, file), 'utf8') : '';
      return titles.filter((title) => !hasLiteral(source, title)).map((title) => `${file} › ${title}`);
    });
    expect(missing).toEqual([]);
  });
});

it('the box is here: without bubblewrap nothing of this is proven', () => {
  expect(findProgram('bwrap', process.env)).toBeDefined();
});
