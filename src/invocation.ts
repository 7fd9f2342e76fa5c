// One invocation, from an action or the command line: opens the repository, chooses the specs, and runs them one after
// the other. What a run does is run.ts; what the caller does with the records is its own affair.
import { mkdir, mkdtemp, realpath, rm } from 'node:fs/promises';
import path from 'node:path';
import { UserError } from './errors.js';
import { selectSpecs } from './fleet/fleet.js';
import type { Inputs, RunContext } from './inputs/inputs.js';
import { judgeTrust, notYetEffective } from './inputs/inputs.js';
import { runCommand } from './platform/command.js';
import type { Remote } from './platform/git-remote.js';
import { fetchCommit, readRemoteBranch } from './platform/git-remote.js';
import type { Git } from './platform/git.js';
import { openGit, readCheckout, reopenGit } from './platform/git.js';
import type { GitHub } from './platform/github.js';
import { openGitHub } from './platform/github.js';
import type { Log } from './platform/log.js';
import type { Model } from './platform/model.js';
import { messagesApi } from './platform/model.js';
import { replayModel } from './platform/replay.js';
import { ReportFolder } from './platform/report-folder.js';
import type { PublishWorld, World } from './preparation.js';
import { specSlug } from './publish/publish.js';
import type { RunRecord } from './report/report.js';
import { emptyRecord } from './report/report.js';
import { runSpec, writeReport } from './run.js';

/** Our bare repository, in the scratch folder. */
const REPOSITORY = 'repository.git';

export interface Invocation {
  inputs: Inputs;
  context: RunContext;
  environment: NodeJS.ProcessEnv;
  log: Log;
  mask: (text: string) => string;
  builtInAgents: ReadonlyMap<string, string>;
  /** Text of the transcript that the input `replay` names. */
  replay: string | undefined;
  version: string;
  signal: AbortSignal;
}

/** Folders of one invocation below the runner's temporary folder. */
export interface Folders {
  /** Everything people and programs read afterwards. */
  report: string;
  /** Work copies, targets, our bare repository: removed at the end. */
  scratch: string;
}

export async function makeFolders(temp: string): Promise<Folders> {
  await mkdir(temp, { recursive: true });
  const root = await mkdtemp(path.join(await realpath(temp), 'ferrule-'));
  const folders = { report: path.join(root, 'report'), scratch: path.join(root, 'scratch') };
  for (const folder of Object.values(folders)) await mkdir(folder);
  return folders;
}

export interface RunResult {
  record: RunRecord;
  /** Where the run's files are. */
  folder: ReportFolder;
}

/** Runs everything the inputs ask for. @returns one result a spec; none when no spec is left to run */
export async function runInvocation(invocation: Invocation, folders: Folders): Promise<RunResult[]> {
  const { inputs, context, log } = invocation;
  try {
    for (const sentence of notYetEffective(inputs)) log.info(sentence);
    const trust = judgeTrust(context, inputs.allowedBots);
    if (trust.kind === 'refused') throw new UserError(trust.message);
    const world = await openWorld(invocation, folders);
    const { files } = await world.git.sourceTree(world.base.commit);
    const { specs, emptyGlobs } = selectSpecs(inputs.spec, files);
    for (const glob of emptyGlobs) log.warning(`Input 'spec': '${glob}' matches no Markdown file of the commit.`);
    const results: RunResult[] = [];
    for (const spec of specs) results.push(await runOne(world, spec, specs.length > 1, folders));
    return results;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const { version } = invocation;
    const start = { specPath: inputs.spec[0] ?? '', version, runUrl: context.runUrl, limits: inputs };
    const record: RunRecord = { ...emptyRecord(start), outcome: 'refused', message: error.message };
    const folder = await ReportFolder.create(folders.report, invocation.mask);
    await writeReport(record, folder);
    return [{ record, folder }];
  }
}

