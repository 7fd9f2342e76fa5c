// Commits made by GitHub: on the double they become real objects of the bare remote, so trees and ids are git's own.
import { describe, expect, it } from '@jest/globals';
import type { Git, TreeChange } from '../../src/platform/git.js';
import type { Publisher, PublisherOptions } from '../../src/publish/publish.js';
import { publishScene, result, type PublishScene } from '../support/publish-scene.js';
import { gitIn } from '../support/temp-repo.js';

const AUTHOR = { name: 'Ferrule', email: 'ferrule@example.com' };
const BRANCH = 'ferrule/login';

type Scene = PublishScene & { api: (more?: Partial<PublisherOptions>) => Publisher };

async function scene(options: Parameters<typeof publishScene>[0] = {}): Promise<Scene> {
  const made = await publishScene(options);
  return Object.assign(made, { api: (more = {}) => made.publisher({ commitWith: 'api', ...more }) });
}

async function blob(git: Git, content: string | Buffer, mode = '100644') {
  return { oid: await git.writeBlob(Buffer.from(content)), mode };
}

async function commitWith(git: Git, parent: string, changes: TreeChange[], message: string): Promise<string> {
  const tree = changes.length === 0 ? await git.treeOf(parent) : await git.writeTree(parent, changes);
  return git.writeCommit({ tree, parent, message, author: AUTHOR });
}

/** `tree subject` of each commit since the base, oldest first. */
async function line(repository: string, head: string, base = 'main'): Promise<string[]> {
  const log = await gitIn(repository, 'log', '--reverse', '--format=%T %s', head, `^${base}`);
  return log.trim().split('\n');
}

const objectRequests = ({ fake }: PublishScene) =>
  fake.requests.filter(({ path, method }) => path.includes('/git/') && method !== 'GET').map(({ path }) => path);

