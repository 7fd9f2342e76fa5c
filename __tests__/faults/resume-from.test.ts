// A run that pushes nothing and does not come to its end: what it paid for is in its report folder, and the run that is
// given that folder goes on from there. The bundle, a real remote, a scripted model that goes by its brief.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Result } from '../../src/publish/publish.js';
import type { ActionScene, SceneResult, SceneRun } from '../support/action-scene.js';
import { actionScene } from '../support/action-scene.js';
import { gitGate } from '../support/git-gate.js';
import { openPublishJob } from '../support/publish-job.js';
import { CRATE, SPEC, use } from '../support/scripts-greeting.js';
import { briefOf, step, stepsModel, turnOf } from '../support/scripts-steps.js';
import { gitIn } from '../support/temp-repo.js';

const BRANCH = 'ferrule/specs-greeting';
const NONE = { publish: 'none' };
const RUNS = 'https://github.com/octo/demo/actions/runs';

const treeOf = (scene: ActionScene) => gitIn(scene.repo.origin, 'rev-parse', `${BRANCH}^{tree}`);
const briefTo = ({ requests: [first] }: SceneResult) => (first === undefined ? '' : briefOf(first));
const resultOf = async (dir: string) => JSON.parse(await readFile(path.join(dir, 'result.json'), 'utf8')) as Result;

/** A run that is killed when the model is asked for the answer of that number, from 0. */
function runKilledAt(scene: ActionScene, number: number, run: SceneRun): Promise<SceneResult> {
  let kill: () => void = () => undefined;
  return scene.run({
    ...run,
    model: (request) => {
      if (turnOf(request) !== number) return stepsModel(request);
      kill();
      return { fault: 'hang' };
    },
    started: (send) => void (kill = () => send('SIGKILL')),
  });
}

/** A run's folder where a step that downloads its artifact would put it. @returns the value of `resume-from` */
async function download(scene: ActionScene, { reportDir }: SceneResult, name = 'earlier'): Promise<string> {
  await cp(reportDir, path.join(scene.repo.dir, name), { recursive: true });
  return name;
}

