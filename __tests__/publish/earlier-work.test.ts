import { describe, expect, it } from '@jest/globals';
import type { CommitMessageRequest } from '../../src/publish/publish.js';
import { UserError } from '../../src/errors.js';
import { openGit } from '../../src/platform/git.js';
import { buildCommitMessage, findEarlierWork } from '../../src/publish/publish.js';
import type { PublishScene } from '../support/publish-scene.js';
import { SPEC, publishScene } from '../support/publish-scene.js';
import { startGitServer } from '../support/git-server.js';
import { gitIn } from '../support/temp-repo.js';

const AUTHOR = { name: 'Ferrule', email: 'ferrule@example.com' };
const BRANCH = 'ferrule/login';
const hashOf = (digit: string) => `sha256:${digit.repeat(64)}`;
const R1 = { id: 'R1', hash: hashOf('1') };
const R2 = { id: 'R2', hash: hashOf('2') };
const NOW = { ...SPEC, requirements: [R1, R2] };

/** `file`: text that the commit changes, which else changes nothing. */
type Said = (Partial<CommitMessageRequest> & { file?: string }) | string;

/** Pushes one commit for each message on the base, and looks at the branch. */
async function findAfter(messages: readonly Said[], spec: typeof NOW = NOW) {
  await using scene = await publishScene();
  await pushed(scene, BRANCH, messages);
  return await find(scene, spec);
}

async function pushed({ repo, git, base }: PublishScene, branch: string, messages: readonly Said[]): Promise<string> {
  let parent = base;
  let tree = await git.treeOf(base);
  for (const said of messages) {
    const { file, ...words } = typeof said === 'string' ? {} : said;
    if (file !== undefined) {
      const content = { oid: await git.writeBlob(Buffer.from(file)), mode: '100644' };
      tree = await git.writeTree(tree, [{ path: 'new.txt', content }]);
    }
    const request = { subject: 'Work', spec: NOW, requirements: [], runUrl: 'local', tree };
    const message = typeof said === 'string' ? said : buildCommitMessage({ ...request, ...words });
    parent = await git.writeCommit({ tree, parent, message, author: AUTHOR });
  }
  await git.setRef('refs/heads/mine', parent);
  await repo.git('fetch', '--quiet', git.dir, 'refs/heads/mine');
  await repo.git('push', '--quiet', 'origin', `FETCH_HEAD:refs/heads/${branch}`);
  return parent;
}

async function find({ git, repo, base: commit }: PublishScene, spec: typeof NOW = NOW, url = repo.origin) {
  const base = { commit, branch: 'main' };
  return (await findEarlierWork({ git, remote: { url }, branch: BRANCH, base, spec })).work;
}