describe('commits made by GitHub', () => {
  it('have the trees, modes and messages of ours, in order, and are signed and named by GitHub', async () => {
    await using made = await scene();
    const { git, repo } = made;
    await repo.commit({ 'run.sh': '#!/bin/sh\n', 'old/gone.txt': 'gone' });
    await repo.git('update-index', '--chmod=+x', 'run.sh');
    await repo.git('commit', '--quiet', '-m', 'Executable');
    await repo.git('push', '--quiet', 'origin', 'main');
    const base = await repo.git('rev-parse', 'HEAD');

    const first = await commitWith(
      git,
      base,
      [
        { path: 'run.sh', content: await blob(git, '#!/bin/sh\necho\n', '100755') },
        { path: 'old/gone.txt', content: undefined },
        { path: 'logo.bin', content: await blob(git, Buffer.from([0, 255, 13, 10, 128])) },
        { path: 'dir/ü.txt', content: await blob(git, 'crlf\r\n') },
      ],
      'First\n\nBody — with words.\n\nFerrule-Spec: specs/login.md\n',
    );
    const second = await commitWith(git, first, [{ path: 'old', content: await blob(git, 'now a file') }], 'Second\n');
    const closing = await commitWith(git, second, [], 'Closing\n\nFerrule-Outcome: verified\n');

    const publisher = made.api({ baseCommit: base });
    expect(await publisher.pushIncrement(first)).toEqual({ kind: 'pushed' });
    expect(await repo.remoteHead(BRANCH)).toBeDefined();
    const ids = await publisher.pushRenamed?.(result('verified', closing));
    const publication = await publisher.publish(result('verified', closing));
    const head = await repo.remoteHead(BRANCH);
    expect(publication).toMatchObject({ branch: BRANCH, commit: head, warnings: [], pullRequest: { number: 1 } });
    expect([...(ids?.keys() ?? [])]).toEqual([first, second, closing]);
    expect(ids?.get(closing)).toBe(head);
    expect(head).not.toBe(closing);

    expect(await line(repo.origin, BRANCH)).toEqual(await line(git.dir, closing, base));
    const listing = await gitIn(repo.origin, 'ls-tree', '-r', BRANCH);
    expect(listing).toMatch(/^100755 blob \w+\trun\.sh$/m);
    const raw = await gitIn(repo.origin, 'cat-file', 'commit', `${BRANCH}~2`);
    expect(raw).toContain('author github-actions[bot]');
    expect(raw).toContain('gpgsig');
    expect(raw).toMatch(/\n\nFirst\n\nBody — with words\.\n\nFerrule-Spec: specs\/login\.md\n$/);
  });

  it('are moved nowhere when GitHub made another tree than the one that was verified', async () => {
    await using made = await scene();
    const { fake, repo, base } = made;
    const other = await made.git.treeOf(base);
    fake.fail({ method: 'POST', path: /\/git\/trees$/, status: 201, body: { sha: other } });
    const publication = await made.api().publish(result('verified', await made.commitOn(base, 'new')));
    expect(publication.commit).toBeUndefined();
    expect(publication.warnings[0]).toMatch(
      new RegExp(`^Branch '${BRANCH}' could not be pushed: GitHub made tree ${other.slice(0, 12)} of commit`),
    );
    expect(await repo.remoteBranches()).toEqual(['main']);
    expect(objectRequests(made)).toEqual(['/repos/octo/demo/git/blobs', '/repos/octo/demo/git/trees']);
  });

  it('that GitHub does not sign are published with one warning that says why', async () => {
    await using made = await scene({ signs: false, login: 'octocat' });
    const first = await made.commitOn(made.base, 'one');
    const publication = await made.api().publish(result('verified', await made.commitOn(first, 'two')));
    expect(publication).toMatchObject({ branch: BRANCH, commit: await made.repo.remoteHead(BRANCH) });
    expect(publication.warnings).toEqual([
      expect.stringMatching(/^GitHub did not sign the commits \(reason: unsigned\).*personal access token\.$/),
    ]);
  });

  it('are known again by another process, which adds only what is missing', async () => {
    await using made = await scene();
    const first = await made.commitOn(made.base, 'one');
    const second = await made.commitOn(first, 'two');
    await made.api().pushIncrement(second);
    const [before, head] = [objectRequests(made).length, await made.repo.remoteHead(BRANCH)];
    const again = made.api();
    expect(await again.publish(result('verified', second))).toMatchObject({ branch: BRANCH, commit: head });
    expect(objectRequests(made)).toHaveLength(before);

    const third = await made.commitOn(second, 'three');
    expect(await made.api().publish(result('verified', third))).toMatchObject({ branch: BRANCH, warnings: [] });
    expect((await line(made.repo.origin, BRANCH)).map((each) => each.slice(41))).toEqual(['one', 'two', 'three']);
    expect(await gitIn(made.repo.origin, 'rev-parse', `${BRANCH}~1`)).toBe(`${head ?? ''}\n`);
  });

  it('never go over somebody else’s, also of the same message', async () => {
    await using made = await scene();
    const { repo } = made;
    await made.api().pushIncrement(await made.commitOn(made.base, 'one'));
    await repo.git('fetch', '--quiet', 'origin', BRANCH);
    await repo.git('checkout', '--quiet', '-b', 'theirs', 'FETCH_HEAD');
    await repo.commit({ 'new.txt': 'mended by hand' }, 'two');
    await repo.git('push', '--quiet', 'origin', `HEAD:refs/heads/${BRANCH}`);
    const theirs = await repo.remoteHead(BRANCH);
    const ours = await made.commitOn(await made.commitOn(made.base, 'one'), 'two');
    const publication = await made.api().publish(result('verified', ours));
    expect(publication).toMatchObject({ branch: `${BRANCH}-2`, commit: await repo.remoteHead(`${BRANCH}-2`) });
    expect(await repo.remoteHead(BRANCH)).toBe(theirs);
  });

  it('move the target branch of kind commit to what is on the work branch', async () => {
    await using made = await scene();
    const publisher = made.api({ kind: 'commit' });
    const publication = await publisher.publish(result('verified', await made.commitOn(made.base, 'one')));
    const head = await made.repo.remoteHead('main');
    expect(publication).toMatchObject({ branch: 'main', commit: head, warnings: [] });
    expect(await made.repo.remoteHead(BRANCH)).toBe(head);
    expect((await line(made.repo.origin, BRANCH)).filter(Boolean)).toEqual([]);
  });

  it.each([
    ['a gateway that fails once', { path: /\/git\/commits$/, status: 502 }],
    ['a branch that was made though the answer was lost', { path: /\/git\/refs$/, status: 502, afterwards: true }],
    ['a conflict at the branch', { path: /\/git\/refs$/, status: 409 }],
  ])('survive %s', async (_, fault) => {
    await using made = await scene();
    made.fake.fail({ method: 'POST', ...fault });
    const commit = await made.commitOn(made.base, 'one');
    expect(await made.api().publish(result('verified', commit))).toMatchObject({ branch: BRANCH, warnings: [] });
    expect(await made.repo.remoteBranches()).toEqual([BRANCH, 'main']);
  });

  it('are tried again on a branch that moved between our look and our move', async () => {
    await using made = await scene();
    const first = await made.commitOn(made.base, 'one');
    await made.api().pushIncrement(first);
    const body = { message: 'Update is not a fast forward' };
    made.fake.fail({ method: 'PATCH', path: /\/git\/refs\//, status: 422, body });
    const second = await made.commitOn(first, 'two');
    expect(await made.api().publish(result('verified', second))).toMatchObject({ branch: BRANCH, warnings: [] });
    expect(await line(made.repo.origin, BRANCH)).toHaveLength(2);
    expect(made.fake.requests.filter(({ method }) => method === 'PATCH')[0]?.body).toMatchObject({ force: false });
  });

  it('that GitHub refuses leave the result unpublished, with its words', async () => {
    await using made = await scene();
    const body = { message: 'Repository rule violations found: Commits must have a ticket' };
    made.fake.fail({ method: 'POST', path: /\/git\/refs$/, status: 422, body });
    const publication = await made.api().publish(result('verified', await made.commitOn(made.base, 'one')));
    expect(publication.commit).toBeUndefined();
    expect(publication.warnings[0]).toMatch(/creating the branch failed with status 422: .*must have a ticket/);
    expect(await made.repo.remoteBranches()).toEqual(['main']);
  });

  it('are not made of anything in which a secret was seen', async () => {
    await using made = await scene();
    const publisher = made.api({ refusal: (what) => (what === 'the commits' ? 'A secret was seen.' : undefined) });
    const leaking = result('verified', await made.commitOn(made.base, 'one'));
    expect(await publisher.pushRenamed?.(leaking)).toEqual(new Map());
    expect(await publisher.publish(leaking)).toEqual({ kind: 'pull-request', warnings: ['A secret was seen.'] });
    expect(objectRequests(made)).toEqual([]);
  });

  it('need GitHub', async () => {
    await using made = await scene();
    expect(() => made.localPublisher({ commitWith: 'api' })).toThrow(/^Input 'commit-with': 'api' needs a repository/);
  });
});
