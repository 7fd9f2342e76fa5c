import { describe, expect, it } from '@jest/globals';
import { isOwnAccount, openGitHub, type GitHubResult } from '../../src/platform/github.js';
import { startFakeGitHub, type FakeGitHub } from '../support/fake-github.js';
import { tempRepo } from '../support/temp-repo.js';

const open = (fake: FakeGitHub, more: { token?: string; repo?: string } = {}) =>
  openGitHub({ token: fake.token, apiUrl: fake.url, owner: 'octo', repo: 'demo', retryDelaysMs: [1, 1], ...more });

function valueOf<T>(result: GitHubResult<T>): T {
  if (result.kind === 'failed') throw new Error(result.error.message);
  return result.value;
}

const content = { branch: 'ferrule/x', base: 'main', title: 'X', body: 'Body', draft: true };

describe('the account', () => {
  it('is the login behind the token', async () => {
    await using fake = await startFakeGitHub({ login: 'ferrule-app[bot]' });
    expect(await open(fake).identity()).toBe('ferrule-app[bot]');
  });

  it('is taken for the workflow token when GitHub does not tell', async () => {
    await using fake = await startFakeGitHub({ login: 'someone', tellsViewer: false });
    expect(await open(fake).identity()).toBe('github-actions[bot]');
  });

  it('is recognised with and without [bot], but a person with the name of an app is not the app', () => {
    expect(isOwnAccount('Ada', { login: 'ada', isBot: false })).toBe(true);
    expect(isOwnAccount('my-app[bot]', { login: 'my-app', isBot: true })).toBe(true);
    expect(isOwnAccount('my-app', { login: 'my-app[bot]', isBot: true })).toBe(true);
    expect(isOwnAccount('my-app[bot]', { login: 'my-app', isBot: false })).toBe(false);
    expect(isOwnAccount('ada', { login: 'bob', isBot: false })).toBe(false);
  });
});

describe('pull requests', () => {
  it('are made, found by branch and base, updated, and switched between draft and ready', async () => {
    await using fake = await startFakeGitHub();
    const github = open(fake);
    expect(valueOf(await github.findPullRequest({ branch: 'ferrule/x', base: 'main' }))).toBeUndefined();
    const made = valueOf(await github.createPullRequest(content));
    expect(made).toMatchObject({ number: 1, draft: true, body: 'Body', author: { login: fake.login, isBot: true } });
    expect(valueOf(await github.findPullRequest({ branch: 'ferrule/x', base: 'main' }))).toEqual(made);
    expect(valueOf(await github.findPullRequest({ branch: 'ferrule/x', base: 'dev' }))).toBeUndefined();
    valueOf(await github.updatePullRequest(1, { title: 'Y', body: 'New' }));
    valueOf(await github.setDraft(made.nodeId, false));
    expect(fake.pulls[0]).toMatchObject({ title: 'Y', body: 'New', draft: false });
    valueOf(await github.setDraft(made.nodeId, true));
    expect(fake.pulls[0]?.draft).toBe(true);
  });

  it('of a fork are not taken for ours, though their branch has the same name', async () => {
    await using fake = await startFakeGitHub();
    fake.repository.addPull({ head: 'ferrule/x', headRepository: 'octo/fork-of-demo' });
    fake.repository.addPull({ head: 'ferrule/x', headRepository: 'mallory/demo' });
    expect(valueOf(await open(fake).findPullRequest({ branch: 'ferrule/x', base: 'main' }))).toBeUndefined();
  });

  it('that were closed are found too, the newest first', async () => {
    await using fake = await startFakeGitHub();
    fake.repository.addPull({ head: 'ferrule/x', state: 'closed', merged: true });
    fake.repository.addPull({ head: 'ferrule/x', state: 'closed' });
    fake.repository.addPull({ head: 'ferrule/x', state: 'closed', headRepository: 'octo/fork-of-demo' });
    const found = valueOf(await open(fake).findClosedPullRequest({ branch: 'ferrule/x', base: 'main' }));
    expect(found).toMatchObject({ number: 2, isMerged: false });
  });

  it('tell by which of them a commit was merged, not those that have another head or were closed', async () => {
    await using fake = await startFakeGitHub();
    const merged = { head: 'ferrule/x', state: 'closed', merged: true, headCommit: 'a' } as const;
    for (const other of [{}, { headCommit: 'b' }, { merged: false }, { headRepository: 'octo/fork-of-demo' }])
      fake.repository.addPull({ ...merged, ...other });
    const found = await open(fake).findMergedPullRequest({ branch: 'ferrule/x', base: 'main', commit: 'a' });
    expect(valueOf(found)).toBe(1);
  });

  it('tell where they come from and where they go, also of a fork', async () => {
    await using fake = await startFakeGitHub();
    const own = {
      body: '',
      number: 1,
      isOpen: true,
      headRef: 'topic',
      headSha: '0'.repeat(40),
      baseRef: 'dev',
      sameRepository: true,
      author: { login: 'octocat', isBot: false },
    };
    fake.repository.addPull({ head: 'topic', base: 'dev' });
    fake.repository.addPull({ head: 'topic', base: 'dev', headRepository: 'mallory/demo', state: 'closed' });
    expect(valueOf(await open(fake).pullRequestEnds(1))).toEqual(own);
    expect(valueOf(await open(fake).pullRequestEnds(2))).toMatchObject({ isOpen: false, sameRepository: false });
    expect(await open(fake).pullRequestEnds(3)).toMatchObject({ kind: 'failed', error: { status: 404 } });
  });

  it('get labels, reviewers and teams', async () => {
    await using fake = await startFakeGitHub();
    const github = open(fake);
    const { number } = fake.repository.addPull({});
    valueOf(await github.addLabels(number, ['ferrule', 'rust']));
    valueOf(await github.requestReviewers(number, ['ada', 'octo/architects']));
    const lists = { labels: ['ferrule', 'rust'], reviewers: ['ada'], teamReviewers: ['architects'] };
    expect(fake.pulls[0]).toMatchObject(lists);
  });

  it('are refused for a branch that the repository does not have', async () => {
    await using repo = await tempRepo({ a: '1' }, { remote: true });
    await using fake = await startFakeGitHub({ bare: repo.origin });
    expect(await open(fake).createPullRequest(content)).toMatchObject({ kind: 'failed', error: { status: 422 } });
  });
});

