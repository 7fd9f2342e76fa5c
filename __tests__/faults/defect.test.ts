// A defect of ours in the midst of a run, made from outside by taking away what it writes to: its work and its outputs
// are out all the same, and the other specs run.
import { readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { ActionScene } from '../support/action-scene.js';
import { actionScene } from '../support/action-scene.js';
import type { MessagesRequest, Scripted } from '../support/messages-api.js';
import { fleetModel, fleetSpec, nameIn } from '../support/scripts-fleet.js';
import { CRATE_WITHOUT_SPEC, use } from '../support/scripts-greeting.js';
import { turnOf } from '../support/scripts-steps.js';

const FLEET = {
  ...CRATE_WITHOUT_SPEC,
  'specs/a.md': fleetSpec('a'),
  'specs/b.md': fleetSpec('b'),
  'specs/c.md': fleetSpec('c'),
};

/** The folder of a spec's outputs, while its run is under way. */
function outputsOf({ repo }: ActionScene, slug: string): string {
  const found = readdirSync(path.dirname(repo.dir), { recursive: true, encoding: 'utf8' });
  const outputs = found.find((name) => name.endsWith(`/report/${slug}/outputs`)) ?? '';
  return path.join(path.dirname(repo.dir), outputs);
}

/** Implements each spec; before the second answer about `b` its folder of outputs is gone. */
function outputsBreaker(scene: ActionScene): (request: MessagesRequest) => Scripted {
  return (request) => {
    if (nameIn(request) !== 'b' || turnOf(request) === 0) return fleetModel(request);
    rmSync(outputsOf(scene, 'specs-b'), { recursive: true });
    return { tool_use: [use('cargo', { command: 'check' })] };
  };
}

describe('a defect in the run of one spec of several', () => {
  it('costs neither its outputs and summary nor the runs of the others', async () => {
    await using scene = await actionScene(FLEET);
    const broken = outputsBreaker(scene);
    const run = await scene.run({ inputs: { spec: 'specs/*.md', gates: 'check' }, model: broken });
    expect(run.code).toBe(1);
    expect(run.outputs).toMatchObject({
      ...{ outcome: 'stopped', 'stop-reason': 'defect', branch: 'ferrule/specs-b' },
      ...{ 'pull-request-number': '2', turns: '6', 'cost-usd': expect.stringMatching(/^0\.\d+$/) },
    });
    expect(JSON.parse(run.outputs.results ?? '')).toMatchObject([
      { spec: 'specs/a.md', outcome: 'verified', 'pull-request-number': '1' },
      { spec: 'specs/b.md', outcome: 'stopped', 'pull-request-number': '2' },
      { spec: 'specs/c.md', outcome: 'verified', 'pull-request-number': '3' },
    ]);
    expect(scene.fake.pulls.map(({ draft }) => draft)).toEqual([false, true, false]);
    expect(run.summary).toContain('## Ferrule: 3 specs');
    expect(run.errors.at(-1)).toMatch(/^Ferrule failed: ENOENT.*This is a defect of Ferrule; please report it/);
    expect(run.stdout.trimEnd()).toMatch(/│ Error: ENOENT[^\n]*$/); // as thrown; with a stack, where it has one
  });
});
