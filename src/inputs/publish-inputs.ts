// Reads the inputs of the second action, `publish/action.yml`, which publishes what a run with `publish: none` left. They
// mean what the inputs of the same name mean in the first one.
import { UserError } from '../errors.js';
import { readBot, readReviewer } from './account-names.js';
import { readBranchName, readBranchTemplate } from './branch-name.js';
import type { RunContext } from './event.js';
import { readChoice, splitList } from './input-values.js';
import { readSecret } from './model-server.js';
import { readRepositoryPath, readSpecPattern } from './repository-path.js';

const PUBLISH = ['auto', 'pull-request', 'commit', 'comment'] as const;
export const COMMIT_WITH = ['git', 'api'] as const;
export const DEPENDENCIES = ['none', 'locked', 'registry'] as const;
export const DRAFT = ['until-verified', 'always', 'never'] as const;

export interface PublishInputs {
  /** The folder as given: absolute, or relative to the workspace. */
  readonly result: string;
  /** Paths and globs of the specs whose results may be published; empty for those of any spec. */
  readonly spec: readonly string[];
  readonly githubToken: string | undefined;
  readonly publish: (typeof PUBLISH)[number];
  /** A template in which `{spec}` stands for the slug of the spec's path. */
  readonly branch: string;
  readonly base: string | undefined;
  readonly commitWith: (typeof COMMIT_WITH)[number];
  readonly draft: (typeof DRAFT)[number];
  readonly labels: readonly string[];
  readonly reviewers: readonly string[];
  readonly dependencies: (typeof DEPENDENCIES)[number];
  readonly protectedPaths: readonly string[];
  readonly allowedBots: readonly string[];
}

/** Defaults as `INPUT_DEFAULTS` gives those of the first action. */
export const PUBLISH_INPUT_DEFAULTS: Readonly<Record<string, string>> = {
  result: '',
  spec: '',
  'github-token': '',
  publish: 'auto',
  branch: 'ferrule/{spec}',
  base: '',
  'commit-with': 'git',
  draft: 'until-verified',
  labels: '',
  reviewers: '',
  dependencies: 'registry',
  'protected-paths': '',
  'allowed-bots': '',
};

/** Reads all inputs as `readInputs` does. @throws UserError on the first bad value */
export function readPublishInputs(
  get: (name: string) => string,
  context: Pick<RunContext, 'workspace'>,
): PublishInputs {
  const text = (name: string) => get(name).trim() || (PUBLISH_INPUT_DEFAULTS[name] ?? '');
  const result = text('result');
  if (result === '')
    throw new UserError(
      "Input 'result' is missing. Expected the folder that the other job's artifact was downloaded to.",
    );
  const protectedPath = (path: string) => readRepositoryPath('protected-paths', path, context.workspace);
  return {
    result,
    spec: splitList(text('spec')).map((value) => readSpecPattern(value, context.workspace)),
    githubToken: readSecret('github-token', text('github-token')),
    publish: readChoice('publish', text('publish'), PUBLISH),
    branch: readBranchTemplate('branch', text('branch')),
    base: text('base') === '' ? undefined : readBranchName('base', text('base')),
    commitWith: readChoice('commit-with', text('commit-with'), COMMIT_WITH),
    draft: readChoice('draft', text('draft'), DRAFT),
    labels: splitList(text('labels')),
    reviewers: splitList(text('reviewers')).map(readReviewer),
    dependencies: readChoice('dependencies', text('dependencies'), DEPENDENCIES),
    protectedPaths: splitList(text('protected-paths')).map(protectedPath),
    allowedBots: splitList(text('allowed-bots')).map(readBot),
  };
}
