// Reads every input of the action into one readonly object, before anything else happens; the door to this room. What
// an input leads to is not decided here, and neither the disk nor the network is touched.
import { didYouMean } from '../did-you-mean.js';
import { UserError } from '../errors.js';
import type { AuditSeverities } from '../verify/verify.js';
import { readBot, readReviewer } from './account-names.js';
import { readAuditRules } from './audit-rules.js';
import { readBranchName, readBranchTemplate } from './branch-name.js';
import { readCargoArgs } from './cargo-args.js';
import type { RunContext } from './event.js';
import {
  readBoolean,
  readChoice,
  readChoices,
  readPositiveInteger,
  readPositiveNumber,
  refuse,
  shown,
  splitList,
} from './input-values.js';
import { ANTHROPIC_API_URL, readBaseUrl, readModel, readModelKey, readSecret } from './model-server.js';
import { readCost, readMaxSpecs, readMaxTotalCost } from './fleet-limits.js';
import { COMMIT_WITH, DEPENDENCIES, DRAFT } from './publish-inputs.js';
import { readRepositoryPath, readSpecPattern } from './repository-path.js';

export { readEvent } from './event.js';
export type { CommentContext, PullRequestContext, RunContext } from './event.js';
export { canBeMasked, readModelServer } from './model-server.js';
export { FLEET_REPORT_INPUT_DEFAULTS, readFleetReportInputs } from './fleet-report-inputs.js';
export type { FleetReportInputs } from './fleet-report-inputs.js';
export { PLAN_INPUT_DEFAULTS, readPlanInputs } from './plan-inputs.js';
export type { PlanInputs } from './plan-inputs.js';
export { ANTHROPIC_API_URL } from './model-server.js';
export { PUBLISH_INPUT_DEFAULTS, readPublishInputs } from './publish-inputs.js';
export type { PublishInputs } from './publish-inputs.js';
export { judgeTrust, refusePlan } from './trust.js';
export type { TrustTerms } from './trust.js';

const GATES = ['check', 'test', 'fmt', 'clippy', 'doc', 'audit', 'ledger'] as const;
const PUBLISH = ['auto', 'pull-request', 'commit', 'comment', 'none'] as const;
const ON_QUESTION = ['pause', 'assume'] as const;
const SANDBOX = ['auto', 'unsafe-off'] as const;
const RESUME = ['auto', 'never'] as const;
/** GitHub ends a job after five days at the latest (self-hosted runners). */
const MAX_MINUTES = 5 * 24 * 60;

type GateName = (typeof GATES)[number];

/** All inputs. An absent text is undefined, an absent list empty. Paths are relative to the repository. */
export interface Inputs {
  /** Paths, folders and globs; at least one. */
  readonly spec: readonly string[];
  readonly anthropicApiKey: string | undefined;
  /** Without a slash at its end. */
  readonly anthropicBaseUrl: string;
  readonly model: string | undefined;
  readonly agent: string | undefined;
  readonly instructions: string | undefined;
  readonly githubToken: string | undefined;
  readonly publish: (typeof PUBLISH)[number];
  /** A template in which `{spec}` stands for the slug of the spec's path. */
  readonly branch: string;
  readonly base: string | undefined;
  readonly commitWith: (typeof COMMIT_WITH)[number];
  readonly draft: (typeof DRAFT)[number];
  readonly labels: readonly string[];
  /** Logins, and teams as `organisation/team`. */
  readonly reviewers: readonly string[];
  readonly workingDirectory: string;
  readonly package: string | undefined;
  readonly cargoArgs: readonly string[];
  readonly gates: readonly GateName[];
  readonly advisoryGates: readonly GateName[];
  /** Severities of the audit's rules, as far as the workflow sets them. */
  readonly auditRules: AuditSeverities;
  readonly dependencies: (typeof DEPENDENCIES)[number];
  /** Globs, added to the paths that are always protected. */
  readonly protectedPaths: readonly string[];
  readonly maxTurns: number;
  readonly maxTokens: number;
  readonly maxCostUsd: number;
  /** Of all specs of the invocation together. */
  readonly maxTotalCostUsd: number | undefined;
  readonly maxMinutes: number;
  readonly maxRounds: number;
  /** Specs that one invocation starts at most. */
  readonly maxSpecs: number | undefined;
  readonly onQuestion: (typeof ON_QUESTION)[number];
  readonly sandbox: (typeof SANDBOX)[number];
  readonly allowedBots: readonly string[];
  readonly resume: (typeof RESUME)[number];
  /** Folders that earlier runs left, as given. */
  readonly resumeFrom: readonly string[];
  /** Path of a transcript, as given. */
  readonly replay: string | undefined;
  readonly dryRun: boolean;
}

/**
 * Every input's default as the text a workflow would write; '' means none. action.yml repeats them for its readers (a
 * test compares the two); here they serve the command line, and a workflow that passes an empty value on.
 */
export const INPUT_DEFAULTS: Readonly<Record<string, string>> = {
  spec: '',
  'anthropic-api-key': '',
  'anthropic-base-url': ANTHROPIC_API_URL,
  model: '',
  agent: '',
  instructions: '',
  'github-token': '',
  publish: 'auto',
  branch: 'ferrule/{spec}',
  base: '',
  'commit-with': 'git',
  draft: 'until-verified',
  labels: '',
  reviewers: '',
  'working-directory': '.',
  package: '',
  'cargo-args': '',
  gates: 'check\ntest\nfmt\nclippy\naudit\nledger',
  'advisory-gates': '',
  'audit-rules': '',
  dependencies: 'registry',
  'protected-paths': '',
  'max-turns': '200',
  'max-tokens': '20000000',
  'max-cost-usd': '10',
  'max-total-cost-usd': '',
  'max-minutes': '60',
  'max-rounds': '3',
  'max-specs': '',
  'on-question': 'pause',
  sandbox: 'auto',
  'allowed-bots': '',
  resume: 'auto',
  'resume-from': '',
  replay: '',
  'dry-run': 'false',
};

