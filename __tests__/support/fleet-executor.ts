// Carries the reusable workflow out as Actions would: the plan's step, then wave by wave the matrix that it printed, each
// entry with the inputs that the workflow's own files pass on, then the summary. Only runners and artifacts are ours.
import { cp, mkdtemp, readFile } from 'node:fs/promises';
import path from 'node:path';
import { parse } from 'yaml';
import type { ActionScene, SceneResult, SceneRun } from './action-scene.js';
import type { ActionResult } from './run-action.js';
import { runAction } from './run-action.js';

/** Values of contexts that expressions name: `inputs.spec`, `matrix.base`, … */
type Contexts = Readonly<Record<string, string>>;
interface Step {
  id?: string;
  uses?: string;
  with?: Record<string, string | number>;
}
interface Job {
  with?: Record<string, string | number>;
  steps?: Step[];
  needs?: string[];
  if?: string;
}
interface Workflow {
  on: { workflow_call: { inputs: Record<string, { default?: string | number }> } };
  jobs: Record<string, Job>;
}

export interface FleetRun {
  plan: ActionResult;
  /** Each wave's runs by spec. */
  waves: Record<string, SceneResult>[];
  summary: ActionResult | undefined;
}

const ROOT = path.join(import.meta.dirname, '..', '..');
const workflow = async (name: string) =>
  parse(await readFile(path.join(ROOT, '.github', 'workflows', name), 'utf8')) as Workflow;

export interface FleetTerms extends SceneRun {
  /** The secret `token` of the caller. */
  secretToken?: string;
}

/** @param inputs of the caller @param terms the model and the gates of every job, the event of all */
export async function runFleet(
  scene: ActionScene,
  inputs: Record<string, string>,
  { secretToken = '', ...run }: FleetTerms = {},
): Promise<FleetRun> {
  const [specs, one] = [await workflow('implement-specs.yml'), await workflow('implement-spec.yml')];
  const given = contextOf('inputs', { ...defaultsOf(specs), ...inputs });
  const tokens = { 'github.token': scene.fake.token, 'secrets.token': secretToken };
  const { event, env } = run;
  const ground = {
    ...{ cwd: scene.repo.dir, apiUrl: scene.fake.url, token: scene.fake.token },
    ...{ ...(event && { event }), ...(env && { env }) },
  };
  const planInputs = valuesOf(stepOf(specs.jobs.plan, 'plan'), { ...given, ...tokens });
  const plan = await runAction({ ...ground, entry: 'plan', inputs: planInputs });
  const planned = contextOf('needs.plan.outputs', plan.outputs);
  const records = await mkdtemp(path.join(scene.repo.parent, 'records-'));
  const waves: FleetRun['waves'] = [];
  for (let number = 1; number <= 6; number++) {
    const job = specs.jobs[`wave-${number}`];
    const matrix = plan.outputs[`wave-${number}`] ?? '';
    if (matrix === '' || job?.with === undefined) continue;
    const { include } = JSON.parse(matrix) as { include: Record<string, string>[] };
    const results: Record<string, SceneResult> = {};
    for (const entry of include) {
      const passed = resolveAll(job.with, { ...given, ...planned, ...contextOf('matrix', entry) });
      const own = contextOf('inputs', { ...defaultsOf(one), ...passed });
      const step = valuesOf(stepOf(one.jobs.implement, 'ferrule'), { ...own, ...tokens });
      // The model's server and its key are the scene's affair.
      delete step['anthropic-api-key'];
      delete step['anthropic-base-url'];
      // An empty input is the action's default, in whose place the scene has quicker gates.
      for (const [name, value] of Object.entries(step)) if (value === '') Reflect.deleteProperty(step, name);
      const result = await scene.run({ ...run, inputs: { ...step, ...run.inputs } });
      results[entry.spec ?? ''] = result;
      const record = path.join(result.reportDir, 'report.json');
      await cp(record, path.join(records, `ferrule-record-${entry.id ?? ''}-1`, 'report.json'));
    }
    waves.push(results);
  }
  if (plan.outputs.count === undefined) return { plan, waves, summary: undefined };
  const step = stepOf(specs.jobs.summary, 'summary');
  const values = valuesOf(step, { ...planned, 'runner.temp': path.dirname(records) });
  const summary = await runAction({ ...ground, entry: 'fleet-report', inputs: { ...values, reports: records } });
  return { plan, waves, summary };
}

function defaultsOf({ on }: Workflow): Record<string, string> {
  const entries = Object.entries(on.workflow_call.inputs).map(([name, input]) => [name, String(input.default ?? '')]);
  return Object.fromEntries(entries) as Record<string, string>;
}

function stepOf(job: Job | undefined, id: string): Step {
  const step = job?.steps?.find((each) => each.id === id);
  if (step === undefined) throw new Error(`The workflow has no step '${id}'.`);
  return step;
}

const valuesOf = (step: Step, contexts: Contexts) => resolveAll(step.with ?? {}, contexts);

function contextOf(name: string, values: Readonly<Record<string, string>>): Contexts {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [`${name}.${key}`, value]));
}

/** The expressions that the files use: names, and `a || b`. A name that nobody gives is empty, as in Actions. */
function resolveAll(values: Readonly<Record<string, string | number>>, contexts: Contexts): Record<string, string> {
  const resolve = (value: string | number) =>
    String(value).replace(/\$\{\{ *([^}]+?) *\}\}/g, (_, expression: string) =>
      expression.split(/ *\|\| */).reduce((found, name) => found || (contexts[name] ?? ''), ''),
    );
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, resolve(value)]));
}
