import { describe, expect, it } from '@jest/globals';
import { listAttempts, readAttempts } from '../../src/publish/publish.js';
import { publishScene, result, SPEC, type PublishScene } from '../support/publish-scene.js';
import { gitIn } from '../support/temp-repo.js';

const REF = `refs/ferrule/attempts/specs-login/${SPEC.hash.slice(0, 16)}`;
const spentOf = (tokens: number) => ({ attempt: { spent: { tokens, costUsd: tokens / 1_000 }, runUrl: 'local' } });

const refsOf = ({ repo }: PublishScene) => gitIn(repo.origin, 'for-each-ref', '--format=%(refname)');
const note = (scene: PublishScene, tokens: number, more = {}) =>
  scene.publisher(more).publish({ ...result('stopped', undefined), ...spentOf(tokens) });

describe('a run that made no commit', () => {
  it('leaves what it spent on a ref of its own, which is no branch, beside those before it', async () => {
    await using scene = await publishScene();
    const { git, repo } = scene;
    const remote = { url: repo.origin };
    const isAttempted = await listAttempts(git, remote);
    expect([isAttempted(SPEC), await readAttempts(git, remote, SPEC)]).toEqual([false, undefined]);

    expect(await note(scene, 1_000)).toMatchObject({ warnings: [] });
    expect(await note(scene, 2_500)).toMatchObject({ warnings: [] });
    expect((await refsOf(scene)).trim().split('\n')).toEqual([REF, 'refs/heads/main']);
    expect((await gitIn(repo.origin, 'rev-list', '--count', REF)).trim()).toBe('2');
    expect(await readAttempts(git, remote, SPEC)).toEqual({ tokens: 2_500, costUsd: 2.5 });
    const now = await listAttempts(git, remote);
    expect([now(SPEC), now({ ...SPEC, hash: 'cd'.repeat(32) })]).toEqual([true, false]);
    expect(scene.fake.pulls).toEqual([]);
  });

  it('is nothing to another spec of the same slug', async () => {
    await using scene = await publishScene();
    await note(scene, 1_000, { spec: { ...SPEC, path: 'specs-login.md' } });
    expect(await readAttempts(scene.git, { url: scene.repo.origin }, SPEC)).toBeUndefined();
  });

  it('leaves nothing where only a comment is to be written', async () => {
    await using scene = await publishScene();
    await note(scene, 1_000, { kind: 'comment', commentOn: scene.fake.repository.addIssue() });
    expect((await refsOf(scene)).trim()).toBe('refs/heads/main');
  });

  it('says so where the remote does not take it', async () => {
    await using scene = await publishScene();
    await gitIn(scene.repo.origin, 'config', 'receive.hideRefs', 'refs/ferrule');
    const { warnings } = await note(scene, 1_000);
    expect(warnings).toEqual([expect.stringMatching(/^The next run will not know what this one spent: .*hidden ref/)]);
  });
});
