// The story of one spec's run: brief, preparation, implementation, report. The chapters are preparation.ts and
// implementation.ts; everything real comes in through `World`.
import { UserError } from './errors.js';
import { findProof } from './fleet/fleet.js';
import { implement } from './implementation.js';
import { deepenHistory } from './platform/git-remote.js';
import type { ReportFolder } from './platform/report-folder.js';
import type { Brief, World } from './preparation.js';
import { prepare, readBrief } from './preparation.js';
import type { RunRecord } from './report/report.js';
import { emptyRecord, renderMarkdown, reportJson } from './report/report.js';

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
  const record = emptyRecord({
    specPath,
    version: world.version,
    runUrl: world.context.runUrl,
    limits: world.inputs,
  });
  try {
    if (world.signal.aborted) return recordCancelled(record);
    const brief = await readBrief(world, specPath, record);
    if (!(await isAlreadyProven(world, brief, record))) {
      const ready = await prepare(world, brief, record, folder, scratch);
      if (ready !== undefined && world.signal.aborted) recordCancelled(record);
      else if (ready !== undefined) await implement(world, brief, ready, record, folder);
    }
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    record.outcome = 'refused';
    record.message = error.message;
  } finally {
    record.usage.durationSeconds = Math.round((performance.now() - started) / 100) / 10;
    await writeReport(record, folder);
  }
  return record;
}

function recordCancelled(record: RunRecord): RunRecord {
  record.outcome = 'stopped';
  record.stopReason = 'cancelled';
  record.message = 'The run was cancelled before anything was spent.';
  return record;
}

/** report.json and report.md, for machines and for people. */
export async function writeReport(record: RunRecord, folder: ReportFolder): Promise<void> {
  await folder.write('report.json', reportJson(record));
  const outputs = (file: string) => folder.readText(file);
  await folder.write('report.md', renderMarkdown(record, { outputs, maxChars: Infinity }));
}

async function isAlreadyProven(world: World, brief: Brief, record: RunRecord): Promise<boolean> {
  const spec = { path: brief.spec.path, hash: brief.hash };
  let proof = await findProof(world.git, world.base.commit, spec);
  if (
    proof === undefined &&
    world.remote !== undefined &&
    (await deepenHistory(world.git, world.remote, [world.base.commit]))
  )
    proof = await findProof(world.git, world.base.commit, spec);
  if (proof === undefined) return false;
  record.outcome = 'unchanged';
  record.message = `The spec is unchanged since commit ${proof.slice(0, 12)} verified it.`;
  return true;
}
