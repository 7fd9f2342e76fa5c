// Who and what may start a run, through the bundle: events as GitHub sends them, GitHub's double for what is asked of it.
// A run that may not be spends nothing: the model is not asked, nothing is pushed. The rules one by one are
// inputs/trust.test.ts.
import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { actionScene, type ActionScene, type SceneRun } from '../support/action-scene.js';
import { CRATE, REFUSING, SPEC, SPEC_ONLY, finishGreeting, writeGreeting } from '../support/scripts-greeting.js';

const PERMISSIONS = { octocat: 'write', maintainer: 'admin', reader: 'read' };
const COMMAND = '/ferrule implement specs/greeting.md';
const FILES = { ...SPEC_ONLY, 'AGENTS.md': 'Rules of the base.\n', 'agents/own.md': agentOf('base') };
const BRANCH = 'ferrule/specs-greeting';

function agentOf(where: string): string {
  return `---\nname: own\ndescription: An agent\n---\nInstructions of the ${where}.\n`;
}

interface Words {
  body?: string;
  user?: object | null;
  action?: string;
  /** Number of the pull request that it stands on; an issue when absent. */
  pull?: number;
}

const user = (login: string, type = 'User') => ({ login, type });

function commented({ body = COMMAND, user: author = user('octocat'), action = 'created', pull }: Words): SceneRun {
  const issue = { number: pull ?? 99, ...(pull === undefined ? {} : { pull_request: { url: 'https://…' } }) };
  const payload = { action, issue, comment: { id: 5, body, user: author }, sender: author };
  return { event: { name: 'issue_comment', payload } };
}

function pulled(number: number, sha: string, name = 'pull_request', repository = 'octo/demo'): SceneRun {
  const head = { ref: 'topic', sha, repo: { full_name: repository } };
  const payload = { action: 'opened', number, pull_request: { number, head, base: { ref: 'main' } } };
  return { event: { name, payload }, env: { GITHUB_REF: `refs/pull/${number}/merge` } };
}

/** The pull request as if its author had typed the mark of a run into its text. */
function marked(run: SceneRun, author: string): SceneRun {
  const { name = '', payload } = run.event ?? {};
  const body = `<!-- ferrule spec=specs/greeting.md hash=${'a'.repeat(64)} outcome=unverified -->`;
  const pull = { ...(payload as { pull_request: object }).pull_request, body, user: user(author) };
  return {
    ...run,
    event: { name, payload: { ...(payload as object), pull_request: pull } },
    env: { ...run.env, GITHUB_ACTOR: author },
  };
}

