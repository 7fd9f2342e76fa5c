// Each event that starts a run, as GitHub sends it, through the bundle: what it starts from, which specs it means, where
// the result goes, and that no run starts itself. docs/triggers.md is the table of it.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { actionScene, type ActionScene, type SceneRun } from '../support/action-scene.js';
import { CRATE, SPEC, UNVERIFIED, finishGreeting } from '../support/scripts-greeting.js';
import * as events from '../support/webhook-events.js';

const BRANCH = 'ferrule/specs-greeting';
const OTHER = SPEC.replace('# Greeting', '# Farewell');

describe('the event decides which specs a glob means, and how they are published', () => {
  let scene: ActionScene;
  let base: string;
  let topic: string;
  let pull: number;
  let issue: number;

  beforeAll(async () => {
    scene = await actionScene({ 'specs/greeting.md': SPEC, 'specs/farewell.md': OTHER });
    const { repo, fake } = scene;
    base = await repo.git('rev-parse', 'main');
    await repo.git('checkout', '--quiet', '-b', 'topic');
    topic = await repo.commit({ 'specs/farewell.md': `${OTHER}\nAs the branch has it.\n` });
    await repo.git('checkout', '--quiet', 'main');
    await repo.commit({ 'specs/greeting.md': `${SPEC}\nAs main has it now.\n` });
    pull = fake.repository.addPull({ head: 'topic' }).number;
    issue = fake.repository.addIssue();
  });
  afterAll(async () => {
    await scene[Symbol.asyncDispose]();
  });

  const BOTH = ['specs/farewell.md', 'specs/greeting.md'];
  const cases: [what: string, run: () => SceneRun, specs: string[], kind: string][] = [
    ['workflow_dispatch: all', () => events.dispatched(), BOTH, 'pull-request'],
    ['schedule: all', () => events.scheduled(), BOTH, 'pull-request'],
    ['repository_dispatch: all', () => events.requested({ spec: 'specs/*.md' }), BOTH, 'pull-request'],
    ['push: those it changed', () => events.pushed('main', base, 'x'), ['specs/greeting.md'], 'pull-request'],
    ['push of a new branch: all', () => events.pushed('main', '0'.repeat(40), 'x'), BOTH, 'pull-request'],
    ['push over what is gone: all', () => events.pushed('main', 'a'.repeat(40), 'x'), BOTH, 'pull-request'],
    [
      'pull_request: those it changed since it left its base',
      () => events.pulled({ number: pull, branch: 'topic', sha: topic }),
      ['specs/farewell.md'],
      'commit',
    ],
    [
      'a comment on it: the same',
      () => events.commented('/ferrule retry', pull, true),
      ['specs/farewell.md'],
      'commit',
    ],
    [
      'a comment on its lines: the same',
      () => events.reviewCommented('/ferrule implement', pull),
      ['specs/farewell.md'],
      'commit',
    ],
    [
      'a comment that names one: that one',
      () => events.commented('/ferrule implement specs/greeting.md', pull, true),
      ['specs/greeting.md'],
      'commit',
    ],
    ['a comment on an issue: all', () => events.commented('/ferrule implement', issue, false), BOTH, 'pull-request'],
  ];
  it.each(cases)('%s', async (_, run, specs, kind) => {
    const result = await scene.run({ ...run(), inputs: { spec: 'specs/*.md', 'dry-run': 'true' } });
    expect(result).toMatchObject({ code: 0, errors: [], requests: [], outputs: { outcome: 'unchanged' } });
    const read = [...result.stdout.matchAll(/^Spec (specs\/\S+): /gm)].map(([, spec]) => spec);
    expect(read).toEqual(specs);
    const kinds = new Set([...result.stdout.matchAll(/published by '([\w-]+)'/g)].map(([, found]) => found));
    expect([...kinds]).toEqual([kind]);
  });

  it('a path means its spec on every event', async () => {
    const inputs = { spec: 'specs/farewell.md', 'dry-run': 'true' };
    const result = await scene.run({ ...events.pushed('main', base, 'x'), inputs });
    expect(result.stdout).toContain('Dry run: 2 requirements');
  });

  it('nothing changed is nothing to do', async () => {
    const now = await scene.repo.git('rev-parse', 'main');
    const result = await scene.run({ ...events.pushed('main', now, 'x'), inputs: { spec: 'specs/*.md' } });
    expect(result).toMatchObject({ code: 0, requests: [], outputs: { outcome: 'unchanged', results: '[]' } });
    expect(result.stdout).toContain('Left out, as this push does not change them: 2 specs.');
  });
});

