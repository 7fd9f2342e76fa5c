// A run that is told to stop, or killed: what is on the branch, in the report and on disk afterwards. The bundle, a real
// remote, a scripted model; how the next run takes up the work is resume.test.ts.
import { existsSync } from 'node:fs';
import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { RunRecord } from '../../src/report/report.js';
import { runRecordSchema } from '../../src/report/report.js';
import type { ActionScene, SceneResult, SceneRun } from '../support/action-scene.js';
import { actionScene } from '../support/action-scene.js';
import type { GitGate } from '../support/git-gate.js';
import { gitGate } from '../support/git-gate.js';
import { fleetModel, fleetSpec } from '../support/scripts-fleet.js';
import {
  CODE,
  CRATE,
  CRATE_WITHOUT_SPEC,
  TESTS,
  editLibrary,
  finishWithoutR2,
  use,
} from '../support/scripts-greeting.js';
import { step, stepsModel, turnOf } from '../support/scripts-steps.js';

const BRANCH = 'ferrule/specs-greeting';
const HANG = { fault: 'hang' as const };

/** A run that can be sent signals from within its script. */
function signalled(
  scene: ActionScene,
  run: (kill: (signal: NodeJS.Signals) => void) => SceneRun,
): Promise<SceneResult> {
  let send: ((signal: NodeJS.Signals) => void) | undefined;
  const kill = (signal: NodeJS.Signals) => send?.(signal);
  return scene.run({ ...run(kill), started: (given) => void (send = given) });
}

/** Completes one increment; the next request is never answered, and `then` is called with it. */
const oneIncrement = (then: () => void): SceneRun => ({
  model: (request) => {
    if (turnOf(request) === 0) return step('R1');
    then();
    return HANG;
  },
});

async function reportOf(dir: string): Promise<RunRecord> {
  return runRecordSchema.parse(JSON.parse(await readFile(path.join(dir, 'report.json'), 'utf8')));
}

/** Command lines of the machine's processes that hold a text. */
async function processesWith(text: string): Promise<string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')));
  return lines.filter((line) => line.includes(text));
}

async function until(isTrue: () => Promise<boolean>): Promise<void> {
  while (!(await isTrue())) await new Promise((resolve) => setTimeout(resolve, 50));
}

