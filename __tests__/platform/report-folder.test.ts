import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { maskOf } from '../support/masking.js';
import { ReportFolder } from '../../src/platform/report-folder.js';

let dir: string;
let folder: ReportFolder;

beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'ferrule-report-'));
  folder = await ReportFolder.create(path.join(dir, 'new', 'report'), maskOf('token-4711', 'Schlüssel-0815'));
});

afterEach(() => rm(dir, { recursive: true, force: true }));

const bytes = (name: string) => readFile(path.join(folder.dir, name));

describe('the report folder', () => {
  it('is made with its folder for outputs, parents included', async () => {
    expect((await stat(path.join(folder.dir, 'outputs'))).isDirectory()).toBe(true);
  });

  it('masks secrets in texts, lines and bytes', async () => {
    await folder.write('report.md', 'a token-4711 b');
    folder.appendLine('transcript.jsonl', 'x token-4711');
    await folder.writeBytes('change.patch', Buffer.from('+let k = "Schlüssel-0815";\n'));
    expect((await bytes('report.md')).toString()).toBe('a *** b');
    expect((await bytes('transcript.jsonl')).toString()).toBe('x ***\n');
    expect((await bytes('change.patch')).toString()).toBe('+let k = "***";\n');
  });

  it('keeps every other byte of a patch, also of one that is not UTF-8 or begins with a byte order mark', async () => {
    for (const head of [
      [0xff, 0xfe, 0x80, 0x0d, 0x0a, 0x00],
      [0xef, 0xbb, 0xbf, 0xc3, 0xa4, 0x0d, 0x0a],
    ]) {
      await folder.writeBytes('change.patch', Buffer.concat([Buffer.from(head), Buffer.from('token-4711')]));
      expect(await bytes('change.patch')).toEqual(Buffer.concat([Buffer.from(head), Buffer.from('***')]));
    }
  });

  it('masks whole files once more, for a secret that goes over several lines, and leaves other bytes alone', async () => {
    for (const letter of 'token-4711') folder.appendLine('outputs/001-cargo.log', `${letter}\xe4`);
    const other = Buffer.from([0xff, 0xfe, 0x80, 0x0d, 0x0a, 0x00]);
    await folder.writeBytes('change.patch', other);
    await folder.maskWholeFiles();
    expect(folder.readText('outputs/001-cargo.log').replaceAll(/[*\s\xe4]/g, '')).toBe('-');
    expect(await bytes('change.patch')).toEqual(other);
  });

  it('has an appended line on disk before the call returns, after those before it', () => {
    folder.appendLine('transcript.jsonl', 'one');
    folder.appendLine('transcript.jsonl', 'two');
    expect(folder.readText('transcript.jsonl')).toBe('one\ntwo\n');
  });

  it('lists the outputs with their sizes, in the order the commands ran', async () => {
    await folder.write('outputs/010-cargo-test.log', 'Ö');
    await folder.write('outputs/009-cargo-check.log', '');
    expect(folder.outputFiles()).toEqual([
      { file: 'outputs/009-cargo-check.log', bytes: 0 },
      { file: 'outputs/010-cargo-test.log', bytes: 2 },
    ]);
  });

  it('reads the ends of a long file at line ends, and says how much it leaves out', async () => {
    const lines = Array.from({ length: 1000 }, (_, at) => `Größe ${at}\n`);
    await folder.write('long', lines.join(''));
    const bytes = Buffer.byteLength(lines.join(''));
    expect(folder.readEnds('long', bytes)).toBe(lines.join(''));
    const [head, note, tail] = folder.readEnds('long', 100).split(/(\[….*…\]\n)/);
    expect(lines.join('').startsWith(head ?? '-')).toBe(true);
    expect(lines.join('').endsWith(tail ?? '-')).toBe(true);
    const left = bytes - Buffer.byteLength(`${head}${tail}`);
    expect(note).toBe(`[… ${left.toLocaleString('en-US')} bytes left out; the whole is in long …]\n`);
  });

  it('reads a file that is not there as empty', () => {
    expect(folder.readText('outputs/001-cargo.log')).toBe('');
  });
});
