// The chapter that costs money: the agent, the series of its commits and the baseline are opened here, then the rounds
// begin (rounds.ts). What is made of them, however the conversation ended, is conclusion.ts.
import type { SeriesOptions, Transcript } from '../agent/agent.js';
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
import { offeredTools, type Prompt } from '../brief/brief.js';
import { messageOf } from '../errors.js';
import { conclude } from './conclusion.js';
import { writePrompt } from './prompt.js';
import { openLeftResult } from './result-writer.js';
import type { ReportFolder } from '../platform/report-folder.js';
import type { Ready } from './preparation.js';
import type { RunRecord } from '../report/report.js';
import { totalSpending } from '../report/report.js';
import { Rounds } from './rounds.js';
import { keepUnfinished } from './unfinished.js';
import type { Brief, World } from './world.js';
import type { Baseline } from '../verify/verify.js';
import { MIN_COMMAND_MS, describeBaseline, runBaseline } from '../verify/verify.js';

/** Implements the spec and publishes the result. Fills in the record. @returns a defect of ours that ended the work early */
export async function implement(
  world: World,
  brief: Brief,
  ready: Ready,
  record: RunRecord,
  folder: ReportFolder,
): Promise<Error | undefined> {
  const desk = openDesk(world, brief, ready, record);
  const { budget, notebook, reserve, unread, commandTimeoutMs } = desk;
  const spec = { path: brief.spec.path, hash: brief.hash };
  const keeper = keepUnfinished({ world, spec, ready, record, folder, progress: { notebook, budget } });
  const left = openLeftResult(world, ready, folder);
  await left.write([]);
  ready.progress.begin(keeper);

  const synced = await ready.workshop.syncBase({ signal: world.signal, timeoutMs: commandTimeoutMs() });
  if (synced.kind === 'failed')
    world.log.warning(`cargo could not resolve the dependencies of the base: ${synced.text.slice(0, 2_000)}`);
  const hasCrate = synced.kind !== 'no-crate';
  const prompt = await writePrompt(world, brief, ready, hasCrate ? ready.workshop : undefined);
  const baseline = hasCrate ? startBaseline(world, ready, desk) : Promise.resolve(undefined);
  const series: Series = openSeries(world, brief, ready, desk, {
    baseline,
    keep: async (head, line) => {
      keeper.keep(head.commit, series.onto?.commit);
      await left.write(line);
    },
  });
  const transcript = createTranscript((line) => folder.appendLine('transcript.jsonl', line));
  transcript.append({
    ...{ type: 'run', schema: 'ferrule.transcript/v1', spec: spec.path, specHash: spec.hash, model: brief.model },
    ...{ base: ready.mergeBase.commit, startedAt: record.run.startedAt },
  });
  const agent = openAgent(world, brief, ready, desk, { prompt, series, transcript });

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

/** What agent, series and rounds share of one run: what it may spend, what is noted, unread and still to be told. */
interface Desk {
  budget: Budget;
  reserve: VerificationReserve;
  /** What one command of the conversation may take now. */
  commandTimeoutMs: () => number;
  notebook: Notebook;
  unread: UnreadOutputs;
  /** Of the harness, for the model's next results. */
  news: string[];
  /** Of earlier runs on this text of the spec. */
  earlier: RunRecord['usage']['earlier'];
}

function openDesk({ inputs }: World, brief: Brief, ready: Ready, { usage: { earlier } }: RunRecord): Desk {
  const startedMs = performance.now();
  const reserve = new VerificationReserve(inputs.maxMinutes);
  const budget = new Budget(inputs, priceOf(brief.model), () => performance.now() - startedMs, {
    reserveMs: () => reserve.ms(),
    ...(earlier === undefined ? {} : { spentBefore: { costUsd: 0, ...earlier } }),
  });
  const requirementIds = brief.spec.requirements.map(({ id }) => id);
  return {
    ...{ budget, reserve, earlier, news: [] },
    commandTimeoutMs: () => Math.max(MIN_COMMAND_MS, budget.remainingMs()),
    notebook: new Notebook(requirementIds, ready.earlierRun),
    unread: new UnreadOutputs(),
  };
}

function openSeries(
  { git, context, log }: World,
  brief: Brief,
  { start, publisher, policy, terms }: Ready,
  { budget, earlier, commandTimeoutMs, unread }: Desk,
  more: Pick<SeriesOptions, 'baseline' | 'keep'>,
): Series {
  return new Series({
    ...{ git, start, publisher, policy, terms, commandTimeoutMs, unread },
    spec: { path: brief.spec.path, hash: brief.hash, requirements: brief.spec.requirements },
    runUrl: context.runUrl ?? 'local',
    spent: () => totalSpending({ ...budget.spent(), ...(earlier === undefined ? {} : { earlier }) }),
    warn: (text) => log.warning(text),
    ...more,
  });
}

function openAgent(
  { signal }: World,
  brief: Brief,
  { workshop, terms, model, progress }: Ready,
  { budget, notebook, unread, news, commandTimeoutMs }: Desk,
  { prompt, series, transcript }: { prompt: Prompt; series: Series; transcript: Transcript },
): Agent {
  return new Agent({
    ...{ model, budget, transcript, signal },
    ...prompt,
    modelId: brief.model,
    tools: toolset(offeredTools(brief.agent, TOOL_NAMES)),
    context: {
      ...{ workshop, notebook, unread, scope: terms.scope, commandTimeoutMs, signal },
      reads: new ReadStates(),
      turn: () => budget.spent().turns,
      completeIncrement: (request) => series.complete(request),
      passes: (cargoRun) => series.passes(cargoRun),
    },
    events: progress,
    news: () => news.splice(0),
  });
}

/** Builds the base beside the model's first turns, which are told what it found. */
async function startBaseline(
  { log }: World,
  { terms }: Ready,
  { commandTimeoutMs, news, reserve }: Desk,
): Promise<Baseline | undefined> {
  try {
    const baseline = await runBaseline({ ...terms, leftMs: commandTimeoutMs });
    news.push(describeBaseline(baseline.gates));
    reserve.took(baseline.gates);
    return baseline;
  } catch (error) {
    // Without a baseline everything that fails counts as new: stricter, never wrong.
    log.warning(`The baseline could not be built: ${messageOf(error)}`);
    return undefined;
  }
}
