// A secret in anything that a publisher would send: then nothing is sent at all.
import { describe, expect, it } from '@jest/globals';
import { Outlet } from '../../src/platform/outlet.js';
import { publishScene, result } from '../support/publish-scene.js';
import { LINE_FORMS } from '../support/secret-forms.js';

const KEY = 'sk-ant-api03-Zq7Rw2LmX9bVt4KcPe81HdYsJ0fNuGaTi5oQkW3rBxEz6MvCgAhDp8SyUlIjFn2OeR7t4wYqLs9XbKmVcPzA1hGdJ0AA';

function refusing() {
  const outlet = new Outlet(() => undefined);
  outlet.keep({ name: 'the key', value: KEY });
  return outlet.refusal;
}

describe('nothing is pushed, opened or written when the secret is', () => {
  it.each(LINE_FORMS)('in a file of the commits, %s', async (_form, write) => {
    await using scene = await publishScene();
    const publisher = scene.publisher({ refusal: refusing() });
    const commit = await scene.commitOn(scene.base, `let k = "${write(KEY)}";`);
    expect(await publisher.pushIncrement(commit)).toEqual({ kind: 'not-published' });
    const published = await publisher.publish(result('verified', commit));
    expect(published).toEqual({ kind: 'pull-request', warnings: [expect.stringContaining('Nothing was published')] });
    expect(await scene.repo.remoteHead('ferrule/login')).toBeUndefined();
    expect(scene.fake.requests.filter(({ method }) => method !== 'GET')).toEqual([]);
  });

  it('only in an earlier commit of the series, which the next one took back', async () => {
    await using scene = await publishScene();
    const leak = await scene.commitOn(scene.base, KEY);
    const clean = await scene.commitOn(leak, 'nothing to see');
    const published = await scene.publisher({ refusal: refusing() }).publish(result('verified', clean));
    expect(published.warnings).toEqual([expect.stringContaining('was about to be published in the commits')]);
    expect(await scene.repo.remoteHead('ferrule/login')).toBeUndefined();
  });

  it('in a message', async () => {
    await using scene = await publishScene();
    const tree = await scene.git.writeTree(scene.base, []);
    const author = { name: 'Ferrule', email: 'ferrule@example.com' };
    const commit = await scene.git.writeCommit({ tree, parent: scene.base, message: `Use ${KEY}\n`, author });
    const publisher = scene.publisher({ refusal: refusing() });
    expect(await publisher.pushIncrement(commit)).toEqual({ kind: 'not-published' });
    expect(await scene.repo.remoteHead('ferrule/login')).toBeUndefined();
  });

  it('in the name of a file', async () => {
    await using scene = await publishScene();
    const content = { oid: await scene.git.writeBlob(Buffer.from('x')), mode: '100644' };
    const tree = await scene.git.writeTree(scene.base, [{ path: `src/${KEY}.rs`, content }]);
    const author = { name: 'Ferrule', email: 'ferrule@example.com' };
    const commit = await scene.git.writeCommit({ tree, parent: scene.base, message: 'Add it\n', author });
    expect(await scene.publisher({ refusal: refusing() }).pushIncrement(commit)).toEqual({ kind: 'not-published' });
  });

  it.each(['title', 'body', 'commentBody', 'answerBody'] as const)('in the %s', async (part) => {
    await using scene = await publishScene();
    const commit = await scene.commitOn(scene.base, 'one');
    const request = { ...result('verified', commit), [part]: `see ${KEY}` };
    const published = await scene.publisher({ refusal: refusing() }).publish(request);
    expect(published).toEqual({ kind: 'pull-request', warnings: [expect.stringContaining('nothing was sent')] });
    expect(await scene.repo.remoteHead('ferrule/login')).toBeUndefined();
    expect(scene.fake.requests.filter(({ method }) => method !== 'GET')).toEqual([]);
  });

  it('in the name of the branch', async () => {
    await using scene = await publishScene();
    const commit = await scene.commitOn(scene.base, 'one');
    const publisher = scene.publisher({ refusal: refusing(), branch: `ferrule/${KEY.toLowerCase()}` });
    expect((await publisher.publish(result('verified', commit))).warnings).toEqual([
      expect.stringContaining('in the branch name'),
    ]);
  });

  it('for a clone that keeps the branch to itself as well', async () => {
    await using scene = await publishScene();
    const commit = await scene.commitOn(scene.base, KEY);
    const published = await scene.publisher({ kind: 'none', refusal: refusing() }).publish(result('verified', commit));
    expect(published).toEqual({ kind: 'none', warnings: [expect.stringContaining('nothing was sent')] });
    expect(await scene.repo.remoteHead('ferrule/login')).toBeUndefined();
  });
});

it('work without a secret is published as before', async () => {
  await using scene = await publishScene();
  const publisher = scene.publisher({ refusal: refusing() });
  const commit = await scene.commitOn(scene.base, 'one');
  expect(await publisher.pushIncrement(commit)).toEqual({ kind: 'pushed' });
  expect(await publisher.publish(result('verified', commit))).toMatchObject({ commit, warnings: [] });
});
