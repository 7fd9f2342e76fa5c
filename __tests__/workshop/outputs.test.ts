// Complete outputs on disk, in pages, and the first view of large ones.
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { maskOf } from '../support/masking.js';
import { Outputs, PAGE_CHARS, firstView, paginate } from '../../src/workshop/outputs.js';

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'ferrule-outputs-'));
  await mkdir(path.join(dir, 'outputs'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

const SECRET = 'sk-ant-secret-4711';
const open = () => new Outputs(dir, maskOf(SECRET));

async function store(parts: readonly string[]) {
  const outputs = open();
  const seen: string[] = [];
  const writer = outputs.open('cargo test', (line) => seen.push(line));
  for (const part of parts) writer.write(part);
  const stored = await writer.close();
  return { outputs, seen, stored, text: await outputs.read(stored) };
}

describe('a stored output', () => {
  it('is the text as it came, however it was cut, with its lines passed on', async () => {
    const { stored, seen, text } = await store(['one\ntw', 'o\n', '\nlast wi', 'thout end']);
    expect(text).toBe('one\ntwo\n\nlast without end');
    expect(seen).toEqual(['one', 'two', '', 'last without end']);
    expect(stored).toEqual({ id: '001', file: 'outputs/001-cargo-test.log', lines: 4, chars: text.length });
  });

  it('holds no secret, also one that arrived in two parts', async () => {
    const { stored, seen, text } = await store([`a ${SECRET.slice(0, 7)}`, `${SECRET.slice(7)} b\n`]);
    expect(text).toBe('a *** b\n');
    expect(seen).toEqual(['a *** b']);
    expect(await readFile(path.join(dir, stored.file), 'utf8')).toBe(text);
  });

  it('of one endless line is whole, and a secret at every place of it is masked', async () => {
    const parts = Array.from({ length: 160 }, (_, i) => `${'x'.repeat(19_000 + i)}${SECRET}ü😀`);
    const { text, stored } = await store(parts.flatMap((part) => [part.slice(0, 19_007), part.slice(19_007)]));
    expect(text).toBe(parts.join('').replaceAll(SECRET, '***'));
    expect(stored).toMatchObject({ lines: 1, chars: text.length });
  });

  it('is found by its number with and without zeros', async () => {
    const { outputs, stored } = await store(['x']);
    expect(outputs.find('1')).toEqual(stored);
    expect(outputs.find('001')).toEqual(stored);
    expect(outputs.find('2')).toBeUndefined();
    expect(outputs.ids()).toEqual(['001']);
  });

  it('whose file cannot be written is an error at the end, not a crash in between', async () => {
    const writer = new Outputs(path.join(dir, 'missing'), (text) => text).open('x', () => undefined);
    writer.write('text\n');
    await new Promise((resolve) => setTimeout(resolve, 50));
    writer.write('more\n');
    await expect(writer.close()).rejects.toThrow('ENOENT');
  });
});

describe('pages', () => {
  it('joined are the text, none longer than asked for, none parting a character', () => {
    const text = fc.array(
      fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('\n', '😀', 'ü', '\n\n', 'a'.repeat(40))),
    );
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 50 }), (parts, size) => {
        const whole = parts.join('');
        const pages = paginate(whole, size);
        expect(pages.join('')).toBe(whole);
        for (const page of pages) expect(page.length).toBeLessThanOrEqual(Math.max(size, 2));
        for (const [i, page] of pages.entries())
          expect(/[\uD800-\uDBFF]$/.test(page) && /^[\uDC00-\uDFFF]/.test(pages[i + 1] ?? '')).toBe(false);
      }),
      { numRuns: 300 },
    );
  });

  it('end at line ends where there are any', () => {
    expect(paginate('aaa\nbbb\ncccc', 6)).toEqual(['aaa\n', 'bbb\n', 'cccc']);
    expect(paginate('', 6)).toEqual(['']);
  });
});

describe('the first view', () => {
  const stored = { id: '007', file: 'outputs/007-x.log', lines: 100_000, chars: 5_000_000 };
  const result = 'test result: ok. 3 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s';
  const huge = `${'noise\n'.repeat(900_000)}end\n`;

  it('of a small output is the output', () => {
    expect(firstView(stored, 'all of it', ['error: x'], [result])).toBe('all of it');
  });

  it('of 5 MB has every error that fits and every result line, says what it leaves out and how to get it', () => {
    const errors = Array.from({ length: 400 }, (_, i) => `error[E0308]: number ${i}\n${'-'.repeat(80)}\n`);
    const results = Array.from({ length: 40 }, (_, i) => result.replace('3', String(i)));
    const view = firstView(stored, huge, errors, results);
    expect(view.length).toBeLessThan(PAGE_CHARS + 1_000);
    for (const line of results) expect(view.split('\n')).toContain(line);
    const shown = errors.filter((error) => view.includes(error));
    expect(shown.length).toBeGreaterThan(50);
    expect(view).toContain(`[${400 - shown.length} more errors are in the pages]`);
    expect(view).toContain('read_output with output "007" and page 1 to ');
    expect(view).toContain('[This output has 100000 lines');
  });

  it('keeps failing result lines and the last ones when there are thousands', () => {
    const failing = result.replace('ok', 'FAILED');
    const results = [failing, ...Array.from({ length: 3_000 }, () => result), 'test result: ok. the last'];
    const view = firstView(stored, huge, [], results);
    expect(view.length).toBeLessThan(PAGE_CHARS + 1_000);
    expect(view).toContain(failing);
    expect(view).toContain('test result: ok. the last');
    expect(view).toMatch(/\[\d{4} more result lines are in the pages\]/);
  });

  it('shows beginning and end of an error that is longer than a page, never half a character, and the next one', () => {
    const long = `error: odd${'😀'.repeat(PAGE_CHARS)}the panic`;
    const view = firstView(stored, huge, [long, 'error: the next'], [result]);
    expect(view.length).toBeLessThan(PAGE_CHARS + 1_000);
    expect(view).toContain('\nerror: odd😀');
    expect(view).toContain('😀the panic\n');
    expect(view).toContain('\nerror: the next\n');
    expect(view).toMatch(/\[\d+ characters of this error are left out here; the pages have them\]/);
    expect(view).toContain(result);
    expect(Buffer.from(view).toString('utf8')).toBe(view);
  });

  it("finds the compiler's errors itself when cargo gave no data", () => {
    const text = `${huge}error[E0425]: cannot find value\n --> src/lib.rs:1:1\n  |\n\nwarning: x\n\nerror: could not compile\n\n`;
    const view = firstView(stored, text + huge, [], []);
    expect(view).toContain('error[E0425]: cannot find value\n --> src/lib.rs:1:1');
    expect(view).toContain('error: could not compile');
    expect(view).not.toContain('warning: x');
  });

  it('shows the end when nothing in it is an error', () => {
    const view = firstView(stored, `${huge}the very last line\n`, [], []);
    expect(view).toContain('no error was recognised');
    expect(view).toContain('the very last line');
    expect(view.length).toBeLessThan(PAGE_CHARS);
  });
});
