// A run after one whose work people took: a branch that was merged by a squash is still there and history does not tell.
// The bundle, a real remote, a scripted model.
import { describe, expect, it } from '@jest/globals';
import { cp } from 'node:fs/promises';
import path from 'node:path';
import type { ActionScene, SceneResult } from '../support/action-scene.js';
import { actionScene } from '../support/action-scene.js';
import type { ScriptedAnswer } from '../support/messages-api.js';
import { CRATE, REFUSING, SPEC, UNVERIFIED, VERIFIED, finishGreeting, use } from '../support/scripts-greeting.js';
import { gitIn } from '../support/temp-repo.js';

const BRANCH = 'ferrule/specs-greeting';
const OTHER_TEXT = { 'specs/greeting.md': SPEC.replace('return `Hello!`', 'return exactly `Hello!`') };

/** Merges a branch as the button "Squash and merge" does, which leaves the branch where it is. @returns its tip */
async function squash({ repo, fake }: ActionScene, branch = BRANCH): Promise<string> {
  await repo.git('fetch', '--quiet', 'origin', branch);
  const tip = await repo.git('rev-parse', 'FETCH_HEAD');
  await repo.git('merge', '--quiet', '--squash', 'FETCH_HEAD');
  await repo.git('commit', '--quiet', '-m', 'Greet');
  await repo.git('push', '--quiet', 'origin', 'main');
  const pull = fake.pulls.find(({ head }) => head === branch);
  Object.assign(pull ?? {}, { state: 'closed', merged: true, headCommit: tip });
  return tip;
}

/** Somebody works on what was merged. */
async function rework({ repo }: ActionScene): Promise<void> {
  const library = await gitIn(repo.dir, 'show', 'main:src/lib.rs');
  await repo.commit(
    { 'src/lib.rs': library.replace('format!("Hello, {name}!")', 'format!("Hello, {}!", name)') },
    'Rework',
  );
}

/** An increment on a base that greets already. */
const REWORD: ScriptedAnswer = {
  tool_use: [
    use('plan', { increments: [{ title: 'Greet everybody', requirements: ['R2'] }] }),
    use('read_file', { path: 'src/lib.rs' }),
    use('edit_file', {
      path: 'src/lib.rs',
      edits: [{ old_text: '/// Greets `name`', new_text: '/// Greets by `name`' }],
    }),
    use('complete_increment', { title: 'Greet everybody', commit_message: 'Greet everybody' }),
  ],
};

const spentIn = ({ outputs }: SceneResult) => Number(outputs['input-tokens']) + Number(outputs['output-tokens']);

describe('a branch that was merged by a squash and still exists', () => {
  it('is no ground for the work on a changed spec, which starts from the base and can be merged there', async () => {
    await using scene = await actionScene(CRATE);
    const { repo, fake } = scene;
    expect(await scene.run({ answers: VERIFIED })).toMatchObject({ outputs: { outcome: 'verified' } });
    const merged = await squash(scene);
    await rework(scene);
    await repo.commit(OTHER_TEXT, 'R2');
    const next = await scene.run({ answers: [REWORD, finishGreeting()] });
    expect(next).toMatchObject({ code: 0, outputs: { outcome: 'verified', branch: `${BRANCH}-2` } });
    expect(next.stdout).toContain(`Branch ${BRANCH} was merged by pull request #1: nothing goes on from it.`);
    expect(await repo.remoteHead(BRANCH)).toBe(merged);
    const base = await repo.remoteHead('main');
    expect((await gitIn(repo.origin, 'merge-base', 'main', `${BRANCH}-2`)).trim()).toBe(base);
    expect(fake.pulls).toMatchObject([{ state: 'closed' }, { head: `${BRANCH}-2`, state: 'open' }]);
  });

  it('leaves what was spent on the same text of the spec counted', async () => {
    await using scene = await actionScene(CRATE);
    const first = await scene.run({ answers: UNVERIFIED });
    await squash(scene);
    const [pull] = scene.fake.pulls;
    const next = await scene.run({ inputs: { 'max-tokens': String(spentIn(first)) } });
    expect(next).toMatchObject({ requests: [], outputs: { 'stop-reason': 'tokens' } });
    expect(next.record.usage.earlier?.tokens).toBe(spentIn(first));
    expect(pull?.body).toContain(`tokens=${spentIn(first)} `);
  });

  it('is gone on from when somebody has added to it since', async () => {
    await using scene = await actionScene(CRATE);
    const { repo } = scene;
    await scene.run({ answers: UNVERIFIED });
    await squash(scene);
    await repo.git('checkout', '--quiet', '--detach', 'FETCH_HEAD');
    await repo.git('commit', '--quiet', '--allow-empty', '-m', 'By hand');
    await repo.git('push', '--quiet', 'origin', `HEAD:refs/heads/${BRANCH}`);
    await repo.git('checkout', '--quiet', 'main');
    const next = await scene.run({ answers: [finishGreeting()] });
    expect(next).toMatchObject({ code: 0, outputs: { outcome: 'verified', branch: BRANCH } });
  });

  it('is nothing to do again for the text that it is verified for, whoever opened the pull request', async () => {
    await using scene = await actionScene(CRATE);
    scene.fake.fail({ method: 'POST', path: /\/pulls$/, status: 403 });
    await scene.run({ answers: VERIFIED });
    scene.fake.repository.addPull({ head: BRANCH, author: 'octocat' });
    await squash(scene);
    expect(await scene.run()).toMatchObject({ code: 0, outputs: { outcome: 'unchanged', turns: '0' } });
    expect(scene.fake.pulls).toHaveLength(1);
  });

  it('is no ground for the work either where a folder holds it', async () => {
    await using scene = await actionScene(CRATE);
    const first = await scene.run({ answers: UNVERIFIED });
    await cp(first.reportDir, path.join(scene.repo.dir, 'earlier'), { recursive: true });
    await squash(scene);
    await rework(scene);
    const next = await scene.run({ inputs: { 'resume-from': 'earlier' }, answers: REFUSING });
    expect(next.stdout).toContain("Pull request #1 has merged all of what 'resume-from' holds");
    expect(next.record.usage.earlier?.tokens).toBe(spentIn(first));
    expect(await scene.repo.remoteBranches()).toEqual([BRANCH, 'main']);
  });

  it('gives way to a numbered one as often as it is merged, and work on that is found', async () => {
    await using scene = await actionScene(CRATE);
    const { repo, fake } = scene;
    await scene.run({ answers: UNVERIFIED });
    await squash(scene);
    // Two more texts of the spec, each merged in the same way: their branches are still there too.
    const tip = await repo.remoteHead(BRANCH);
    for (const number of [2, 3]) {
      const branch = `${BRANCH}-${number}`;
      await repo.git('push', '--quiet', 'origin', `${tip}:refs/heads/${branch}`);
      fake.repository.addPull({ head: branch, state: 'closed', merged: true, headCommit: String(tip) });
    }
    await repo.commit(OTHER_TEXT, 'R2');
    const first = await scene.run({ answers: [REWORD, ...REFUSING] });
    expect(first).toMatchObject({ outputs: { branch: `${BRANCH}-4` } });
    const next = await scene.run({ answers: [finishGreeting()] });
    expect(next).toMatchObject({ code: 0, outputs: { outcome: 'verified', branch: `${BRANCH}-4` } });
    expect(next.record.increments).toMatchObject([{ title: 'Greet everybody', earlierRun: true }]);
  });
});
