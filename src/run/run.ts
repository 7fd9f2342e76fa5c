// The door of the room `run`, and the story of one spec's run: brief, preparation, implementation, report. The chapters
// are in the files beside it; everything real comes in through `World`.
import { asError, messageOf, UserError } from '../errors.js';
import { implement } from './implementation.js';
import type { Log } from '../platform/log.js';
import type { ReportFolder } from '../platform/report-folder.js';
import { offerVerified } from './late-offer.js';
import { prepare, readBrief } from './preparation.js';
import { showPrompt } from './prompt.js';
import { isCommitOf } from '../publish/publish.js';
import type { PageSources, RunRecord } from '../report/report.js';
import { emptyRecord, renderMarkdown, renderPage, reportJson } from '../report/report.js';
import type { Brief, World } from './world.js';

export { placeOf, policyFor, publisherFor } from './destination.js';
export { publishRecord } from './publish-and-record.js';
export { findResults, judgeResult, readFiles, type ReceivedResult } from './result-reader.js';
export { markCutOff, readUnfinished, type UnfinishedRun } from './unfinished.js';
export type { Folders, PublishWorld, World } from './world.js';

/** What was decided about a spec before its run, in view of all others. */
export type Decision =
  | { kind: 'run' }
  | ({ kind: 'skip' } & Pick<RunRecord, 'outcome' | 'message' | 'stopReason'>)
  /** Deciding broke, by a defect of ours. */
  | { kind: 'broken'; defect: unknown };

/** How the run of a spec ended. */
export interface SpecEnd {
  record: RunRecord;
  /** A defect of ours that broke the run: for the caller to tell, once everything that there is has been told. */
  defect?: Error;
}

/**
 * Runs one spec to its end, or says why it is left alone, and writes its report. Never throws: what forbids the run is
 * the outcome `refused`, and a defect must not cost other specs of the invocation their runs.
 * @param scratch a folder of the host that the caller removes afterwards
 */
export async function runSpec(
  world: World,
  specPath: string,
  decision: Decision,
  folder: ReportFolder,
  scratch: string,
): Promise<SpecEnd> {
  const started = performance.now();
  const record = emptyRecord({
    specPath,
    version: world.version,
    runUrl: world.context.runUrl,
    limits: world.inputs,
  });
  let defect: Error | undefined;
  try {
    defect = await runChapters(world, specPath, decision, record, folder, scratch);
  } catch (error) {
    if (error instanceof UserError) Object.assign(record, { outcome: 'refused', message: error.message });
    else defect = recordDefect(record, error);
  }
  try {
    record.usage.durationSeconds = Math.round((performance.now() - started) / 100) / 10;
    await folder.maskWholeFiles();
    if (world.outlet.alarms.length > 0) record.alarms = [...world.outlet.alarms];
    await writeReport(record, folder, world.log);
  } catch (error) {
    defect ??= recordDefect(record, error);
  }
  return { record, ...(defect === undefined ? {} : { defect }) };
}

/** From the brief to the publication; all that is found goes into the record. @returns a defect that ended the work */
async function runChapters(
  world: World,
  specPath: string,
  decision: Decision,
  record: RunRecord,
  folder: ReportFolder,
  scratch: string,
): Promise<Error | undefined> {
  const isCancelled = () => world.signal.aborted;
  if (decision.kind === 'broken') throw decision.defect;
  if (isCancelled()) return recordCancelled(record);
  const brief = await readBrief(world, specPath, record);
  if (decision.kind === 'skip') return skip(record, decision);
  if (await isOwnPush(world, brief, record)) return undefined;
  const prepared = await prepare(world, brief, record, folder, scratch);
  switch (prepared.kind) {
    case 'waiting':
      return undefined;
    case 'verified-already':
      await offerVerified(world, brief, prepared, record, folder);
      return undefined;
    case 'dry-run':
      await showPrompt(world, brief, prepared.known, folder);
      return undefined;
    case 'ready':
  }
  const { ready } = prepared;
  if (isCancelled()) return recordCancelled(record);
  return implement(withinTotal(world, record), brief, ready, record, folder).finally(() => ready.progress.end());
}

/** A run that has its verdict keeps it: cargo's word does not change. But what was to be published may not be out. */
function recordDefect(record: RunRecord, thrown: unknown): Error {
  const defect = asError(thrown);
  const sentence = `Ferrule failed: ${defect.message}`;
  const { outcome, publication } = record;
  if (outcome === 'stopped') Object.assign(record, { stopReason: 'defect', message: sentence });
  else {
    record.message += ` ${sentence}`;
    const isOut = publication.commit !== undefined || publication.comment !== undefined;
    if (publication.kind !== 'none' && !isOut) publication.undelivered = true;
  }
  return defect;
}

/** The limit of cost as the invocation's total leaves it. What earlier runs spent on the spec is not of this total. */
function withinTotal(world: World, record: RunRecord): World {
  if (world.costLeftUsd === undefined) return world;
  const { earlier, limits } = record.usage;
  const leftUsd = Number((world.costLeftUsd + (earlier?.costUsd ?? 0)).toFixed(6));
  limits.maxCostUsd = Math.min(world.inputs.maxCostUsd, leftUsd);
  return { ...world, inputs: { ...world.inputs, maxCostUsd: limits.maxCostUsd } };
}

function skip(record: RunRecord, { outcome, message, stopReason }: Extract<Decision, { kind: 'skip' }>): undefined {
  Object.assign(record, { outcome, message }, stopReason === undefined ? {} : { stopReason });
}

function recordCancelled(record: RunRecord): undefined {
  record.outcome = 'stopped';
  record.stopReason = 'cancelled';
  record.message = 'The run was cancelled before anything was spent.';
}

/** report.json for machines, report.md and report.html for people. */
export async function writeReport(record: RunRecord, folder: ReportFolder, log: Log): Promise<void> {
  folder.replace('report.json', reportJson(record)); // a kill leaves the last one or this one, whole
  const outputs = (file: string) => folder.readText(file);
  await folder.write('report.md', renderMarkdown(record, { outputs, maxChars: Infinity }));
  try {
    await folder.write('report.html', renderPage(pageSources(folder)));
  } catch (error) {
    // The page holds nothing that the other files lack: a run that is over must not fail for it.
    log.warning(`report.html could not be written: ${messageOf(error)}`);
  }
}

/** Only what lies in the folder, where every secret is masked; escaped for the page, some could no longer be recognised. */
function pageSources(folder: ReportFolder): PageSources {
  return {
    record: JSON.parse(folder.readText('report.json')) as RunRecord,
    transcript: folder.readText('transcript.jsonl'),
    patch: folder.readText('change.patch'),
    outputFiles: folder.outputFiles(),
    readOutput: (file, maxBytes) => folder.readEnds(file, maxBytes),
  };
}

/** The push of a run's increment to its work branch, by a token whose pushes start workflows: the run is still at it. */
async function isOwnPush({ context, git, base }: World, brief: Brief, record: RunRecord): Promise<boolean> {
  if (context.eventName !== 'push' || base.branch === context.defaultBranch) return false;
  const [head] = await git.messages(base.commit, { max: 1 });
  if (head === undefined || !isCommitOf(head.message, brief.spec.path)) return false;
  record.outcome = 'unchanged';
  record.message = `The push is a run's own: commit ${base.commit.slice(0, 12)} on ${base.branch} is work on this spec.`;
  return true;
}