describe('a run that is told to stop', () => {
  it('while the model answers publishes its increments as a draft, and says why it stopped', async () => {
    await using scene = await actionScene(CRATE);
    await using gate = await gitGate(scene.repo.origin, BRANCH);
    const run = await signalled(scene, (kill) => oneIncrement(() => kill('SIGTERM')));
    expect(run).toMatchObject({
      code: 1,
      outputs: { outcome: 'stopped', 'stop-reason': 'cancelled', turns: '1', rounds: '0' },
    });
    const head = await scene.repo.remoteHead(BRANCH);
    expect(await gate.updates()).toEqual([`${BRANCH} ${head ?? ''}`]);
    expect(run.outputs).toMatchObject({ branch: BRANCH, commit: head, 'pull-request-number': '1' });
    expect(scene.fake.pulls).toMatchObject([
      { draft: true, body: expect.stringMatching(/outcome=stopped tokens=1100/) },
    ]);
    expect(await readFile(path.join(run.reportDir, 'report.md'), 'utf8')).toContain('the run was cancelled');
    expect(await readFile(path.join(run.reportDir, 'change.patch'), 'utf8')).toContain('+pub fn greet');
    expect(existsSync(run.state.scratch ?? '')).toBe(false);
  });

  it('by SIGINT before anything was done leaves no branch and no pull request', async () => {
    await using scene = await actionScene(CRATE);
    const run = await signalled(scene, (kill) => ({
      model: () => {
        kill('SIGINT');
        return HANG;
      },
    }));
    expect(run).toMatchObject({ code: 1, outputs: { outcome: 'stopped', 'stop-reason': 'cancelled', turns: '0' } });
    expect(await scene.repo.remoteBranches()).toEqual(['main']);
    expect(scene.fake.pulls).toEqual([]);
  });

  const requirements = ['R1', 'R2'].map((id) => ({ id, status: 'not-met', code: [], tests: [], note: 'Asleep.' }));
  it.each([
    ['cargo runs a test for the model', use('cargo', { command: 'test' })],
    ['its work is verified', use('finish', { summary: 'Sleepy.', requirements })],
  ])('while %s leaves no process, and no verdict of what was cut short', async (_, last) => {
    await using scene = await actionScene(CRATE);
    const name = `sleepy_${Date.now().toString(36)}`;
    const sleep = 'std::thread::sleep(std::time::Duration::from_secs(3_600));';
    const content = `#[test]\nfn sleeps() {\n    ${sleep}\n}\n`;
    const run = signalled(scene, (kill) => {
      const isAsleep = async () => (await processesWith(`deps/${name}-`)).length > 0;
      void until(isAsleep).then(() => kill('SIGTERM'));
      return {
        answers: [{ tool_use: [use('write_file', { path: `tests/${name}.rs`, content }), last] }],
      };
    });
    expect(await run).toMatchObject({ code: 1, outputs: { outcome: 'stopped', 'stop-reason': 'cancelled' } });
    expect(await processesWith(`deps/${name}-`)).toEqual([]);
    expect((await run).record.verification).toBeUndefined();
    const patch = await readFile(path.join((await run).reportDir, 'change.patch'), 'utf8');
    expect(patch).toContain('+fn sleeps() {');
    expect(await scene.repo.remoteBranches()).toEqual(['main']);
  });

  it('in the midst of a push updates the branch once', async () => {
    await using scene = await actionScene(CRATE);
    await using gate = await gitGate(scene.repo.origin, BRANCH);
    await gate.set('hold');
    const run = signalled(scene, (kill) => {
      void gate.arrival().then(async () => {
        kill('SIGTERM');
        await gate.set('open');
      });
      return { answers: [step('R1')] };
    });
    expect(await run).toMatchObject({ code: 1, outputs: { outcome: 'stopped', 'stop-reason': 'cancelled' } });
    expect(await gate.updates()).toEqual([`${BRANCH} ${(await scene.repo.remoteHead(BRANCH)) ?? ''}`]);
    expect(scene.fake.pulls).toHaveLength(1);
  });

  it.each([
    ['that cannot end in time ends all the same', 'The end took too long', ['SIGTERM']],
    ['twice ends at once', 'Cancelled again', ['SIGINT', 'SIGTERM']],
  ] as const)('%s, with a true report, and the post step does the rest', async (_, why, signals) => {
    await using scene = await actionScene(CRATE);
    await using gate = await gitGate(scene.repo.origin, BRANCH);
    await gate.set('hold');
    const run = await signalled(scene, (kill) => {
      void gate.arrival().then(() => signals.forEach((signal, i) => setTimeout(() => kill(signal), i * 200)));
      return { answers: [step('R1')] };
    });
    expect(run).toMatchObject({ code: 1, outputs: { outcome: 'stopped', 'stop-reason': 'cancelled' } });
    expect(run.stdout).toContain(`${why}: the process ends here.`);
    const dir = run.state.report ?? '';
    expect(await reportOf(dir)).toMatchObject({ outcome: 'stopped', stopReason: 'cancelled' });
    await gate.set('open');
    const post = await scene.run({ state: run.state });
    expect(post).toMatchObject({ code: 0, errors: [] });
    const head = await scene.repo.remoteHead(BRANCH);
    expect(await reportOf(dir)).toMatchObject({ outcome: 'stopped', publication: { branch: BRANCH, commit: head } });
    expect(scene.fake.pulls).toMatchObject([{ draft: true }]);
  });
});

describe('a run that is told to stop while its result is published, and cannot end in time', () => {
  /** Cancels twice within the next push. */
  const cancelAtPush = async (gate: GitGate, kill: (signal: NodeJS.Signals) => void) => {
    await gate.set('hold');
    await gate.arrival();
    kill('SIGINT');
    kill('SIGTERM');
  };

  it('has outputs that say what its report says', async () => {
    await using scene = await actionScene(CRATE);
    await using gate = await gitGate(scene.repo.origin, BRANCH);
    const run = await signalled(scene, (kill) => ({
      model: (request) => {
        if (turnOf(request) === 2) void cancelAtPush(gate, kill);
        return stepsModel(request);
      },
    }));
    expect(run.stdout).toContain('Cancelled again: the process ends here.');
    const told = { outcome: 'verified', 'stop-reason': 'cancelled', 'requirements-proven': '2', turns: '3' };
    expect(run).toMatchObject({ code: 1, outputs: told });
    expect(await reportOf(run.state.report ?? '')).toMatchObject({ outcome: 'verified', stopReason: 'cancelled' });
    await gate.set('open');
    expect(await scene.run({ state: run.state })).toMatchObject({ code: 0, errors: [] });
    expect(await reportOf(run.state.report ?? '')).toMatchObject({
      ...{ outcome: 'verified', stopReason: 'cancelled' },
      publication: { branch: BRANCH, pullRequest: { number: 1 } },
    });
  });

  it('is stopped as a whole where it has more specs, whatever the verdict on the first', async () => {
    const specs = { 'specs/a.md': fleetSpec('a'), 'specs/b.md': fleetSpec('b') };
    await using scene = await actionScene({ ...CRATE_WITHOUT_SPEC, ...specs });
    await using gate = await gitGate(scene.repo.origin, 'ferrule/specs-a');
    const run = await signalled(scene, (kill) => ({
      inputs: { spec: 'specs/*.md', gates: 'check' },
      model: (request) => {
        if (turnOf(request) === 1) void cancelAtPush(gate, kill);
        return fleetModel(request);
      },
    }));
    expect(run).toMatchObject({ code: 1, outputs: { outcome: 'stopped', 'stop-reason': 'cancelled' } });
    expect(JSON.parse(run.outputs.results ?? '[]')).toMatchObject([{ spec: 'specs/a.md', outcome: 'verified' }]);
  });
});

