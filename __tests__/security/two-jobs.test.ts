// Two jobs of one workflow run: the first has the model and may not write, the second may write and takes what the first
// left for hostile. Both are the bundle; only the model is scripted and GitHub faked at the wire.
import { existsSync } from 'node:fs';
import { cp, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ActionScene, SceneResult } from '../support/action-scene.js';
import { actionScene } from '../support/action-scene.js';
import { node24 } from '../support/node24.js';
import { openPublishJob, type PublishJob } from '../support/publish-job.js';
import {
  CODE,
  CRATE,
  SPEC_ONLY,
  TESTS,
  UNVERIFIED,
  VERIFIED,
  editLibrary,
  finishGreeting,
  use,
} from '../support/scripts-greeting.js';
import { gitIn } from '../support/temp-repo.js';
import * as events from '../support/webhook-events.js';

const BRANCH = 'ferrule/specs-greeting';

describe('a verified result', () => {
  let scene: ActionScene;
  let implemented: SceneResult;
  let published: Awaited<ReturnType<PublishJob>>;
  beforeAll(async () => {
    scene = await actionScene(CRATE);
    implemented = await scene.run({ inputs: { publish: 'none' }, answers: VERIFIED });
    expect(await scene.repo.remoteBranches()).toEqual(['main']);
    published = await openPublishJob(scene)(implemented.reportDir, { labels: 'ferrule' });
  });
  afterAll(async () => {
    await scene[Symbol.asyncDispose]();
  });

  it('is on the branch with the very commits that were verified', async () => {
    expect(published).toMatchObject({ code: 0, outputs: { outcome: 'verified', branch: BRANCH } });
    expect(await scene.repo.remoteBranches()).toEqual([BRANCH, 'main']);
    const head = await scene.repo.remoteHead(BRANCH);
    expect(published.outputs.commit).toBe(head);
    expect(implemented.record.reproduce[0]).toBe(`git checkout ${head}`);
    const tree = (await gitIn(scene.repo.origin, 'rev-parse', `${BRANCH}^{tree}`)).trim();
    expect(tree).toBe(implemented.record.verification?.tree);
    expect(published.outputs.tree).toBe(tree);
    const [last, increment] = await scene.repo.remoteMessages(BRANCH);
    expect(last).toContain('Ferrule-Outcome: verified');
    expect(increment).toMatch(/^Add greet\n\nGreets by name/);
  });

  it('is proposed in a pull request with mark, labels and report', () => {
    const { hash } = implemented.record.spec;
    expect(scene.fake.pulls).toMatchObject([
      { title: 'Implement Greeting', head: BRANCH, base: 'main', draft: false, labels: ['ferrule'] },
    ]);
    const body = scene.fake.pulls[0]?.body ?? '';
    expect(body.split('\n')[0]).toMatch(
      new RegExp(`^<!-- ferrule spec=specs/greeting.md hash=${hash} outcome=verified tokens=\\d+ `),
    );
    expect(body).toContain('test tests::greets_by_name ... ok');
    expect(published.outputs['pull-request-number']).toBe('1');
    expect(published.summary).toContain('## Ferrule: Greeting');
  });

  it('is published again without a second pull request', async () => {
    const again = await openPublishJob(scene)(implemented.reportDir);
    expect(again).toMatchObject({ code: 0, outputs: { 'pull-request-number': '1' } });
    expect(scene.fake.pulls).toHaveLength(1);
  });

  it('keeps the next run from spending anything while it waits to be merged', async () => {
    const next = await scene.run({ inputs: { publish: 'none' } });
    expect(next).toMatchObject({ code: 0, requests: [], outputs: { outcome: 'unchanged' } });
    const published = await openPublishJob(scene)(next.reportDir);
    expect(published).toMatchObject({ code: 0, outputs: { outcome: 'unchanged', commit: '' } });
    expect(published.stdout).toContain('There is nothing to publish: the run made no result.');
  });
});

