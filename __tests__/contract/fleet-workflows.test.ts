// The reusable workflows: what they may do, that their waves are alike, and that all they pass on is there.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';

interface Step {
  uses: string;
  with?: Record<string, unknown>;
}
interface Job {
  needs?: string[];
  if?: string;
  uses?: string;
  with?: Record<string, string>;
  secrets?: Record<string, string>;
  strategy?: Record<string, unknown>;
  permissions?: Record<string, string>;
  concurrency?: unknown;
  outputs?: Record<string, string>;
  steps?: Step[];
}
interface Workflow {
  on: { workflow_call: { inputs: Record<string, unknown>; secrets: Record<string, { required: boolean }> } };
  permissions: unknown;
  jobs: Record<string, Job>;
}

const read = (file: string) => parse(readFileSync(file, 'utf8')) as Workflow;
const specs = read('.github/workflows/implement-specs.yml');
const one = read('.github/workflows/implement-spec.yml');
const caller = read('examples/workflows/fleet.yml');
const waves = Object.entries(specs.jobs).filter(([name]) => name.startsWith('wave-'));
const text = (job: unknown) => JSON.stringify(job);

describe('implement-specs.yml', () => {
  it('has six waves, each after the one before, whatever became of that', () => {
    expect(waves.map(([name]) => name)).toEqual([1, 2, 3, 4, 5, 6].map((n) => `wave-${n}`));
    waves.forEach(([name, job], index) => {
      expect(job.needs).toEqual(index === 0 ? ['plan'] : ['plan', `wave-${index}`]);
      expect(job.if).toBe(`\${{ !cancelled() && needs.plan.outputs.${name} != '' }}`);
      expect(job.strategy).toMatchObject({
        'fail-fast': false,
        matrix: `\${{ fromJSON(needs.plan.outputs.${name}) }}`,
      });
    });
  });

  it('has waves that differ in nothing but their number', () => {
    const plain = waves.map(([name, job]) => text({ ...job, needs: [] }).replaceAll(name, 'wave-N'));
    expect(new Set(plain).size).toBe(1);
  });

  it('gives the plan the right to read and no key, the summary nothing, and by default nothing at all', () => {
    expect(specs.permissions).toEqual({});
    expect(specs.jobs.plan?.permissions).toEqual({ contents: 'read', 'pull-requests': 'read' });
    expect(specs.jobs.summary?.permissions).toEqual({});
    for (const name of ['plan', 'summary']) expect(text(specs.jobs[name])).not.toContain('secrets.');
    for (const [, job] of waves) expect(job.permissions).toEqual({ contents: 'write', 'pull-requests': 'write' });
  });

  it('names its actions by repository and commit, since ./ would be the caller', () => {
    const uses = Object.values(specs.jobs).flatMap((job) => [
      job.uses ?? '',
      ...(job.steps ?? []).map((step) => step.uses),
    ]);
    for (const name of uses.filter((each) => each !== '')) expect(name).toMatch(/^[\w./-]+@[0-9a-f]{40}$/);
  });

  it('passes to a spec only what that takes, and to the actions only their inputs', () => {
    for (const [, job] of waves) {
      expect(Object.keys(one.on.workflow_call.inputs)).toEqual(expect.arrayContaining(Object.keys(job.with ?? {})));
      expect(Object.keys(job.secrets ?? {})).toEqual(Object.keys(one.on.workflow_call.secrets));
    }
    const steps = [specs, one].flatMap(({ jobs }) => Object.values(jobs)).flatMap((job) => job.steps ?? []);
    const ours = steps.filter(({ uses }) => uses.startsWith('ferrule-dev/'));
    expect(ours).toHaveLength(3);
    for (const step of ours) {
      const folder = /^ferrule-dev\/ferrule\/?([\w-]*)@/.exec(step.uses)?.[1] ?? '';
      const { inputs } = parse(readFileSync(`./${folder === '' ? '' : `${folder}/`}action.yml`, 'utf8')) as {
        inputs: object;
      };
      for (const name of Object.keys(step.with ?? {})) expect(Object.keys(inputs)).toContain(name);
    }
  });
});

describe('implement-spec.yml', () => {
  const job = one.jobs.implement;

  it('restores the registry and saves nothing of what a run wrote', () => {
    const caches = (job?.steps ?? []).filter(({ uses }) => uses.startsWith('actions/cache'));
    expect(caches.map(({ uses }) => uses.split('@')[0])).toEqual(['actions/cache/restore']);
  });

  it('lets one run of a spec wait for another, in whatever workflow', () => {
    expect(job?.concurrency).toEqual({ group: 'ferrule-${{ inputs.spec }}', 'cancel-in-progress': false });
    const dispatch = parse(readFileSync('examples/workflows/dispatch.yml', 'utf8')) as { concurrency: unknown };
    expect(dispatch.concurrency).toEqual(job?.concurrency);
  });

  it('keeps no credentials in the checkout', () => {
    const checkout = job?.steps?.find(({ uses }) => uses.startsWith('actions/checkout@'));
    expect(checkout?.with?.['persist-credentials']).toBe(false);
  });
});

describe('fleet.yml', () => {
  it('calls the workflow with inputs it has, and passes its secret by name', () => {
    const [job] = Object.values(caller.jobs);
    expect(Object.keys(specs.on.workflow_call.inputs)).toEqual(expect.arrayContaining(Object.keys(job?.with ?? {})));
    expect(job?.secrets).toEqual({ 'anthropic-api-key': '${{ secrets.ANTHROPIC_API_KEY }}' });
    expect(job?.permissions).toEqual({ contents: 'write', 'pull-requests': 'write' });
  });
});