async function runOne(world: World, spec: string, isOneOfMany: boolean, folders: Folders): Promise<RunResult> {
  const report = isOneOfMany ? path.join(folders.report, specSlug(spec)) : folders.report;
  const scratch = path.join(folders.scratch, specSlug(spec));
  await mkdir(scratch, { recursive: true });
  try {
    const folder = await ReportFolder.create(report, world.mask);
    return { record: await runSpec(world, spec, folder, scratch), folder };
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

function openRepository({ githubToken: token }: Inputs, { apiUrl, repository }: RunContext): GitHub | undefined {
  return token && repository
    ? openGitHub({ token, apiUrl, owner: repository.owner, repo: repository.name })
    : undefined;
}

/** What a killed run published with, opened again. @param base as that run had pinned it */
export async function reopenWorld(
  { inputs, context, environment }: Pick<Invocation, 'inputs' | 'context' | 'environment'>,
  folders: Folders,
  base: World['base'],
): Promise<PublishWorld> {
  const git = reopenGit(path.join(folders.scratch, REPOSITORY), environment);
  const remote = remoteOf(inputs, context, await readCheckout(context.workspace, environment));
  return { inputs, context, git, remote, github: openRepository(inputs, context), base };
}

async function openWorld(invocation: Invocation, folders: Folders): Promise<World> {
  const { inputs, context, environment, log } = invocation;
  const git = await openGit(context.workspace, path.join(folders.scratch, REPOSITORY), environment);
  const checkout = await readCheckout(context.workspace, environment);
  const remote = remoteOf(inputs, context, checkout);
  return {
    ...invocation,
    runCommand,
    git,
    remote,
    github: openRepository(inputs, context),
    base: await pinBase(git, inputs, context, checkout, remote),
    openModel: inputs.dryRun ? undefined : () => openModel(inputs, invocation.replay, log),
  };
}

function openModel(inputs: Inputs, replay: string | undefined, log: Log): Model {
  if (replay !== undefined) return replayModel(replay, inputs.replay ?? 'replay');
  const apiKey = inputs.anthropicApiKey ?? '';
  return messagesApi({ apiKey, baseUrl: inputs.anthropicBaseUrl, say: (line) => log.warning(line) });
}

type Checkout = Awaited<ReturnType<typeof readCheckout>>;

/**
 * Where results are pushed. On GitHub the repository of the event, by its own address and our token; the address in the
 * checkout counts only where it is a path of this machine. A run without GitHub that publishes nothing leaves its branch
 * in the checkout itself.
 */
function remoteOf(inputs: Inputs, context: RunContext, checkout: Checkout): Remote | undefined {
  if (context.kind === 'local' && inputs.publish === 'none') return { url: checkout.root };
  if (checkout.origin !== undefined && path.isAbsolute(checkout.origin)) return { url: checkout.origin };
  const token = inputs.githubToken === undefined ? {} : { token: inputs.githubToken };
  if (context.repository !== undefined) {
    const { owner, name } = context.repository;
    return { url: `${context.serverUrl}/${owner}/${name}.git`, ...token };
  }
  return checkout.origin?.startsWith('https:') ? { url: checkout.origin, ...token } : undefined;
}

/** The commit the run starts from, and the branch it belongs to. @throws UserError when there is none */
async function pinBase(
  git: Git,
  inputs: Inputs,
  context: RunContext,
  checkout: Checkout,
  remote: Remote | undefined,
): Promise<World['base']> {
  const named = inputs.base ?? context.pullRequest?.headRef;
  if (named !== undefined && remote !== undefined) {
    const wanted =
      inputs.base === undefined ? context.pullRequest?.headSha : await readRemoteBranch(git, remote, named);
    if (wanted === undefined) throw new UserError(`Input 'base': the remote has no branch '${named}'.`);
    if ((await git.resolve(wanted)) === undefined) {
      const fetched = await fetchCommit(git, remote, wanted, { depth: 1 });
      if (fetched.kind === 'missing')
        throw new UserError(`Commit ${wanted.slice(0, 12)} of '${named}' cannot be fetched: ${fetched.reason}`);
    }
    return { commit: wanted, branch: named };
  }
  if (checkout.head === undefined)
    throw new UserError('The repository has no commit yet. Commit the spec first; Ferrule works on commits only.');
  const ofEvent = /^refs\/heads\/(.+)$/.exec(context.ref ?? '')?.[1];
  const branch = named ?? checkout.branch ?? ofEvent ?? context.defaultBranch ?? 'main';
  return { commit: checkout.head, branch };
}
