// A toolchain without clippy: what could not run is told as that, and never as passed. The bundle, real cargo.
import { describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { mkdir, readdir, symlink } from 'node:fs/promises';
import path from 'node:path';
import type { ActionScene } from '../support/action-scene.js';
import { actionScene } from '../support/action-scene.js';
import { CRATE, VERIFIED, finishGreeting, writeGreeting } from '../support/scripts-greeting.js';

const FIX = 'add a step: rustup component add clippy';

/** The machine's toolchain in a folder of its own, as a runner without rustup has it. @returns its PATH */
async function toolchain({ repo }: ActionScene): Promise<{ bin: string; env: Record<string, string> }> {
  const sysroot = execFileSync('rustc', ['--print', 'sysroot'], { encoding: 'utf8' }).trim();
  const bin = path.join(repo.parent, 'toolchain');
  await mkdir(bin);
  for (const name of await readdir(path.join(sysroot, 'bin')))
    await symlink(path.join(sysroot, 'bin', name), path.join(bin, name));
  return { bin, env: { PATH: `${bin}:/usr/local/bin:/usr/bin:/bin` } };
}

describe('clippy that the toolchain lacks', () => {
  it('is an advisory gate that is unavailable, and decides nothing', async () => {
    await using scene = await actionScene(CRATE);
    const { bin, env } = await toolchain(scene);
    rmSync(path.join(bin, 'cargo-clippy'));
    const run = await scene.run({ env, inputs: { 'advisory-gates': 'clippy' }, answers: VERIFIED });
    expect(run).toMatchObject({ code: 0, outputs: { outcome: 'verified' } });
    expect(run.warnings).toEqual([expect.stringMatching(/^Gate 'clippy' needs clippy, .* show it as unavailable\.$/)]);
    const gates = run.record.verification?.gates ?? [];
    const clippy = gates.find(({ name }) => name === 'clippy');
    expect(clippy).toMatchObject({ status: 'unavailable', deciding: false, exitCode: 101 });
    expect(clippy?.reasons.join()).toContain(FIX);
    expect(readFileSync(path.join(run.reportDir, clippy?.output ?? ''), 'utf8')).toContain('no such command');
    expect(run.record.baseline?.gates).toMatchObject([{ name: 'clippy', status: 'unavailable' }]);
    expect(run.summary).toMatch(/clippy.*unavailable/);
  });

  it('vanishes while the run works: the run ends unverified at once, and says the fix', async () => {
    await using scene = await actionScene(CRATE);
    const { bin, env } = await toolchain(scene);
    const vanish = () => {
      rmSync(path.join(bin, 'cargo-clippy'));
      return finishGreeting();
    };
    const inputs = { gates: 'check\ntest\nclippy', 'max-rounds': '3' };
    const run = await scene.run({ env, inputs, answers: [writeGreeting(), vanish] });
    expect(run).toMatchObject({ code: 1, outputs: { outcome: 'unverified', rounds: '1' } });
    expect(run.record.message).toContain(FIX);
    expect(run.record.verification?.gates.map(({ name, status }) => [name, status])).toEqual([
      ['check', 'passed'],
      ['test', 'passed'],
      ['clippy', 'unavailable'],
    ]);
  });
});
