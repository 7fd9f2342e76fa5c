// Several specs in one run of the bundle: a pull request and a folder for each, and outputs that add them up.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { actionScene } from '../support/action-scene.js';
import { toolResults } from '../support/messages-api.js';
import { fleetModel, fleetSpec } from '../support/scripts-fleet.js';
import { briefOf } from '../support/scripts-steps.js';
import { describeProtected } from '../../src/workshop/workshop.js';
import { CRATE, CRATE_WITHOUT_SPEC, SPEC, SPEC_ONLY, UNVERIFIED, VERIFIED, use } from '../support/scripts-greeting.js';

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

describe('what the runs of an invocation go by', () => {
  it('is changed by none of them, and each is told so', async () => {
    await using scene = await actionScene({
      ...CRATE_WITHOUT_SPEC,
      'CLAUDE.md': 'See @docs/style.md\n',
      'docs/style.md': 'Be brief.\n',
      'specs/a.md': fleetSpec('a'),
      'specs/b.md': fleetSpec('b'),
    });
    const others = ['specs/b.md', 'docs/style.md'];
    const writes = others.map((path) => use('write_file', { path, content: 'Ours.\n' }));
    const finish = use('finish', {
      summary: 'Nothing.',
      requirements: [{ id: 'R1', status: 'not-met', code: [], tests: [] }],
    });
    const answers = [{ tool_use: writes }, { tool_use: [finish] }, { tool_use: [finish] }];
    const run = await scene.run({ inputs: { spec: 'specs/*.md' }, answers });
    const [first, second] = run.requests;
    for (const path of describeProtected([], ['specs/a.md', ...others]))
      expect(JSON.stringify(first?.system)).toContain(path);
    const refused = second === undefined ? [] : toolResults(second);
    expect(refused.map(({ text }) => text)).toEqual(others.map((path) => expect.stringContaining(path)));
    for (const { text } of refused) expect(text).toContain('it is a spec, the agent file or a standard of this run');
    expect(await scene.repo.remoteBranches()).toEqual(['main']);
  });
});

describe('specs that depend on others', () => {
  const FLEET = {
    ...CRATE_WITHOUT_SPEC,
    'specs/a.md': fleetSpec('a', ['specs/z.md']),
    'specs/m.md': fleetSpec('m', ['specs/a.md', 'specs/other.md']),
    'specs/other.md': fleetSpec('other'),
    'specs/z.md': fleetSpec('z'),
  };
  const resultsOf = (run: { outputs: Record<string, string> }) =>
    JSON.parse(run.outputs.results ?? '[]') as Record<string, string>[];

  it('run after these, on their branches; one that must wait for a merge says so', async () => {
    await using scene = await actionScene(FLEET);
    const run = await scene.run({ inputs: { spec: 'specs/*.md' }, model: fleetModel });
    expect(run.code).toBe(0);
    expect(resultsOf(run).map(({ spec, outcome }) => `${spec ?? ''} ${outcome ?? ''}`)).toEqual([
      'specs/z.md verified',
      'specs/a.md verified',
      'specs/other.md verified',
      'specs/m.md unchanged',
    ]);
    expect(run.stdout).toContain(
      'Unchanged: It depends on specs/a.md and specs/other.md, verified on branches of their own: all but one have to be merged first; it is taken up when that is done.',
    );
    expect(scene.fake.pulls.map(({ head, base }) => `${head} > ${base}`)).toEqual([
      'ferrule/specs-z > main',
      'ferrule/specs-a > ferrule/specs-z',
      'ferrule/specs-other > main',
    ]);
    expect(run.summary.indexOf('## Ferrule: 4 specs')).toBe(0);
    expect(run.summary).toMatch(/\| \*\*total\*\* \| 3 verified and 1 unchanged \| {2}\| \$[\d.]+ \| 6 \|/);
  });

  it('are started within max-specs, the first ones first', async () => {
    await using scene = await actionScene(FLEET);
    const inputs = { spec: 'specs/*.md', 'max-specs': '1', gates: 'check' };
    const run = await scene.run({ inputs, model: fleetModel });
    expect(resultsOf(run).map(({ spec }) => spec)).toEqual(['specs/z.md', 'specs/m.md']);
    expect(run.stdout).toContain('Left for the next run, as max-specs is 1: specs/a.md, specs/other.md.');
  });

  /** $0.44 an answer. */
  const costly = (request: Parameters<typeof fleetModel>[0]) => ({
    ...fleetModel(request),
    usage: { input_tokens: 10_000, output_tokens: 20_000 },
  });

  it('have what is left of the total as their limit', async () => {
    await using scene = await actionScene(FLEET);
    const inputs = {
      spec: 'specs/z.md\nspecs/other.md',
      'max-total-cost-usd': '3',
      'max-cost-usd': '2.5',
      gates: 'check',
    };
    const run = await scene.run({ inputs, model: costly });
    const limits = run.requests.map((request) => /([\d.]+) USD/.exec(briefOf(request))?.[1]);
    expect([limits[0], limits.at(-1)]).toEqual(['2.5', '2.12']);
  });

  it('are not started once the total is spent, and say so', async () => {
    await using scene = await actionScene(FLEET);
    const inputs = { spec: 'specs/z.md\nspecs/other.md\nspecs/a.md', 'max-total-cost-usd': '0.9', gates: 'check' };
    const run = await scene.run({ inputs, model: costly });
    expect(run.requests).toHaveLength(2);
    expect(resultsOf(run)).toMatchObject([
      { spec: 'specs/z.md', outcome: 'verified', 'cost-usd': '0.88' },
      { spec: 'specs/other.md', outcome: 'stopped', 'stop-reason': 'cost', turns: '0' },
      { spec: 'specs/a.md', outcome: 'stopped', 'stop-reason': 'cost', turns: '0' },
    ]);
    expect(run.code).toBe(1);
    expect(run.errors).toContainEqual(
      expect.stringContaining('Not started: of max-total-cost-usd, $0.90, $0.02 are left.'),
    );
  });
});
