// Goes on from what an earlier run left in its report folder (input `resume-from`), where no branch holds its commits.
// Whoever could write to that run's runner, or to where the folder was kept, chose every byte in it: the commits are made
// again under this run's own rules, and nothing counts as verified that this run has not verified.
import { realpath } from 'node:fs/promises';
import path from 'node:path';
import { UserError } from '../errors.js';
import { fetchCommit } from '../platform/git-remote.js';
import { isShallow, readHistory } from '../platform/git-history.js';
import { openReceivedFolder } from '../platform/received-folder.js';
import type { ChangePolicy, EarlierBranches, EarlierWork, PackedCommit, Result } from '../publish/publish.js';
import { RESULT_FILE, isBeginning, readCommits, readLine, rebuildSeries } from '../publish/publish.js';
import { findReports, readReport, readResultFile } from './result-reader.js';
import type { RunRecord } from '../report/report.js';
import type { Brief, World } from './world.js';

export interface ResumedResult {
  /** Absent where the earlier run made no commit. */
  work: EarlierWork | undefined;
  /** What the commits stand on, and they themselves, for the result that this run leaves in turn. */
  start: string;
  commits: PackedCommit[];
  /** The earlier run's report: what it asked and spent. */
  record: RunRecord;
}

interface ResumeRequest {
  /** The work branch. */
  branch: string;
  /** What the work branch holds already. */
  earlier: EarlierWork | undefined;
  /** What pull requests have merged, though history does not tell. */
  merged: EarlierBranches['merged'];
  /** What the commits on a start may hold. */
  policyFor: (start: string) => ChangePolicy;
}

const ANEW = 'This run starts anew.';
const MAX_COMMITS = 500;

/**
 * The work on the brief's spec in the folders of the input; of several the newest.
 * @returns `undefined` when they hold none on the spec's present text, or the work branch is further
 * @throws UserError for a folder that cannot be what is meant: no result, damaged, of another repository, base or spec
 */
export async function resumeFromFolders(
  world: World,
  brief: Brief,
  request: ResumeRequest,
): Promise<ResumedResult | undefined> {
  const { inputs, log } = world;
  const found: { record: RunRecord; result: Result | undefined }[] = [];
  for (const folder of inputs.resumeFrom) found.push(...(await readFolder(world, folder)));
  const ofSpec = found.filter(({ record }) => record.spec.path === brief.spec.path);
  if (ofSpec.length === 0) {
    const others = [...new Set(found.map(({ record }) => `'${record.spec.path}'`))].join(', ');
    const sentence = `Input 'resume-from': what is there belongs to ${others}, not to '${brief.spec.path}'.`;
    if (isOneSpec(inputs.spec)) throw new UserError(sentence);
    log.warning(`${sentence} ${ANEW}`);
    return undefined;
  }
  const [newest] = ofSpec
    .filter(({ record, result }) => record.spec.hash === brief.hash && result !== undefined)
    .sort((one, other) => Date.parse(other.record.run.startedAt) - Date.parse(one.record.run.startedAt));
  if (newest?.result === undefined) {
    const isOther = ofSpec.some(({ result }) => result !== undefined);
    const why = isOther ? 'the spec was changed since that run' : 'that run ended before it had begun to work';
    log.warning(`Input 'resume-from': ${why}. ${ANEW}`);
    return undefined;
  }
  return rebuild(world, brief, { record: newest.record, result: newest.result }, request);
}