describe('a run that is not allowed', () => {
  let scene: ActionScene;
  let head: string;
  beforeAll(async () => {
    scene = await actionScene(FILES, { permissions: PERMISSIONS });
    await scene.repo.git('checkout', '--quiet', '-b', 'topic');
    head = await scene.repo.commit({ 'NOTES.md': 'x' });
    await scene.repo.git('checkout', '--quiet', 'main');
    scene.fake.repository.addPull({ head: 'topic' });
    scene.fake.repository.addPull({ head: 'topic', headRepository: 'mallory/demo' });
  });
  afterAll(async () => {
    await scene[Symbol.asyncDispose]();
  });

  const cases: [what: string, run: () => SceneRun, message: RegExp][] = [
    [
      'a reader’s comment',
      () => commented({ user: user('reader') }),
      /'reader' has no write access .* Ask somebody who has it/,
    ],
    ['a stranger’s comment', () => commented({ user: user('mallory') }), /'mallory' has no write access/],
    [
      'a stranger’s comment on a pull request',
      () => commented({ user: user('mallory'), pull: 1 }),
      /'mallory' has no write access/,
    ],
    ['a person whose name ends in bot', () => commented({ user: user('evil-bot') }), /'evil-bot' has no write access/],
    [
      'an app’s comment',
      () => commented({ user: user('helper[bot]', 'Bot') }),
      /add 'helper\[bot\]' to the input 'allowed-bots'/,
    ],
    ['an author who is gone', () => commented({ user: null }), /account that wrote the comment is gone/],
    ['an edited comment', () => commented({ action: 'edited' }), /changed after it was written.* Write a new comment/],
    [
      'a comment on a fork’s pull request',
      () => commented({ pull: 2 }),
      /#2 comes from another repository.* push the branch here/,
    ],
    [
      'a comment that names another file',
      () => commented({ body: '/ferrule implement AGENTS.md' }),
      /a spec that the workflow's input 'spec' does not select/,
    ],
    [
      'a comment where the box is off',
      () => ({ ...commented({}), inputs: { sandbox: 'unsafe-off' } }),
      /'unsafe-off', which is refused on 'issue_comment'.* Use 'auto'/,
    ],
    [
      'a pull request where the box is off',
      () => ({ ...pulled(1, head), inputs: { sandbox: 'unsafe-off' } }),
      /'unsafe-off', which is refused on 'pull_request'/,
    ],
    [
      'a pull request of a fork',
      () => pulled(1, head, 'pull_request', 'mallory/demo'),
      /#1 comes from another repository/,
    ],
    [
      'a reader’s pull request',
      () => ({ ...pulled(1, head), env: { GITHUB_ACTOR: 'reader' } }),
      /'reader' has no write access/,
    ],
    [
      'a reader’s pull request with the mark of a run in its text',
      () => marked(pulled(1, head), 'reader'),
      /'reader' has no write access/,
    ],
    [
      'pull_request_target',
      () => pulled(1, head, 'pull_request_target'),
      /does not run on 'pull_request_target'.* Use 'pull_request'/,
    ],
    [
      'workflow_run of a fork',
      () => ({
        event: { name: 'workflow_run', payload: { workflow_run: { head_repository: { full_name: 'mallory/demo' } } } },
      }),
      /does not run on 'workflow_run'/,
    ],
    [
      'a pull request that has moved',
      () => pulled(1, 'a'.repeat(40)),
      /#1 has moved: this run was started for aaaaaaaaaaaa, its branch is at .* start a new one/,
    ],
    ['a comment without a token', () => ({ ...commented({}), token: '' }), /there is no 'github-token'/],
  ];
  it.each(cases)('is refused: %s', async (_what, run, message) => {
    const before = await scene.repo.remoteBranches();
    const result = await scene.run(run());
    expect(result).toMatchObject({ code: 1, requests: [], outputs: { outcome: 'refused', turns: '0' } });
    expect(result.errors).toEqual([expect.stringMatching(message)]);
    expect(await scene.repo.remoteBranches()).toEqual(before);
    expect(scene.fake.comments).toEqual([]); // strangers cannot make it write
  });

  it.each([401, 403, 404, 500])('is refused when GitHub answers %i to what the author may do', async (status) => {
    scene.fake.fail({ method: 'GET', path: /octocat\/permission$/, status, times: status === 500 ? 3 : 1 });
    const result = await scene.run(commented({}));
    expect(result).toMatchObject({ code: 1, requests: [], outputs: { outcome: 'refused' } });
    expect(result.errors).toEqual([expect.stringMatching(/'octocat' (may do here is unknown|has no write access)/)]);
  });

  it.each([403, 404, 500])('is refused when GitHub answers %i to where the code comes from', async (status) => {
    scene.fake.fail({ method: 'GET', path: /pulls\/1$/, status, times: status === 500 ? 3 : 1 });
    const result = await scene.run(commented({ pull: 1 }));
    expect(result).toMatchObject({ code: 1, requests: [], outputs: { outcome: 'refused' } });
    expect(result.errors).toEqual([expect.stringMatching(/Where pull request #1 comes from is unknown/)]);
  });

  it('is none at all when the comment is no command, whoever wrote it', async () => {
    const before = scene.fake.requests.length;
    for (const words of [{ body: 'Nice!' }, { body: '/ferrule dance' }, { action: 'deleted' }]) {
      const result = await scene.run(commented({ user: user('mallory'), ...words }));
      expect(result).toMatchObject({ code: 0, requests: [], errors: [], outputs: { outcome: 'unchanged' } });
      expect(result.stdout).toMatch(/(no command for Ferrule|was deleted).*Nothing was spent\./);
    }
    expect(scene.fake.requests).toHaveLength(before);
  });

  it('is allowed to a writer, to an administrator and to a listed app', async () => {
    const inputs = { 'dry-run': 'true' };
    scene.fake.repository.issues.push(99);
    for (const run of [
      commented({}),
      commented({ user: user('maintainer'), body: '/ferrule retry', pull: 1 }),
      { ...commented({ user: user('helper[bot]', 'Bot') }), inputs: { 'allowed-bots': 'helper[bot]' } },
      { ...commented({}), inputs: { publish: 'comment' } },
      pulled(1, head),
    ]) {
      const result = await scene.run({ ...run, inputs: { ...inputs, ...run.inputs } });
      expect(result).toMatchObject({ code: 0, errors: [], outputs: { outcome: 'unchanged' } });
      expect(result.stdout).toContain('Dry run: 2 requirements');
    }
  });
});

/** A pull request whose branch brings its own rules for agents, and the spec. */
async function openTopic({ repo, fake }: ActionScene): Promise<{ number: number; head: string }> {
  await repo.git('checkout', '--quiet', '-b', 'topic');
  const head = await repo.commit({
    'AGENTS.md': 'Rules of the head.\n',
    'CLAUDE.md': 'More rules of the head.\n',
    'agents/own.md': agentOf('head'),
    'agents/new.md': agentOf('head'),
    'specs/greeting.md': `${SPEC}\nAs the head has it.\n`,
  });
  await repo.git('checkout', '--quiet', 'main');
  return { number: fake.repository.addPull({ head: 'topic' }).number, head };
}

describe('on a pull request', () => {
  let scene: ActionScene;
  let topic: { number: number; head: string };
  beforeAll(async () => {
    scene = await actionScene(FILES, { permissions: PERMISSIONS });
    topic = await openTopic(scene);
  });
  afterAll(async () => {
    await scene[Symbol.asyncDispose]();
  });

  it.each<[string, () => SceneRun]>([
    ['its own event', () => pulled(topic.number, topic.head)],
    [
      'its own event, with its head as the base',
      () => ({ ...pulled(topic.number, topic.head), inputs: { base: 'topic' } }),
    ],
    ['a comment', () => commented({ pull: topic.number })],
  ])(
    'started by %s the model obeys the agent file and the standards of the base, on the spec of the head',
    async (_how, run) => {
      const { inputs, ...start } = run();
      const { requests } = await scene.run({
        ...start,
        inputs: { agent: 'agents/own.md', ...inputs },
        answers: REFUSING,
      });
      const [request] = requests;
      const told = JSON.stringify([request?.system, request?.messages]);
      expect(told).toContain('Instructions of the base.');
      expect(told).toContain('Rules of the base.');
      expect(told).toContain('As the head has it.');
      expect(told).not.toMatch(/ules of the head|Instructions of the head/);
    },
  );

  it('an agent file that only the head has is not used', async () => {
    const run = await scene.run({ ...pulled(topic.number, topic.head), inputs: { agent: 'agents/new.md' } });
    expect(run).toMatchObject({ code: 1, requests: [], outputs: { outcome: 'refused' } });
    expect(run.errors).toEqual([
      expect.stringMatching(/'agents\/new\.md' is neither .* on a pull request, to its base branch/),
    ]);
  });
});

describe('a pull request whose head moves while the model works', () => {
  it('keeps its new head; the result is on the work branch, and the comment says so', async () => {
    await using scene = await actionScene(CRATE, { permissions: PERMISSIONS });
    const { repo, fake } = scene;
    await repo.git('checkout', '--quiet', '-b', 'topic');
    const pinned = await repo.commit({ 'NOTES.md': 'Approved.\n' });
    await repo.git('checkout', '--quiet', 'main');
    const { number } = fake.repository.addPull({ head: 'topic' });
    const base = await repo.git('rev-parse', 'main');
    // Back to before the approved commit: the result would be a fast-forward, and bring that commit back.
    const moveBack = () => {
      execFileSync('git', ['update-ref', 'refs/heads/topic', base], { cwd: repo.origin });
      return finishGreeting();
    };
    const run = await scene.run({ ...commented({ pull: number }), answers: [writeGreeting(), moveBack] });
    expect(run).toMatchObject({ code: 0, outputs: { outcome: 'verified', branch: BRANCH } });
    expect(await repo.remoteHead('topic')).toBe(base);
    expect(await repo.remoteHead(BRANCH)).toBe(run.outputs.commit);
    const note = `has moved from ${pinned.slice(0, 12)}, where this run started, to ${base.slice(0, 12)}`;
    expect(run.warnings.join('\n')).toContain(note);
    expect(fake.comments[0]?.body.split('\n')[1]).toContain(note);
  });
});
