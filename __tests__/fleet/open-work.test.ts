import { expect, it } from '@jest/globals';
import { findProofs, findWork } from '../../src/fleet/fleet.js';
import { SPEC, markOf, publishScene, type PublishScene } from '../support/publish-scene.js';

const LOGIN = { ...SPEC, branch: 'ferrule/login' };
const OURS = 'github-actions[bot]';

async function workOf({ github, git, base }: PublishScene, baseBranch = 'main', more = [] as (typeof LOGIN)[]) {
  const base_ = { commit: base, branch: baseBranch };
  const found = await findWork({ github: github(), git, base: base_, specs: [LOGIN, ...more] });
  if (found.kind === 'failed') throw new Error(found.error.message);
  return found.value.get(SPEC.path);
}
const pull = (outcome: Parameters<typeof markOf>[0], more: object = {}) => ({
  ...{ head: LOGIN.branch, author: OURS, body: `${markOf(outcome)}\nText` },
  ...more,
});

it('a merged pull request of ours proves the text in its mark, also after a squash', async () => {
  await using scene = await publishScene();
  scene.fake.repository.addPull(pull('verified', { state: 'closed', merged: true }));
  expect(await workOf(scene)).toEqual({ kind: 'merged', pullRequest: 1 });
});

it.each([
  ['it is somebody else’s', { author: 'mallory' }],
  ['it ended otherwise', { body: `${markOf('unverified')}\n` }],
  ['the text was another', { body: markOf('verified').replaceAll('ab', 'cd') }],
  ['it was closed', { merged: false }],
  ['it came from a fork', { headRepository: 'mallory/demo' }],
  ['it went to another branch', { base: 'release-1' }],
])('a merged pull request proves nothing when %s', async (_, change) => {
  await using scene = await publishScene();
  scene.fake.repository.addPull(pull('verified', { state: 'closed', merged: true, ...change }));
  expect(await workOf(scene)).toBeUndefined();
});

it('one merged elsewhere counts once its commit is on the base, or its target was merged', async () => {
  await using scene = await publishScene();
  const stacked = pull('verified', { state: 'closed', merged: true, base: 'ferrule/user' });
  const added = scene.fake.repository.addPull(stacked);
  const below = { path: 'specs/user.md', hash: 'cd'.repeat(32), branch: 'ferrule/user' };
  expect(await workOf(scene, 'main', [below])).toBeUndefined();
  scene.fake.repository.addPull({ author: OURS, head: below.branch, state: 'closed', merged: true });
  expect(await workOf(scene, 'main', [below])).toEqual({ kind: 'merged', pullRequest: 1 });
  added.mergeCommit = scene.base;
  expect(await workOf(scene)).toEqual({ kind: 'merged', pullRequest: 1 });
});

it('an open one holds verified work, or work to go on with', async () => {
  await using scene = await publishScene();
  const open = scene.fake.repository.addPull(pull('stopped'));
  expect(await workOf(scene)).toEqual({ kind: 'unfinished', pullRequest: 1, branch: LOGIN.branch });
  open.body = `${markOf('verified')}\n`;
  expect(await workOf(scene)).toEqual({ kind: 'verified', pullRequest: 1, branch: LOGIN.branch, base: 'main' });
});

it('is found on a numbered branch, where a verified one counts before what was left on the first', async () => {
  await using scene = await publishScene();
  scene.fake.repository.addPull(pull('stopped', { head: `${LOGIN.branch}-2` }));
  expect(await workOf(scene)).toEqual({ kind: 'unfinished', pullRequest: 1, branch: `${LOGIN.branch}-2` });
  scene.fake.repository.addPull(pull('unverified'));
  const third = scene.fake.repository.addPull(pull('verified', { head: `${LOGIN.branch}-3` }));
  const found = { pullRequest: 3, branch: `${LOGIN.branch}-3` };
  expect(await workOf(scene)).toEqual({ kind: 'verified', ...found, base: 'main' });
  Object.assign(third, { state: 'closed', merged: true });
  expect(await workOf(scene)).toEqual({ kind: 'merged', pullRequest: 3 });
});

it('branches are asked fifty in a request', async () => {
  await using scene = await publishScene();
  const { github, git, base, fake } = scene;
  const specs = Array.from({ length: 120 }, (_, i) => ({ path: `s${i}`, hash: 'ab'.repeat(32), branch: `b${i}` }));
  await findWork({ github: github(), git, base: { commit: base, branch: 'main' }, specs });
  expect(fake.requests).toHaveLength(8 + 1); // and one for the login behind the token
});

it('commits prove the text whose lines they carry, whatever else the history holds', async () => {
  await using scene = await publishScene();
  const { git, commitOn, base } = scene;
  const lines = (path: string, hash: string) =>
    `Verify\n\nFerrule-Spec: ${path}\nFerrule-Spec-Hash: sha256:${hash}\nFerrule-Outcome: verified`;
  const other = await commitOn(base, lines('specs/other.md', SPEC.hash));
  const own = await commitOn(other, lines(SPEC.path, SPEC.hash));
  const head = await commitOn(own, 'A commit of people');
  const asked = [SPEC, { path: 'specs/none.md', hash: 'cd'.repeat(32) }];
  expect(await findProofs(git, head, asked)).toEqual(new Map([[SPEC.path, own]]));
  expect(await findProofs(git, other, asked)).toEqual(new Map());
});
