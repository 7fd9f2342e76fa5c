// The second job of two: takes what a run with `publish: none` left, makes its commits again under this job's own rules,
// and publishes them as the run would have. It holds a token that writes and no model key; what it is given counts as
// hostile. Reading and judging the report is run/result-reader.ts.
import { rm } from 'node:fs/promises';
import path from 'node:path';
import type { Step } from './announcement.js';
import { UserError } from './errors.js';
import type { PublishInputs, RunContext } from './inputs/inputs.js';
import { PUBLISH_INPUT_DEFAULTS, judgeTrust, readPublishInputs, unknownInputs } from './inputs/inputs.js';
import { selectSpecs } from './fleet/fleet.js';
import { baseBranch, makeFolders, openRepository, readTip, remoteOf, textsOf } from './invocation/invocation.js';
import type { Remote } from './platform/git-remote.js';
import { fetchCommit } from './platform/git-remote.js';
import type { Git } from './platform/git.js';
import { openGit, readCheckout } from './platform/git.js';
import type { GitHub } from './platform/github.js';
import type { Log } from './platform/log.js';
import type { Outlet } from './platform/outlet.js';
import type { ReceivedFolder } from './platform/received-folder.js';
import { openReceivedFolder } from './platform/received-folder.js';
import type { Result } from './publish/publish.js';
import { guardedPublisher, rebuildSeries } from './publish/publish.js';
import type { ReceivedResult } from './run/run.js';
import { findResults, judgeResult, placeOf, policyFor, publishRecord, publisherFor, readFiles } from './run/run.js';
import type { RunRecord } from './report/report.js';
import { publicationOutputs, verdictLine } from './report/report.js';

interface PublicationJob {
  inputs: PublishInputs;
  context: RunContext;
  /** The process environment without secrets. */
  environment: NodeJS.ProcessEnv;
  log: Log;
  outlet: Outlet;
}

type PublishedResult =
  /** With `publication.undelivered` in the record where it got nowhere. */
  { kind: 'published'; record: RunRecord; outputs: (file: string) => string } | { kind: 'refused'; message: string };

/** What this job knows by itself, the same for each result of the folder. */
interface Ground extends PublicationJob {
  git: Git;
  remote: Remote;
  github: GitHub | undefined;
  /** The branch results go to, and its present commit. */
  base: { branch: string; tip: string };
  /** The spec that a comment asks for. */
  asked: string | undefined;
  /** Specs that a result was taken of. */
  taken: Set<string>;
}

/**
 * The action `publish`.
 * @returns 0 when every result of the folder is published, whatever its outcome is: the run's own job has told that
 */
export async function publishStep(step: Step, outlet: Outlet): Promise<number> {
  const { getInput, log, announcement } = step;
  for (const warning of unknownInputs(Object.keys(process.env), Object.keys(PUBLISH_INPUT_DEFAULTS)))
    log.warning(warning);
  const inputs = readPublishInputs(getInput, step.context);
  step.forgetPrivateVariables();
  const { scratch } = await makeFolders(step.context.temp);
  try {
    const job = { inputs, context: step.context, environment: { ...process.env }, log, outlet };
    const results = await publishResults(job, scratch);
    const published = results.filter((result) => result.kind === 'published');
    const refused = results.filter((result) => result.kind === 'refused');
    const records = published.map(({ record }) => record);
    announcement.setOutputs({ ...publicationOutputs(records), ...(refused.length > 0 && { outcome: 'refused' }) });
    await announcement.summarise(published.map((each) => ({ ...each, transcript: '' }))); // the run's own job has drawn it
    if (results.length === 0) log.info('There is nothing to publish: the run made no result.');
    const lost = records.filter(({ publication }) => publication.undelivered);
    for (const record of records) log[lost.includes(record) ? 'error' : 'info'](verdictLine(record));
    announcement.tellOpen(records);
    for (const { message } of refused) log.error(message);
    return refused.length === 0 && lost.length === 0 && outlet.alarms.length === 0 ? 0 : 1;
  } finally {
    await rm(path.dirname(scratch), { recursive: true, force: true });
  }
}

/**
 * Publishes every result of the folder that is sound; another's refusal does not keep it back.
 * @param scratch a folder that the caller removes afterwards
 * @returns none when the folder holds no result @throws UserError for what forbids the job as a whole
 */
async function publishResults(job: PublicationJob, scratch: string): Promise<PublishedResult[]> {
  const { inputs, log } = job;
  const github = openRepository(inputs, job.context);
  const trust = await judgeTrust(job.context, { allowedBots: inputs.allowedBots, sandbox: 'auto', github });
  if (trust.kind === 'refused') throw new UserError(trust.message);
  if (trust.kind === 'idle') {
    log.info(trust.message);
    return [];
  }
  const { context } = trust;
  const folder = await openReceivedFolder(path.resolve(context.workspace, inputs.result), 'result');
  const found = findResults(folder);
  if (found.length === 0) return [];
  const ground = await openGround({ ...job, context }, github, trust.specPath, scratch);
  const published: PublishedResult[] = [];
  for (const prefix of found) published.push(await publishOne(ground, folder, prefix));
  return published;
}