describe('a run whose folder is taken up', () => {
  let undisturbed: string;
  beforeAll(async () => {
    await using scene = await actionScene(CRATE);
    expect(await scene.run({ model: stepsModel })).toMatchObject({ code: 0 });
    undisturbed = await treeOf(scene);
  });

  it('killed again and again without a push, on a base that moves, ends verified and published with the same tree', async () => {
    await using scene = await actionScene(CRATE);
    const inRun = (id: string) => ({ GITHUB_RUN_ID: id });
    const first = await runKilledAt(scene, 1, { inputs: NONE });
    expect((await resultOf(first.reportDir)).commits).toHaveLength(1);
    await scene.repo.commit({ 'NOTES.md': 'The base moves on.\n' }, 'Move the base');
    const fromFirst = { ...NONE, 'resume-from': await download(scene, first, 'first') };
    const second = await runKilledAt(scene, 0, { inputs: fromFirst, env: inRun('4712') });
    expect((await resultOf(second.reportDir)).commits).toMatchObject([{ runUrl: `${RUNS}/4711` }]);

    const fromSecond = { ...NONE, 'resume-from': await download(scene, second, 'second') };
    const third = await scene.run({ model: stepsModel, inputs: fromSecond, env: inRun('4713') });
    expect(third).toMatchObject({ code: 0, outputs: { outcome: 'verified', turns: '2' }, warnings: [] });
    expect(third.record.usage.earlier?.tokens).toBe(1_100);
    expect(briefTo(third)).toContain('By their messages they serve R1;');
    expect(briefTo(third)).toContain('Open, for you to take up: R2.');
    expect(briefTo(third)).toContain('Greet everybody (R2)');
    expect(await scene.repo.remoteBranches()).toEqual(['main']);

    const published = await openPublishJob(scene)(third.reportDir, {}, { env: inRun('4713') });
    expect(published).toMatchObject({ code: 0, outputs: { outcome: 'verified', branch: BRANCH } });
    expect(await treeOf(scene)).toBe(undisturbed);
    const [, everybody, byName] = await scene.repo.remoteMessages(BRANCH);
    expect(byName).toMatch(new RegExp(`^Greet by name[^]*\\nFerrule-Run: ${RUNS}/4711\\n`));
    expect(everybody).toMatch(new RegExp(`^Greet everybody[^]*\\nFerrule-Run: ${RUNS}/4713\\n`));
  });

  it('is published by a run that may push', async () => {
    await using scene = await actionScene(CRATE);
    const first = await runKilledAt(scene, 1, { inputs: NONE });
    const inputs = { 'resume-from': await download(scene, first) };
    const next = await scene.run({ model: stepsModel, inputs });
    expect(next).toMatchObject({ code: 0, outputs: { outcome: 'verified', branch: BRANCH, turns: '2' } });
    expect(await treeOf(scene)).toBe(undisturbed);
    expect(scene.fake.pulls).toMatchObject([{ draft: false }]);
  });

  it('that only commented is taken up with its questions', async () => {
    await using scene = await actionScene(CRATE);
    const { number } = scene.fake.repository.addPull({ head: 'main', base: 'main' });
    const repo = { full_name: 'octo/demo', id: 1 };
    const sha = await scene.repo.git('rev-parse', 'HEAD');
    const payload = { number, head: { ref: 'main', sha, repo }, base: { ref: 'main', sha, repo } };
    const event = { name: 'pull_request', payload: { action: 'opened', number, pull_request: payload } };
    const asking: SceneRun = {
      model: (request) => {
        if (turnOf(request) > 0) return { fault: { status: 400, type: 'invalid_request_error' } };
        const made = step('R1');
        return { ...made, tool_use: [...(made.tool_use ?? []), use('ask', { question: 'Which?', blocking: false })] };
      },
    };
    const first = await scene.run({ ...asking, event, inputs: { publish: 'comment' } });
    expect(first.record.questions).toMatchObject([{ number: 1, text: 'Which?' }]);
    const inputs = { publish: 'none', 'resume-from': await download(scene, first) };
    const next = await scene.run({ model: stepsModel, inputs });
    expect(next).toMatchObject({ code: 0, outputs: { outcome: 'verified', turns: '2', questions: '1' } });
    expect(briefTo(next)).toContain('Which?');
    expect(await scene.repo.remoteBranches()).toEqual(['main']);
  });

  it('after GitHub made only the first of its commits goes on with the rest upon that', async () => {
    await using scene = await actionScene(CRATE);
    const api = { 'commit-with': 'api' };
    let isRefusing = false;
    const first = await scene.run({
      inputs: api,
      model: (request) => {
        if (turnOf(request) === 1 && !isRefusing) {
          isRefusing = true;
          const path = /git\/(blobs|trees|commits)$/;
          for (let i = 0; i < 50; i++) scene.fake.fail({ method: 'POST', path, status: 401 });
        }
        return turnOf(request) === 2 ? { fault: { status: 400, type: 'invalid_request_error' } } : stepsModel(request);
      },
    });
    expect((await resultOf(first.reportDir)).commits).toHaveLength(2);
    const begun = await scene.repo.remoteHead(BRANCH);
    scene.fake.mend();
    const inputs = { ...api, 'resume-from': await download(scene, first) };
    const next = await scene.run({ model: stepsModel, inputs });
    expect(next).toMatchObject({ code: 0, outputs: { outcome: 'verified', branch: BRANCH, turns: '1' }, warnings: [] });
    expect(await treeOf(scene)).toBe(undisturbed);
    expect((await gitIn(scene.repo.origin, 'merge-base', BRANCH, String(begun))).trim()).toBe(begun);
    expect(await scene.repo.remoteMessages(BRANCH)).toHaveLength(4);
    expect(await scene.repo.remoteBranches()).toEqual([BRANCH, 'main']);
    const left = await resultOf(next.reportDir);
    expect([left.start, left.commits.length]).toEqual([begun, 2]);
  });

  it('after its pushes were refused is published without doing the work again', async () => {
    await using scene = await actionScene(CRATE);
    const gate = await gitGate(scene.repo.origin, BRANCH);
    await gate.set('refuse');
    const first = await scene.run({ model: stepsModel });
    expect(first).toMatchObject({ code: 1, outputs: { outcome: 'verified', branch: '' } });
    expect(await scene.repo.remoteBranches()).toEqual(['main']);
    await gate.set('open');
    const inputs = { 'resume-from': await download(scene, first) };
    const next = await scene.run({ model: stepsModel, inputs });
    expect(next).toMatchObject({ code: 0, outputs: { outcome: 'verified', branch: BRANCH, turns: '1' } });
    expect(await treeOf(scene)).toBe(undisturbed);
  });

  it('counts for nothing where the work branch is further', async () => {
    await using scene = await actionScene(CRATE);
    const first = await runKilledAt(scene, 1, { inputs: {} });
    const second = await runKilledAt(scene, 1, {});
    expect((await resultOf(second.reportDir)).commits).toHaveLength(1);
    const next = await scene.run({ model: stepsModel, inputs: { 'resume-from': await download(scene, first) } });
    expect(next).toMatchObject({ code: 0, outputs: { outcome: 'verified', turns: '1' } });
    expect(next.stdout).toContain("holds all of what 'resume-from' holds: going on from the branch");
    expect(await treeOf(scene)).toBe(undisturbed);
  });

  it('is verified by the run that takes it up, whatever the folder says of itself', async () => {
    await using scene = await actionScene(CRATE);
    const first = await scene.run({ model: stepsModel, inputs: NONE });
    expect(first).toMatchObject({ code: 0, outputs: { outcome: 'verified' } });
    const inputs = { 'resume-from': await download(scene, first) };
    const refusing = await scene.run({ answers: [{ text: 'No.' }, { text: 'No.' }], inputs });
    expect(refusing).toMatchObject({ code: 1, outputs: { outcome: 'unverified' } });
    expect((await scene.repo.remoteMessages(BRANCH)).join('\n')).not.toContain('Ferrule-Outcome');
  });
});

