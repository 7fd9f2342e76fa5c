import { describe, expect, it } from '@jest/globals';
import { UserError } from '../../src/errors.js';
import { buildCommitMessage, listAttempts, readAttempts } from '../../src/publish/publish.js';
import { publishScene, result, SPEC, type PublishScene } from '../support/publish-scene.js';
import { gitIn } from '../support/temp-repo.js';

const REF = `refs/ferrule/attempts/specs-login/${SPEC.hash.slice(0, 16)}`;
const spendingOf = (tokens: number) => ({ tokens, costUsd: tokens / 1_000 });
const spentOf = (tokens: number) => ({ attempt: { spent: spendingOf(tokens), runUrl: 'local' } });

const refsOf = ({ repo }: PublishScene) => gitIn(repo.origin, 'for-each-ref', '--format=%(refname)');
const note = (scene: PublishScene, tokens: number, more = {}) =>
  scene.publisher(more).publish({ ...result('stopped', undefined), ...spentOf(tokens) });

describe('what nothing else tells that it was spent', () => {
  it('is noted on a ref of its own, which is no branch, after the notes before it', async () => {
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

  it('is never noted lower than before: a run that started afresh has not seen the rest', async () => {
    await using scene = await publishScene();
    for (const tokens of [2_500, 1_000]) await note(scene, tokens);
    expect(await readAttempts(scene.git, { url: scene.repo.origin }, SPEC)).toEqual(spendingOf(2_500));
  });

  it.each([
    ['more than the pushed commit tells', 2_500, spendingOf(2_500)],
    ['no more than that', 1_000, undefined],
  ])('is noted beside a branch without a pull request where it is %s', async (_, tokens, noted) => {
    await using scene = await publishScene();
    scene.fake.fail({ method: 'POST', path: /\/pulls$/, status: 403, body: { message: 'not permitted' } });
    const message = { subject: 'Work', spec: SPEC, requirements: [], runUrl: 'local', spent: spendingOf(1_000) };
    const head = await scene.commitOn(scene.base, 'new', buildCommitMessage(message));
    const published = await scene.publisher().publish({ ...result('unverified', head), ...spentOf(tokens) });
    expect(published.commit).toBe(head);
    expect(await readAttempts(scene.git, { url: scene.repo.origin }, SPEC)).toEqual(noted);
  });

  it('is not noted where the text of a pull request tells it', async () => {
    await using scene = await publishScene();
    const head = await scene.commitOn(scene.base, 'new');
    await scene.publisher().publish({ ...result('unverified', head), ...spentOf(1_000) });
    expect(scene.fake.pulls).toHaveLength(1);
    expect(await readAttempts(scene.git, { url: scene.repo.origin }, SPEC)).toBeUndefined();
  });

  it('that cannot be read ends the run before it spends, in one sentence', async () => {
    await using scene = await publishScene();
    const reading = readAttempts(scene.git, { url: `${scene.repo.origin}-gone` }, SPEC);
    await expect(reading).rejects.toThrow(UserError);
    await expect(reading).rejects.toThrow(
      /^What earlier runs spent is unknown: The remote[^\n\0]*\. Nothing was spent\. Run again/,
    );
  });

  it('is nothing to another spec of the same slug', async () => {
    await using scene = await publishScene();
    await note(scene, 1_000, { spec: { ...SPEC, path: 'specs-login.md' } });
    expect(await readAttempts(scene.git, { url: scene.repo.origin }, SPEC)).toBeUndefined();
  });

  it('is not noted where only a comment is to be written', async () => {
    await using scene = await publishScene();
    await note(scene, 1_000, { kind: 'comment', commentOn: scene.fake.repository.addIssue() });
    expect((await refsOf(scene)).trim()).toBe('refs/heads/main');
  });

  it('is warned about where the remote does not take the note', async () => {
    await using scene = await publishScene();
    await gitIn(scene.repo.origin, 'config', 'receive.hideRefs', 'refs/ferrule');
    const { warnings } = await note(scene, 1_000);
    expect(warnings).toEqual([expect.stringMatching(/^The next run will not know what this one spent: .*hidden ref/)]);
  });
});
