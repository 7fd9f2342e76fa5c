import { describe, expect, it } from '@jest/globals';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { UserError } from '../../src/errors.js';
import { chooseKind, ciNote } from '../../src/publish/publish.js';
import { startGitServer } from '../support/git-server.js';
import { markOf, publishScene, result } from '../support/publish-scene.js';

describe('chooseKind', () => {
  const local = { kind: 'local' as const };
  const dispatch = { kind: 'github' as const };
  const own = { kind: 'github' as const, pullRequest: { sameRepository: true } };
  const fork = { kind: 'github' as const, pullRequest: { sameRepository: false } };
  it.each([
    ['a pull request of the same repository', own, 'commit'],
    ['a pull request of a fork', fork, 'pull-request'],
    ['any other event', dispatch, 'pull-request'],
    ['a run outside GitHub', local, 'none'],
  ] as const)('takes auto on %s for the right kind', (_, context, kind) => {
    expect(chooseKind({ publish: 'auto', context })).toBe(kind);
  });
  it('does what was asked for otherwise', () => {
    expect(chooseKind({ publish: 'comment', context: own })).toBe('comment');
    expect(chooseKind({ publish: 'pull-request', context: local })).toBe('pull-request');
  });
});

describe('commit', () => {
  it('moves its target only when verified, and reports on the pull request of the event', async () => {
    await using scene = await publishScene();
    const { repo, fake, base, publisher, commitOn } = scene;
    const { number } = fake.repository.addPull({ head: 'main', base: 'trunk' });
    const one = await commitOn(base, 'one');
    expect(
      await publisher({ kind: 'commit', target: 'main', commentOn: number }).publish(result('unverified', one)),
    ).toMatchObject({
      branch: 'ferrule/login',
      commit: one,
    });
    expect(await repo.remoteHead('main')).toBe(base);
    const published = await publisher({ kind: 'commit', target: 'main', commentOn: number }).publish(
      result('verified', one),
    );
    expect(published).toMatchObject({ kind: 'commit', branch: 'main', commit: one, warnings: [] });
    expect(await repo.remoteHead('main')).toBe(one);
    expect(fake.comments).toMatchObject([{ number, body: `${markOf('verified')}\nComment: verified` }]);
    expect(published.comment?.url).toContain('#issuecomment-');
  });

  it('leaves a target alone that has moved on meanwhile, and says where the result is', async () => {
    await using scene = await publishScene();
    const { repo, base, publisher, commitOn } = scene;
    const one = await commitOn(base, 'one');
    const theirs = await repo.commit({ 'b.txt': 'b' }, 'Theirs');
    const published = await publisher({ kind: 'commit', target: 'main' }).publish(result('verified', one));
    expect(await repo.remoteHead('main')).toBe(theirs);
    expect(published).toMatchObject({ branch: 'ferrule/login', commit: one });
    expect(published.warnings.join()).toContain("The verified result is on 'ferrule/login'");
    expect((await publisher({ kind: 'commit', target: 'main' }).preflight()).join()).toContain('has moved on');
  });
});

describe('a target that has moved since the run started', () => {
  it('is not moved back to commits that were taken away from it', async () => {
    await using scene = await publishScene();
    const { repo, fake, base, publisher, commitOn } = scene;
    const { number } = fake.repository.addPull({ head: 'main', base: 'trunk' });
    const pinned = await repo.commit({ 'b.txt': 'b' }, 'To be dropped');
    const work = await commitOn(pinned, 'one');
    await repo.git('push', '--quiet', '--force', 'origin', `${base}:main`);
    const commit = publisher({ kind: 'commit', target: 'main', commentOn: number, baseCommit: pinned });
    const published = await commit.publish(result('verified', work));
    expect([await repo.remoteHead('main'), await repo.remoteHead('ferrule/login')]).toEqual([base, work]);
    const note = `Branch 'main' has moved from ${pinned.slice(0, 12)}, where this run started, to ${base.slice(0, 12)}; it was left there. The verified result is on 'ferrule/login'.`;
    expect(published).toMatchObject({ branch: 'ferrule/login', warnings: [note] });
    expect(fake.comments[0]?.body).toBe(`${markOf('verified')}\n> ${note}\n\nComment: verified`);
  });

  it('by this very result may be published again', async () => {
    await using scene = await publishScene();
    const work = await scene.commitOn(scene.base, 'one');
    const publisher = scene.publisher({ kind: 'commit', target: 'main' });
    await publisher.publish(result('verified', work));
    expect(await publisher.publish(result('verified', work))).toMatchObject({ branch: 'main', warnings: [] });
  });

  it('and is protected is left to GitHub, whose refusal is told', async () => {
    await using scene = await publishScene();
    const { repo, base, publisher, commitOn } = scene;
    const hook =
      '#!/bin/sh\nwhile read old new ref; do [ "$ref" != refs/heads/main ] || { echo "GH006: Protected branch update failed for $ref."; exit 1; }; done\n';
    await writeFile(path.join(repo.origin, 'hooks', 'pre-receive'), hook, { mode: 0o755 });
    const work = await commitOn(base, 'one');
    const published = await publisher({ kind: 'commit', target: 'main' }).publish(result('verified', work));
    expect(await repo.remoteHead('main')).toBe(base);
    expect(published).toMatchObject({ branch: 'ferrule/login', commit: work });
    expect(published.warnings.join()).toMatch(
      /Branch 'main' could not be pushed: .*pre-receive hook declined.*GH006: Protected branch.*\. The verified result is on 'ferrule\/login'\.$/,
    );
  });
});

