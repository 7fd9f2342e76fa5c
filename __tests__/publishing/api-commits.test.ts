// `commit-with: api` through the whole action: GitHub's double makes real objects of its bare repository, whose ids are
// others than those in the runner.
import { describe, expect, it } from '@jest/globals';
import type { ActionScene } from '../support/action-scene.js';
import { actionScene } from '../support/action-scene.js';
import { openPublishJob } from '../support/publish-job.js';
import { CRATE, VERIFIED } from '../support/scripts-greeting.js';
import { step, stepsModel, turnOf } from '../support/scripts-steps.js';
import { gitIn } from '../support/temp-repo.js';

const BRANCH = 'ferrule/specs-greeting';
const SIGNING = { 'commit-with': 'api' };

/** Id and subject of the branch's commits, oldest first; each must bear a signature. */
async function signedLine({ repo }: ActionScene): Promise<{ id: string; subject: string }[]> {
  const log = await gitIn(repo.origin, 'log', '--reverse', '--format=%H %s', BRANCH, '^main');
  const line = log
    .trim()
    .split('\n')
    .map((entry) => ({ id: entry.slice(0, 40), subject: entry.slice(41) }));
  for (const { id } of line) expect(await gitIn(repo.origin, 'cat-file', 'commit', id)).toContain('\ngpgsig ');
  return line;
}

const SUBJECTS = [
  'Greet by name with greet',
  'Greet everybody with greet',
  expect.stringMatching(/^Verify the implementation/),
];

describe('a run whose commits GitHub makes', () => {
  it('names them in outputs, record, pull request and page by the ids they have there', async () => {
    await using scene = await actionScene(CRATE);
    const run = await scene.run({ inputs: SIGNING, model: stepsModel });
    expect(run).toMatchObject({ code: 0, warnings: [], outputs: { outcome: 'verified', branch: BRANCH } });
    const line = await signedLine(scene);
    expect(line.map(({ subject }) => subject)).toEqual(SUBJECTS);
    const [first, second, head] = line.map(({ id }) => id);
    const { record, outputs } = run;
    expect(outputs.commit).toBe(head);
    expect(record.publication.commit).toBe(head);
    expect(record.increments.map(({ commit }) => commit)).toEqual([first, second]);
    expect(record.plans?.at(-1)?.increments.map(({ commit }) => commit)).toEqual([first, second]);
    expect(record.verification).toMatchObject({
      commit: second,
      tree: (await gitIn(scene.repo.origin, 'rev-parse', `${BRANCH}^{tree}`)).trim(),
    });
    expect(record.reproduce[0]).toBe(`git checkout ${head ?? ''}`);
    expect(scene.fake.pulls[0]?.body).toContain(`git checkout ${head ?? ''}`);
    expect(scene.fake.pulls[0]).toMatchObject({ draft: false });

    const again = await scene.run({ inputs: SIGNING });
    expect(again).toMatchObject({ code: 0, requests: [], outputs: { outcome: 'unchanged' } });
  });

  it('and that was killed is finished by its post step, and taken up by the next run', async () => {
    await using scene = await actionScene(CRATE);
    let kill: () => void = () => undefined;
    const killed = await scene.run({
      inputs: SIGNING,
      started: (send) => void (kill = () => send('SIGKILL')),
      model: (request) => {
        if (turnOf(request) === 0) return step('R1');
        kill();
        return { fault: 'hang' };
      },
    });
    const increment = await scene.repo.remoteHead(BRANCH);
    const post = await scene.run({ inputs: SIGNING, state: killed.state });
    expect(post.stdout).toContain('its report is completed now');
    expect(await scene.repo.remoteHead(BRANCH)).toBe(increment);
    expect(scene.fake.pulls).toMatchObject([{ draft: true, head: BRANCH }]);
    expect(scene.fake.pulls[0]?.body).toContain((increment ?? '').slice(0, 7));

    const next = await scene.run({ inputs: SIGNING, model: stepsModel });
    expect(next).toMatchObject({ code: 0, outputs: { outcome: 'verified', turns: '2' } });
    const line = await signedLine(scene);
    expect(line.map(({ subject }) => subject)).toEqual(SUBJECTS);
    expect(line[0]?.id).toBe(increment);
    expect(await scene.repo.remoteBranches()).toEqual([BRANCH, 'main']);
  });

  it('in the second job of two are the same however often that job is run', async () => {
    await using scene = await actionScene(CRATE);
    const implemented = await scene.run({ inputs: { publish: 'none' }, answers: VERIFIED });
    const publish = openPublishJob(scene);
    const published = await publish(implemented.reportDir, SIGNING);
    expect(published).toMatchObject({ code: 0, outputs: { outcome: 'verified', branch: BRANCH } });
    const head = (await signedLine(scene)).at(-1)?.id;
    expect(published.outputs.commit).toBe(head);
    expect(scene.fake.pulls[0]?.body).toContain(`git checkout ${head ?? ''}`);
    expect(await publish(implemented.reportDir, SIGNING)).toMatchObject({ code: 0, outputs: { commit: head } });
    expect(await scene.repo.remoteBranches()).toEqual([BRANCH, 'main']);
    expect(scene.fake.pulls).toHaveLength(1);
  });

  it('says in a warning that they are unsigned where the token’s kind cannot sign', async () => {
    await using scene = await actionScene(CRATE, { signs: false, login: 'octocat' });
    const run = await scene.run({ inputs: SIGNING, answers: VERIFIED });
    expect(run).toMatchObject({ code: 0, outputs: { outcome: 'verified', branch: BRANCH } });
    expect(run.warnings).toEqual([expect.stringContaining('GitHub did not sign the commits (reason: unsigned)')]);
    expect(run.record.publication.warnings).toEqual(run.warnings);
  });
});
