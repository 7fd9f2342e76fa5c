import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { planOutputs, planWaves } from '../../src/fleet/fleet.js';
import {
  FLEET_REPORT_INPUT_DEFAULTS,
  INPUT_DEFAULTS,
  PLAN_INPUT_DEFAULTS,
  PUBLISH_INPUT_DEFAULTS,
  readFleetReportInputs,
  readInputs,
  readPlanInputs,
  readPublishInputs,
} from '../../src/inputs/inputs.js';
import { emptyRecord, fleetOutputs, publicationOutputs } from '../../src/report/report.js';

interface Action {
  inputs: Record<string, { description: string; required: boolean; default?: string }>;
  outputs: Record<string, { description: string }>;
  runs: Record<string, string>;
}

/** The contract's tables, in its order and with its defaults. */
const INPUTS = {
  spec: undefined,
  'anthropic-api-key': undefined,
  'anthropic-base-url': 'https://api.anthropic.com',
  model: undefined,
  agent: undefined,
  instructions: undefined,
  'github-token': '${{ github.token }}',
  publish: 'auto',
  branch: 'ferrule/{spec}',
  base: undefined,
  'commit-with': 'git',
  draft: 'until-verified',
  labels: undefined,
  reviewers: undefined,
  'working-directory': '.',
  package: undefined,
  'cargo-args': undefined,
  gates: 'check\ntest\nfmt\nclippy\naudit\nledger',
  'advisory-gates': undefined,
  'audit-rules': undefined,
  dependencies: 'registry',
  'protected-paths': undefined,
  'max-turns': '200',
  'max-tokens': '20000000',
  'max-cost-usd': '10',
  'max-total-cost-usd': undefined,
  'max-minutes': '60',
  'max-rounds': '3',
  'max-specs': undefined,
  'on-question': 'pause',
  sandbox: 'auto',
  'allowed-bots': undefined,
  resume: 'auto',
  'resume-from': undefined,
  replay: undefined,
  'dry-run': 'false',
};
const OUTPUTS =
  'outcome stop-reason commit tree branch pull-request-number pull-request-url comment-url check-exit-code ' +
  'test-exit-code tests-passed tests-failed tests-ignored tests-new requirements-total requirements-proven questions ' +
  'turns rounds input-tokens output-tokens cache-read-tokens cache-write-tokens cost-usd duration-seconds report-dir ' +
  'results';

const root = process.cwd();
const action = parse(readFileSync(join(root, 'action.yml'), 'utf8')) as Action;
const publish = parse(readFileSync(join(root, 'publish', 'action.yml'), 'utf8')) as Action;
const page = (name: string) => readFileSync(join(root, name), 'utf8');

function tableNames(file: string, marker: string): string[] {
  const table = page(file).split(`<!-- ${marker} -->`)[1]?.split(`<!-- /${marker} -->`)[0] ?? '';
  return [...table.matchAll(/^\| `([\w-]+)` \|/gm)].map(([, name = '']) => name);
}

describe('action.yml', () => {
  it('has the inputs and defaults of the contract', () => {
    const defaults = Object.entries(action.inputs).map(([name, input]) => [name, input.default]);
    expect(Object.fromEntries(defaults)).toEqual(INPUTS);
    expect(Object.keys(action.inputs)).toEqual(Object.keys(INPUTS));
    expect(Object.keys(action.inputs).filter((name) => action.inputs[name]?.required)).toEqual(['spec']);
  });

  it('has the outputs of the contract', () => {
    expect(Object.keys(action.outputs)).toEqual(OUTPUTS.split(' '));
  });

  it('describes each of them in a sentence', () => {
    for (const { description } of [...Object.values(action.inputs), ...Object.values(action.outputs)]) {
      expect(description).toMatch(/^\S.{10,}\.$/s);
    }
  });

  it('starts the bundle on node24, and again when the job ends, however it ends', () => {
    expect(action.runs).toEqual({
      using: 'node24',
      main: 'dist/index.js',
      post: 'dist/index.js',
      'post-if': 'always()',
    });
  });
});

