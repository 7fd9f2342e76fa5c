// The post step of the action: what a run that was killed left is pushed, reported and cleared away. A run that came to
// its end, also by a cancellation, left nothing to do here. Nothing is asked of the model, and no code of the work runs.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { messageOf } from './errors.js';
import type { Invocation } from './invocation/invocation.js';
import { reopenWorld } from './invocation/invocation.js';
import { ReportFolder } from './platform/report-folder.js';
import { guardedPublisher } from './publish/publish.js';
import type { RunRecord } from './report/report.js';
import { runRecordSchema, verdictLine } from './report/report.js';
import type { Folders, UnfinishedRun } from './run/run.js';
import { policyFor, publishRecord, publisherFor, readUnfinished, writeReport } from './run/run.js';

type PostStep = Pick<Invocation, 'inputs' | 'context' | 'environment' | 'log' | 'outlet' | 'mask'>;

/** Finishes what is there to finish: its commits are published with the report as the run last wrote it down. */
export async function finishKilledRuns(step: PostStep, folders: Folders): Promise<void> {
  for (const run of readUnfinished(folders.scratch)) {
    step.log.warning(`The run on ${run.spec.path} was ended from outside; its report is completed now.`);
    try {
      step.log.info(verdictLine(await finish(step, folders, run)));
    } catch (error) {
      step.log.warning(`It could not be finished: ${messageOf(error)} The report folder holds what it had reached.`);
    }
  }
}

/** Whether there is anything to finish: else nothing is read and nobody is asked. */
export function hasUnfinished(folders: Folders): boolean {
  return existsSync(folders.scratch) && readUnfinished(folders.scratch).length > 0;
}

async function finish(step: PostStep, folders: Folders, run: UnfinishedRun): Promise<RunRecord> {
  const folder = await ReportFolder.create(run.report, step.mask);
  const record = runRecordSchema.parse(JSON.parse(await readFile(path.join(folder.dir, 'report.json'), 'utf8')));
  const world = await reopenWorld(step, folders, run.base);
  const headCommit = run.head === run.from ? undefined : run.head;
  // The record's own words are kept: a verdict that the run had reached before it was killed is a verdict.
  const patch = path.join(folder.dir, 'change.patch');
  if (!existsSync(patch)) await folder.writeBytes('change.patch', await world.git.diff(run.from, run.head));
  try {
    const publisher = guardedPublisher(publisherFor(world, run.spec, run.place).publisher, policyFor(world, run));
    await folder.maskWholeFiles();
    await publishRecord({ ...step, github: world.github }, publisher, record, {
      title: `Implement ${record.spec.title}`,
      headCommit,
      ...(run.onto === undefined ? {} : { onto: run.onto }),
      outputs: (file) => folder.readText(file),
    });
  } finally {
    await writeReport(record, folder, step.log);
  }
  return record;
}
