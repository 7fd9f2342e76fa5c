// The reusable workflows: what they may do, that their waves are alike, and that all they pass on is there.
import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';

interface Step {
  id?: string;
  uses: string;
  with?: Record<string, unknown>;
}
interface Job {
  'runs-on'?: string;
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
  on: {
    workflow_call: {
      inputs: Record<string, { default?: string | number }>;
      secrets: Record<string, { required: boolean }>;
      outputs: Record<string, { value: string }>;
    };
  };
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

  it("gives the plan the right to read and no model's key, the summary nothing, and by default nothing at all", () => {
    expect(specs.permissions).toEqual({});
    expect(specs.jobs.plan?.permissions).toEqual({ contents: 'read', 'pull-requests': 'read' });
    expect(specs.jobs.summary?.permissions).toEqual({});
    expect(text(specs.jobs.plan)).not.toContain('anthropic');
    expect(text(specs.jobs.summary)).not.toContain('secrets.');
    for (const [, job] of waves) expect(job.permissions).toEqual({ contents: 'write', 'pull-requests': 'write' });
  });

  it('sums up also where nothing was planned, and says what was not run', () => {
    const { summary, plan } = specs.jobs;
    expect(summary?.if).toBe("${{ !cancelled() && needs.plan.outputs.count != '' }}");
    const passed = summary?.steps?.find(({ id }) => id === 'summary')?.with;
    for (const name of ['refused', 'left-over', 'waiting']) {
      expect(plan?.outputs?.[name]).toBe(`\${{ steps.plan.outputs.${name} }}`);
      expect(passed?.[name]).toBe(`\${{ needs.plan.outputs.${name} }}`);
    }
    expect(specs.on.workflow_call.outputs.outcome?.value).toBe('${{ jobs.summary.outputs.outcome }}');
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
    expect(Object.keys(specs.on.workflow_call.secrets)).toEqual(Object.keys(one.on.workflow_call.secrets));
    for (const step of ours) {
      const folder = /^ferrule-dev\/ferrule\/?([\w-]*)@/.exec(step.uses)?.[1] ?? '';
      const { inputs } = parse(readFileSync(`./${folder === '' ? '' : `${folder}/`}action.yml`, 'utf8')) as {
        inputs: object;
      };
      for (const name of Object.keys(step.with ?? {})) expect(Object.keys(inputs)).toContain(name);
    }
  });
});

describe('both workflows', () => {
  const jobs = { plan: specs.jobs.plan, run: one.jobs.implement };

  it("publish and look for work as the same account: the App's, the given token's, else the workflow's own", () => {
    for (const job of Object.values(jobs)) {
      const step = job?.steps?.find(({ uses }) => uses.startsWith('ferrule-dev/'));
      expect(step?.with?.['github-token']).toBe('${{ steps.app.outputs.token || secrets.token || github.token }}');
    }
  });

  it('make the token of an App in the job that uses it, with the rights of that job and the pin of the example', () => {
    const example = readFileSync('examples/workflows/app-token.yml', 'utf8');
    const pin = /uses: (actions\/create-github-app-token@[0-9a-f]{40})/.exec(example)?.[1];
    for (const job of Object.values(jobs)) {
      const { uses, ...step } = job?.steps?.find(({ id }) => id === 'app') ?? {};
      expect(uses).toBe(pin);
      expect(step).toEqual({
        id: 'app',
        if: "${{ inputs.app-client-id != '' }}",
        with: {
          'client-id': '${{ inputs.app-client-id }}',
          'private-key': '${{ secrets.app-private-key }}',
          'permission-contents': job?.permissions?.contents,
          'permission-pull-requests': job?.permissions?.['pull-requests'],
        },
      });
    }
  });

  it('take a label or JSON for the runner', () => {
    for (const job of [...Object.values(jobs), specs.jobs.summary])
      expect(job?.['runs-on']).toBe(
        "${{ (startsWith(inputs.runs-on, '[') || startsWith(inputs.runs-on, '{')) && fromJSON(inputs.runs-on) || inputs.runs-on }}",
      );
    for (const [, job] of waves) expect(job.with?.['runs-on']).toBe('${{ inputs.runs-on }}');
  });

  /** Inputs of the action that a fleet has no use for, or that it decides itself. */
  const NOT_PASSED = {
    publish: 'a fleet publishes pull requests, from which the next plan tells what is done',
    'max-specs': 'of the plan',
    'max-total-cost-usd': 'of the plan, which divides it',
    sandbox: 'code that nobody watches runs in a box',
    'resume-from': 'a folder of one run',
    replay: 'an answer for one spec',
    'dry-run': 'the plan is the dry run',
  };

  it("pass the action's inputs on, all but those named here, with its defaults", () => {
    const { inputs } = parse(readFileSync('action.yml', 'utf8')) as { inputs: Record<string, { default?: string }> };
    const step = one.jobs.implement?.steps?.find(({ uses }) => uses.startsWith('ferrule-dev/'));
    expect([...Object.keys(step?.with ?? {}), ...Object.keys(NOT_PASSED)].sort()).toEqual(Object.keys(inputs).sort());
    for (const workflow of [one, specs])
      for (const name of Object.keys(step?.with ?? {})) {
        if (name === 'github-token' || name === 'anthropic-api-key') continue;
        const declared = workflow.on.workflow_call.inputs[name];
        expect([name, declared === undefined]).toEqual([name, false]);
        // The action takes an empty value as none, so it has its default.
        if (declared?.default !== undefined && declared.default !== '')
          expect([name, String(declared.default)]).toEqual([name, inputs[name]?.default]);
      }
    for (const [, job] of waves)
      for (const [name, value] of Object.entries(job.with ?? {}))
        if (!['spec', 'base', 'id', 'max-cost-usd'].includes(name)) expect(value).toBe(`\${{ inputs.${name} }}`);
    expect(specs.jobs.plan?.steps?.find(({ id }) => id === 'plan')?.with?.branch).toBe('${{ inputs.branch }}');
  });

  it('name artifacts by the attempt, since a name is taken once in a run of a workflow', () => {
    const names = (one.jobs.implement?.steps ?? []).flatMap((step) => step.with?.name ?? []);
    expect(names).toEqual(
      ['report', 'record'].map((what) => `ferrule-${what}-\${{ inputs.id }}-\${{ github.run_attempt }}`),
    );
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
    const found = readdirSync('examples/workflows').flatMap((name) => {
      const example = parse(readFileSync(`examples/workflows/${name}`, 'utf8')) as {
        on: Record<string, { inputs?: { spec?: unknown } } | null>;
        concurrency?: unknown;
        jobs: Record<string, { uses?: string }>;
      };
      const isOfOneSpec = Object.values(example.on).some((event) => event?.inputs?.spec !== undefined);
      const isCaller = Object.values(example.jobs).every(({ uses }) => uses !== undefined);
      return isOfOneSpec && !isCaller ? [{ name, concurrency: example.concurrency }] : [];
    });
    expect(found.map(({ name }) => name)).toEqual(expect.arrayContaining(['called.yml', 'dispatch.yml']));
    for (const { name, concurrency } of found)
      expect({ name, concurrency }).toEqual({ name, concurrency: job?.concurrency });
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
