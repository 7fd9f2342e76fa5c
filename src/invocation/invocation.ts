// One invocation, from an action or the command line: opens the repository, chooses the specs, and runs them one after
// the other. What a run does is run.ts; what the caller does with the records is its own affair.
import { mkdir, mkdtemp, realpath } from 'node:fs/promises';
import path from 'node:path';
import { acknowledge, reply } from './comment-reply.js';
import { UserError } from '../errors.js';
import { pathsChangedByEvent } from './event-changes.js';
import type { SpecSelection } from '../fleet/fleet.js';
import type { RunResult } from './fleet-run.js';
import { runFleet } from './fleet-run.js';
import { surveySpecs } from './fleet-survey.js';
import type { Inputs, RunContext } from '../inputs/inputs.js';
import { canBeMasked, judgeTrust } from '../inputs/inputs.js';
import { runCommand } from '../platform/command.js';
import type { Remote } from '../platform/git-remote.js';
import { gitEnvironment } from '../platform/git-environment.js';
import { openBare, openGit, readCheckout } from '../platform/git.js';
import type { GitHub } from '../platform/github.js';
import { openGitHub } from '../platform/github.js';
import type { Log } from '../platform/log.js';
import { messagesApi } from '../platform/messages-api.js';
import type { Model } from '../platform/model.js';
import { replayModel } from '../platform/replay.js';
import { ReportFolder } from '../platform/report-folder.js';
import { pinCommits } from './pinned-commits.js';
import type { Checkout } from './pinned-commits.js';
import type { Folders, PublishWorld, World } from '../run/run.js';
import type { RunRecord } from '../report/report.js';
import { emptyRecord } from '../report/report.js';
import { writeReport } from '../run/run.js';

/** Our bare repository, in the scratch folder. */
const REPOSITORY = 'repository.git';

export { surveySpecs, textsOf } from './fleet-survey.js';
export type { RunResult } from './fleet-run.js';
export { baseBranch, pinCommits, readTip } from './pinned-commits.js';
export { findMisfits } from './stacked-start.js';

export interface Invocation extends Pick<
  World,
  'inputs' | 'context' | 'environment' | 'log' | 'outlet' | 'mask' | 'builtInAgents' | 'version' | 'signal'
> {
  /** Text of the transcript that the input `replay` names. */
  replay: string | undefined;
}

export async function makeFolders(temp: string): Promise<Folders> {
  await mkdir(temp, { recursive: true });
  const root = await mkdtemp(path.join(await realpath(temp), 'ferrule-'));
  const folders = { report: path.join(root, 'report'), scratch: path.join(root, 'scratch') };
  for (const folder of Object.values(folders)) await mkdir(folder);
  return folders;
}

/** Runs everything the inputs ask for. @returns one result a spec; none when no spec is left to run */
export async function runInvocation(invocation: Invocation, folders: Folders): Promise<RunResult[]> {
  const { inputs, context, log } = invocation;
  const github = openRepository(inputs, context);
  let asked: Pick<RunContext, 'comment'> = {}; // nobody is answered before it is known that they may ask
  let results: RunResult[];
  try {
    const { allowedBots, sandbox } = inputs;
    const trust = await judgeTrust(context, { allowedBots, sandbox, github });
    if (trust.kind === 'refused') throw new UserError(trust.message);
    if (trust.kind === 'idle') {
      log.info(`${trust.message} Nothing was spent.`);
      return [];
    }
    asked = context;
    await acknowledge(github, context, log);
    const world = await openWorld({ ...invocation, context: trust.context }, github, folders);
    const choose = (selection: SpecSelection) => chooseSpecs(world, selection, trust.specPath);
    const survey = await surveySpecs(world, choose);
    results = await runFleet({ ...world, specFiles: survey.files }, survey, folders);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    results = [await refuseInvocation(invocation, error.message, folders)];
  }
  const mayWrite = inputs.publish !== 'none' && !inputs.dryRun;
  if (mayWrite)
    await reply(
      github,
      asked,
      results.map(({ record }) => record),
      invocation,
    );
  return results;
}

async function refuseInvocation(
  { inputs, context, version, mask, log }: Invocation,
  message: string,
  folders: Folders,
): Promise<RunResult> {
  const start = { specPath: inputs.spec[0] ?? '', version, runUrl: context.runUrl, limits: inputs };
  const record: RunRecord = { ...emptyRecord(start), outcome: 'refused', message };
  const folder = await ReportFolder.create(folders.report, mask);
  await writeReport(record, folder, log);
  return { record, folder };
}