describe("a run's own pull request", () => {
  it('is taken up by a comment on it, and starts nothing by itself', async () => {
    await using scene = await actionScene(CRATE);
    const { repo, fake } = scene;
    const inputs = { spec: 'specs/*.md' };
    const first = await scene.run({ ...events.dispatched(), inputs, answers: UNVERIFIED });
    expect(first).toMatchObject({ code: 1, outputs: { outcome: 'unverified', branch: BRANCH } });
    const pull = fake.pulls[0] ?? { number: 0, body: '', author: '' };
    const head = first.outputs.commit ?? '';

    // With an app's token all of this reaches Actions; with the workflow's own, none of it.
    const bot = { GITHUB_ACTOR: 'ferrule[bot]' };
    const opened = events.pulled({ number: pull.number, branch: BRANCH, sha: head, body: pull.body, app: pull.author });
    const own = await scene.run({ ...opened, inputs, env: { ...opened.env, ...bot } });
    expect(own).toMatchObject({ code: 0, errors: [], requests: [], outputs: { outcome: 'unchanged' } });
    expect(own.stdout).toContain(`Pull request #${pull.number} is a run's own. To have it worked on, comment`);

    await repo.git('fetch', '--quiet', 'origin');
    await repo.git('checkout', '--quiet', '-b', BRANCH, head);
    const pushedHead = events.pushed(BRANCH, '0'.repeat(40), head);
    const push = await scene.run({ ...pushedHead, inputs });
    expect(push).toMatchObject({ code: 0, requests: [], outputs: { outcome: 'unchanged' } });
    expect(push.record.message).toMatch(/^The push is a run's own: commit [0-9a-f]{12} on ferrule\/specs-greeting/);
    await repo.git('checkout', '--quiet', 'main');

    const retry = events.commented('/ferrule retry', pull.number, true);
    const second = await scene.run({ ...retry, inputs, answers: [finishGreeting()] });
    expect(second).toMatchObject({
      code: 0,
      outputs: { outcome: 'verified', branch: BRANCH, 'pull-request-number': String(pull.number) },
    });
    expect(fake.pulls).toMatchObject([
      { head: BRANCH, base: 'main', body: expect.stringContaining('outcome=verified') },
    ]);
    expect(await repo.remoteHead('main')).toBe(await repo.git('rev-parse', 'main'));

    const body = fake.pulls[0]?.body;
    const again = await scene.run({ ...events.commented('/ferrule retry', pull.number, true), inputs });
    expect(again).toMatchObject({ code: 0, requests: [], outputs: { outcome: 'unchanged' } });
    // Beside the one that followed the run before.
    expect(fake.comments).toHaveLength(2);
    expect(fake.comments.at(-1)).toMatchObject({
      number: pull.number,
      body: expect.stringMatching(/^`specs\/greeting\.md`: Unchanged: /),
    });
    expect(fake.pulls[0]?.body).toBe(body);

    // The push that merges it.
    await repo.git('fetch', '--quiet', 'origin');
    const before = await repo.git('rev-parse', 'main');
    await repo.git('merge', '--quiet', '--no-ff', '-m', 'Merge', `origin/${BRANCH}`);
    const merged = await scene.run({ ...events.pushed('main', before, 'x'), inputs });
    expect(merged).toMatchObject({ code: 0, requests: [], outputs: { outcome: 'unchanged' } });
  });
});

describe('somebody who writes a command', () => {
  it('reads in a comment why it was refused, and of which spec', async () => {
    await using scene = await actionScene(CRATE);
    const issue = scene.fake.repository.addIssue();
    const inputs = { spec: 'specs/*.md' };
    const refused = await scene.run({ ...events.commented('/ferrule implement src/lib.rs', issue, false), inputs });
    expect(refused).toMatchObject({ code: 1, requests: [], outputs: { outcome: 'refused' } });
    expect(scene.fake.comments).toMatchObject([
      {
        number: issue,
        body: expect.stringContaining("Refused: The comment asks for a spec that the workflow's input"),
      },
    ]);
  });
});