describe('none', () => {
  it('touches neither the remote nor GitHub', async () => {
    await using scene = await publishScene();
    const { repo, fake, base, publisher, commitOn } = scene;
    const chosen = publisher({ kind: 'none', remote: undefined });
    const commit = await commitOn(base, 'x');
    expect(await chosen.preflight()).toEqual([]);
    expect(await chosen.pushIncrement(commit)).toEqual({ kind: 'not-published' });
    expect(await chosen.publish(result('verified', commit))).toEqual({ kind: 'none', warnings: [] });
    expect(await repo.remoteBranches()).toEqual(['main']);
    expect(fake.requests).toEqual([]);
  });

  it('leaves the work on a branch of the clone it is given, and GitHub alone', async () => {
    await using scene = await publishScene();
    const { repo, fake, base, publisher, commitOn } = scene;
    const chosen = publisher({ kind: 'none', remote: { url: repo.dir } });
    const [one, two] = [await commitOn(base, 'one'), await commitOn(base, 'two')];
    expect(await chosen.pushIncrement(one)).toEqual({ kind: 'pushed' });
    expect(await repo.git('rev-parse', 'ferrule/login')).toBe(one);
    expect(await chosen.publish(result('verified', two))).toEqual({
      kind: 'none',
      branch: 'ferrule/login-2',
      commit: two,
      warnings: [
        "Branch 'ferrule/login' holds commits that this run does not build on; the result is on 'ferrule/login-2'.",
      ],
    });
    expect(await repo.git('status', '--porcelain')).toBe('');
    expect(fake.requests).toEqual([]);
  });
});

