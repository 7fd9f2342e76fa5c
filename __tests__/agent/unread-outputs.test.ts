import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { UnreadOutputs } from '../../src/agent/unread-outputs.js';
import type { StoredOutput } from '../../src/workshop/workshop.js';
import { Outputs, PAGE_CHARS } from '../../src/workshop/workshop.js';

let folder: string;
let outputs: Outputs;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'ferrule-unread-'));
  await mkdir(path.join(folder, 'outputs'));
  outputs = new Outputs(folder, (text) => text);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const store = async (chars: number): Promise<StoredOutput> => {
  const writer = outputs.open('cargo-test', () => undefined);
  writer.write('a line of the output\n'.repeat(Math.ceil(chars / 21)));
  return writer.close();
};
const failing = async (command: string, chars = PAGE_CHARS * 2.5) => ({
  command,
  exitCode: 101,
  output: await store(chars),
});

describe('work is handed over', () => {
  it('not before every page of a failing output was read', async () => {
    const unread = new UnreadOutputs();
    const run = await failing('cargo test');
    await unread.ran(outputs, run);
    for (const page of [1, 3]) {
      expect(() => unread.requireNone('finish')).toThrow(
        `cargo test failed and its output ${run.output.id} has unread pages`,
      );
      unread.read(run.output.id, page);
    }
    expect(() => unread.requireNone('finish')).toThrow('(2)');
    unread.read(run.output.id, 2);
    expect(() => unread.requireNone('finish')).not.toThrow();
  });

  it('once a later run of the same command passes, but not when another one does', async () => {
    const unread = new UnreadOutputs();
    await unread.ran(outputs, await failing('cargo test --workspace'));
    await unread.ran(outputs, { command: 'cargo check', exitCode: 0, output: await store(10) });
    expect(() => unread.requireNone('complete_increment')).toThrow('complete_increment has to wait');
    await unread.ran(outputs, { command: 'cargo test --workspace', exitCode: 0, output: await store(10) });
    expect(() => unread.requireNone('complete_increment')).not.toThrow();
  });

  it('at once after a failure whose output was shown whole', async () => {
    const unread = new UnreadOutputs();
    await unread.ran(outputs, await failing('cargo test', 500));
    expect(() => unread.requireNone('finish')).not.toThrow();
  });

  it('without reading what a newer failure of the same command replaced', async () => {
    const unread = new UnreadOutputs();
    const [older, newer] = [await failing('cargo test'), await failing('cargo test')];
    await unread.ran(outputs, older);
    await unread.ran(outputs, newer);
    for (const page of [1, 2, 3]) unread.read(newer.output.id, page);
    expect(() => unread.requireNone('finish')).not.toThrow();
  });
});