describe('an unverified result', () => {
  it('becomes a draft, which the result of the next run builds on and makes ready', async () => {
    await using scene = await actionScene(CRATE);
    const publish = openPublishJob(scene);
    const first = await scene.run({ inputs: { publish: 'none' }, answers: UNVERIFIED });
    expect(await publish(first.reportDir)).toMatchObject({ code: 0, outputs: { outcome: 'unverified' } });
    expect(scene.fake.pulls).toMatchObject([{ draft: true }]);
    const head = await scene.repo.remoteHead(BRANCH);

    await scene.repo.commit({ 'NOTES.md': 'The base moves on.\n' }, 'Move the base');
    const second = await scene.run({ inputs: { publish: 'none' }, answers: [finishGreeting()] });
    expect(await publish(second.reportDir)).toMatchObject({ code: 0, outputs: { outcome: 'verified' } });
    expect(scene.fake.pulls).toMatchObject([{ number: 1, draft: false }]);
    expect((await gitIn(scene.repo.origin, 'rev-parse', `${BRANCH}~1`)).trim()).toBe(head);
  });

  it("goes on in a run's own pull request, with the base of that, when a comment asks for it", async () => {
    await using scene = await actionScene(CRATE);
    await scene.repo.git('push', '--quiet', 'origin', 'main:develop');
    const publish = openPublishJob(scene);
    const first = await scene.run({ inputs: { publish: 'none', base: 'develop' }, answers: UNVERIFIED });
    await publish(first.reportDir, { base: 'develop' });
    expect(scene.fake.pulls).toMatchObject([{ number: 1, base: 'develop', draft: true }]);

    const comment = events.commented('/ferrule retry', 1, true);
    const second = await scene.run({ ...comment, inputs: { publish: 'none' }, answers: [finishGreeting()] });
    expect(await publish(second.reportDir, { spec: 'specs/*.md' }, comment)).toMatchObject({
      code: 0,
      outputs: { outcome: 'verified', 'pull-request-number': '1' },
    });
    expect(scene.fake.pulls).toMatchObject([{ number: 1, base: 'develop', draft: false }]);
    expect(scene.fake.comments).toEqual([]); // the report is in the pull request's text
  });

  it('is taken once of each spec', async () => {
    await using scene = await actionScene(CRATE);
    const { reportDir } = await scene.run({ inputs: { publish: 'none' }, answers: UNVERIFIED });
    const folder = path.join(scene.repo.parent, 'both');
    for (const name of ['a', 'b']) await cp(reportDir, path.join(folder, name), { recursive: true });
    const published = await openPublishJob(scene)(folder);
    expect(published).toMatchObject({ code: 1, outputs: { outcome: 'refused' } });
    expect(published.stdout).toContain("another one is of 'specs/greeting.md' too");
    expect(scene.fake.pulls).toHaveLength(1);
  });

  it('moves no target branch', async () => {
    await using scene = await actionScene(CRATE);
    const before = await scene.repo.remoteHead('main');
    const { reportDir } = await scene.run({ inputs: { publish: 'none' }, answers: UNVERIFIED });
    const published = await openPublishJob(scene)(reportDir, { publish: 'commit' });
    expect(published).toMatchObject({ code: 0, outputs: { outcome: 'unverified', branch: BRANCH } });
    expect(await scene.repo.remoteHead('main')).toBe(before);
  });
});

describe('a result that holds a secret', () => {
  it('is not handed on at all', async () => {
    await using scene = await actionScene(CRATE);
    const completion = use('complete_increment', { title: 'Greeting', commit_message: 'Add greet' });
    const leak = { tool_use: [...editLibrary(`${CODE}// sk-ant-loopback\n`, TESTS), completion] };
    const run = await scene.run({ inputs: { publish: 'none' }, answers: [leak, finishGreeting()] });
    expect(run.code).toBe(1);
    expect(run.warnings).toContainEqual(expect.stringMatching(/result\.json was not written/));
    expect(existsSync(path.join(run.reportDir, 'result.json'))).toBe(false);
    const published = await openPublishJob(scene)(run.reportDir);
    expect(published).toMatchObject({ code: 0, outputs: { outcome: 'unchanged' } });
    expect(await scene.repo.remoteBranches()).toEqual(['main']);
  });
});

describe('the job that publishes', () => {
  it('keeps to its own protected paths, whatever the run was told', async () => {
    await using scene = await actionScene(CRATE);
    const { reportDir } = await scene.run({ inputs: { publish: 'none' }, answers: VERIFIED });
    const published = await openPublishJob(scene)(reportDir, { 'protected-paths': 'src/**' });
    expect(published).toMatchObject({ code: 1, outputs: { outcome: 'refused' } });
    expect(published.stdout).toMatch(/'src\/lib\.rs' is protected: the workflow's input protected-paths names it/);
  });

  it.each([
    ['without a folder', { result: '' }, /Input 'result' is missing/],
    [
      'for a folder that is not there',
      { result: 'nowhere' },
      /there is no folder '.*\/nowhere'\. Download the artifact first/,
    ],
    ['with a kind it does not know', { publish: 'none' }, /Input 'publish' has the value 'none'/],
  ])('%s says so', async (_what, inputs, message) => {
    await using scene = await actionScene(SPEC_ONLY);
    await mkdir(path.join(scene.repo.parent, 'empty'));
    const published = await openPublishJob(scene)(path.join(scene.repo.parent, 'empty'), inputs);
    expect(published).toMatchObject({ code: 1, outputs: { outcome: 'refused' } });
    expect(published.stdout).toMatch(message);
  });

  it('is still that job after the action has become a process without secrets, under Node 24', async () => {
    await using scene = await actionScene(SPEC_ONLY);
    const folder = path.join(scene.repo.parent, 'empty');
    await mkdir(folder);
    const published = await openPublishJob(scene)(folder, {}, { node: await node24() });
    expect(published).toMatchObject({ code: 0, outputs: { outcome: 'unchanged' } });
    expect(published.stdout).toContain('There is nothing to publish');
  }, 300_000);

  it('does not start on events that strangers cause', async () => {
    await using scene = await actionScene(SPEC_ONLY);
    const folder = path.join(scene.repo.parent, 'empty');
    await mkdir(folder);
    const published = await openPublishJob(scene)(folder, {}, { event: { name: 'workflow_run' } });
    expect(published).toMatchObject({ code: 1, outputs: { outcome: 'refused' } });
    expect(existsSync(folder)).toBe(true);
  });
});