describe('a run that is killed', () => {
  it('has a true report on disk; the post step pushes what it committed and opens the draft, once', async () => {
    await using scene = await actionScene(CRATE);
    await using gate = await gitGate(scene.repo.origin, BRANCH);
    await gate.set('refuse');
    const run = await signalled(scene, (kill) => oneIncrement(() => kill('SIGKILL')));
    expect(run.code).toBeNull();
    const dir = run.state.report ?? '';
    expect(run.reportDir).toBe(dir);
    const soFar = await reportOf(dir);
    expect(soFar).toMatchObject({
      ...{ outcome: 'stopped', stopReason: 'cancelled', usage: { turns: 1, inputTokens: 1_000, outputTokens: 100 } },
      increments: [{ title: 'Greet by name', requirements: ['R1'] }],
    });
    expect(await scene.repo.remoteBranches()).toEqual(['main']);

    await gate.set('open');
    const post = await scene.run({ state: run.state });
    expect(post).toMatchObject({ code: 0, errors: [], requests: [] });
    const head = soFar.increments[0]?.commit ?? '';
    expect(await gate.updates()).toEqual([`${BRANCH} ${head}`]);
    expect(scene.fake.pulls).toMatchObject([
      { draft: true, title: 'Implement Greeting', body: expect.stringMatching(/outcome=stopped tokens=1100/) },
    ]);
    expect(await reportOf(dir)).toMatchObject({
      ...{ outcome: 'stopped', usage: soFar.usage },
      publication: { branch: BRANCH, commit: head, pullRequest: { number: 1 } },
    });
    expect(await readFile(path.join(dir, 'report.md'), 'utf8')).toContain('Greet by name');
    expect(await readFile(path.join(dir, 'change.patch'), 'utf8')).toContain('+pub fn greet');
    expect(existsSync(run.state.scratch ?? '')).toBe(false);

    const before = scene.fake.requests.length;
    expect(await scene.run({ state: run.state })).toMatchObject({ code: 0, warnings: [] });
    expect(scene.fake.requests).toHaveLength(before);
  });

  it('after its verdict is published with that verdict', async () => {
    await using scene = await actionScene(CRATE);
    await using gate = await gitGate(scene.repo.origin, BRANCH);
    const run = await signalled(scene, (kill) => {
      const killAtClose = async () => {
        await gate.set('hold');
        await gate.arrival();
        kill('SIGKILL');
      };
      return {
        model: (request) => {
          if (turnOf(request) === 2) void killAtClose();
          return stepsModel(request);
        },
      };
    });
    expect(run.code).toBeNull();
    expect(await reportOf(run.state.report ?? '')).toMatchObject({ outcome: 'verified' });
    await gate.set('open');
    expect(await scene.run({ state: run.state })).toMatchObject({ code: 0, errors: [] });
    expect((await scene.repo.remoteMessages(BRANCH))[0]).toContain('Ferrule-Outcome: verified');
    expect(scene.fake.pulls).toMatchObject([{ draft: false, body: expect.stringMatching(/outcome=verified/) }]);
  });

  it('once cargo has found its work good has it on the branch, also where the claims about it do not hold', async () => {
    await using scene = await actionScene(CRATE);
    const handover = { tool_use: [...editLibrary(CODE, TESTS), ...(finishWithoutR2().tool_use ?? [])] };
    await signalled(scene, (kill) => ({
      inputs: { 'max-rounds': '2' },
      model: (request) => {
        if (turnOf(request) === 0) return handover;
        kill('SIGKILL');
        return HANG;
      },
    }));
    expect((await scene.repo.remoteFiles(BRANCH))['src/lib.rs']).toContain('pub fn greet');
  });

  it('without publishing keeps its report and its patch, and pushes nothing', async () => {
    await using scene = await actionScene(CRATE);
    const inputs = { publish: 'none' };
    const run = await signalled(scene, (kill) => ({ ...oneIncrement(() => kill('SIGKILL')), inputs }));
    expect(await scene.run({ state: run.state, inputs })).toMatchObject({ code: 0, errors: [] });
    expect(await scene.repo.remoteBranches()).toEqual(['main']);
    expect(await readFile(path.join(run.state.report ?? '', 'change.patch'), 'utf8')).toContain('+pub fn greet');
  });
});
