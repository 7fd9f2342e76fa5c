// The end of a run: the verdict, the record's facts, the patch, and publication. Nothing here asks the model anything.
import path from 'node:path';
import type { Budget, Notebook, Series } from '../agent/agent.js';
import { noteRecords, questionRecords } from './earlier-run.js';
import { ToolError } from '../errors.js';
import type { LeftResult } from './result-writer.js';
import type { ReportFolder } from '../platform/report-folder.js';
import type { Ready } from './preparation.js';
import { publishRecord } from './publish-and-record.js';
import { RESULT_FILE } from '../publish/publish.js';
import type { RoundsEnd } from './rounds.js';
import type { RunRecord } from '../report/report.js';
import { baselineRecord } from '../report/report.js';
import type { Baseline, Verification } from '../verify/verify.js';
import { proveBeside } from './proofs.js';
import type { Brief, World } from './world.js';
import { gateRecord, judgeOutcome, judgedGateRecord, reproduceCommands } from '../verify/verify.js';

/** All work against the base, also what never became green; in the report folder. */
const PATCH_FILE = 'change.patch';

interface Conclusion extends RoundsEnd {
  series: Series;
  notebook: Notebook;
  budget: Budget;
  /** Whether a tree holds more than the base brought into step with itself. */
  isChanged: (tree: string) => boolean;
  baseline: Baseline | undefined;
  record: RunRecord;
  folder: ReportFolder;
  /** The commits as other jobs and runs take them up. */
  left: LeftResult;
  /** Writes down how far the run is, so that a kill from here on leaves its verdict. */
  keep: () => void;
}

/** Judges, records, saves and publishes, in this order: what was made is on disk before anything is sent. */
export async function conclude(world: World, brief: Brief, ready: Ready, run: Conclusion): Promise<void> {
  const { record, series, verification } = run;
  const isChanged = verification !== undefined && run.isChanged(verification.tree);
  Object.assign(
    record,
    judgeOutcome({
      stop: run.stop,
      verification: verification && { ...verification, failed: failedGates(verification) },
      isChanged,
      blockingQuestions: run.notebook.questions.filter((question) => question.blocking).length,
      isAllWaiting: run.notebook.isAllWaiting,
    }),
  );
  if (series.onto !== undefined)
    record.message += ` Brought together with ${series.onto.commit.slice(0, 12)} of the target branch, and verified there.`;
  if (record.outcome === 'verified' && verification !== undefined) {
    const names = gateNames(verification).join(', ');
    const subject = `Verify the implementation of ${path.basename(brief.spec.path)}`;
    await series.close(subject.slice(0, 72), `${names}: passed on tree ${verification.tree}.`);
  }
  // A branch without a commit cannot become a pull request, and then nobody could answer on it.
  const mayBeProposed =
    ready.publisher.kind === 'pull-request' || (ready.publisher.kind === 'none' && world.context.kind === 'github');
  const hasNothingToPropose = series.head.commit === ready.mergeBase.commit && mayBeProposed;
  if (record.outcome === 'needs-answer' && hasNothingToPropose && world.github !== undefined)
    await series.ask(`Ask about ${path.basename(brief.spec.path)}`.slice(0, 72), record.message);
  recordProgress(record, run, world.mask);
  recordVerification(record, run);
  run.keep();
  record.dependencies = await addedCrates(world, ready);
  if (verification) {
    // Work that is in no commit of the branch is in the patch alone.
    const source = series.holds(verification.commit)
      ? { commit: series.head.commit }
      : { commit: ready.mergeBase.commit, patch: PATCH_FILE };
    record.reproduce = reproduceCommands(source, world.inputs.workingDirectory, verification);
  }
  const patch = await world.git.diff(ready.mergeBase.tree, await series.workTree());
  await run.folder.writeBytes(PATCH_FILE, patch);
  if ((verification?.passed || verification?.onlyWaiting) && !world.signal.aborted) {
    const announcement =
      'Beside the verdict: whether each commit builds on its own, and the new tests on the code of the base.';
    ready.progress.enter({ name: 'each commit', announcement, isAside: true });
    await proveBeside(world, ready, { ...run, verification });
  }
  await ready.progress.end();
  await publish(world, ready, run);
}

