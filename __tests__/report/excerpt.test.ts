import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { excerptOutput } from '../../src/report/excerpt.js';

const noise = (count: number, word = 'Compiling') => Array.from({ length: count }, (_, at) => `   ${word} crate-${at}`);
const failing = [
  ...noise(200),
  'error[E0308]: mismatched types',
  '  --> src/lib.rs:3:5',
  '   |',
  '',
  ...noise(200, 'Checking'),
  'test parse::empty ... FAILED',
  'test result: FAILED. 1 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out',
  ...noise(200, 'Running'),
  'test result: ok. 5 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out',
  ...noise(50, 'Doc-tests'),
].join('\n');

describe('excerptOutput', () => {
  it('shows output that fits unchanged', () => {
    expect(excerptOutput('a\nb\n', 2)).toEqual({ text: 'a\nb', shownLines: 2, totalLines: 2, isComplete: true });
  });

  it('counts no line in empty output', () => {
    expect(excerptOutput('\n', 2)).toEqual({ text: '', shownLines: 0, totalLines: 0, isComplete: true });
  });

  it('keeps errors with their place, failed tests and every result line, and counts each gap', () => {
    const { text, shownLines, totalLines } = excerptOutput(failing, 8);
    expect({ shownLines, totalLines }).toEqual({ shownLines: 8, totalLines: 657 });
    expect(text.split('\n')).toEqual([
      '   Compiling crate-0',
      '[… 199 lines left out …]',
      'error[E0308]: mismatched types',
      '  --> src/lib.rs:3:5',
      '   |',
      '[… 201 lines left out …]',
      'test parse::empty ... FAILED',
      'test result: FAILED. 1 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out',
      '[… 200 lines left out …]',
      'test result: ok. 5 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out',
      '[… 49 lines left out …]',
      '   Doc-tests crate-49',
    ]);
  });

  it('keeps every result line even when they alone exceed the limit', () => {
    const results = Array.from({ length: 30 }, (_, at) => `test result: ok. ${at} passed`);
    const { text } = excerptOutput([...noise(100), ...results].join('\n'), 5);
    expect(text.split('\n').slice(1)).toEqual(results);
  });

  it('shortens one endless line and says so', () => {
    const endless = 'x'.repeat(5_000_000);
    expect(excerptOutput(endless, 10)).toEqual({
      text: `${'x'.repeat(500)} [… 4999500 more characters]`,
      shownLines: 1,
      totalLines: 1,
      isComplete: false,
    });
    expect(excerptOutput(endless, Infinity).text).toBe(endless);
  });

  it('is quick on 5 MB', () => {
    const output = noise(250_000).join('\n');
    const started = performance.now();
    excerptOutput(output, 100);
    expect(performance.now() - started).toBeLessThan(5000);
  });

  it('accounts for every line of any output', () => {
    const line = fc.constantFrom('error: x', 'test result: ok.', 'test a ... FAILED', '', 'note', '---- a stdout ----');
    fc.assert(
      fc.property(fc.array(line, { minLength: 1 }), fc.nat(20), (lines, maxLines) => {
        const { text, shownLines, totalLines } = excerptOutput(`${lines.join('\n')}\nend`, maxLines);
        const gaps = [...text.matchAll(/^\[… (\d+) lines? left out …\]$/gm)].map(([, count]) => Number(count));
        expect(totalLines).toBe(lines.length + 1);
        expect(shownLines + gaps.reduce((a, b) => a + b, 0)).toBe(totalLines);
        expect(text.split('\n')).toHaveLength(shownLines + gaps.length);
      }),
    );
  });
});