/** What a comment asks for, what the event changed, or all that is selected. @throws UserError for a comment's other spec */
export async function chooseSpecs(
  world: Parameters<typeof pathsChangedByEvent>[0] & Pick<World, 'log'>,
  { specs, named }: SpecSelection,
  asked?: string,
): Promise<readonly string[]> {
  if (asked !== undefined) return [onlySpec(asked, specs)];
  // On a push and on a pull request a glob means the specs that changed there; a path means its spec in any case.
  const isOfGlob = (spec: string) => !named.has(spec);
  const changed = specs.some(isOfGlob) ? await pathsChangedByEvent(world) : undefined;
  if (changed === undefined) return specs;
  const left = specs.filter((spec) => !isOfGlob(spec) || changed.has(spec));
  if (left.length < specs.length)
    world.log.info(
      `Left out, as this ${world.context.eventName} does not change them: ${specs.length - left.length} specs.`,
    );
  return left;
}

/** A comment may choose among the specs that the workflow selects, and name no other. */
function onlySpec(wanted: string, specs: readonly string[]): string {
  const found = specs.find((spec) => spec.replace(/\/+$/, '') === wanted);
  if (found !== undefined) return found;
  throw new UserError(
    "The comment asks for a spec that the workflow's input 'spec' does not select. Write its path as it is in the repository, or only '/ferrule implement'.",
  );
}

/** GitHub's side of the repository; `undefined` without a token. */
export function openRepository(
  { githubToken: token }: Pick<Inputs, 'githubToken'>,
  { apiUrl, repository }: RunContext,
): GitHub | undefined {
  return token && repository
    ? openGitHub({ token, apiUrl, owner: repository.owner, repo: repository.name })
    : undefined;
}

/** What a killed run published with, opened again. @param base as that run had pinned it */
export async function reopenWorld(
  { inputs, context, environment, outlet }: Pick<Invocation, 'inputs' | 'context' | 'environment' | 'outlet'>,
  folders: Folders,
  base: World['base'],
): Promise<PublishWorld & Pick<Invocation, 'inputs'>> {
  const git = openBare(path.join(folders.scratch, REPOSITORY), gitEnvironment(environment));
  const remote = remoteOf(inputs, context, await readCheckout(context.workspace, environment));
  return { inputs, context, git, remote, github: openRepository(inputs, context), base, outlet };
}

async function openWorld(
  invocation: Invocation,
  github: GitHub | undefined,
  folders: Folders,
): Promise<Omit<World, 'specFiles'>> {
  const { inputs, context, environment, log } = invocation;
  const git = await openGit(context.workspace, path.join(folders.scratch, REPOSITORY), environment);
  const checkout = await readCheckout(context.workspace, environment);
  const remote = remoteOf(inputs, context, checkout);
  return {
    ...invocation,
    runCommand,
    git,
    remote,
    github,
    ...(await pinCommits({ git, remote, github, checkout }, inputs, context)),
    costLeftUsd: inputs.maxTotalCostUsd,
    openModel: inputs.dryRun ? undefined : () => openModel(inputs, invocation.replay, log),
  };
}

function openModel(inputs: Inputs, replay: string | undefined, log: Log): Model {
  if (replay !== undefined) return replayModel(replay, inputs.replay ?? 'replay');
  const apiKey = inputs.anthropicApiKey ?? '';
  if (!canBeMasked(apiKey))
    log.info(
      "The key of the model's server is a plain word, so it is taken for a placeholder: it is no secret, and is not masked.",
    );
  return messagesApi({ apiKey, baseUrl: inputs.anthropicBaseUrl, say: (line) => log.warning(line) });
}

/**
 * Where results are pushed. On GitHub the repository of the event, by its own address and our token; the address in the
 * checkout counts only where it is a path of this machine. A run without GitHub that publishes nothing leaves its branch
 * in the checkout itself.
 */
export function remoteOf(
  inputs: Pick<Inputs, 'publish' | 'githubToken'>,
  context: RunContext,
  checkout: Checkout,
): Remote | undefined {
  if (context.kind === 'local' && inputs.publish === 'none') return { url: checkout.root };
  if (checkout.origin !== undefined && path.isAbsolute(checkout.origin)) return { url: checkout.origin };
  const token = inputs.githubToken === undefined ? {} : { token: inputs.githubToken };
  if (context.repository !== undefined) {
    const { owner, name } = context.repository;
    return { url: `${context.serverUrl}/${owner}/${name}.git`, ...token };
  }
  return checkout.origin?.startsWith('https:') ? { url: checkout.origin, ...token } : undefined;
}