/** The crates the run brought in; none, with a warning, where the lock file cannot be read. */
async function addedCrates({ log }: World, { workshop }: Ready): Promise<RunRecord['dependencies']> {
  try {
    return await workshop.addedCrates();
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    log.warning(`New dependencies cannot be listed: ${error.message}`);
    return [];
  }
}

function gateNames({ gates, evidence }: Verification): string[] {
  return [...gates, ...evidence.gates].map(({ name }) => name);
}

function failedGates({ gates, evidence }: Verification): string[] {
  return [...gates, ...evidence.gates]
    .filter((gate) => gate.deciding && gate.status !== 'passed')
    .map(({ name, status, reasons }) => (status === 'unavailable' ? `${name} (${reasons.join('; ')})` : name));
}

/** What the run has done and spent so far, apart from what cargo said of it. */
export function recordProgress(
  record: RunRecord,
  { notebook, budget }: Pick<Conclusion, 'notebook' | 'budget'>,
  mask: (text: string) => string,
): void {
  const { costUsd = null, minutes, ...spent } = budget.spent();
  // Set again at the very end; the pull request is written before that.
  const durationSeconds = Math.round(minutes * 600) / 10;
  Object.assign(record.usage, spent, { costUsd, durationSeconds });
  const earlier = record.increments.filter(({ earlierRun }) => earlierRun === true);
  record.increments = [...earlier, ...notebook.increments.map((increment) => ({ ...increment }))];
  if (notebook.plans.length > 0) record.plans = notebook.plans;
  record.questions = questionRecords(notebook.questions, mask);
  record.records = noteRecords(notebook.notes, mask);
  if (notebook.handover) {
    record.summary = notebook.handover.summary;
    record.claims = notebook.handover.claims.map(({ note, ...claim }) => ({
      ...claim,
      ...(note === undefined ? {} : { note }),
    }));
  }
}

function recordVerification(record: RunRecord, { verification, baseline, series }: Conclusion): void {
  if (baseline) record.baseline = baselineRecord(baseline.gates.map((gate) => gateRecord(gate, baseline)));
  if (!verification) return;
  const { commit, tree, gates, evidence } = verification;
  const judged = evidence.gates.map(judgedGateRecord);
  const recorded = gates.map((gate) => gateRecord(gate, baseline, gate.name === 'test' ? evidence.failedTests : []));
  record.verification = { commit, tree, gates: [...recorded, ...judged], onBranch: series.holds(commit) };
  record.ledger = evidence.ledger.entries;
  record.publicApi = evidence.publicApi;
  record.auditSeverities = evidence.severityChanges;
  record.audit = evidence.findings.map(({ rule, path: file, line, text, blocking, liftedBy }) => ({
    rule,
    path: file,
    text,
    blocking,
    ...(line === undefined ? {} : { line }),
    ...(liftedBy === undefined ? {} : { liftedBy }),
  }));
}

async function publish(world: World, ready: Ready, { record, series, folder, left }: Conclusion): Promise<void> {
  const { publisher, mergeBase } = ready;
  await folder.maskWholeFiles(); // what the alarm would say of them has to be known before anything is sent
  await publishRecord(world, publisher, record, {
    title: `Implement ${record.spec.title}`,
    headCommit: series.head.commit === mergeBase.commit ? undefined : series.head.commit,
    ...(series.onto === undefined ? {} : { onto: series.onto.commit }),
    outputs: (file) => folder.readText(file),
  });
  const refused = await left.write(series.line());
  // A publisher that sends commits says itself why it did not.
  if (refused === undefined || publisher.kind === 'pull-request' || publisher.kind === 'commit') return;
  const warning = `${refused} ${RESULT_FILE} was not written, so no other job can publish it either.`;
  world.log.warning(warning);
  record.publication.warnings.push(warning);
}
