// A run after one that verified its work and left it on the work branch: what was never offered is offered, and what people
// made of the branch since is not taken for what was verified. The bundle, a real remote, a scripted model.
import { describe, expect, it } from '@jest/globals';
import { actionScene } from '../support/action-scene.js';
import { gitGate } from '../support/git-gate.js';
import { CRATE, CRATE_WITHOUT_SPEC, REFUSING, VERIFIED, finishGreeting } from '../support/scripts-greeting.js';
import { openTopic } from '../support/topic-scene.js';

const BRANCH = 'ferrule/specs-greeting';

describe('a verified branch that was not offered', () => {
  it('is offered by the next run, which spends nothing, and once', async () => {
    await using scene = await actionScene(CRATE);
    const body = { message: 'GitHub Actions is not permitted to create or approve pull requests.' };
    scene.fake.fail({ method: 'POST', path: /\/pulls$/, status: 403, body });
    const first = await scene.run({ answers: VERIFIED });
    expect(first).toMatchObject({ outputs: { outcome: 'verified', branch: BRANCH, 'pull-request-number': '' } });
    const next = await scene.run();
    expect(next).toMatchObject({ code: 0, outputs: { outcome: 'unchanged', 'pull-request-number': '1', turns: '0' } });
    expect(next.record.message).toContain('did not come to offer it, so this one does');
    const offered = { head: BRANCH, draft: false, body: expect.stringContaining('outcome=verified') };
    expect(scene.fake.pulls).toMatchObject([offered]);
    const [pull] = scene.fake.pulls;
    for (const state of ['open', 'closed'] as const) {
      Object.assign(pull ?? {}, { state });
      const { record } = await scene.run();
      expect(record.message).not.toContain('did not come to offer it');
    }
    expect(scene.fake.pulls).toMatchObject([{ ...offered, state: 'closed' }]);
  });

  it('is not offered by a dry run', async () => {
    await using scene = await actionScene(CRATE);
    scene.fake.fail({ method: 'POST', path: /\/pulls$/, status: 403 });
    await scene.run({ answers: VERIFIED });
    await scene.run({ inputs: { 'dry-run': 'true' } });
    expect(scene.fake.pulls).toEqual([]);
  });

  it('moves the branch of a pull request that was still to be moved', async () => {
    await using scene = await actionScene(CRATE_WITHOUT_SPEC);
    const topic = await openTopic(scene);
    await using gate = await gitGate(scene.repo.origin, 'topic');
    await gate.set('refuse');
    const first = await scene.run({ ...topic, answers: VERIFIED });
    expect(first).toMatchObject({ outputs: { outcome: 'verified', branch: BRANCH } });
    await gate.set('open');
    const next = await scene.run(topic);
    expect(next).toMatchObject({ code: 0, outputs: { outcome: 'unchanged', branch: 'topic' } });
    expect(await scene.repo.remoteHead('topic')).toBe(first.outputs.commit);
    expect(scene.fake.comments).toMatchObject([{ body: expect.stringContaining('outcome=verified') }]);
  });
});

describe('a verified branch whose target has gone another way', () => {
  it('makes the next run red, which says where the work is, until somebody has merged it', async () => {
    await using scene = await actionScene(CRATE);
    const { repo } = scene;
    const inputs = { publish: 'commit' };
    const gate = await gitGate(repo.origin, 'main');
    await gate.set('refuse');
    expect(await scene.run({ inputs, answers: VERIFIED })).toMatchObject({ outputs: { branch: BRANCH } });
    await gate[Symbol.asyncDispose]();
    const tip = await repo.commit({ 'NOTES.md': 'Theirs.\n' }, 'Theirs');
    const next = await scene.run({ inputs });
    expect(next).toMatchObject({ code: 1, outputs: { outcome: 'refused', turns: '0', branch: BRANCH } });
    expect(next.record.message).toMatch(
      /that is not on 'main', which has moved since\. .* by hand, or set 'resume' to/,
    );
    expect(await repo.remoteHead('main')).toBe(tip);
    await repo.git('fetch', '--quiet', 'origin', BRANCH);
    await repo.git('merge', '--quiet', '--squash', 'FETCH_HEAD');
    await repo.git('commit', '--quiet', '-m', 'Greet');
    await repo.git('push', '--quiet', 'origin', 'main');
    expect(await scene.run({ inputs })).toMatchObject({ code: 0, outputs: { outcome: 'unchanged' } });
  });
});

describe('a verified branch that was rebased by hand', () => {
  it('neither moves the target nor counts as verified: its tree is one that no run has seen', async () => {
    await using scene = await actionScene(CRATE);
    const { repo } = scene;
    const inputs = { publish: 'commit' };
    await using gate = await gitGate(repo.origin, 'main');
    await gate.set('refuse');
    expect(await scene.run({ inputs, answers: VERIFIED })).toMatchObject({ outputs: { outcome: 'verified' } });
    await gate.set('open');
    const library = String(CRATE['src/lib.rs']).replace('Words for people.', 'Words.');
    const moved = await repo.commit({ 'src/lib.rs': library }, 'Shorten');
    await repo.git('fetch', '--quiet', 'origin', BRANCH);
    await repo.git('checkout', '--quiet', '--detach', 'FETCH_HEAD');
    await repo.git('rebase', '--quiet', 'main');
    await repo.git('push', '--quiet', '--force', 'origin', `HEAD:refs/heads/${BRANCH}`);
    await repo.git('checkout', '--quiet', 'main');
    expect((await repo.remoteMessages(BRANCH))[0]).toContain('Ferrule-Outcome: verified');
    const unfinished = await scene.run({ inputs, answers: REFUSING });
    expect(unfinished).toMatchObject({ code: 1, outputs: { outcome: 'unverified', 'stop-reason': 'model-error' } });
    expect(await repo.remoteHead('main')).toBe(moved);
    const verified = await scene.run({ inputs, answers: [finishGreeting()] });
    expect(verified).toMatchObject({ code: 0, outputs: { outcome: 'verified', branch: 'main' } });
  });
});
