// Several specs in one run of the bundle: a pull request and a folder for each, and outputs that add them up.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { actionScene } from '../support/action-scene.js';
import { CRATE, SPEC, SPEC_ONLY, UNVERIFIED, VERIFIED } from '../support/scripts-greeting.js';

describe('a glob', () => {
  const farewell = SPEC.replace('# Greeting', '# Farewell');

  it('gives each spec its own pull request, and outputs that add them up', async () => {
    await using scene = await actionScene({ ...CRATE, 'specs/farewell.md': farewell }, { login: 'ada' });
    const inputs = { spec: 'specs/*.md', draft: 'never' };
    const run = await scene.run({ inputs, answers: [...UNVERIFIED, ...VERIFIED] });
    expect(run).toMatchObject({
      code: 1,
      outputs: {
        outcome: 'unverified',
        branch: 'ferrule/specs-farewell',
        turns: '4',
        'tests-passed': '6',
        'requirements-total': '4',
      },
    });
    expect(JSON.parse(run.outputs.results ?? '')).toMatchObject([
      { spec: 'specs/farewell.md', outcome: 'unverified', 'pull-request-number': '1', turns: '2' },
      { spec: 'specs/greeting.md', outcome: 'verified', 'pull-request-number': '2', turns: '2' },
    ]);
    expect(scene.fake.pulls).toMatchObject([
      { title: 'Implement Farewell', head: 'ferrule/specs-farewell', draft: false },
      { title: 'Implement Greeting', head: 'ferrule/specs-greeting', draft: false },
    ]);
    for (const { body } of scene.fake.pulls)
      expect(body).toContain('Checks of this repository start as for any push, because it was made as ada.');
    for (const spec of ['farewell', 'greeting'])
      expect(existsSync(path.join(run.reportDir, `specs-${spec}`, 'report.json'))).toBe(true);
  });

  it('that matches nothing is unchanged, with a warning', async () => {
    await using scene = await actionScene(SPEC_ONLY);
    const run = await scene.run({ inputs: { spec: 'design/**/*.md' } });
    expect(run).toMatchObject({ code: 0, requests: [], outputs: { outcome: 'unchanged', results: '[]' } });
    expect(run.warnings).toEqual(["Input 'spec': 'design/**/*.md' matches no Markdown file of the commit."]);
  });
});
