// Where the result of a whole run goes: the bundle against GitHub's double and a real remote, with a scripted model.
// e2e/triggers.test.ts has the shortest such line, from a draft to its verified pull request, for `npm test`.
import { existsSync } from 'node:fs';
import { mkdir, readFile, symlink } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ActionScene, SceneResult, SceneRun } from '../support/action-scene.js';
import { actionScene, declaredOutputs } from '../support/action-scene.js';
import { startGitServer } from '../support/git-server.js';
import { gitIn } from '../support/temp-repo.js';
import { openTopic, pullRequestRun } from '../support/topic-scene.js';
import {
  CRATE,
  CRATE_WITHOUT_SPEC,
  SPEC_ONLY,
  UNVERIFIED,
  VERIFIED,
  finishGreeting,
} from '../support/scripts-greeting.js';

const BRANCH = 'ferrule/specs-greeting';

/** What a run wrote to GitHub, by method and the last part of the path. */
function writesOf({ fake }: ActionScene, from = 0): string[] {
  return fake.requests
    .slice(from)
    .filter(({ method, path: where }) => method !== 'GET' && where !== '/graphql')
    .map(({ method, path: where }) => `${method} ${where.split('/').slice(4).join('/')}`);
}

describe('a spec run again and again by workflow_dispatch', () => {
  let scene: ActionScene;
  let first: SceneResult;
  let second: SceneResult;
  beforeAll(async () => {
    scene = await actionScene(CRATE);
    const inputs = { labels: 'ferrule\nspec', reviewers: 'ada, octo-org/core' };
    first = await scene.run({ inputs, answers: UNVERIFIED });
  });
  afterAll(async () => {
    await scene[Symbol.asyncDispose]();
  });

  it('opens a draft pull request for work that is not verified', () => {
    expect(first).toMatchObject({ code: 1, outputs: { outcome: 'unverified', 'pull-request-number': '1' } });
    expect(scene.fake.pulls).toMatchObject([
      {
        title: 'Implement Greeting',
        head: BRANCH,
        base: 'main',
        draft: true,
        labels: ['ferrule', 'spec'],
        reviewers: ['ada'],
        teamReviewers: ['core'],
      },
    ]);
    const [mark] = scene.fake.pulls[0]?.body.split('\n') ?? [];
    expect(mark).toMatch(
      /^<!-- ferrule spec=specs\/greeting\.md hash=([0-9a-f]{64}) outcome=unverified tokens=\d+ cost=\d+\.\d{4} -->$/,
    );
    expect(mark).toContain(`hash=${first.record.spec.hash} `);
  });

  it('says that no checks start by themselves on what the workflow token pushed', () => {
    expect(scene.fake.pulls[0]?.body).toContain("GitHub starts no workflows for what the workflow's own token");
  });

  it('goes on from the branch on a moved base, and makes the same pull request ready', async () => {
    await scene.repo.commit({ 'NOTES.md': 'The base moves on.\n' }, 'Move the base');
    second = await scene.run({ answers: [finishGreeting()] });
    expect(second).toMatchObject({ code: 0, outputs: { outcome: 'verified', turns: '1', 'tests-new': '2' } });
    expect(await scene.repo.remoteBranches()).toEqual([BRANCH, 'main']);
    expect(scene.fake.pulls).toMatchObject([{ number: 1, draft: false }]);
    expect(scene.fake.pulls[0]?.body).toMatch(
      /^<!-- ferrule .* outcome=verified .*-->\n\*\*Verified: check, test and ledger passed at tree/,
    );
  });

  it('leaves the trailers on each commit, the outcome on the last one only', async () => {
    const [last = '', increment = '', base] = await scene.repo.remoteMessages(BRANCH);
    const common = [
      'Ferrule-Spec: specs/greeting.md',
      `Ferrule-Spec-Hash: sha256:${second.record.spec.hash}`,
      'Ferrule-Run: https://github.com/octo/demo/actions/runs/4711',
    ];
    const spent = expect.stringMatching(/^Ferrule-Spent: \d+ tokens, \d+\.\d{4} USD$/);
    const tree = (await gitIn(scene.repo.origin, 'rev-parse', `${BRANCH}^{tree}`)).trim();
    expect(trailersOf(last)).toEqual([...common, spent, 'Ferrule-Outcome: verified', `Ferrule-Tree: ${tree}`]);
    expect(trailersOf(increment)).toEqual([
      ...common.slice(0, 2),
      'Ferrule-Requirements: R1, R2',
      expect.stringMatching(/^Ferrule-Requirement-Hashes: R1=[0-9a-f]{16}, R2=[0-9a-f]{16}$/),
      ...[common[2], spent],
    ]);
    expect(increment).toMatch(/^Add greet\n\nGreets by name/);
    expect(base).toBe('Base\n');
  });

  it('sets every output that applies, and none that action.yml does not declare', async () => {
    const { outputs } = second;
    expect(Object.keys(outputs).sort()).toEqual((await declaredOutputs()).sort());
    const empty = Object.keys(outputs).filter((name) => outputs[name] === '');
    expect(empty).toEqual(['stop-reason']);
    expect(outputs).toMatchObject({
      commit: await scene.repo.remoteHead(BRANCH),
      tree: (await gitIn(scene.repo.origin, 'rev-parse', `${BRANCH}^{tree}`)).trim(),
      branch: BRANCH,
      'pull-request-url': 'https://github.example/octo/demo/pull/1',
      'check-exit-code': '0',
      'test-exit-code': '0',
      'tests-passed': '3',
      'tests-failed': '0',
      'tests-ignored': '0',
      'requirements-total': '2',
      'requirements-proven': '2',
      questions: '0',
      rounds: '1',
    });
    expect(JSON.parse(outputs.results ?? '')).toMatchObject([{ spec: 'specs/greeting.md', outcome: 'verified' }]);
  });

  it('leaves one comment on the pull request that was there already: what followed the run, now its verdict', () => {
    expect(scene.fake.comments).toMatchObject([
      { number: 1, body: expect.stringMatching(/outcome=verified[^]*text of this pull request\.\n\n\*\*Verified: /) },
    ]);
  });

  it('tells the pull request how long the run took', () => {
    expect(scene.fake.pulls[0]?.body).toMatch(/\| time \| (?!0 ms)[\d.]+ (ms|s) \|/);
  });

  it('spends nothing while the verified branch waits to be merged', async () => {
    const before = scene.fake.requests.length;
    const run = await scene.run();
    expect(run).toMatchObject({ code: 0, requests: [], outputs: { outcome: 'unchanged', turns: '0' } });
    expect(writesOf(scene, before)).toEqual([]);
    expect(scene.fake.pulls).toMatchObject([{ draft: false }]);
  });

  it('spends nothing once the branch is merged', async () => {
    await scene.repo.git('fetch', '--quiet', 'origin', BRANCH);
    await scene.repo.git('merge', '--quiet', '--no-ff', '-m', 'Merge the greeting', 'FETCH_HEAD');
    await scene.repo.git('push', '--quiet', 'origin', 'main', `:${BRANCH}`);
    const run = await scene.run();
    expect(run).toMatchObject({ code: 0, requests: [], outputs: { outcome: 'unchanged', 'cost-usd': '0' } });
    expect(await scene.repo.remoteBranches()).toEqual(['main']);
  });
});

