// The story of one spec's run: brief, preparation, implementation, report. The chapters are preparation.ts and
// implementation.ts; everything real comes in through `World`.
import { messageOf, UserError } from './errors.js';
import { findProof } from './fleet/fleet.js';
import { implement } from './implementation.js';
import { isShallow, readHistory } from './platform/git-history.js';
import type { Log } from './platform/log.js';
import type { ReportFolder } from './platform/report-folder.js';
import type { Brief, World } from './preparation.js';
import { prepare, readBrief } from './preparation.js';
import type { PageSources, RunRecord } from './report/report.js';
import { emptyRecord, renderMarkdown, renderPage, reportJson } from './report/report.js';

export type { World } from './preparation.js';

/**
 * Runs one spec to its end and writes its report.
 * @param scratch a folder of the host that the caller removes afterwards
 * @throws never a UserError: what forbids the run is the outcome `refused`. What it throws is a defect, after the report.
 */
export async function runSpec(
  world: World,
  specPath: string,
  folder: ReportFolder,
  scratch: string,
): Promise<RunRecord> {
  const started = performance.now();
  const isCancelled = () => world.signal.aborted;
  const record = emptyRecord({
    specPath,
    version: world.version,
    runUrl: world.context.runUrl,
    limits: world.inputs,
  });
  try {
    if (isCancelled()) return recordCancelled(record);
    const brief = await readBrief(world, specPath, record);
    if (!(await isAlreadyProven(world, brief, record))) {
      const ready = await prepare(world, brief, record, folder, scratch);
      if (ready !== undefined && isCancelled()) recordCancelled(record);
      else if (ready !== undefined)
        await implement(world, brief, ready, record, folder).finally(() => ready.progress.end());
    }
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    record.outcome = 'refused';
    record.message = error.message;
  } finally {
    record.usage.durationSeconds = Math.round((performance.now() - started) / 100) / 10;
    await folder.maskWholeFiles();
    if (world.outlet.alarms.length > 0) record.alarms = [...world.outlet.alarms];
    await writeReport(record, folder, world.log);
  }
  return record;
}

function recordCancelled(record: RunRecord): RunRecord {
  record.outcome = 'stopped';
  record.stopReason = 'cancelled';
  record.message = 'The run was cancelled before anything was spent.';
  return record;
}

/** report.json for machines, report.md and report.html for people. */
export async function writeReport(record: RunRecord, folder: ReportFolder, log: Log): Promise<void> {
  await folder.write('report.json', reportJson(record));
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

async function isAlreadyProven(world: World, brief: Brief, record: RunRecord): Promise<boolean> {
  const spec = { path: brief.spec.path, hash: brief.hash };
  const proof = (await findProof(world.git, world.base.commit, spec)) ?? (await findProofInHistory(world, spec));
  if (proof === undefined) return false;
  record.outcome = 'unchanged';
  record.message = `The spec is unchanged since commit ${proof.slice(0, 12)} verified it.`;
  return true;
}

/** In the history that a shallow clone lacks. */
async function findProofInHistory(
  { git, remote, base }: World,
  spec: { path: string; hash: string },
): Promise<string | undefined> {
  if (remote === undefined || !(await isShallow(git))) return undefined;
  const history = await readHistory(git, remote, [base.commit], 'recent');
  return history && findProof(history, base.commit, spec);
}
