// Reads the inputs of the action that plans, `plan/action.yml`. They mean what the inputs of the same name mean in the
// first one.
import { UserError } from '../errors.js';
import { readBranchName, readBranchTemplate } from './branch-name.js';
import type { RunContext } from './event.js';
import { readCost, readMaxSpecs, readMaxTotalCost } from './fleet-limits.js';
import { splitList } from './input-values.js';
import { readSecret } from './model-server.js';
import { readSpecPattern } from './repository-path.js';

export interface PlanInputs {
  /** Paths, folders and globs; at least one. */
  readonly spec: readonly string[];
  readonly githubToken: string | undefined;
  /** A template in which `{spec}` stands for the slug of the spec's path. */
  readonly branch: string;
  readonly base: string | undefined;
  readonly maxSpecs: number | undefined;
  readonly maxCostUsd: number;
  readonly maxTotalCostUsd: number | undefined;
}

/** Defaults as `INPUT_DEFAULTS` gives those of the first action. */
export const PLAN_INPUT_DEFAULTS: Readonly<Record<string, string>> = {
  spec: '',
  'github-token': '',
  branch: 'ferrule/{spec}',
  base: '',
  'max-specs': '',
  'max-cost-usd': '10',
  'max-total-cost-usd': '',
};

/** Reads all inputs as `readInputs` does. @throws UserError on the first bad value */
export function readPlanInputs(get: (name: string) => string, context: Pick<RunContext, 'workspace'>): PlanInputs {
  const text = (name: string) => get(name).trim() || (PLAN_INPUT_DEFAULTS[name] ?? '');
  const spec = splitList(text('spec')).map((value) => readSpecPattern(value, context.workspace));
  if (spec.length === 0)
    throw new UserError("Input 'spec' is missing. Expected paths and globs of specs, such as 'specs/**/*.md'.");
  return {
    spec,
    githubToken: readSecret('github-token', text('github-token')),
    branch: readBranchTemplate('branch', text('branch')),
    base: text('base') === '' ? undefined : readBranchName('base', text('base')),
    maxSpecs: readMaxSpecs(text('max-specs')),
    maxCostUsd: readCost('max-cost-usd', text('max-cost-usd')),
    maxTotalCostUsd: readMaxTotalCost(text('max-total-cost-usd')),
  };
}