/** One plain path: then folders that hold another spec's work cannot be meant. */
function isOneSpec(wanted: readonly string[]): boolean {
  return wanted.length === 1 && !/[*?[{]/.test(wanted[0] ?? '');
}

/** Every report of a folder with its result; a run that ended early left only the first. */
async function readFolder(
  { context }: World,
  given: string,
): Promise<{ record: RunRecord; result: Result | undefined }[]> {
  const folder = path.resolve(context.workspace, given);
  await requireInside(folder, given, [context.workspace, context.temp]);
  const received = await openReceivedFolder(folder, 'resume-from');
  const reports = findReports(received);
  if (reports.length === 0)
    throw refusal(`the folder '${given}' holds no report.json of a run. Give the folder of its artifact`);
  const read: { record: RunRecord; result: Result | undefined }[] = [];
  try {
    for (const prefix of reports) {
      const hasResult = received.files.has(`${prefix}${RESULT_FILE}`);
      const result = hasResult ? await readResultFile(received, prefix) : undefined;
      read.push({ record: await readReport(received, prefix), result });
    }
    return read;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw refusal(`the folder '${given}' is damaged. ${error.message.replace(/\.$/, '')}`);
  }
}

/** A folder elsewhere was not made by this job's steps. One that is not there is told about where it is opened. */
async function requireInside(folder: string, given: string, roots: readonly string[]): Promise<void> {
  const real = await realpath(folder).catch(() => undefined);
  if (real === undefined) return;
  for (const root of roots) {
    const way = path.relative(await realpath(root), real);
    if (way !== '..' && !way.startsWith('../') && !path.isAbsolute(way)) return;
  }
  throw refusal(
    `the folder '${given}' lies outside of the workspace and of RUNNER_TEMP. Download the artifact into one`,
  );
}

async function rebuild(
  world: World,
  brief: Brief,
  { record, result }: { record: RunRecord; result: Result },
  { branch, earlier, merged, policyFor }: ResumeRequest,
): Promise<ResumedResult | undefined> {
  const { git, log } = world;
  const { start } = result;
  requireOrigin(world, record, result);
  const mergeBase = await mergeBaseOf(world, result, earlier);
  const ofThisText = { path: brief.spec.path, hash: brief.hash, requirements: brief.spec.requirements };
  // What the earlier run called verified is for this run to verify: its closing commit, which changes nothing, is left out.
  const commits = result.commits.filter(({ outcome }) => outcome === undefined);
  if (result.commits.slice(0, commits.length).some(({ outcome }) => outcome !== undefined))
    throw refusal('a commit before the last one says that it was verified');
  const runUrl = record.run.url ?? '';
  const terms = {
    ...{ git, spec: ofThisText, runUrl, policy: policyFor(start) },
    requirementIds: brief.spec.requirements.map(({ id }) => id),
  };
  let stands = start;
  let rebuilt = accepted(await rebuildSeries({ ...terms, result: { start, commits } }));
  for (const { mergedBy, commit: tip } of merged) {
    const { commit: head } = rebuilt.head;
    if (head !== tip && (await placeBeside(git, start, head, tip)).kind !== 'behind') continue;
    log.info(`Pull request #${mergedBy} has merged all of what 'resume-from' holds: nothing goes on from it.`);
    return undefined;
  }
  const place = earlier && (await placeBeside(git, start, rebuilt.head.commit, earlier.commit));
  if (place?.kind === 'behind') {
    log.info(`Branch ${earlier?.branch} holds all of what 'resume-from' holds: going on from the branch.`);
    return undefined;
  }
  if (place?.kind === 'apart') {
    // Never lost: the branch holds it. But work that stands beside the branch could only become a second branch.
    log.warning(`Branch ${earlier?.branch} holds other work than what 'resume-from' holds: going on from the branch.`);
    return undefined;
  }
  if (earlier !== undefined && place?.kind === 'ahead-by-content') {
    // GitHub made the commits anew that are on the branch, so those that it lacks are made once more upon them.
    stands = earlier.commit;
    const rest = { start: stands, commits: commits.slice(place.shared) };
    rebuilt = accepted(await rebuildSeries({ ...terms, isElsewhere: true, result: rest }));
  }
  const { commit } = rebuilt.head;
  const made = await git.messages(commit, { exclude: mergeBase, max: MAX_COMMITS });
  const said = readCommits(made, await git.treeOf(mergeBase), ofThisText);
  const work = said && { branch: earlier?.branch ?? branch, commit, mergeBase, isVerified: false, ...said };
  const packed = rebuilt.commits.map((each) => ({ ...each, runUrl: each.runUrl ?? runUrl }));
  return { work, start: stands, commits: packed, record };
}

/** @throws UserError for a series that cannot be made again as it was */
function accepted(rebuilt: Awaited<ReturnType<typeof rebuildSeries>>) {
  if (rebuilt.kind === 'rebuilt') return rebuilt;
  throw refusal(`it is damaged or was changed: ${rebuilt.reason.replace(/\.$/, '')}`);
}

type Place =
  | { kind: 'ahead' | 'behind' | 'apart' }
  /** The branch holds the first commits, `shared` of them, under other ids. */
  | { kind: 'ahead-by-content'; shared: number };

/** Where a line of commits is beside what the branch holds. */
async function placeBeside(git: World['git'], start: string, head: string, tip: string): Promise<Place> {
  if (await git.isAncestor(tip, head)) return { kind: 'ahead' };
  if (await git.isAncestor(head, tip)) return { kind: 'behind' };
  const [ours, theirs] = [await readLine(git, head, start), await readLine(git, tip, start)];
  if (isBeginning(ours, theirs)) return { kind: 'behind' };
  return isBeginning(theirs, ours) ? { kind: 'ahead-by-content', shared: theirs.length } : { kind: 'apart' };
}

/** Whose result it is: of this repository, for the branch that this run works on. */
function requireOrigin({ context, base }: World, record: RunRecord, result: Result): void {
  const { repository, serverUrl } = context;
  const here = `${repository?.owner ?? ''}/${repository?.name ?? ''}`;
  if (repository !== undefined && result.repository !== here)
    throw refusal(`it was made for another repository than ${here}`);
  const runs = `${serverUrl}/${result.repository}/actions/runs/`;
  if (record.run.url?.startsWith(runs) !== true) throw refusal('its report names no workflow run of this repository');
  if (result.base.branch !== base.branch) throw refusal(`it was made for another branch than '${base.branch}'`);
}

/** Where the work left the base branch. It stands on that, or on what an earlier run has pushed. */
async function mergeBaseOf(world: World, { start }: Result, earlier: EarlierWork | undefined): Promise<string> {
  const { git, base } = world;
  if (await isOfBase(world, start)) return start;
  const isKnown = earlier !== undefined && (await git.resolve(start)) !== undefined;
  if (isKnown && (await git.isAncestor(start, earlier.commit))) return earlier.mergeBase;
  throw refusal(
    `it stands on ${start.slice(0, 12)}, which is neither on '${base.branch}' as this run has it nor on the work branch`,
  );
}

/** Whether a commit belongs to the base's history; where a shallow clone lacks it, it is fetched. */
async function isOfBase({ git, remote, base }: World, commit: string): Promise<boolean> {
  const isHere = (await git.resolve(commit)) !== undefined;
  if (isHere && (await git.isAncestor(commit, base.commit))) return true;
  if (remote === undefined || !(await isShallow(git))) return false;
  const history = await readHistory(git, remote, [base.commit], 'whole');
  if (history === undefined || !(await history.isAncestor(commit, base.commit))) return false;
  return isHere || (await fetchCommit(git, remote, commit, { depth: 1 })).kind === 'fetched';
}

function refusal(reason: string): UserError {
  return new UserError(`Input 'resume-from': ${reason}. Correct the input, or leave it out to start anew.`);
}
