// A plan without a run: which specs are pending, and in which waves they can go. Reads the repository, its history and our
// pull requests; spends nothing, writes nothing. Who carries the plan out is the workflow's affair.
import { rm } from 'node:fs/promises';
import path from 'node:path';
import type { Step } from './announcement.js';
import { UserError } from './errors.js';
import type { FleetPlan } from './fleet/fleet.js';
import { describePlan, planOutputs, planWaves } from './fleet/fleet.js';
import type { PlanInputs, RunContext } from './inputs/inputs.js';
import { PLAN_INPUT_DEFAULTS, readPlanInputs, refusePlan, unknownInputs } from './inputs/inputs.js';
import {
  chooseSpecs,
  findMisfits,
  makeFolders,
  openRepository,
  pinCommits,
  remoteOf,
  surveySpecs,
} from './invocation/invocation.js';
import { openGit, readCheckout } from './platform/git.js';
import type { Log } from './platform/log.js';

/** The action `plan`. @returns 0 when every spec was planned or left alone: a refused one does not keep the others back */
export async function planStep(step: Step): Promise<number> {
  const { context, getInput, log } = step;
  for (const warning of unknownInputs(Object.keys(process.env), Object.keys(PLAN_INPUT_DEFAULTS))) log.warning(warning);
  const inputs = readPlanInputs(getInput, context);
  step.forgetPrivateVariables();
  const { plan, base } = await planSpecs({ inputs, context, log });
  step.announcement.setOutputs(planOutputs(plan));
  for (const line of describePlan(plan, base).split('\n')) log.info(line);
  for (const { spec, reason } of plan.refused) log.error(reason, { file: spec });
  return plan.refused.length > 0 ? 1 : 0;
}

interface PlanJob {
  inputs: PlanInputs;
  context: RunContext;
  log: Log;
}

/**
 * Plans the specs that the inputs select; on a push, of a glob's only those that it changed.
 * @returns the plan, and the branch that it starts from @throws UserError for what forbids the plan as a whole
 */
export async function planSpecs({ inputs, context, log }: PlanJob): Promise<{ plan: FleetPlan; base: string }> {
  const refusal = refusePlan(context);
  if (refusal !== undefined) throw new UserError(refusal);
  const environment = { ...process.env };
  const { scratch } = await makeFolders(context.temp);
  try {
    const git = await openGit(context.workspace, path.join(scratch, 'repository.git'), environment);
    const checkout = await readCheckout(context.workspace, environment);
    // Outside GitHub nothing is published from here either, so the clone itself holds the branches.
    const publish = context.kind === 'local' ? 'none' : 'auto';
    const remote = remoteOf({ publish, githubToken: inputs.githubToken }, context, checkout);
    const github = openRepository(inputs, context);
    const pinned = await pinCommits({ git, remote, github, checkout }, inputs, context);
    const { base } = pinned;
    const world = { git, remote, github, context, log, inputs, ...pinned };
    const { specs } = await surveySpecs(world, (selection) => chooseSpecs(world, selection));
    const { maxSpecs, maxCostUsd, maxTotalCostUsd } = inputs;
    const terms = { base: base.branch, maxSpecs, maxCostUsd, maxTotalCostUsd };
    return { plan: planWaves(specs, terms, await findMisfits(world, specs)), base: base.branch };
  } finally {
    await rm(path.dirname(scratch), { recursive: true, force: true });
  }
}