describe('calls that no result depends on', () => {
  it('are tried once, and a refusal tells how long GitHub wants to be left alone', async () => {
    await using fake = await startFakeGitHub();
    const number = fake.repository.addIssue();
    const github = open(fake).once();
    fake.fail({ method: 'POST', path: /comments$/, status: 429, headers: { 'retry-after': '7' } });
    expect(await github.createComment(number, 'one')).toMatchObject({
      kind: 'failed',
      error: { status: 429, retryAfterMs: 7_000 },
    });
    fake.fail({ method: 'GET', path: /comments$/, status: 502 });
    const failed = await github.listComments(number);
    expect(failed).toMatchObject({ kind: 'failed', error: { status: 502 } });
    expect(failed.kind === 'failed' && 'retryAfterMs' in failed.error).toBe(false);
    expect(fake.requests).toHaveLength(2);
  });
});

describe('eyes', () => {
  it('are put on comments of conversations and of reviews', async () => {
    await using fake = await startFakeGitHub();
    valueOf(await open(fake).addEyes({ id: 7, isReview: false }));
    valueOf(await open(fake).addEyes({ id: 8, isReview: true }));
    expect(fake.repository.reactions).toEqual([
      { commentId: 7, isReview: false, content: 'eyes' },
      { commentId: 8, isReview: true, content: 'eyes' },
    ]);
  });
});

describe('comments', () => {
  it('are read over all pages', async () => {
    await using fake = await startFakeGitHub();
    const number = fake.repository.addIssue();
    for (let i = 0; i < 230; i++) fake.repository.addComment({ number, author: 'ada', body: `comment ${i}` });
    const comments = valueOf(await open(fake).listComments(number));
    expect(comments.map((comment) => comment.body)).toEqual(Array.from({ length: 230 }, (_, i) => `comment ${i}`));
    expect(fake.requests).toHaveLength(3);
  });

  it('are written and rewritten', async () => {
    await using fake = await startFakeGitHub();
    const number = fake.repository.addIssue();
    const github = open(fake);
    const made = valueOf(await github.createComment(number, 'one'));
    valueOf(await github.updateComment(made.id, 'two'));
    expect(fake.comments).toEqual([{ id: made.id, number, author: fake.login, body: 'two' }]);
  });
});

