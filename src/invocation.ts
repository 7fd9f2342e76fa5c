// One invocation, from an action or the command line: opens the repository, chooses the specs, and runs them one after
// the other. What a run does is run.ts; what the caller does with the records is its own affair.
import { mkdir, mkdtemp, realpath, rm } from 'node:fs/promises';
import path from 'node:path';
import { UserError, messageOf } from './errors.js';
import { selectSpecs } from './fleet/fleet.js';
import type { Inputs, PullRequestContext, RunContext } from './inputs/inputs.js';
import { canBeMasked, judgeTrust } from './inputs/inputs.js';
import { runCommand } from './platform/command.js';
import type { Remote } from './platform/git-remote.js';
import { fetchCommit, readRemoteBranch } from './platform/git-remote.js';
import { gitEnvironment } from './platform/git-environment.js';
import type { Git } from './platform/git.js';
import { openBare, openGit, readCheckout } from './platform/git.js';
import type { GitHub } from './platform/github.js';
import { describeGitHubError, openGitHub } from './platform/github.js';
import type { Log } from './platform/log.js';
import { messagesApi } from './platform/messages-api.js';
import type { Model } from './platform/model.js';
import type { Outlet } from './platform/outlet.js';
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
  outlet: Outlet;
  /** Takes secrets out of what is kept in the files of the report. */
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
    const github = openRepository(inputs, context);
    const { allowedBots, sandbox } = inputs;
    const trust = await judgeTrust(context, { allowedBots, sandbox, github });
    if (trust.kind === 'refused') throw new UserError(trust.message);
    if (trust.kind === 'idle') {
      log.info(`${trust.message} Nothing was spent.`);
      return [];
    }
    await acknowledge(github, context, log);
    const world = await openWorld({ ...invocation, context: trust.context }, github, folders);
    const { files } = await world.git.sourceTree(world.base.commit);
    const selected = selectSpecs(inputs.spec, files);
    for (const glob of selected.emptyGlobs)
      log.warning(`Input 'spec': '${glob}' matches no Markdown file of the commit.`);
    const specs = trust.specPath === undefined ? selected.specs : [onlySpec(trust.specPath, selected.specs)];
    const results: RunResult[] = [];
    for (const spec of specs) results.push(await runOne(world, spec, specs.length > 1, folders));
    return results;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const { version } = invocation;
    const start = { specPath: inputs.spec[0] ?? '', version, runUrl: context.runUrl, limits: inputs };
    const record: RunRecord = { ...emptyRecord(start), outcome: 'refused', message: error.message };
    const folder = await ReportFolder.create(folders.report, invocation.mask);
    await writeReport(record, folder, log);
    return [{ record, folder }];
  }
}

/** 👀 on the comment that asked for the run: somebody waits for a sign, and the run takes its time. */
async function acknowledge(github: GitHub | undefined, { comment, eventName }: RunContext, log: Log): Promise<void> {
  if (github === undefined || comment === undefined) return;
  const isReview = eventName === 'pull_request_review_comment';
  const seen = await github.once().addEyes({ id: comment.id, isReview });
  if (seen.kind === 'failed') log.info(`The comment got no 👀: ${describeGitHubError(seen.error)}`);
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

/** The spec a comment asks for: it may choose among those that the workflow selects, and name no other. */
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
): Promise<PublishWorld> {
  const git = openBare(path.join(folders.scratch, REPOSITORY), gitEnvironment(environment));
  const remote = remoteOf(inputs, context, await readCheckout(context.workspace, environment));
  return { inputs, context, git, remote, github: openRepository(inputs, context), base, outlet };
}

async function openWorld(invocation: Invocation, github: GitHub | undefined, folders: Folders): Promise<World> {
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
    ...(await pinCommits(git, inputs, context, checkout, remote)),
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

export type Checkout = Awaited<ReturnType<typeof readCheckout>>;

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

/**
 * The commit the run starts from with the branch it belongs to, and the commit whose agent file and standards count: on a
 * pull request that of its base, since its head is what is still to be reviewed.
 * @throws UserError when there is none, or a pull request has moved since it was pinned
 */
async function pinCommits(
  git: Git,
  inputs: Inputs,
  context: RunContext,
  checkout: Checkout,
  remote: Remote | undefined,
): Promise<Pick<World, 'base' | 'trustedCommit'>> {
  const { pullRequest } = context;
  if (pullRequest !== undefined && remote !== undefined) await refuseMovedHead(git, remote, pullRequest);
  if (inputs.base !== undefined && remote !== undefined) {
    const commit = await fetchTip(git, remote, inputs.base, "Input 'base'");
    return { base: { commit, branch: inputs.base }, trustedCommit: commit };
  }
  if (pullRequest !== undefined && remote !== undefined) {
    const { headRef: branch, headSha: commit, baseRef } = pullRequest;
    await fetchMissing(git, remote, commit, branch);
    const trustedCommit = await fetchTip(git, remote, baseRef, 'The base of the pull request');
    return { base: { commit, branch }, trustedCommit };
  }
  if (checkout.head === undefined)
    throw new UserError('The repository has no commit yet. Commit the spec first; Ferrule works on commits only.');
  const branch = baseBranch(inputs.base, context, checkout);
  return { base: { commit: checkout.head, branch }, trustedCommit: checkout.head };
}

/** The branch a result goes to: the input's, the pull request's, else the one that is checked out. */
export function baseBranch(base: string | undefined, context: RunContext, checkout: Checkout): string {
  const ofEvent = /^refs\/heads\/(.+)$/.exec(context.ref ?? '')?.[1];
  return base ?? context.pullRequest?.headRef ?? checkout.branch ?? ofEvent ?? context.defaultBranch ?? 'main';
}

/** What was approved or asked for is the pinned commit; asked again before a branch is moved (publish/commit.ts). */
async function refuseMovedHead(git: Git, remote: Remote, pullRequest: PullRequestContext): Promise<void> {
  const { number, headRef, headSha } = pullRequest;
  const tip = await readTip(git, remote, headRef);
  if (tip === headSha) return;
  const now = tip === undefined ? 'its branch is gone' : `its branch is at ${tip.slice(0, 12)} now`;
  throw new UserError(
    `Pull request #${number} has moved: this run was started for ${headSha.slice(0, 12)}, ${now}. Leave it to the run of the newer commit, or start a new one.`,
  );
}

async function fetchTip(git: Git, remote: Remote, branch: string, what: string): Promise<string> {
  const tip = await readTip(git, remote, branch);
  if (tip === undefined) throw new UserError(`${what}: the remote has no branch '${branch}'.`);
  await fetchMissing(git, remote, tip, branch);
  return tip;
}

async function readTip(git: Git, remote: Remote, branch: string): Promise<string | undefined> {
  return readRemoteBranch(git, remote, branch).catch((thrown: unknown) => {
    const reason = messageOf(thrown).replaceAll(/\s+/g, ' ');
    throw new UserError(`${reason} Check the remote 'origin' and the input 'github-token'.`);
  });
}

async function fetchMissing(git: Git, remote: Remote, commit: string, branch: string): Promise<void> {
  if ((await git.resolve(commit)) !== undefined) return;
  const fetched = await fetchCommit(git, remote, commit, { depth: 1 });
  if (fetched.kind === 'missing')
    throw new UserError(`Commit ${commit.slice(0, 12)} of '${branch}' cannot be fetched: ${fetched.reason}`);
}
