import { closeSync, mkdirSync, openSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { inheritedDescriptors } from '../../src/platform/inherited-descriptors.js';

/** A process as /proc shows it: octal flags by descriptor; without flags it was closed after the list was read. */
async function shown(descriptors: Record<number, string | undefined>): Promise<number[]> {
  const proc = await mkdtemp(path.join(tmpdir(), 'ferrule-test-'));
  try {
    for (const folder of ['fd', 'fdinfo']) mkdirSync(path.join(proc, folder));
    for (const [descriptor, flags] of Object.entries(descriptors)) {
      writeFileSync(path.join(proc, 'fd', descriptor), '');
      if (flags !== undefined)
        writeFileSync(path.join(proc, 'fdinfo', descriptor), `pos:\t0\nflags:\t${flags}\nmnt_id:\t15\n`);
    }
    return inheritedDescriptors(proc);
  } finally {
    await rm(proc, { recursive: true });
  }
}

describe('descriptors that came with the start', () => {
  it('are those that children would get, but the standard ones', async () => {
    expect(await shown({ 0: '0100000', 1: '0100001', 2: '0100001', 3: '0100000', 4: '02100000' })).toEqual([3]);
  });

  it('one that is closed while it is looked at is none of them', async () => {
    expect(await shown({ 5: undefined, 6: '0100002' })).toEqual([6]);
  });

  it('what Node opened itself is none of them', () => {
    const own = openSync('/dev/null', 'r');
    expect(inheritedDescriptors()).not.toContain(own);
    closeSync(own);
  });
});