describe('publish/action.yml', () => {
  const keyOf = (name: string) => name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());

  it('has the inputs that are read, with their defaults', () => {
    const asked = new Set<string>();
    const get = (name: string) => {
      asked.add(name);
      return name === 'result' ? 'report' : '';
    };
    const inputs = readPublishInputs(get, { workspace: '/w' });
    const names = Object.keys(publish.inputs);
    expect([...asked].sort()).toEqual([...names].sort());
    expect(Object.keys(inputs)).toEqual(names.map(keyOf));
    const defaults = names.map((name) => [name, name === 'github-token' ? '' : (publish.inputs[name]?.default ?? '')]);
    expect(PUBLISH_INPUT_DEFAULTS).toEqual(Object.fromEntries(defaults));
    expect(names.filter((name) => publish.inputs[name]?.required)).toEqual(['result']);
  });

  it('means by an input what the first action means by it', () => {
    const shared = Object.keys(publish.inputs).filter((name) => name in action.inputs);
    expect(shared).toHaveLength(Object.keys(publish.inputs).length - 1);
    for (const name of shared) expect(publish.inputs[name]?.default).toBe(action.inputs[name]?.default);
  });

  it('has the outputs that are set, all of them of the first action', () => {
    const limits = { maxTurns: 1, maxTokens: 1, maxCostUsd: 1, maxMinutes: 1, maxRounds: 1 };
    const record = emptyRecord({ specPath: 'a.md', version: '0', runUrl: undefined, limits });
    expect(Object.keys(publicationOutputs([record]))).toEqual(Object.keys(publish.outputs));
    for (const name of Object.keys(publish.outputs)) expect(Object.keys(action.outputs)).toContain(name);
  });

  it('describes each of them in a sentence, and has a row for it in docs/security.md', () => {
    for (const { description } of [...Object.values(publish.inputs), ...Object.values(publish.outputs)])
      expect(description).toMatch(/^\S.{10,}\.$/s);
    expect(tableNames('docs/security.md', 'publish-inputs')).toEqual(Object.keys(publish.inputs));
    expect(tableNames('docs/security.md', 'publish-outputs')).toEqual(Object.keys(publish.outputs));
  });

  it('starts the same bundle, without a key and without a step at the end of the job', () => {
    expect(publish.runs).toEqual({ using: 'node24', main: '../dist/publish.js' });
    expect(Object.keys(publish.inputs)).not.toContain('anthropic-api-key');
  });
});

const emptyPlan = planWaves([], { base: 'main', maxSpecs: undefined, maxCostUsd: 10, maxTotalCostUsd: undefined });

describe.each([
  {
    name: 'plan',
    required: 'spec',
    shared: ['spec', 'github-token', 'branch', 'base', 'max-specs', 'max-cost-usd', 'max-total-cost-usd'],
    defaults: PLAN_INPUT_DEFAULTS,
    read: (get: (name: string) => string): object => readPlanInputs(get, { workspace: '/w' }),
    outputs: Object.keys(planOutputs(emptyPlan)),
  },
  {
    name: 'fleet-report',
    required: 'reports',
    shared: [],
    defaults: FLEET_REPORT_INPUT_DEFAULTS,
    read: (get: (name: string) => string): object => readFleetReportInputs(get),
    outputs: Object.keys(fleetOutputs([])),
  },
])('$name/action.yml', ({ name, required, shared, defaults, read, outputs }) => {
  const file = parse(page(`${name}/action.yml`)) as Action;

  it('has the inputs that are read, with their defaults, and the outputs that are set', () => {
    const asked = new Set<string>();
    read((input) => {
      asked.add(input);
      return input === required ? 'specs/a.md' : '';
    });
    expect([...asked].sort()).toEqual(Object.keys(file.inputs).sort());
    const given = Object.entries(file.inputs).map(([input, { default: preset }]) => [
      input,
      input === 'github-token' ? '' : (preset ?? ''),
    ]);
    expect(defaults).toEqual(Object.fromEntries(given));
    expect(Object.keys(file.inputs).filter((input) => file.inputs[input]?.required)).toEqual([required]);
    expect(Object.keys(file.outputs).sort()).toEqual([...outputs].sort());
  });

  it('means by an input what the first action means by it', () => {
    expect(Object.keys(file.inputs).filter((input) => input in action.inputs)).toEqual(shared);
    for (const input of shared) expect(file.inputs[input]?.default).toBe(action.inputs[input]?.default);
  });

  it('describes each of them in a sentence, and has a row for it in docs/scale.md', () => {
    for (const { description } of [...Object.values(file.inputs), ...Object.values(file.outputs)])
      expect(description).toMatch(/^\S.{10,}\.$/s);
    expect(tableNames('docs/scale.md', `${name}-inputs`)).toEqual(Object.keys(file.inputs));
    expect(tableNames('docs/scale.md', `${name}-outputs`)).toEqual(Object.keys(file.outputs));
  });

  it('starts the same bundle, and takes no key', () => {
    expect(file.runs).toEqual({ using: 'node24', main: `../dist/${name}.js` });
    expect(Object.keys(file.inputs)).not.toContain('anthropic-api-key');
  });
});