describe('what an earlier run left', () => {
  it('is what its commits serve, by the texts of the requirements they name', async () => {
    const found = await findAfter([{ requirements: ['R1'] }, { requirements: ['R2'] }], {
      ...NOW,
      hash: 'cd'.repeat(32),
      requirements: [R1, { ...R2, hash: hashOf('9') }],
    });
    expect(found).toMatchObject({ served: ['R1'], stale: ['R2'], spent: undefined, planned: undefined });
  });

  it('knows a requirement again that got another id', async () => {
    const renumbered = { ...NOW, hash: 'cd'.repeat(32), requirements: [{ ...R2, id: 'R7' }, R1] };
    expect(await findAfter([{ requirements: ['R2'] }], renumbered)).toMatchObject({ served: ['R7'], stale: [] });
  });

  it('is no longer stale when a later commit serves the present text', async () => {
    const before = { ...NOW, hash: 'cd'.repeat(32), requirements: [{ ...R1, hash: hashOf('9') }] };
    const messages = [{ spec: before, requirements: ['R1'] }, { requirements: ['R1'] }];
    expect(await findAfter(messages)).toMatchObject({ served: ['R1'], stale: [] });
  });

  it('goes by the ids alone where a commit does not tell the texts, if the spec is the same', async () => {
    const untold = { requirements: ['R1'], spec: SPEC };
    expect(await findAfter([untold])).toMatchObject({ served: ['R1'], stale: [] });
    const changed = { ...NOW, hash: 'cd'.repeat(32) };
    expect(await findAfter([untold], changed)).toMatchObject({ served: [], stale: ['R1'] });
  });

  it('is what was spent and planned at the last commit on this text of the spec', async () => {
    const other = { ...SPEC, hash: 'cd'.repeat(32) };
    const found = await findAfter([
      { spent: { tokens: 100, costUsd: 0.1 }, planned: [{ title: 'Old', requirements: [] }] },
      { spent: { tokens: 250, costUsd: 0.2 }, planned: [{ title: 'Log out', requirements: ['R2'] }] },
      { spec: other, spent: { tokens: 999, costUsd: 9 } },
      'By hand\n\nFerrule-Spec: specs/other.md\nFerrule-Spent: 777 tokens\n',
    ]);
    expect(found).toMatchObject({ spent: { tokens: 250, costUsd: 0.2 }, planned: 'Log out (R2)', isVerified: false });
  });

  it.each(['-5 tokens', '1e9 tokens', '5 tokens, x USD', 'all'])('is not what somebody typed: %s', async (value) => {
    const typed = `Work\n\nFerrule-Spec: ${SPEC.path}\nFerrule-Spec-Hash: sha256:${SPEC.hash}\nFerrule-Spent: ${value}\n`;
    expect((await findAfter([typed]))?.spent).toBeUndefined();
  });

  it('is its commits that changed files, the oldest first, whatever text of the spec they were made for', async () => {
    await using scene = await publishScene();
    const { git, base } = scene;
    const before = { ...NOW, hash: 'cd'.repeat(32) };
    const ours = await pushed(scene, BRANCH, [
      { subject: 'Add login', requirements: ['R1'], spec: before, file: 'login' },
      'By hand\n',
      { subject: 'Add logout', file: 'login and logout' },
      { subject: 'Verify the implementation', outcome: 'verified' },
    ]);
    const [, logout, , login] = await git.messages(ours, { exclude: base, max: 9 });
    const wanted = [
      { title: 'Add login', commit: login?.commit, requirements: ['R1'] },
      { title: 'Add logout', commit: logout?.commit, requirements: [] },
    ];
    expect(await find(scene)).toMatchObject({ increments: wanted, isVerified: true });
  });

  it('is verified only while nobody has added a commit', async () => {
    const verified = { outcome: 'verified' as const };
    expect(await findAfter([verified])).toMatchObject({ isVerified: true });
    expect(await findAfter([verified, 'By hand\n'])).toMatchObject({ isVerified: false });
  });

  it('is not verified where the message stands on another tree than it names, or names none', async () => {
    const outcome = 'verified' as const;
    expect(await findAfter([{ outcome, tree: 'ab'.repeat(20) }])).toMatchObject({ isVerified: false });
    const unnamed = buildCommitMessage({ subject: 'Work', spec: NOW, requirements: [], runUrl: 'local', outcome });
    expect(await findAfter([unnamed])).toMatchObject({ isVerified: false });
  });

  it('is looked for on the numbered branches while those before are others’', async () => {
    await using scene = await publishScene();
    await pushed(scene, BRANCH, ['By hand\n']);
    expect(await find(scene)).toBeUndefined();
    const ours = await pushed(scene, `${BRANCH}-2`, [{ requirements: ['R1'] }]);
    expect(await find(scene)).toMatchObject({ branch: `${BRANCH}-2`, commit: ours, mergeBase: scene.base });
  });

  it('is found on a numbered branch when those before it are gone', async () => {
    await using scene = await publishScene();
    const ours = await pushed(scene, `${BRANCH}-3`, [{ requirements: ['R1'] }]);
    expect(await find(scene)).toMatchObject({ branch: `${BRANCH}-3`, commit: ours });
  });

  it('is nothing to go on from once a pull request has merged exactly that, unless it is all that is wanted', async () => {
    await using scene = await publishScene();
    const { git, repo, fake } = scene;
    const request = { git, remote: { url: repo.origin }, github: scene.github(), branch: BRANCH, spec: NOW };
    const findMerged = () => findEarlierWork({ ...request, base: { commit: scene.base, branch: 'main' } });
    const merge = (head: string, headCommit: string) =>
      fake.repository.addPull({ head, headCommit, state: 'closed', merged: true });
    merge(BRANCH, await pushed(scene, BRANCH, [{ requirements: ['R1'] }]));
    merge(`${BRANCH}-2`, await pushed(scene, `${BRANCH}-2`, [{ requirements: ['R2'] }]));
    const merged = [
      { branch: `${BRANCH}-2`, mergedBy: 2 },
      { branch: BRANCH, mergedBy: 1 },
    ];
    expect(await findMerged()).toMatchObject({ work: undefined, merged });
    await pushed(scene, `${BRANCH}-5`, [{ requirements: ['R1'] }]);
    expect(await findMerged()).toMatchObject({ work: { branch: `${BRANCH}-5` }, merged });
    const done = await pushed(scene, `${BRANCH}-3`, [{ outcome: 'verified' }]);
    merge(`${BRANCH}-3`, done);
    expect(await findMerged()).toMatchObject({ work: { commit: done, isVerified: true, mergedBy: 3 } });
  });

  const spent = (tokens: number): Said => ({ spent: { tokens, costUsd: undefined } });
  it.each<[string, Said[], Said[]]>([
    ['verified', [spent(900)], [spent(100), { outcome: 'verified' }]],
    ['further by what was spent', [spent(100), 'By hand\n'], [spent(100), spent(200)]],
    ['further by what it serves', [{ requirements: ['R1'] }], [{ requirements: ['R1', 'R2'] }]],
  ])('is on the numbered branch when that is %s', async (_, first, second) => {
    await using scene = await publishScene();
    await pushed(scene, BRANCH, first);
    await pushed(scene, `${BRANCH}-2`, second);
    expect(await find(scene)).toMatchObject({ branch: `${BRANCH}-2` });
    await pushed(scene, `${BRANCH}-3`, first);
    expect(await find(scene)).toMatchObject({ branch: `${BRANCH}-2` });
  });

  it('is on the first of branches that are equally far', async () => {
    await using scene = await publishScene();
    for (const branch of [BRANCH, `${BRANCH}-2`]) await pushed(scene, branch, [spent(100)]);
    expect(await find(scene)).toMatchObject({ branch: BRANCH });
  });

  it.each([
    ['does not name its branches', 1],
    ['does not give the branch', 2],
  ])('is not taken for nothing when the remote %s', async (_, failing) => {
    await using scene = await publishScene();
    await pushed(scene, BRANCH, [spent(100)]);
    let connections = 0;
    const { repo } = scene;
    await using server = await startGitServer(repo.origin, {
      fault: (url) => (url.includes('info/refs') && ++connections >= failing ? { status: 403 } : undefined),
    });
    const clone = `${repo.parent}/clone`;
    await gitIn(repo.parent, 'clone', '--quiet', '--single-branch', `file://${repo.origin}`, clone);
    const fresh = await openGit(clone, `${repo.parent}/fresh.git`, process.env);
    const failure = await find({ ...scene, git: fresh }, NOW, server.url).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(UserError);
    expect(String(failure)).toMatch(
      /What earlier runs left on branch 'ferrule\/login' is unknown: .* 403\. .*'resume'/,
    );
  });
});