function trailersOf(message: string): string[] {
  return message.trim().split('\n\n').at(-1)?.split('\n') ?? [];
}

describe('a run on a pull request of the same repository', () => {
  let scene: ActionScene;
  let topic: Awaited<ReturnType<typeof openTopic>>;
  beforeAll(async () => {
    scene = await actionScene(CRATE_WITHOUT_SPEC);
    topic = await openTopic(scene);
  });
  afterAll(async () => {
    await scene[Symbol.asyncDispose]();
  });

  it('leaves the head branch where it is while the work is not verified, and comments', async () => {
    const run = await scene.run({ ...topic, answers: UNVERIFIED });
    expect(run).toMatchObject({ code: 1, outputs: { outcome: 'unverified', branch: BRANCH } });
    expect(run.outputs['comment-url']).toBe('https://github.example/octo/demo/pull/1#issuecomment-1001');
    expect(await scene.repo.remoteHead('topic')).toBe(topic.head);
    expect(await scene.repo.remoteHead(BRANCH)).toBe(run.outputs.commit);
    expect(scene.fake.comments).toMatchObject([
      { number: 1, body: expect.stringMatching(/outcome=unverified .*-->\n/) },
    ]);
  });

  it('moves the head branch forward once verified, and updates the comment', async () => {
    const run = await scene.run({ ...topic, answers: [finishGreeting()] });
    expect(run).toMatchObject({ code: 0, outputs: { outcome: 'verified', branch: 'topic' } });
    expect(await scene.repo.remoteHead('topic')).toBe(run.outputs.commit);
    expect((await scene.repo.remoteMessages('topic')).at(2)).toBe('Add the spec\n');
    expect(scene.fake.comments).toMatchObject([{ id: 1001, body: expect.stringMatching(/outcome=verified .*-->\n/) }]);
    expect(scene.fake.pulls).toHaveLength(1);
  });
});