/**
 * Reads all inputs. `get` returns the text of an input by its name in action.yml, '' where it is not given; an empty
 * input has its default (on the command line nothing is published unless asked for). UserError on the first bad value.
 */
export function readInputs(get: (name: string) => string, context: Pick<RunContext, 'kind' | 'workspace'>): Inputs {
  const defaults = context.kind === 'local' ? { ...INPUT_DEFAULTS, publish: 'none' } : INPUT_DEFAULTS;
  const text = (name: string) => get(name).trim() || (defaults[name] ?? '');
  const optional = (name: string) => text(name) || undefined;
  const choice = <T extends string>(name: string, choices: readonly T[]) => readChoice(name, text(name), choices);
  const repositoryPath = (name: string) => (path: string) => readRepositoryPath(name, path, context.workspace);
  const anthropicBaseUrl = readBaseUrl('anthropic-base-url', text('anthropic-base-url'));

  const inputs: Inputs = {
    spec: splitList(text('spec')).map((value) => readSpecPattern(value, context.workspace)),
    anthropicApiKey: readModelKey('anthropic-api-key', text('anthropic-api-key'), anthropicBaseUrl),
    anthropicBaseUrl,
    model: text('model') === '' ? undefined : readModel(text('model')),
    agent: optional('agent'),
    instructions: optional('instructions'),
    githubToken: readSecret('github-token', text('github-token')),
    publish: choice('publish', PUBLISH),
    branch: readBranchTemplate('branch', text('branch')),
    base: text('base') === '' ? undefined : readBranchName('base', text('base')),
    commitWith: choice('commit-with', COMMIT_WITH),
    draft: choice('draft', DRAFT),
    labels: splitList(text('labels')),
    reviewers: splitList(text('reviewers')).map(readReviewer),
    workingDirectory: repositoryPath('working-directory')(text('working-directory')),
    package: text('package') === '' ? undefined : readPackage(text('package')),
    cargoArgs: readCargoArgs(text('cargo-args')),
    gates: readChoices('gates', text('gates'), GATES),
    advisoryGates: readChoices('advisory-gates', text('advisory-gates'), GATES),
    auditRules: readAuditRules('audit-rules', text('audit-rules')),
    dependencies: choice('dependencies', DEPENDENCIES),
    protectedPaths: splitList(text('protected-paths')).map(repositoryPath('protected-paths')),
    maxTurns: readPositiveInteger('max-turns', text('max-turns')),
    maxTokens: readPositiveInteger('max-tokens', text('max-tokens')),
    maxCostUsd: readCost('max-cost-usd', text('max-cost-usd')),
    maxTotalCostUsd: readMaxTotalCost(text('max-total-cost-usd')),
    maxMinutes: readPositiveNumber('max-minutes', text('max-minutes'), MAX_MINUTES),
    maxRounds: readPositiveInteger('max-rounds', text('max-rounds')),
    maxSpecs: readMaxSpecs(text('max-specs')),
    onQuestion: choice('on-question', ON_QUESTION),
    sandbox: choice('sandbox', SANDBOX),
    allowedBots: splitList(text('allowed-bots')).map(readBot),
    resume: choice('resume', RESUME),
    resumeFrom: splitList(text('resume-from')),
    replay: optional('replay'),
    dryRun: readBoolean('dry-run', text('dry-run')),
  };
  refuseContradictions(inputs);
  return inputs;
}

/** One warning for each `INPUT_…` variable that belongs to no input, as a mistyped `with:` key leaves it behind. */
export function unknownInputs(
  environmentNames: readonly string[],
  known: readonly string[] = Object.keys(INPUT_DEFAULTS),
): readonly string[] {
  return environmentNames
    .filter((variable) => variable.startsWith('INPUT_'))
    .map((variable) => variable.slice('INPUT_'.length).toLowerCase())
    .filter((name) => !known.includes(name))
    .map((name) => `Input ${shown(name)} is not known and has no effect.${didYouMean(name, known)}`);
}

function refuseContradictions(inputs: Inputs): void {
  if (inputs.spec.length === 0) {
    throw new UserError(
      "Input 'spec' is missing. Expected the path of a spec in the repository, such as 'specs/login.md'.",
    );
  }
  if (inputs.anthropicApiKey === undefined && inputs.replay === undefined && !inputs.dryRun) {
    throw new UserError(
      "Input 'anthropic-api-key' is missing. Give it the secret that holds the key; runs from a fork get no secrets. Only 'replay' and 'dry-run' work without it.",
    );
  }
  const both = inputs.advisoryGates.find((gate) => inputs.gates.includes(gate));
  if (both) refuse('advisory-gates', both, `gates that do not decide; remove '${both}' from 'gates' first`);
  if (inputs.resume === 'never' && inputs.resumeFrom.length > 0)
    refuse('resume-from', inputs.resumeFrom.join(', '), "no folder where the input 'resume' is 'never'");
  const maySelectSeveral = inputs.spec.length > 1 || inputs.spec.some((entry) => /[*?[{]/.test(entry));
  if (maySelectSeveral && !inputs.branch.includes('{spec}')) {
    refuse('branch', inputs.branch, "'{spec}' in the name, since 'spec' may select several specs");
  }
}

function readPackage(value: string): string {
  return /^[\p{L}\p{N}_-]+$/u.test(value)
    ? value
    : refuse('package', value, 'the name of one package of the workspace');
}
