// Whether work and what its target branch got meanwhile can be brought together, and what tree that gives.
import { describe, expect, it } from '@jest/globals';
import { bringTogether, type BroughtTogether } from '../../src/publish/publish.js';
import { publishScene, result, type PublishScene } from '../support/publish-scene.js';
import { gitIn, type Files } from '../support/temp-repo.js';

const AUTHOR = { name: 'Ferrule', email: 'ferrule@example.com' };

/** The work: files over those of the base, `undefined` deletes. */
async function work({ git, base }: PublishScene, files: Readonly<Record<string, string | undefined>>) {
  const changes = await Promise.all(
    Object.entries(files).map(async ([path, text]) => ({
      path,
      content: text === undefined ? undefined : { oid: await git.writeBlob(Buffer.from(text)), mode: '100644' },
    })),
  );
  const tree = await git.writeTree(base, changes);
  return { commit: await git.writeCommit({ tree, parent: base, message: 'Work\n', author: AUTHOR }), tree };
}

async function together(
  scene: PublishScene,
  ours: Readonly<Record<string, string | undefined>>,
  theirs: Files,
): Promise<BroughtTogether> {
  const head = await work(scene, ours);
  if (Object.keys(theirs).length > 0) await scene.repo.commit(theirs, 'Theirs');
  const { git, repo, base: startedOn } = scene;
  return bringTogether({
    ...{ git, startedOn, head, target: 'main' },
    remote: { url: repo.origin },
    reserved: ['specs/login.md'],
  });
}

describe('work on a target that moved', () => {
  it('is laid over what came since where the paths are disjoint', async () => {
    await using scene = await publishScene();
    const found = await together(scene, { 'src/a.rs': 'ours', 'a.txt': undefined }, { 'src/b.rs': 'theirs' });
    const tip = await scene.repo.remoteHead('main');
    expect(found).toMatchObject({ kind: 'together', onto: { commit: tip } });
    const { files } = await scene.git.sourceTree(found.kind === 'together' ? found.tree : '');
    expect(files.map(({ path }) => path)).toEqual(['src/a.rs', 'src/b.rs']);
  });

  it('is in step while nothing came, or nothing that it does not hold', async () => {
    await using scene = await publishScene();
    expect(await together(scene, { 'src/a.rs': 'ours' }, {})).toEqual({ kind: 'in-step' });
  });

  const apart: [string, Record<string, string>, Files, RegExp][] = [
    ['a path of both', { 'a.txt': 'ours' }, { 'a.txt': 'theirs' }, /both change a\.txt\.$/],
    ['their file where we have a folder', { 'src/a.rs': '' }, { src: 'a file' }, /both change src\/a\.rs\.$/],
    ['our file where they have a folder', { src: '' }, { 'src/b.rs': '' }, /both change src\/b\.rs\.$/],
    [
      'manifests of both, also different ones',
      { 'one/Cargo.toml': '' },
      { 'two/Cargo.lock': '' },
      /both change what cargo resolves \(one\/Cargo\.toml, two\/Cargo\.lock\)\.$/,
    ],
    [
      'the spec',
      { 'src/a.rs': '' },
      { 'specs/login.md': '' },
      /it changes specs\/login\.md, by which this run went\.$/,
    ],
    ['the toolchain', { 'src/a.rs': '' }, { 'rust-toolchain.toml': '' }, /it changes rust-toolchain\.toml/],
  ];
  it.each(apart)('stays apart for %s', async (_, ours, theirs, reason) => {
    await using scene = await publishScene();
    const found = await together(scene, ours, theirs);
    expect(found).toEqual({ kind: 'apart', reason: expect.stringMatching(reason) });
  });

  it('goes together with what came before the run was started, though work of an earlier run was left behind it', async () => {
    await using scene = await publishScene();
    const { git, repo } = scene;
    const head = await work(scene, { 'src/a.rs': '' });
    const startedOn = await repo.commit({ 'specs/login.md': '', 'rust-toolchain': 'stable\n' }, 'Before the start');
    await git.resolve(startedOn);
    const remote = { url: repo.origin };
    const request = { git, remote, target: 'main', startedOn, head, reserved: ['specs/login.md'] };
    expect(await bringTogether(request)).toMatchObject({ kind: 'together', onto: { commit: startedOn } });
    await repo.commit({ 'a.txt': '' }, 'Since');
    expect(await bringTogether(request)).toMatchObject({ kind: 'together' });
    await repo.commit({ 'rust-toolchain': 'beta\n' }, 'Since');
    const reason = expect.stringContaining('it changes rust-toolchain, by which this run went');
    expect(await bringTogether(request)).toEqual({ kind: 'apart', reason });
  });

  it('stays apart from a target that was rewritten, or is gone', async () => {
    await using scene = await publishScene();
    const { repo } = scene;
    await repo.git('checkout', '--quiet', '--orphan', 'other');
    await repo.git('commit', '--quiet', '--allow-empty', '-m', 'Other');
    await repo.git('push', '--quiet', '--force', 'origin', 'other:main');
    const rewritten = await together(scene, { 'src/a.rs': '' }, {});
    expect(rewritten).toMatchObject({ reason: expect.stringContaining('no longer holds the commit') });
    await gitIn(repo.origin, 'update-ref', '-d', 'refs/heads/main');
    const gone = await together(scene, { 'src/a.rs': '' }, {});
    expect(gone).toMatchObject({ reason: "Branch 'main' is no longer on the remote." });
  });
});

describe('a result that was brought together with its target', () => {
  it('moves the target from exactly there', async () => {
    await using scene = await publishScene();
    const { git, repo, base } = scene;
    const ours = await scene.commitOn(base, 'one');
    const theirs = await repo.commit({ 'b.txt': 'b' }, 'Theirs');
    const tree = await git.treeOf(theirs);
    const merge = await git.writeCommit({ tree, parent: ours, mergedIn: theirs, message: 'Merge\n', author: AUTHOR });
    const later = await repo.commit({ 'c.txt': 'c' }, 'Later');
    const publisher = scene.publisher({ kind: 'commit', target: 'main' });
    const late = await publisher.publish({ ...result('verified', merge), onto: theirs });
    expect(await repo.remoteHead('main')).toBe(later);
    expect(late.warnings.join()).toContain(`has moved from ${theirs.slice(0, 12)}, where this run followed it, to`);
    await repo.git('push', '--quiet', '--force', 'origin', `${theirs}:main`);
    const published = await publisher.publish({ ...result('verified', merge), onto: theirs });
    expect(published).toMatchObject({ branch: 'main', commit: merge, warnings: [] });
    expect(await repo.remoteHead('main')).toBe(merge);
  });
});
