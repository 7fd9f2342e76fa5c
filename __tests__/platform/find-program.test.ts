import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { findProgram } from '../../src/platform/find-program.js';

let dir: string;

beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'ferrule-path-'));
  for (const folder of ['a', 'b', 'c']) await mkdir(path.join(dir, folder));
  await mkdir(path.join(dir, 'a', 'bwrap'));
  await writeFile(path.join(dir, 'b', 'bwrap'), '', { mode: 0o644 });
  await writeFile(path.join(dir, 'c', 'bwrap'), '', { mode: 0o755 });
});

afterEach(() => rm(dir, { recursive: true, force: true }));

describe('findProgram', () => {
  it('passes over folders and files that cannot be started', () => {
    const PATH = ['a', 'b', 'missing', 'c'].map((name) => path.join(dir, name)).join(':');
    expect(findProgram('bwrap', { PATH })).toBe(path.join(dir, 'c', 'bwrap'));
  });

  it('never looks in the current folder, where a stranger may have planted a program', () => {
    const before = process.cwd();
    process.chdir(path.join(dir, 'c'));
    try {
      for (const PATH of ['', ':', '.', `:${path.join(dir, 'b')}`, '../c'])
        expect(findProgram('bwrap', { PATH })).toBeUndefined();
    } finally {
      process.chdir(before);
    }
  });

  it('finds nothing without a PATH', () => {
    expect(findProgram('bwrap', {})).toBeUndefined();
  });
});