describe('a run that publishes no commit', () => {
  it('comments on the pull request and pushes nothing', async () => {
    await using scene = await actionScene(CRATE_WITHOUT_SPEC);
    const topic = await openTopic(scene);
    const before = await scene.repo.remoteBranches();
    const run = await scene.run({ ...topic, inputs: { publish: 'comment' }, answers: VERIFIED });
    expect(run).toMatchObject({ code: 0, outputs: { outcome: 'verified', branch: '' } });
    expect(await scene.repo.remoteBranches()).toEqual(before);
    expect(await scene.repo.remoteHead('topic')).toBe(topic.head);
    const [made, ...edits] = writesOf(scene);
    expect(made).toBe('POST issues/1/comments');
    expect(new Set(edits)).toEqual(new Set(['PATCH issues/comments/1001']));
    expect(scene.fake.comments).toHaveLength(1);
    expect(run.stdout).toMatch(/^Published: comment https:\S+#issuecomment-1001$/m);
  });

  it('leaves everything in the result folder', async () => {
    await using scene = await actionScene(CRATE);
    const run = await scene.run({ inputs: { publish: 'none' }, answers: VERIFIED });
    expect(run).toMatchObject({ code: 0, outputs: { outcome: 'verified', branch: '', 'pull-request-number': '' } });
    expect(await scene.repo.remoteBranches()).toEqual(['main']);
    expect(await scene.repo.git('branch', '--format=%(refname:short)')).toBe('main');
    expect(writesOf(scene)).toEqual([]);
    const patch = await readFile(path.join(run.reportDir, 'change.patch'), 'utf8');
    expect(patch).toContain('+pub fn greet(name: &str) -> String {');
    for (const name of [
      'report.json',
      'report.md',
      'report.html',
      'transcript.jsonl',
      run.record.verification?.gates[1]?.output ?? '',
    ])
      expect(existsSync(path.join(run.reportDir, name))).toBe(true);
  });
});

describe('a run that must not happen', () => {
  const refusals: [what: string, run: SceneRun, message: RegExp][] = [
    [
      'of a fork',
      pullRequestRun(7, 'a'.repeat(40), 'mallory/demo'),
      /^Refused: Pull request #7 comes from another repository\..* push the branch here, or start the run with 'workflow_dispatch'\./,
    ],
    [
      'on pull_request_target',
      { event: { name: 'pull_request_target' } },
      /^Refused: Ferrule does not run on 'pull_request_target': .* Use 'pull_request' .* or 'workflow_dispatch'\./,
    ],
    [
      'by a bot that is not listed',
      { event: { name: 'push' }, env: { GITHUB_ACTOR: 'renovate[bot]' } },
      /^Refused: The run was started by 'renovate\[bot\]'\..* add 'renovate\[bot\]' to the input 'allowed-bots'\./,
    ],
  ];

  it.each(refusals)('%s is refused with the way out, before the model is asked', async (_what, run, message) => {
    await using scene = await actionScene(SPEC_ONLY);
    const result = await scene.run(run);
    expect(result).toMatchObject({ code: 1, requests: [], outputs: { outcome: 'refused', turns: '0' } });
    expect(result.errors).toEqual([expect.stringMatching(message)]);
    expect(scene.fake.requests).toEqual([]);
    expect(await scene.repo.remoteBranches()).toEqual(['main']);
  });

  it('for lack of write access is refused before the model is asked', async () => {
    await using scene = await actionScene(SPEC_ONLY);
    const { repo } = scene;
    await mkdir(path.join(repo.parent, 'octo'));
    await symlink(repo.origin, path.join(repo.parent, 'octo', 'demo.git'));
    await repo.git('remote', 'set-url', 'origin', 'https://github.com/octo/demo');
    const policy = { mayWrite: () => false };
    await using server = await startGitServer(path.join(repo.parent, 'octo'), policy);
    const env = { GITHUB_SERVER_URL: new URL(server.url).origin };

    const result = await scene.run({ env });
    expect(result).toMatchObject({ code: 1, requests: [], outputs: { outcome: 'refused' } });
    expect(result.errors).toEqual([
      expect.stringMatching(/^Refused: Branch 'ferrule\/specs-greeting' cannot be pushed: .*'contents: write'/),
    ]);
    expect(result.errors[0]).not.toContain(env.GITHUB_SERVER_URL);

    policy.mayWrite = () => true;
    const writable = await scene.run({ env, inputs: { 'dry-run': 'true' } });
    expect(writable).toMatchObject({ code: 0, outputs: { outcome: 'unchanged' } });
  });
});

describe('a verified run whose pull request GitHub refuses', () => {
  it('keeps its outcome and its branch, and says how to open it by hand', async () => {
    await using scene = await actionScene(CRATE);
    const body = { message: 'GitHub Actions is not permitted to create or approve pull requests.' };
    scene.fake.fail({ method: 'POST', path: /\/pulls$/, status: 403, body });
    const run = await scene.run({ answers: VERIFIED });
    expect(run).toMatchObject({ code: 0, outputs: { outcome: 'verified', branch: BRANCH, 'pull-request-number': '' } });
    expect(await scene.repo.remoteHead(BRANCH)).toBe(run.outputs.commit);
    expect(run.warnings.join('\n')).toContain(
      'Open it yourself: https://github.example/octo/demo/compare/main...ferrule/specs-greeting?expand=1',
    );
    expect(run.warnings.join('\n')).toContain("Give the job 'pull-requests: write'");
    expect(run.summary).toContain('compare/main...ferrule/specs-greeting');
  });
});

describe('drafts', () => {
  it('stay drafts with draft: always', async () => {
    await using scene = await actionScene(CRATE);
    const run = await scene.run({ inputs: { draft: 'always', branch: 'robot/{spec}-work' }, answers: VERIFIED });
    expect(run).toMatchObject({ code: 0, outputs: { outcome: 'verified', branch: 'robot/specs-greeting-work' } });
    expect(scene.fake.pulls).toMatchObject([{ head: 'robot/specs-greeting-work', draft: true }]);
  });
});
