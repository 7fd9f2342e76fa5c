import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { UnreadOutputs } from '../../src/agent/unread-outputs.js';
import type { GateResult } from '../../src/verify/verify.js';
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
const LONG = PAGE_CHARS * 2.5;
const fails = () => false;
const passes = () => true;
const run = async (command: string, chars = LONG) => ({ command, output: await store(chars) });

describe('work is handed over', () => {
  it('not before every page of a failing output was read', async () => {
    const unread = new UnreadOutputs();
    const failed = await run('cargo test');
    await unread.ran(outputs, failed, fails);
    const { id } = failed.output;
    for (const [page, left] of [
      [1, '1, 2, 3'],
      [3, '2, 3'],
    ] as const) {
      expect(() => unread.requireNone('finish')).toThrow(`- output ${id} of cargo test, unread pages: ${left}\n`);
      unread.read(id, page);
    }
    expect(() => unread.requireNone('finish')).toThrow('unread pages: 2\n');
    unread.read(id, 2);
    expect(() => unread.requireNone('finish')).not.toThrow();
  });

  it('not before all of them were read, which are all named at once', async () => {
    const unread = new UnreadOutputs();
    const all = [await run('cargo check'), await run('cargo test'), await run('cargo clippy', PAGE_CHARS * 30)];
    for (const each of all) await unread.ran(outputs, each, fails);
    const [check, test, clippy] = all.map(({ output }) => output.id);
    expect(() => unread.requireNone('finish')).toThrow(
      new RegExp(
        `- output ${check ?? ''} of cargo check, .*\n- output ${test ?? ''} of cargo test, .*\n- output ${clippy ?? ''} of cargo clippy, .* 20 and \\d+ more\n`,
      ),
    );
  });

  it('once a later run of the same command passes, but not when another one does', async () => {
    const unread = new UnreadOutputs();
    await unread.ran(outputs, await run('cargo test --workspace'), fails);
    await unread.ran(outputs, await run('cargo check', 10), passes);
    expect(() => unread.requireNone('complete_increment')).toThrow('complete_increment has to wait');
    await unread.ran(outputs, await run('cargo test --workspace'), passes);
    expect(() => unread.requireNone('complete_increment')).not.toThrow();
  });

  it('at once after a failure whose output was shown whole', async () => {
    const unread = new UnreadOutputs();
    await unread.ran(outputs, await run('cargo test', 500), fails);
    expect(() => unread.requireNone('finish')).not.toThrow();
  });

  it('without reading what a newer failure of the same command replaced', async () => {
    const unread = new UnreadOutputs();
    const [older, newer] = [await run('cargo test'), await run('cargo test')];
    await unread.ran(outputs, older, fails);
    await unread.ran(outputs, newer, fails);
    for (const page of [1, 2, 3]) unread.read(newer.output.id, page);
    expect(() => unread.requireNone('finish')).not.toThrow();
  });

  it('without reading the outputs of gates but those that kept the work back', async () => {
    const unread = new UnreadOutputs();
    const gate = async (command: string, deciding: boolean, status: 'passed' | 'failed' | 'unavailable') =>
      ({ run: await run(command), deciding, status }) as GateResult;
    await unread.judged(outputs, [
      await gate('cargo test', true, 'passed'), // older failures only
      await gate('cargo doc', false, 'failed'),
      await gate('cargo clippy', true, 'unavailable'),
    ]);
    expect(() => unread.requireNone('finish')).not.toThrow();
    await unread.judged(outputs, [await gate('cargo check', true, 'failed')]);
    expect(() => unread.requireNone('finish')).toThrow('of cargo check');
  });
});