describe('the workflow of two jobs', () => {
  interface Job {
    permissions: Record<string, string>;
    steps: { uses: string; with?: Record<string, string> }[];
  }
  const { jobs } = parse(page('examples/workflows/two-jobs.yml')) as { jobs: Record<'implement' | 'publish', Job> };

  it('gives no job both the key and the right to write', () => {
    expect(jobs.implement.permissions).toEqual({ contents: 'read', 'pull-requests': 'read' });
    expect(jobs.publish.permissions).toEqual({ contents: 'write', 'pull-requests': 'write' });
    expect(JSON.stringify(jobs.implement)).toContain('secrets.ANTHROPIC_API_KEY');
    expect(JSON.stringify(jobs.publish)).not.toContain('secrets.');
    const steps = [...jobs.implement.steps, ...jobs.publish.steps];
    const checkouts = steps.filter(({ uses }) => uses.startsWith('actions/checkout@'));
    expect(checkouts.map((step) => step.with?.['persist-credentials'])).toEqual([false, false]);
  });

  it('has the inputs of both actions', () => {
    const ofOurs = (job: Job) => Object.keys(job.steps.find(({ uses }) => uses.startsWith('ferrule-dev/'))?.with ?? {});
    for (const job of Object.values(jobs)) expect(ofOurs(job).length).toBeGreaterThan(0);
    for (const name of ofOurs(jobs.implement)) expect(Object.keys(action.inputs)).toContain(name);
    for (const name of ofOurs(jobs.publish)) expect(Object.keys(publish.inputs)).toContain(name);
  });
});

describe('the inputs that are read', () => {
  it('are those of action.yml', () => {
    const asked = new Set<string>();
    const get = (name: string) => {
      asked.add(name);
      return name === 'spec' ? 'specs/a.md' : name === 'dry-run' ? 'true' : '';
    };
    const inputs = readInputs(get, { kind: 'github', workspace: '/w' });
    const names = Object.keys(inputs).map((key) => key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`));
    expect(names).toEqual(Object.keys(action.inputs));
    expect([...asked].sort()).toEqual(names.sort());
  });

  it('have the defaults of action.yml, but for the token that only a runner has', () => {
    const expected = Object.entries(action.inputs).map(([name, input]) => [
      name,
      name === 'github-token' ? '' : (input.default ?? ''),
    ]);
    expect(INPUT_DEFAULTS).toEqual(Object.fromEntries(expected));
  });
});

describe('the README', () => {
  it('has a row for each input and output', () => {
    expect(tableNames('README.md', 'inputs')).toEqual(Object.keys(action.inputs));
    expect(tableNames('README.md', 'outputs')).toEqual(Object.keys(action.outputs));
  });

  it.each([
    [
      'a table differs from action.yml',
      'README.md',
      (text: string) => text.replace('| `spec` |', '| `specs` |'),
      'tables',
    ],
    [
      'an action is named by a tag',
      'README.md',
      (text: string) => text.replace(/checkout@\w{40}/, 'checkout@v6'),
      'pinned',
    ],
    ['a workflow does not parse', 'examples/workflows/nightly.yml', (text: string) => `${text}\n  x: [`, 'nightly.yml'],
    [
      'a description of the second action changes',
      'publish/action.yml',
      (text: string) => text.replace('Its address.', 'The address.'),
      'docs/security.md: tables',
    ],
    ['a description changes', 'action.yml', (text: string) => text.replace('Output tokens.', 'Tokens out.'), 'tables'],
  ])('is refused when %s', (_, file, change, expected) => {
    const copy = mkdtempSync(join(tmpdir(), 'ferrule-docs-'));
    try {
      for (const name of [
        'action.yml',
        'publish/action.yml',
        'docs/security.md',
        'docs/scale.md',
        'plan/action.yml',
        'fleet-report/action.yml',
        'README.md',
        'package.json',
        'scripts/docs.mjs',
        '.github',
        'examples/workflows',
      ]) {
        cpSync(join(root, name), join(copy, name), { recursive: true });
      }
      symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
      const check = () => spawnSync(process.execPath, ['scripts/docs.mjs', '--check'], { cwd: copy, encoding: 'utf8' });
      expect(check().status).toBe(0);
      writeFileSync(join(copy, file), change(readFileSync(join(copy, file), 'utf8')));
      const after = check();
      expect(after.status).toBe(1);
      expect(after.stderr).toContain(expected);
    } finally {
      rmSync(copy, { recursive: true });
    }
  });
});