describe('the pre-flight', () => {
  it('passes without a trace on the remote when all is well', async () => {
    await using scene = await publishScene();
    const { repo, fake, publisher } = scene;
    expect(await publisher().preflight()).toEqual([]);
    expect(await repo.remoteBranches()).toEqual(['main']);
    expect(fake.requests.map(({ method }) => method)).toEqual(['GET', 'GET', 'GET', 'GET']);
  });

  it.each([
    ['no remote', { remote: undefined as never }, "no remote 'origin'"],
    ['nothing to comment on', { kind: 'comment' as const }, 'to comment on'],
  ])('is not even reached with %s', async (_, more, text) => {
    await using scene = await publishScene();
    const { publisher } = scene;
    expect(() => publisher(more)).toThrow(UserError);
    expect(() => publisher(more)).toThrow(text);
  });

  it('stops at a remote that cannot be read, without naming its path', async () => {
    await using scene = await publishScene();
    const { repo, publisher } = scene;
    const failure = publisher({ remote: { url: path.join(repo.parent, 'gone.git') } }).preflight();
    await expect(failure).rejects.toThrow(UserError);
    await expect(failure).rejects.not.toThrow(repo.parent);
  });

  it('stops at a token that may read but not push', async () => {
    await using scene = await publishScene();
    const { repo, publisher } = scene;
    await using server = await startGitServer(repo.origin, { mayWrite: () => false });
    const failure = publisher({ remote: { url: server.url, token: 'ghs_x' } }).preflight();
    await expect(failure).rejects.toThrow(UserError);
    await expect(failure).rejects.toThrow(/cannot be pushed: .*'contents: write'/);
  });

  it('stops at a base that the remote does not have, and at a work branch that is the base', async () => {
    await using scene = await publishScene();
    const { publisher } = scene;
    await expect(publisher({ base: 'nowhere' }).preflight()).rejects.toThrow(/no branch 'nowhere'/);
    await expect(publisher({ branch: 'main' }).preflight()).rejects.toThrow(/'main' is also the branch/);
    await expect(publisher({ kind: 'commit', target: 'ferrule/login' }).preflight()).rejects.toThrow(UserError);
  });

  it.each(['pull-request', 'commit'] as const)(
    'of %s stops at a work branch that is the default branch or protected',
    async (kind) => {
      await using scene = await publishScene({ defaultBranch: 'trunk', protectedBranches: ['release'] });
      const { repo, publisher } = scene;
      await repo.git('push', '--quiet', 'origin', 'main:release', 'main:trunk');
      const flight = (branch: string) => publisher({ kind, branch }).preflight();
      await expect(flight('Trunk')).rejects.toThrow(/'Trunk' is the repository's default branch\. Give another name/);
      await expect(flight('release')).rejects.toThrow(/'release' is protected, .*Give another name/);
      expect(await flight('released')).toEqual([]);
      scene.fake.fail({ method: 'GET', path: /branches\/release$/, status: 403 });
      expect(await flight('release')).toEqual([]);
    },
  );

  it('stops at a wrong token and at pull requests that may not be read', async () => {
    await using scene = await publishScene();
    const { fake, github, publisher } = scene;
    await expect(publisher({ github: github('wrong') }).preflight()).rejects.toThrow(/401/);
    fake.fail({ method: 'GET', path: /pulls$/, status: 403 });
    await expect(publisher().preflight()).rejects.toThrow(/'pull-requests: write'/);
    const chosen = publisher({ kind: 'comment', commentOn: 77 });
    await expect(chosen.preflight()).rejects.toThrow(/reading the comments failed with status 404/);
  });

  it('only warns when GitHub itself is unwell', async () => {
    await using scene = await publishScene();
    const { fake, publisher } = scene;
    fake.fail({ method: 'GET', path: /demo$/, status: 503, times: 9 });
    expect((await publisher().preflight()).join()).toContain('503');
  });
});

describe('ciNote', () => {
  it('tells what to do when the workflow token made the push', () => {
    expect(ciNote('github-actions[bot]', 'pull-request')).toMatch(/close and reopen.*empty commit.*GitHub App/s);
    expect(ciNote('github-actions', 'commit')).not.toContain('reopen');
  });
  it('tells that checks start for other tokens, and nothing where nothing was pushed', () => {
    expect(ciNote('my-app[bot]', 'pull-request')).toContain('start as for any push');
    expect(ciNote('github-actions[bot]', 'comment')).toBe('');
    expect(ciNote('github-actions[bot]', 'none')).toBe('');
    expect(ciNote(undefined, 'pull-request')).toBe('');
  });
});

describe('a work branch that is gone', () => {
  it('gives way to the numbered one that the work was begun on, without a word', async () => {
    await using scene = await publishScene();
    const { repo, base, commitOn, publisher } = scene;
    const begun = await commitOn(base, 'one');
    await publisher({ branch: 'ferrule/login-2' }).pushIncrement(begun);
    await repo.git('push', '--quiet', 'origin', 'main:refs/heads/ferrule/login-3');
    const work = await commitOn(begun, 'two');
    const published = await publisher().publish(result('verified', work));
    expect(published).toMatchObject({ branch: 'ferrule/login-2', commit: work, warnings: [] });
    expect(await repo.remoteBranches()).toEqual(['ferrule/login-2', 'ferrule/login-3', 'main']);
  });

  it('is made anew by work that no numbered one holds a part of', async () => {
    await using scene = await publishScene();
    const { repo, base, commitOn, publisher } = scene;
    await publisher({ branch: 'ferrule/login-2' }).pushIncrement(await commitOn(base, 'other'));
    await repo.git('push', '--quiet', 'origin', 'main:refs/heads/ferrule/login-3');
    await publisher().pushIncrement(await commitOn(base, 'one'));
    expect(await repo.remoteBranches()).toEqual(['ferrule/login', 'ferrule/login-2', 'ferrule/login-3', 'main']);
  });
});
