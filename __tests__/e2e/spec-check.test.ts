// The first step of a run of the bundle: what the spec check says, where, and what becomes of task lists.
import { describe, expect, it } from '@jest/globals';
import { actionScene } from '../support/action-scene.js';
import { CRATE_WITHOUT_SPEC, SPEC, VERIFIED } from '../support/scripts-greeting.js';

const TASKS = `# Tasks

- [ ] T001 Greet by name (R1)
- [ ] T002 Greet everybody
  - [ ] T003 Without a name (R2)
- [x] T004 Agree on the words
- [ ] T005 Announce it
`;
const FOLDER = {
  ...CRATE_WITHOUT_SPEC,
  'specs/001-greeting/spec.md': `${SPEC}\nSee [the plan](planning.md). It must sound [NEEDS CLARIFICATION: how?].\n`,
  'specs/001-greeting/tasks.md': TASKS,
};

describe('the spec check', () => {
  it('puts notices on the lines of the spec and its findings into the report; a dry run ends after it', async () => {
    await using scene = await actionScene(FOLDER);
    const run = await scene.run({ inputs: { spec: 'specs/001-greeting', 'dry-run': 'true' } });
    expect(run).toMatchObject({ code: 0, requests: [], warnings: [], outputs: { outcome: 'unchanged' } });
    expect(run.stdout).toContain('3 requirements (2 by an id of the author, 1 by their wording); 2 remarks');
    const notices = run.stdout.match(/^::notice .*/gm) ?? [];
    expect(notices).toEqual([
      expect.stringMatching(/title=Spec check%3A open-point,file=specs\/001-greeting\/spec\.md,line=6::/),
      expect.stringMatching(
        /title=Spec check%3A dangling-link,file=.*,line=6::The link 'planning\.md' leads to nothing/,
      ),
    ]);
    expect(run.record.specCheck).toMatchObject([
      { rule: 'open-point', requirement: 'greeting.1' },
      { rule: 'dangling-link', file: 'specs/001-greeting/spec.md', line: 6 },
    ]);
  });

  it('never decides; tasks are ticked in the pull request by what was proven, and not in the spec', async () => {
    const spec = { 'specs/001-greeting/spec.md': `${SPEC}\nSee [the plan](planning.md).\n` };
    await using scene = await actionScene({ ...FOLDER, ...spec });
    const run = await scene.run({ inputs: { spec: 'specs/001-greeting' }, answers: VERIFIED });
    expect(run).toMatchObject({ code: 0, outputs: { outcome: 'verified', 'requirements-total': '2' } });
    const { body } = scene.fake.pulls[0] ?? { body: '' };
    expect(body.match(/^ *- \[.\] T.*/gm)).toEqual([
      '- [x] T001 Greet by name (R1)',
      '- [x] T002 Greet everybody',
      '  - [x] T003 Without a name (R2)',
      '- [x] T004 Agree on the words',
      '- [ ] T005 Announce it',
    ]);
    expect(body).toContain('Spec check: 1 remark');
    const published = `origin/${run.outputs.branch ?? ''}:specs/001-greeting/tasks.md`;
    await scene.repo.git('fetch', '--quiet', 'origin');
    expect(`${await scene.repo.git('show', published)}\n`).toBe(TASKS);
  });
});