describe('a folder that is not what is meant', () => {
  let scene: ActionScene;
  let sound: SceneResult;
  beforeAll(async () => {
    scene = await actionScene({ ...CRATE, 'specs/other.md': '# Other\n\n- R1: It must be other.\n' });
    sound = await runKilledAt(scene, 1, { inputs: NONE });
  });
  afterAll(async () => {
    await scene[Symbol.asyncDispose]();
  });

  type Change = (result: Result & { commits: { changes: { text?: string }[] }[] }) => void;
  const changed = (change: Change) => async (dir: string) => {
    const result = (await resultOf(dir)) as Parameters<Change>[0];
    change(result);
    await writeFile(path.join(dir, 'result.json'), JSON.stringify(result));
  };
  const cases: [string, (dir: string) => Promise<void>, Record<string, string>, RegExp][] = [
    ['that is not there', (dir) => rm(dir, { recursive: true }), {}, /there is no folder '.*'\. Download the artifact/],
    ['without a report', (dir) => rm(path.join(dir, 'report.json')), {}, /holds no report\.json of a run\./],
    ['outside of workspace and RUNNER_TEMP', () => Promise.resolve(), { 'resume-from': '/etc' }, /lies outside of/],
    [
      'with half a result',
      (dir) => writeFile(path.join(dir, 'result.json'), '{"schema":'),
      {},
      /is damaged\. The result was refused: result\.json is no JSON\./,
    ],
    [
      'with other content than its commits name',
      changed(({ commits }) => {
        for (const { changes } of commits) for (const each of changes) if (each.text) each.text += '// more\n';
      }),
      {},
      /it is damaged or was changed: Commit \w+: its files make tree \w+, not the one it names\./,
    ],
    [
      'with a protected file',
      changed(({ commits }) => {
        for (const { changes } of commits) for (const each of changes) each.path = `.github/${each.path}`;
      }),
      {},
      /it is damaged or was changed: .* is protected/,
    ],
    [
      'of another repository',
      changed((it) => void (it.repository = 'eve/demo')),
      {},
      /another repository than octo\/demo/,
    ],
    ['for another branch', changed((it) => void (it.base.branch = 'next')), {}, /for another branch than 'main'/],
    [
      'on a commit that the base does not have',
      changed((it) => void (it.start = 'a1'.repeat(20))),
      {},
      /stands on a1a1a1a1a1a1, which is neither on 'main'/,
    ],
    [
      'that calls a commit in the middle verified',
      changed((it) => {
        const copies = it.commits.map((commit) => ({ ...commit, outcome: 'verified' as const }));
        it.commits.unshift(...copies);
      }),
      {},
      /a commit before the last one says that it was verified/,
    ],
    [
      'of another spec',
      () => Promise.resolve(),
      { spec: 'specs/other.md' },
      /belongs to 'specs\/greeting\.md', not to/,
    ],
  ];

  it.each(cases)('%s refuses the run before anything is spent', async (_what, spoil, inputs, message) => {
    const name = await download(scene, sound, `folder-${Math.random()}`);
    await spoil(path.join(scene.repo.dir, name));
    const run = await scene.run({ inputs: { 'resume-from': name, ...inputs } });
    expect(run).toMatchObject({ code: 1, outputs: { outcome: 'refused', turns: '0' }, requests: [] });
    expect(run.record.message).toMatch(/^Input 'resume-from': /);
    expect(run.record.message).toMatch(message);
  });

  it('because the spec was changed since then starts anew, and says so', async () => {
    await using own = await actionScene(CRATE);
    const first = await runKilledAt(own, 1, { inputs: NONE });
    const folder = path.join(await download(own, first, 'artifacts/one'), '..');
    await mkdir(path.join(own.repo.dir, 'artifacts/empty'));
    await own.repo.commit({ 'specs/greeting.md': `${SPEC}\nGreetings are short.\n` }, 'Say more');
    const next = await own.run({ model: stepsModel, inputs: { 'resume-from': folder } });
    expect(next).toMatchObject({ code: 0, outputs: { outcome: 'verified', turns: '3' } });
    expect(next.warnings).toContainEqual(
      "Input 'resume-from': the spec was changed since that run. This run starts anew.",
    );
  });
});
