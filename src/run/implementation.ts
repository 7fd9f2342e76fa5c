// The chapter that costs money: the agent, the series of its commits and the baseline are opened here, then the rounds
// begin (rounds.ts). What is made of them, however the conversation ended, is conclusion.ts.
import {
  Agent,
  Budget,
  Notebook,
  ReadStates,
  Series,
  TOOL_NAMES,
  UnreadOutputs,
  VerificationReserve,
  createTranscript,
  priceOf,
  toolset,
} from '../agent/agent.js';
import { offeredTools } from '../brief/brief.js';
import { messageOf } from '../errors.js';
import { conclude } from './conclusion.js';
import { writeFirstMessage } from './first-message.js';
import { openLeftResult } from './result-writer.js';
import type { ReportFolder } from '../platform/report-folder.js';
import type { Ready } from './preparation.js';
import type { RunRecord } from '../report/report.js';
import { totalSpending } from '../report/report.js';
import { Rounds } from './rounds.js';
import { keepUnfinished } from './unfinished.js';
import type { Brief, World } from './world.js';
import type { Baseline, GateTerms } from '../verify/verify.js';
import { MIN_COMMAND_MS, describeBaseline, runBaseline } from '../verify/verify.js';

/** Implements the spec and publishes the result. Fills in the record. @returns a defect of ours that ended the work early */
export async function implement(
  world: World,
  brief: Brief,
  ready: Ready,
  record: RunRecord,
  folder: ReportFolder,
): Promise<Error | undefined> {
  const { workshop, terms } = ready;
  const startedMs = performance.now();
  const { earlier } = record.usage;
  const reserve = new VerificationReserve(world.inputs.maxMinutes);
  const budget = new Budget(world.inputs, priceOf(brief.model), () => performance.now() - startedMs, {
    reserveMs: () => reserve.ms(),
    ...(earlier === undefined ? {} : { spentBefore: { costUsd: 0, ...earlier } }),
  });
  const commandTimeoutMs = () => Math.max(MIN_COMMAND_MS, budget.remainingMs());
  const notebook = new Notebook(
    brief.spec.requirements.map(({ id }) => id),
    ready.earlierRun,
  );
  const keeper = keepUnfinished({
    ...{ world, ready, record, folder },
    spec: { path: brief.spec.path, hash: brief.hash },
    progress: { notebook, budget },
  });
  const left = openLeftResult(world, ready, folder);
  await left.write([]);
  ready.progress.begin(keeper);
  const unread = new UnreadOutputs();
  const news: string[] = [];

  const synced = await workshop.syncBase({ signal: world.signal, timeoutMs: commandTimeoutMs() });
  if (synced.kind === 'failed')
    world.log.warning(`cargo could not resolve the dependencies of the base: ${synced.text.slice(0, 2_000)}`);
  const hasCrate = synced.kind !== 'no-crate';
  const firstMessage = await writeFirstMessage(world, brief, ready, hasCrate);
  const baseline = hasCrate
    ? startBaseline(world, { ...terms, leftMs: commandTimeoutMs }, (built) => {
        news.push(describeBaseline(built.gates));
        reserve.took(built.gates);
      })
    : Promise.resolve(undefined);
  const series = new Series({
    git: world.git,
    start: ready.start,
    publisher: ready.publisher,
    policy: ready.policy,
    spec: { path: brief.spec.path, hash: brief.hash, requirements: brief.spec.requirements },
    runUrl: world.context.runUrl ?? 'local',
    spent: () => totalSpending({ ...budget.spent(), ...(earlier === undefined ? {} : { earlier }) }),
    keep: async (head, line) => {
      keeper.keep(head.commit, series.onto?.commit);
      await left.write(line);
    },
    terms,
    commandTimeoutMs,
    baseline,
    unread,
    warn: (text) => world.log.warning(text),
  });
  const transcript = createTranscript((line) => folder.appendLine('transcript.jsonl', line));
  transcript.append({
    type: 'run',
    schema: 'ferrule.transcript/v1',
    spec: brief.spec.path,
    specHash: brief.hash,
    model: brief.model,
    base: ready.mergeBase.commit,
    startedAt: record.run.startedAt,
  });
  const agent = new Agent({
    system: firstMessage.system,
    brief: firstMessage.firstMessage,
    model: ready.model,
    modelId: brief.model,
    tools: toolset(offeredTools(brief.agent, TOOL_NAMES)),
    context: {
      workshop,
      notebook,
      reads: new ReadStates(),
      unread,
      scope: terms.scope,
      turn: () => budget.spent().turns,
      completeIncrement: (request) => series.complete(request),
      passes: (cargoRun) => series.passes(cargoRun),
      commandTimeoutMs,
      signal: world.signal,
    },
    budget,
    transcript,
    events: ready.progress,
    news: () => news.splice(0),
    signal: world.signal,
  });

  // A lock file that was not in step with its manifests has just been changed by the harness, not by the run.
  const untouchedTree = ready.start.tree === ready.mergeBase.tree ? await series.workTree() : ready.mergeBase.tree;
  const isChanged = (tree: string) => tree !== ready.mergeBase.tree && tree !== untouchedTree;
  const work = { agent, series, notebook, unread, baseline, reserve, budget, record, isChanged };
  const end = await new Rounds(world, brief, ready, work).run();
  const settled = { ...end, baseline: await baseline, isChanged };
  const keep = () => keeper.conclude(series.head.commit, series.onto?.commit);
  await conclude(world, brief, ready, { ...settled, series, notebook, budget, record, folder, left, keep });
  return end.defect;
}

/** Builds the base beside the model's first turns. */
function startBaseline(
  world: World,
  terms: GateTerms,
  built: (baseline: Baseline) => void,
): Promise<Baseline | undefined> {
  const building = runBaseline(terms);
  return building.then(
    (baseline) => {
      built(baseline);
      return baseline;
    },
    (error: unknown) => {
      // Without a baseline everything that fails counts as new: stricter, never wrong.
      world.log.warning(`The baseline could not be built: ${messageOf(error)}`);
      return undefined;
    },
  );
}
