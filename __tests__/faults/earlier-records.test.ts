// What the reports of later runs tell of earlier ones on the same branch: nothing that a reviewer has to see gets lost.
import { describe, expect, it } from '@jest/globals';
import type { SceneResult } from '../support/action-scene.js';
import { actionScene } from '../support/action-scene.js';
import { CRATE, use } from '../support/scripts-greeting.js';
import { briefOf, step, stepsModel, turnOf } from '../support/scripts-steps.js';

/** The text of the brief that a run was given. */
const briefTo = ({ requests: [first] }: SceneResult) => (first === undefined ? '' : briefOf(first));

describe('what earlier runs built and recorded', () => {
  it('is in the text of each later run: their commits, and the deviation that a reviewer has to see', async () => {
    await using scene = await actionScene(CRATE);
    const text = 'greet has one more argument.';
    const recording = (request: Parameters<typeof stepsModel>[0]) => {
      if (turnOf(request) > 0) return { fault: { status: 400, type: 'invalid_request_error' } };
      const made = step('R1');
      const noted = use('record', { kind: 'deviation', text, requirement: 'R1' });
      return { ...made, tool_use: [noted, ...(made.tool_use ?? [])] };
    };
    await scene.run({ model: recording });
    const inputs = { 'max-turns': '1' };
    const second = await scene.run({ model: stepsModel, inputs });
    expect(briefTo(second)).toContain('What earlier runs recorded about that work');
    expect(briefTo(second)).toContain(text);
    const third = await scene.run({ model: stepsModel, inputs });
    expect(third).toMatchObject({ code: 0, outputs: { outcome: 'verified' } });
    expect(third.record).toMatchObject({
      increments: [
        { title: 'Greet by name with greet', requirements: ['R1'], earlierRun: true },
        { title: 'Greet everybody with greet', requirements: ['R2'], earlierRun: true },
      ],
      records: [{ kind: 'deviation', text, requirement: 'R1', earlierRun: true }],
    });
    const [pull] = scene.fake.pulls;
    for (const { commit } of third.record.increments)
      expect(pull?.body).toMatch(new RegExp(`${commit.slice(0, 7)}.*, by an earlier run`));
    expect(pull?.body).toContain('1 deviation');
    expect(pull?.body).toContain(`**R1:** ${text} (by an earlier run)`);
  });
});
