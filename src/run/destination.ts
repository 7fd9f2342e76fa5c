// Where the results of a spec go, and what earlier runs left there: commits, questions, answers, and what they spent.
import type { EarlierRun } from './earlier-run.js';
import { noteRecords, notesOnWork, questionRecords, readEarlierRun, withReport } from './earlier-run.js';
import type { RunContext } from '../inputs/inputs.js';
import type { Brief, PublishWorld, World } from './world.js';
import type { ChangePolicy, EarlierWork, LiveComment, PublishKind, Publisher } from '../publish/publish.js';
import {
  branchName,
  changePolicy,
  chooseKind,
  createPublisher,
  findEarlierWork,
  openLiveComment,
  readAttempts,
} from '../publish/publish.js';
import type { RunRecord, Spending } from '../report/report.js';
import { laterSpending } from '../report/report.js';
import type { ResumedResult } from './resumed-work.js';
import { resumeFromFolders } from './resumed-work.js';
import { protectedPaths } from '../workshop/workshop.js';

/** The pull request that a run works on, and the issue or pull request that it was asked for on. */
interface Place {
  pullRequest?: RunContext['pullRequest'];
  issueNumber?: number | undefined;
}

/** A run's own pull request has the report in its text, and gets no comment beside it. */
export function placeOf({ pullRequest, comment, ownPullRequestBase }: RunContext): Place {
  const issueNumber = ownPullRequestBase === undefined ? comment?.issueNumber : undefined;
  return {
    ...(pullRequest === undefined ? {} : { pullRequest }),
    ...(issueNumber === undefined ? {} : { issueNumber }),
  };
}

/** Where results of a spec go, by the inputs alone. @throws UserError when they ask for what is not there */
export function publisherFor(
  { inputs, context, git, remote, github, base, outlet }: PublishWorld,
  spec: { path: string; hash: string },
  { pullRequest, issueNumber }: Place,
): { publisher: Publisher; branch: string } {
  const reportOn = pullRequest?.number ?? issueNumber;
  const kind: PublishKind = chooseKind({
    publish: inputs.publish,
    context: { kind: context.kind, ...(pullRequest === undefined ? {} : { pullRequest }) },
  });
  const branch = branchName(inputs.branch, spec.path, [base.branch, context.defaultBranch ?? base.branch]);
  // On a runner `none` leaves no branch anywhere; in somebody's own clone the work branch stays there.
  const home = kind === 'none' && context.kind === 'github' ? undefined : remote;
  const publisher = createPublisher({
    kind,
    git,
    spec,
    branch,
    base: base.branch,
    baseCommit: base.commit,
    commitWith: inputs.commitWith,
    pullRequest: { draft: inputs.draft, labels: inputs.labels, reviewers: inputs.reviewers },
    refusal: outlet.refusal,
    ...(home === undefined ? {} : { remote: home }),
    ...(github === undefined ? {} : { github }),
    target: targetOf(pullRequest, base),
    ...(reportOn === undefined ? {} : { commentOn: reportOn }),
  });
  return { publisher, branch };
}

/** The branch that `publish: commit` moves when the result is verified. */
export function targetOf(pullRequest: RunContext['pullRequest'], base: World['base']): string {
  return pullRequest?.headRef ?? base.branch;
}

/** What the commits of a run may hold. @param run `start`: what its changes are compared with */
export function policyFor(
  { git, inputs }: { git: World['git']; inputs: Pick<World['inputs'], 'protectedPaths' | 'dependencies'> },
  run: { start: string; protectedFiles: readonly string[] },
): ChangePolicy {
  return changePolicy({
    ...{ git, start: run.start },
    isProtected: protectedPaths(inputs.protectedPaths, run.protectedFiles),
    dependencies: inputs.dependencies,
  });
}

/**
 * The publisher, asked whether it could publish, the comment that follows the run where there is a place for it, and what
 * earlier runs of this spec left: commits, questions, answers.
 */