it('reads the default branch, the page, and what people may do', async () => {
  await using fake = await startFakeGitHub({ defaultBranch: 'trunk', permissions: { ada: 'admin', bob: 'read' } });
  const github = open(fake);
  const repository = valueOf(await github.repository());
  expect(repository).toEqual({ defaultBranch: 'trunk', url: 'https://github.example/octo/demo' });
  expect(valueOf(await github.permissionOf('ada'))).toBe('admin');
  expect(valueOf(await github.permissionOf('bob'))).toBe('read');
  expect(valueOf(await github.permissionOf('nobody'))).toBe('none');
});

it('reads whether a branch is protected, which one that does not exist is not', async () => {
  await using repo = await tempRepo({ 'a.txt': 'a' }, { remote: true });
  await repo.git('push', '--quiet', 'origin', 'main:release/1.0');
  await using fake = await startFakeGitHub({ bare: repo.origin, protectedBranches: ['release/1.0', 'gone'] });
  const github = open(fake);
  expect(valueOf(await github.isProtectedBranch('release/1.0'))).toBe(true);
  expect(valueOf(await github.isProtectedBranch('main'))).toBe(false);
  expect(valueOf(await github.isProtectedBranch('gone'))).toBe(false);
});

describe('refusals', () => {
  it('are values that say which call failed and why, in one line', async () => {
    await using fake = await startFakeGitHub();
    const body = { message: 'Resource not accessible\nby integration', documentation_url: 'https://docs.example/x' };
    fake.fail({ method: 'POST', path: /pulls$/, status: 403, body });
    expect(await open(fake).createPullRequest(content)).toEqual({
      kind: 'failed',
      error: { call: 'creating the pull request', status: 403, message: 'Resource not accessible by integration' },
    });
    expect(fake.requests).toHaveLength(1);
  });

  it('name a wrong token and a repository that is not there', async () => {
    await using fake = await startFakeGitHub();
    expect(await open(fake, { token: 'wrong' }).repository()).toMatchObject({ error: { status: 401 } });
    expect(await open(fake, { repo: 'other' }).repository()).toMatchObject({ error: { status: 404 } });
  });

  it('of GraphQL are values too', async () => {
    await using fake = await startFakeGitHub();
    expect(await open(fake).setDraft('PR_none', false)).toMatchObject({
      kind: 'failed',
      error: { call: 'marking the pull request ready', status: 404 },
    });
  });

  it('include a server that cannot be reached', async () => {
    const fake = await startFakeGitHub();
    await fake[Symbol.asyncDispose]();
    expect(await open(fake).repository()).toMatchObject({ kind: 'failed', error: { status: 500 } });
  });
});

