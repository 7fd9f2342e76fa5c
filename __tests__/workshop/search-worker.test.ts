// Searches on a real folder.
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { searchFiles, type SearchRequest } from '../../src/workshop/search-worker.js';

let parent: string;
let root: string;
beforeAll(() => {
  parent = mkdtempSync(join(tmpdir(), 'search-'));
  root = join(parent, 'copy');
  mkdirSync(join(root, 'src'), { recursive: true });
  writeFileSync(join(parent, 'secret.rs'), 'fn secret() {}\n');
  writeFileSync(join(root, 'src/lib.rs'), 'fn one() {}\r\n// käse\r\npub fn Two() {}\r\n');
  writeFileSync(join(root, 'src/other.rs'), 'fn three() {}\n');
  writeFileSync(
    join(root, 'long.txt'),
    `${'x'.repeat(5000)}needle${'y'.repeat(5000)}\nneedle first ${'z'.repeat(5000)}\n`,
  );
  writeFileSync(join(root, 'a.bin'), 'fn\0one');
  writeFileSync(join(root, 'big.txt'), `fn big\n${'b'.repeat(2 * 1024 * 1024)}`);
  writeFileSync(join(root, 'trap.txt'), `${'a'.repeat(40)}!\n`);
  symlinkSync('../secret.rs', join(root, 'link.rs'));
  symlinkSync('..', join(root, 'up'));
});
afterAll(() => rmSync(parent, { recursive: true, force: true }));

const search = (request: Partial<SearchRequest>) =>
  searchFiles({
    root,
    paths: ['src/lib.rs', 'src/other.rs'],
    pattern: 'fn',
    maxMatches: 10,
    maxLineChars: 200,
    timeoutMs: 20_000,
    ...request,
  });

describe('searchFiles', () => {
  it('finds lines in the order of the given paths, without line ends', async () => {
    expect(await search({ pattern: String.raw`fn \w+\(` })).toEqual({
      kind: 'matches',
      matches: [
        { path: 'src/lib.rs', line: 1, text: 'fn one() {}' },
        { path: 'src/lib.rs', line: 3, text: 'pub fn Two() {}' },
        { path: 'src/other.rs', line: 1, text: 'fn three() {}' },
      ],
      more: false,
      skipped: 0,
    });
    expect(await search({ pattern: '^$' })).toMatchObject({ matches: [] });
  });

  it('says whether there is more than was asked for', async () => {
    expect(await search({ maxMatches: 2 })).toMatchObject({ matches: [{ line: 1 }, { line: 3 }], more: true });
    expect(await search({ maxMatches: 3 })).toMatchObject({ more: false });
  });

  it('ignores case when the pattern begins with (?i)', async () => {
    expect(await search({ pattern: '(?i)TWO' })).toMatchObject({ matches: [{ line: 3 }] });
  });

  it('cuts long lines around the match and says so', async () => {
    const result = await search({ paths: ['long.txt'], pattern: 'needle' });
    const texts = result.kind === 'matches' ? result.matches.map(({ text }) => text) : [];
    expect(texts).toHaveLength(2);
    for (const text of texts) {
      expect(text).toContain('needle');
      expect(text.length).toBeLessThan(260);
    }
    expect(texts[0]).toContain('[cut: the line has 10006 characters]');
  });

  it('skips and counts binary, large, missing and foreign files', async () => {
    const paths = ['a.bin', 'big.txt', 'gone.rs', 'src', 'link.rs', 'up/secret.rs', '../secret.rs', 'src/other.rs'];
    expect(await search({ paths })).toMatchObject({ matches: [{ path: 'src/other.rs' }], skipped: 7 });
  });

  it('names what is wrong with a pattern', async () => {
    expect(await search({ pattern: 'fn (' })).toMatchObject({
      kind: 'bad-pattern',
      reason: expect.stringContaining('Unterminated group'),
    });
  });

  it('stops a pattern that backtracks without end', async () => {
    const started = performance.now();
    expect(await search({ paths: ['trap.txt'], pattern: '^(a+)+$', timeoutMs: 1000 })).toEqual({ kind: 'timed-out' });
    expect(performance.now() - started).toBeLessThan(10_000);
  });
});
