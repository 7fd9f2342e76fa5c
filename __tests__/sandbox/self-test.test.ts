import { describe, expect, it } from '@jest/globals';
import { runCommand } from '../../src/platform/command.js';
import { findProgram } from '../../src/platform/find-program.js';
import type { Sandbox } from '../../src/sandbox/box.js';
import { openBox } from '../../src/sandbox/open-box.js';
import { selfTest } from '../../src/sandbox/self-test.js';
import { findStart } from '../../src/sandbox/start.js';
import { availableBoxes, NO_BOX, sharedFolder } from '../support/boxes.js';

const [box] = await availableBoxes();
if (box === undefined) throw new Error('No box holds on this machine.');
const { sandbox } = box;
const BWRAP = findProgram('bwrap', process.env) ?? '';

async function provedWith(tested: Sandbox, probe: readonly string[] = ['/bin/true']) {
  await using folder = await sharedFolder();
  return await selfTest(tested, probe, folder.path);
}

const failing = (hole: string): unknown => ({ kind: 'fails', reason: expect.stringContaining(hole) });

/** The box with a line of shell put before whatever runs in it. */
const weakened = (line: string): Sandbox => ({
  ...sandbox,
  run: (request) => {
    const [, flag = '', script = '', ...rest] = request.command;
    return sandbox.run({ ...request, command: ['/bin/sh', flag, `${line}\n${script}`, ...rest] });
  },
});

describe('the self-test', () => {
  it('lets a real box pass', async () => {
    expect(await provedWith(sandbox)).toEqual({ kind: 'holds' });
  });

  it('names every wall that no box at all has not', async () => {
    const proof = await provedWith(NO_BOX);
    const reason = proof.kind === 'fails' ? proof.reason : '';
    for (const hole of ['reads-outside', 'writes-outside', 'can-gain-privileges', 'sees-host-processes'])
      expect(reason).toContain(hole);
    expect(reason).toContain('sees-host-folders');
    if (process.getuid?.() !== 0) return;
    for (const hole of ['is-root', 'has-capabilities', 'writes-system']) expect(reason).toContain(hole);
  });

  it('fails when the user inside is somebody and root outside', async () => {
    if (process.getuid?.() !== 0) return;
    const profile = { kind: 'unprivileged', blocksUserNamespaces: true } as const;
    const start = await findStart();
    const mapped = openBox({ program: BWRAP, version: 'mapped', profile, start, toolchainMounts: [], runCommand });
    expect(await provedWith(mapped)).toEqual({ kind: 'fails', reason: 'failed its self-test: is-root-outside' });
  });

  it('fails when the probe does, and when the project cannot be written', async () => {
    expect(await provedWith(sandbox, ['/bin/false'])).toEqual({
      kind: 'fails',
      reason: 'failed its self-test: probe-failed',
    });
    const readOnly: Sandbox = {
      ...sandbox,
      run: (request) =>
        sandbox.run({ ...request, mounts: request.mounts.map((mount) => ({ ...mount, writable: false })) }),
    };
    expect(await provedWith(readOnly)).toEqual({
      kind: 'fails',
      reason: 'failed its self-test: cannot-write-project',
    });
  });

  it('fails when a box shows a folder of the host, its processes or its network', async () => {
    const showing = (host: string, at: string): Sandbox => ({
      ...sandbox,
      run: (request) => sandbox.run({ ...request, mounts: [...request.mounts, { host, box: at, writable: false }] }),
    });
    expect(await provedWith(showing('/var', '/var'))).toEqual(failing('sees-host-folders'));
    expect(await provedWith(showing('/proc', '/proc'))).toEqual(failing('sees-host-processes'));
    const online = openBox({
      ...{ program: BWRAP, version: 'online', profile: box.profile, start: await findStart(), toolchainMounts: [] },
      runCommand: (request) =>
        runCommand({ ...request, args: request.args.filter((argument) => argument !== '--unshare-net') }),
    });
    expect(await provedWith(online)).toEqual(failing('has-network'));
  });

  it('gives the words of a box that does not start', async () => {
    const proof = await provedWith(weakened('echo broken >&2; exit 3'));
    expect(proof).toEqual({ kind: 'fails', reason: 'does not start on this runner: broken' });
  });
});