describe('a second try', () => {
  it('is made for reads and repeatable writes when the server fails, at most twice', async () => {
    await using fake = await startFakeGitHub();
    const { number } = fake.repository.addPull({});
    fake.fail({ method: 'PATCH', path: /pulls/, status: 502, times: 2 });
    fake.fail({ method: 'GET', path: /comments/, status: 503, times: 3 });
    expect((await open(fake).updatePullRequest(number, { title: 'T', body: 'B' })).kind).toBe('ok');
    expect(await open(fake).listComments(number)).toMatchObject({ kind: 'failed', error: { status: 503 } });
    expect(fake.requests.map((request) => request.method)).toEqual(['PATCH', 'PATCH', 'PATCH', 'GET', 'GET', 'GET']);
  });

  it('is made when a thing made a moment ago is not known yet', async () => {
    await using fake = await startFakeGitHub();
    const { number } = fake.repository.addPull({});
    fake.fail({ method: 'POST', path: /labels/, status: 404 });
    expect((await open(fake).addLabels(number, ['a'])).kind).toBe('ok');
  });

  it('is made after the time that a rate limit names, also for a creation, which was not carried out', async () => {
    await using fake = await startFakeGitHub();
    const number = fake.repository.addIssue();
    const limited = { message: 'Please wait.' }; // the header alone says how long
    fake.fail({ method: 'POST', path: /comments/, status: 403, body: limited, headers: { 'retry-after': '1' } });
    const spent = {
      'x-ratelimit-remaining': '0',
      'x-ratelimit-reset': '1767225600',
      date: 'Thu, 01 Jan 2026 00:00:00 GMT',
    };
    fake.fail({ method: 'POST', path: /comments/, status: 429, headers: spent });
    expect((await open(fake).createComment(number, 'once')).kind).toBe('ok');
    expect(fake.comments).toHaveLength(1);
    expect(fake.requests).toHaveLength(3);
  });

  it('is not made when a rate limit lasts longer than a job should wait', async () => {
    await using fake = await startFakeGitHub();
    const spent = {
      'x-ratelimit-remaining': '0',
      'x-ratelimit-reset': '1767229200',
      date: 'Thu, 01 Jan 2026 00:00:00 GMT',
    };
    fake.fail({
      method: 'GET',
      path: /demo$/,
      status: 403,
      body: { message: 'API rate limit exceeded' },
      headers: spent,
    });
    expect(await open(fake).repository()).toMatchObject({ error: { status: 403, message: 'API rate limit exceeded' } });
    expect(fake.requests).toHaveLength(1);
  });

  it('is made where GitHub does not know a branch or pull request yet, and not for other 422', async () => {
    await using fake = await startFakeGitHub();
    const unknownHead = { resource: 'PullRequest', field: 'head', code: 'invalid' };
    fake.fail({
      method: 'POST',
      path: /pulls$/,
      status: 422,
      body: { message: 'Validation Failed', errors: [unknownHead] },
    });
    const { number } = valueOf(await open(fake).createPullRequest(content));
    const unknownNode = { message: "Could not resolve to a node with the global id of 'PR_1'." };
    fake.fail({
      method: 'POST',
      path: /labels$/,
      status: 422,
      body: { message: 'Validation Failed', errors: [unknownNode] },
    });
    valueOf(await open(fake).addLabels(number, ['ferrule']));
    fake.fail({ method: 'POST', path: /requested_reviewers$/, status: 422, body: { message: 'Not a collaborator.' } });
    expect(await open(fake).requestReviewers(number, ['ada'])).toMatchObject({ error: { status: 422 } });
    expect(fake.requests).toHaveLength(5);
  });

  it('is not made for a creation, which may have happened', async () => {
    await using fake = await startFakeGitHub();
    const number = fake.repository.addIssue();
    fake.fail({ method: 'POST', path: /comments/, status: 502, afterwards: true });
    expect((await open(fake).createComment(number, 'once')).kind).toBe('failed');
    expect(fake.comments).toHaveLength(1);
  });
});

describe('the double', () => {
  it('finds requests that GitHub would not take', async () => {
    const fake = await startFakeGitHub();
    const send = (path: string, method: string, body?: unknown) =>
      fetch(fake.url + path, {
        method,
        headers: { authorization: `token ${fake.token}` },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
    await send('/repos/octo/demo/pulls', 'POST', { title: 1, head: 'x', base: 'main' });
    await send('/repos/octo/demo/pulls', 'POST', { title: 'x', head: 'x' });
    await send('/repos/octo/demo/pulls', 'POST', { title: 'x', head: 'x', base: 'main', descripton: 'typo' });
    await send('/repos/octo/demo/issues/abc/comments', 'GET');
    await send('/repos/octo/demo/pulls?stat=open', 'GET');
    await send('/repos/octo/demo/nothing', 'GET');
    await send('/graphql', 'POST', { query: '{ viewer { loginn } }' });
    expect(fake.violations).toEqual([
      'pulls/create: body /title must be string',
      "pulls/create: body must have required property 'base'",
      "pulls/create: body has the unknown key 'descripton'",
      "issues/list-comments: parameter 'issue_number' must be integer",
      "pulls/list: unknown parameter 'stat'",
      "GET /repos/octo/demo/nothing is not in the excerpt of GitHub's description",
      expect.stringContaining('graphql: Cannot query field "loginn"'),
    ]);
    await expect(fake[Symbol.asyncDispose]()).rejects.toThrow('GitHub would not take');
  });
});