async function openGround(
  job: PublicationJob,
  github: GitHub | undefined,
  asked: string | undefined,
  scratch: string,
): Promise<Ground> {
  const { inputs, context, environment } = job;
  const git = await openGit(context.workspace, path.join(scratch, 'repository.git'), environment);
  const checkout = await readCheckout(context.workspace, environment);
  const remote = remoteOf(inputs, context, checkout);
  if (context.kind !== 'github' || remote === undefined)
    throw new UserError('This action publishes to the repository of a workflow run on GitHub. Start it in a workflow.');
  const branch = baseBranch(inputs.base, context, checkout);
  const tip = await fetchTipIfThere(git, remote, branch);
  if (tip === undefined) throw new UserError(`The remote has no branch '${branch}'. Set the input 'base'.`);
  return { ...job, git, remote, github, base: { branch, tip }, asked, taken: new Set() };
}

/** The branch's commit with its history; `undefined` when there is no such branch. */
async function fetchTipIfThere(git: Git, remote: Remote, branch: string): Promise<string | undefined> {
  const tip = await readTip(git, remote, branch);
  if (tip === undefined || (await git.resolve(tip)) !== undefined) return tip;
  const fetched = await fetchCommit(git, remote, `refs/heads/${branch}`);
  if (fetched.kind === 'missing') throw new UserError(`Branch '${branch}' cannot be fetched: ${fetched.reason}`);
  return tip;
}

async function publishOne(ground: Ground, folder: ReceivedFolder, prefix: string): Promise<PublishedResult> {
  const { git, log, context, base } = ground;
  try {
    const files = await readFiles(folder, prefix);
    await requireBase(ground, files.result);
    const received = await judgeResult(files, folder, prefix, ground);
    const { record, result, spec, outputs } = received;
    const world = { ...ground, base: { branch: base.branch, commit: result.base.commit } };
    const protectedFiles = [...spec.files, ...(await requireSelected(ground, received))];
    const { publisher: unguarded, branch } = publisherFor(world, spec, placeOf(context));
    await requireStart(ground, result, branch);
    const policy = policyFor(ground, { start: result.start, protectedFiles });
    const rebuilt = await rebuildSeries({
      ...{ git, result, spec, policy },
      runUrl: record.run.url ?? '',
      requirementIds: spec.requirements.map(({ id }) => id),
    });
    if (rebuilt.kind === 'refused') throw new UserError(`The result was refused: ${rebuilt.reason}`);
    const publisher = guardedPublisher(unguarded, policy);
    for (const warning of await publisher.preflight()) log.warning(warning);
    // The report is worded by how it is published, here as in a run.
    record.publication = { kind: publisher.kind, warnings: [] };
    const headCommit = rebuilt.head.commit === result.base.commit ? undefined : rebuilt.head.commit;
    await publishRecord(ground, publisher, record, {
      title: `Implement ${spec.title}`,
      ...{ headCommit, outputs },
    });
    return { kind: 'published', record, outputs };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { kind: 'refused', message: error.message };
  }
}

/**
 * The spec must be one that this job is there for, once: the input's, and the comment's where one asked for it.
 * @returns the texts of all that the input selects, which no result may change
 */
async function requireSelected(
  { git, inputs, asked, taken }: Ground,
  { result, spec }: ReceivedResult,
): Promise<string[]> {
  const tree = await git.sourceTree(result.base.commit);
  const { specs } = selectSpecs(inputs.spec, tree.files);
  const isSelected = inputs.spec.length === 0 || specs.some((path) => path.replace(/\/+$/, '') === spec.path);
  if (!isSelected || (asked !== undefined && asked !== spec.path))
    throw new UserError(
      `The result was refused: it is of '${spec.path}', which this job is not to publish. Give both jobs the same 'spec'.`,
    );
  if (taken.has(spec.path)) throw new UserError(`The result was refused: another one is of '${spec.path}' too.`);
  taken.add(spec.path);
  return textsOf(tree, specs);
}

/** The base must be this job's own: a commit of the branch that this job would publish on. */
async function requireBase({ git, remote, base }: Ground, result: Result): Promise<void> {
  if (result.base.branch !== base.branch)
    throw new UserError(
      `The result was refused: it was made for another branch than '${base.branch}'. Give both jobs the same 'base'.`,
    );
  const { commit } = result.base;
  if ((await git.resolve(commit)) === undefined) await fetchCommit(git, remote, `refs/heads/${base.branch}`);
  if ((await git.resolve(commit)) === undefined || !(await git.isAncestor(commit, base.tip)))
    throw new UserError(
      `The result was refused: its base ${commit.slice(0, 12)} is no commit of '${base.branch}' that this job can see. Check out with 'fetch-depth: 0'.`,
    );
}

/** The series must stand on what the repository holds already: the base branch, or an earlier run's branch. */
async function requireStart({ git, remote }: Ground, { start, base }: Result, branch: string): Promise<void> {
  if (start === base.commit) return;
  if ((await git.resolve(start)) !== undefined && (await git.isAncestor(start, base.commit))) return;
  const tip = await fetchTipIfThere(git, remote, branch);
  const isKnown = tip !== undefined && (await git.resolve(start)) !== undefined && (await git.isAncestor(start, tip));
  if (!isKnown)
    throw new UserError(
      `The result was refused: it stands on ${start.slice(0, 12)}, which is neither on its base nor on '${branch}'.`,
    );
}
