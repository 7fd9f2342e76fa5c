import { describe, expect, it } from '@jest/globals';
import { chmod, mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { readAnswers } from '../../src/publish/publish.js';
import { formatQuestionsMark } from '../../src/report/report.js';
import { markOf, publishScene, result, SPEC } from '../support/publish-scene.js';
import type { TempRepo } from '../support/temp-repo.js';

describe('a pull request', () => {
  it('is a draft until the result is verified, and one and the same over several runs', async () => {
    await using scene = await publishScene();
    const { fake, base, publisher, commitOn } = scene;
    const one = await commitOn(base, 'one');
    const first = await publisher().publish(result('unverified', one));
    expect(first).toEqual({
      kind: 'pull-request',
      branch: 'ferrule/login',
      commit: one,
      pullRequest: { number: 1, url: 'https://github.example/octo/demo/pull/1', draft: true },
      warnings: [],
    });
    expect(fake.pulls[0]).toMatchObject({
      title: 'Login',
      body: `${markOf('unverified')}\nBody: unverified`,
      base: 'main',
    });

    const two = await commitOn(one, 'two');
    const second = await publisher().publish(result('verified', two, 'Login, proven'));
    expect(second).toMatchObject({ commit: two, pullRequest: { number: 1, draft: false }, warnings: [] });
    expect(fake.pulls).toHaveLength(1);
    expect(fake.pulls[0]).toMatchObject({
      title: 'Login, proven',
      body: `${markOf('verified')}\nBody: verified`,
      draft: false,
    });

    const third = await publisher().publish(result('unverified', await commitOn(two, 'three')));
    expect(third).toMatchObject({ pullRequest: { number: 1, draft: true } });
    expect(fake.comments).toEqual([]);
  });

  it.each([
    ['always', 'verified', true],
    ['never', 'unverified', false],
  ] as const)('keeps to draft: %s', async (draft, outcome, isDraft) => {
    await using scene = await publishScene();
    const { fake, base, publisher, commitOn } = scene;
    const style = { draft, labels: [], reviewers: [] };
    await publisher({ pullRequest: style }).publish(result(outcome, await commitOn(base, 'x')));
    expect(fake.pulls[0]?.draft).toBe(isDraft);
  });

  it('gets its labels each time and its reviewers once', async () => {
    await using scene = await publishScene();
    const { fake, base, publisher, commitOn } = scene;
    const pullRequest = { draft: 'never' as const, labels: ['ferrule'], reviewers: ['ada', 'octo/rust'] };
    const one = await commitOn(base, 'one');
    await publisher({ pullRequest }).publish(result('verified', one));
    await publisher({ pullRequest }).publish(result('verified', one));
    expect(fake.pulls[0]).toMatchObject({ labels: ['ferrule'], reviewers: ['ada'], teamReviewers: ['rust'] });
    expect(fake.requests.filter(({ path: to }) => to.endsWith('requested_reviewers'))).toHaveLength(1);
  });

  it.each([
    [false, 'was closed without being merged'],
    [true, 'was merged'],
  ])(
    'takes the place of one of ours that is closed (merged: %s), and links it in each of its texts',
    async (merged, fate) => {
      await using scene = await publishScene();
      const { fake, base, publisher, commitOn } = scene;
      const one = await commitOn(base, 'one');
      await publisher().publish(result('unverified', one));
      const [first] = fake.pulls;
      if (first) Object.assign(first, { state: 'closed', merged });
      const second = await publisher().publish(result('unverified', await commitOn(one, 'two')));
      expect(second).toMatchObject({ pullRequest: { number: 2 }, warnings: [] });
      const link = '[pull request 1](https://github.example/octo/demo/pull/1)';
      expect(fake.pulls[1]?.body).toBe(
        `${markOf('unverified')}\n> Follows ${link}, which ${fate}.\n\nBody: unverified`,
      );
      await publisher().publish(result('verified', await commitOn(one, 'three')));
      expect(fake.pulls[1]?.body).toContain(link);
      expect(first?.body).toBe(`${markOf('unverified')}\nBody: unverified`);
    },
  );

  it('does not link a closed one of somebody else', async () => {
    await using scene = await publishScene();
    const { fake, base, publisher, commitOn } = scene;
    fake.repository.addPull({ head: 'ferrule/login', state: 'closed', body: `${markOf('verified')}\nMine` });
    await publisher().publish(result('verified', await commitOn(base, 'one')));
    expect(fake.pulls[1]?.body).toBe(`${markOf('verified')}\nBody: verified`);
  });

  it('of somebody else from the same branch keeps its text and gets the report as a comment', async () => {
    await using scene = await publishScene();
    const { fake, base, publisher, commitOn } = scene;
    const one = await commitOn(base, 'one');
    await publisher().pushIncrement(one);
    fake.repository.addPull({
      head: 'ferrule/login',
      title: 'Mine',
      body: `${markOf('verified')}\ntyped`,
      author: 'mallory',
    });
    const published = await publisher().publish(result('unverified', one));
    expect(fake.pulls).toHaveLength(1);
    expect(fake.pulls[0]).toMatchObject({ title: 'Mine', draft: false });
    expect(fake.comments).toMatchObject([{ number: 1, body: `${markOf('unverified')}\nComment: unverified` }]);
    expect(published).toMatchObject({
      pullRequest: { number: 1 },
      comment: { url: expect.stringContaining('#issuecomment') as unknown },
    });
    expect(published.warnings.join()).toContain("is not Ferrule's");
  });

  it('is an ordinary one where the repository has no drafts', async () => {
    await using scene = await publishScene({ hasDrafts: false });
    const { base, publisher, commitOn } = scene;
    const published = await publisher().publish(result('unverified', await commitOn(base, 'x')));
    expect(published).toMatchObject({ pullRequest: { draft: false } });
    expect(published.warnings.join()).toContain('no draft pull requests');
  });

  it('that may not be opened leaves the branch, with a link and what to do', async () => {
    await using scene = await publishScene();
    const { repo, fake, base, publisher, commitOn } = scene;
    const message = 'GitHub Actions is not permitted to create or approve pull requests.';
    fake.fail({ method: 'POST', path: /pulls$/, status: 403, body: { message } });
    const commit = await commitOn(base, 'x');
    const published = await publisher().publish(result('verified', commit));
    expect(published).toMatchObject({ branch: 'ferrule/login', commit });
    expect(published.pullRequest).toBeUndefined();
    const warnings = published.warnings.join('\n');
    expect(warnings).toContain(message);
    expect(warnings).toContain("'pull-requests: write'");
    expect(warnings).toContain('https://github.example/octo/demo/compare/main...ferrule/login?expand=1');
    expect(await repo.remoteHead('ferrule/login')).toBe(commit);
  });

  it('is found when GitHub opened it but answered with an error', async () => {
    await using scene = await publishScene();
    const { fake, base, publisher, commitOn } = scene;
    fake.fail({ method: 'POST', path: /pulls$/, status: 502, afterwards: true });
    const published = await publisher().publish(result('verified', await commitOn(base, 'x')));
    expect(published).toMatchObject({ pullRequest: { number: 1 }, warnings: [] });
    expect(fake.pulls).toHaveLength(1);
  });

  it('loses nothing but labels, reviewers and the draft state when those are refused', async () => {
    await using scene = await publishScene();
    const { fake, base, publisher, commitOn } = scene;
    const one = await commitOn(base, 'one');
    await publisher().publish(result('unverified', one));
    for (const route of [/labels$/, /graphql$/]) fake.fail({ method: 'POST', path: route, status: 403, times: 9 });
    const pullRequest = { draft: 'until-verified' as const, labels: ['x'], reviewers: [] };
    const published = await publisher({ pullRequest }).publish(result('verified', one));
    expect(published).toMatchObject({ commit: one, pullRequest: { number: 1, draft: true } });
    expect(published.warnings.join()).toMatch(/Marking the pull request ready.*Adding labels/s);
  });

  it('is not opened for a run without a commit, but one that is there is brought up to date', async () => {
    await using scene = await publishScene();
    const { repo, fake, base, publisher, commitOn } = scene;
    expect(await publisher().publish(result('needs-answer', undefined))).toEqual({
      kind: 'pull-request',
      warnings: [],
    });
    expect(await publisher().publish(result('needs-answer', base))).toEqual({ kind: 'pull-request', warnings: [] });
    expect(await repo.remoteBranches()).toEqual(['main']);
    await publisher().publish(result('unverified', await commitOn(base, 'x')));
    await publisher().publish(result('needs-answer', undefined));
    expect(fake.pulls[0]?.body).toContain('Body: needs-answer');
  });

  it('becomes a pushed branch with a warning without GitHub', async () => {
    await using scene = await publishScene();
    const { base, localPublisher, commitOn } = scene;
    const commit = await commitOn(base, 'x');
    const local = localPublisher();
    expect(await local.preflight()).toEqual(['No pull request can be made: there is no GitHub token and repository.']);
    const published = await local.publish(result('verified', commit));
    expect(published).toMatchObject({ branch: 'ferrule/login', commit });
    expect(published.warnings.join()).toContain('no GitHub token');
  });
});

describe('the work branch', () => {
  it('takes increments as they come, and the last push again does no harm', async () => {
    await using scene = await publishScene();
    const { repo, base, publisher, commitOn } = scene;
    const one = await commitOn(base, 'one');
    const two = await commitOn(one, 'two');
    const chosen = publisher();
    expect(await chosen.pushIncrement(one)).toEqual({ kind: 'pushed' });
    expect(await repo.remoteHead('ferrule/login')).toBe(one);
    expect(await chosen.pushIncrement(two)).toEqual({ kind: 'pushed' });
    expect((await chosen.publish(result('verified', two))).warnings).toEqual([]);
    expect(await repo.remoteHead('main')).toBe(base);
  });

  it('is never moved over the commits of others: the result goes beside it', async () => {
    await using scene = await publishScene();
    const { repo, fake, base, publisher, commitOn } = scene;
    await repo.git('checkout', '--quiet', '-b', 'ferrule/login');
    const theirs = await repo.commit({ 'b.txt': 'theirs' }, 'Theirs');
    const one = await commitOn(base, 'one');
    const chosen = publisher();
    expect(await chosen.pushIncrement(one)).toEqual({ kind: 'pushed' });
    const published = await chosen.publish(result('verified', one));
    expect(await repo.remoteHead('ferrule/login')).toBe(theirs);
    expect(await repo.remoteHead('ferrule/login-2')).toBe(one);
    expect(published).toMatchObject({ branch: 'ferrule/login-2', pullRequest: { number: 1 } });
    expect(published.warnings).toEqual([
      "Branch 'ferrule/login' holds commits that this run does not build on; the result is on 'ferrule/login-2'.",
    ]);
    expect(fake.pulls[0]?.head).toBe('ferrule/login-2');
  });

  it('of two runs at once is the first one’s; the other takes a branch and a pull request of its own', async () => {
    await using scene = await publishScene();
    const { repo, fake, base, publisher, commitOn } = scene;
    const commits = await Promise.all(['one', 'two'].map((text) => commitOn(base, text)));
    const ended = await Promise.all(commits.map((commit) => publisher().publish(result('unverified', commit))));
    expect(ended.map(({ branch }) => branch).sort()).toEqual(['ferrule/login', 'ferrule/login-2']);
    expect(ended.map(({ commit }) => commit)).toEqual(commits);
    for (const { branch = '', commit } of ended) expect(await repo.remoteHead(branch)).toBe(commit);
    expect(fake.pulls.map(({ head }) => head).sort()).toEqual(['ferrule/login', 'ferrule/login-2']);
  });

  it('that cannot be pushed at the end is a warning with the reason', async () => {
    await using scene = await publishScene();
    const { repo, base, publisher, localPublisher, commitOn } = scene;
    await refusePushes(repo);
    const published = await publisher().publish(result('verified', await commitOn(base, 'x')));
    expect(published.commit).toBeUndefined();
    expect(published.warnings.join()).toMatch(/could not be pushed: .*hook declined/);
    await rm(repo.origin, { recursive: true });
    const gone = await localPublisher().publish(result('verified', await commitOn(base, 'y')));
    expect(gone.warnings.join()).toContain('could not be read');
  });
});

async function refusePushes(repo: TempRepo): Promise<void> {
  const hook = path.join(repo.origin, 'hooks', 'pre-receive');
  await mkdir(path.dirname(hook), { recursive: true });
  await writeFile(hook, '#!/bin/sh\nexit 1\n');
  await chmod(hook, 0o755);
}

describe('beside a pull request', () => {
  it('the verdict stands where the run was asked for, with the way to the report', async () => {
    await using scene = await publishScene();
    const { fake, base, publisher, commitOn } = scene;
    const commentOn = fake.repository.addIssue();
    const published = await publisher({ commentOn }).publish(result('verified', await commitOn(base, 'one')));
    expect(published).toMatchObject({ pullRequest: { number: 2 }, warnings: [] });
    expect(published.comment?.url).toContain('/pull/1#issuecomment-');
    const pointed = '> The report is the text of [pull request 2](https://github.example/octo/demo/pull/2).';
    expect(fake.comments).toMatchObject([
      { number: commentOn, body: `${markOf('verified')}\n${pointed}\n\nAnswer: verified` },
    ]);
  });

  it('without one the whole report stands where the run was asked for, and answers to its questions are found there', async () => {
    await using scene = await publishScene({ permissions: { ada: 'write' } });
    const { fake, publisher, github } = scene;
    const commentOn = fake.repository.addIssue();
    const asked = formatQuestionsMark([{ number: 1, text: 'Is it?', blocking: true }]);
    const commentBody = `${asked}\n**Question 1 (blocking):** Is it?`;
    await publisher({ commentOn }).publish({ ...result('unverified', undefined), commentBody });
    expect(fake.comments).toMatchObject([{ number: commentOn, body: `${markOf('unverified')}\n${commentBody}` }]);
    fake.repository.addComment({ number: commentOn, author: 'ada', body: '/ferrule answer 1 It is.' });
    const whom = { github: github(), identity: fake.login, specPath: SPEC.path, mask: (text: string) => text };
    const place = { branch: 'ferrule/login', base: 'main' };
    expect(await readAnswers({ ...whom, place })).toEqual({ kind: 'none' });
    const read = await readAnswers({ ...whom, place: { ...place, askedOn: commentOn } });
    expect(read).toMatchObject({ kind: 'read', isClosed: false, answers: [{ number: 1, text: 'It is.' }] });
  });

  it('it takes the place of what followed the run on the pull request, and makes no comment there otherwise', async () => {
    await using scene = await publishScene();
    const { fake, base, publisher, commitOn } = scene;
    const one = await commitOn(base, 'one');
    await publisher().publish(result('unverified', one));
    expect(fake.comments).toEqual([]);
    fake.repository.addComment({ number: 1, author: fake.login, body: `${markOf('stopped')}\nat work` });
    fake.repository.addComment({ number: 1, author: 'mallory', body: `${markOf('stopped')}\nforged` });
    const published = await publisher().publish(result('verified', await commitOn(one, 'two')));
    expect(published.warnings).toEqual([]);
    expect(fake.comments.map(({ body }) => body.split('\n').slice(1).join('\n'))).toEqual([
      '> The report is the text of this pull request.\n\nAnswer: verified',
      'forged',
    ]);
  });

  it('of somebody else the whole report stands there, and the verdict where the run was asked for', async () => {
    await using scene = await publishScene();
    const { fake, base, publisher, commitOn } = scene;
    const { number } = fake.repository.addPull({ head: 'ferrule/login', author: 'ada' });
    const commentOn = fake.repository.addIssue();
    await publisher({ commentOn }).publish(result('verified', await commitOn(base, 'one')));
    expect(fake.comments).toMatchObject([
      { number, body: expect.stringContaining('Comment: verified') },
      { number: commentOn, body: expect.stringContaining('Answer: verified') },
    ]);
  });
});