export async function openPublication(
  world: World,
  brief: Brief,
  record: RunRecord,
): Promise<{
  publisher: Publisher;
  live: LiveComment | undefined;
  earlier: EarlierWork | undefined;
  earlierRun: EarlierRun;
  resumed: ResumedResult | undefined;
}> {
  const { inputs, context, git, remote, github, base, log } = world;
  const spec = { path: brief.spec.path, hash: brief.hash };
  const { pullRequest, comment } = context;
  const place = placeOf(context);
  const { publisher, branch } = publisherFor(world, spec, place);
  const { kind } = publisher;
  record.publication = { kind, warnings: [] };
  for (const warning of await publisher.preflight()) log.warning(warning);
  // Read with `none` too: another job may publish, and then earlier results are on the work branch all the same.
  const mayResume = remote !== undefined && kind !== 'comment' && inputs.resume === 'auto';
  const specNow = { ...spec, requirements: brief.spec.requirements };
  const { work: onBranch, merged } = mayResume
    ? await findEarlierWork({ git, remote, github, branch, base, spec: specNow })
    : { work: undefined, merged: [] };
  for (const each of merged)
    log.info(`Branch ${each.branch} was merged by pull request #${each.mergedBy}: nothing goes on from it.`);
  const protectedFiles = protectedFilesOf(world, brief);
  const policyOn = (start: string) => policyFor(world, { start, protectedFiles });
  const resumed =
    inputs.resumeFrom.length === 0
      ? undefined
      : await resumeFromFolders(world, brief, { branch, earlier: onBranch, merged, policyFor: policyOn });
  const earlier = resumed?.work ?? onBranch;
  const published = await readEarlierRun({
    ...{ inputs, github, spec, base: base.branch, mask: world.mask },
    branches: [earlier?.branch ?? branch, ...merged.map((each) => each.branch)],
    kind: kind === 'none' ? chooseKind({ publish: 'auto', context }) : kind,
    isPublishedElsewhere: kind === 'none',
    eventNumber: pullRequest?.number ?? place.issueNumber,
    warn: (text) => log.warning(text),
  });
  const left = resumed === undefined ? published : withReport(published, resumed.record, inputs.onQuestion);
  const requirementIds = brief.spec.requirements.map(({ id }) => id);
  const earlierRun = { ...left, notes: notesOnWork(left.notes, requirementIds, earlier) };
  if (earlier) recordEarlierWork(world, record, earlier, resumed?.work === undefined);
  if (inputs.resume === 'auto') {
    const attempts = mayResume ? await readAttempts(git, remote, spec) : undefined;
    recordSpending(world, record, laterSpending(laterSpending(earlier?.spent, earlierRun.spent), attempts));
  }
  record.records = noteRecords(earlierRun.notes, world.mask);
  const { questions, answers } = earlierRun;
  record.questions = questionRecords(questions);
  if (answers.length > 0) record.answers = answers;
  if (earlierRun.lastNumber > 0)
    log.info(`Of earlier runs' questions ${answers.length} are answered and ${questions.length} open.`);
  const reportOn = pullRequest?.number ?? comment?.issueNumber ?? earlierRun.pullRequest?.number;
  return { publisher, live: await liveComment(world, kind, spec.path, reportOn), earlier, earlierRun, resumed };
}

/** On the pull request or issue that the run belongs to, else on the pull request of its branch if that is open already. */
async function liveComment(
  { github, outlet, log }: World,
  kind: PublishKind,
  specPath: string,
  number: number | undefined,
): Promise<LiveComment | undefined> {
  if (github === undefined || number === undefined || kind === 'none') return undefined;
  const identity = await github.identity();
  const say = (sentence: string) => log.info(sentence);
  return openLiveComment({ github, identity, number, specPath, refusal: outlet.refusal, say });
}

/** The files that a run goes by: its spec, its agent file, and the standards with what they import. */
export function guidingFilesOf({ builtInAgents }: Pick<World, 'builtInAgents'>, brief: Brief): string[] {
  const { spec, agent, standards } = brief;
  const ofRepository = builtInAgents.has(agent.path) ? [] : [agent.path];
  return [...spec.files, ...ofRepository, ...standards.map((standard) => standard.path)];
}

/** What a run may not change: the files that it goes by, and those that the invocation's other runs go by. */
export function protectedFilesOf(world: Pick<World, 'builtInAgents' | 'specFiles'>, brief: Brief): string[] {
  return [...new Set([...guidingFilesOf(world, brief), ...world.specFiles])];
}

/** What the run goes on from, for the log and the report. @param isOnBranch else it is in a folder */
function recordEarlierWork({ log }: World, record: RunRecord, earlier: EarlierWork, isOnBranch: boolean): void {
  const where = isOnBranch ? `Branch ${earlier.branch}` : "The folder of input 'resume-from'";
  log.info(`${where} holds work of an earlier run: going on from ${earlier.commit.slice(0, 12)}.`);
  record.increments = earlier.increments.map((increment) => ({ ...increment, earlierRun: true }));
  if (earlier.stale.length > 0) {
    record.staleRequirements = earlier.stale;
    log.info(`Open again, as the spec's text of them was changed: ${earlier.stale.join(', ')}.`);
  }
}

function recordSpending({ log }: World, record: RunRecord, before: Spending | undefined): void {
  if (before === undefined) return;
  const { tokens, costUsd } = before;
  record.usage.earlier = { tokens, ...(costUsd === undefined ? {} : { costUsd }) };
  log.info(`Earlier runs on this text of the spec spent ${tokens} tokens, which count towards the limits.`);
}
