// The chapter that costs money: rounds of conversation and verification. What is made of them, however the conversation
// ended, is conclusion.ts.
import type { ConversationEnd } from '../agent/agent.js';
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
  showRun,
  toolset,
} from '../agent/agent.js';
import { offeredTools } from '../brief/brief.js';
import { messageOf } from '../errors.js';
import type { RoundsEnd } from './conclusion.js';
import { conclude } from './conclusion.js';
import { noteRecords } from './earlier-run.js';
import { writeFirstMessage } from './first-message.js';
import { openLeftResult } from './result-writer.js';
import { followTarget } from './follow-target.js';
import type { ReportFolder } from '../platform/report-folder.js';
import type { Ready } from './preparation.js';
import type { RunRecord } from '../report/report.js';
import { totalSpending } from '../report/report.js';
import { keepUnfinished } from './unfinished.js';
import type { Brief, World } from './world.js';
import type { Baseline, EvidenceGate, EvidenceTerms, GateTerms, Verification } from '../verify/verify.js';
import {
  EVIDENCE_GATES,
  describeBaseline,
  describeFailures,
  describeJudgedGates,
  runBaseline,
  verify,
} from '../verify/verify.js';
import type { CargoRun } from '../workshop/workshop.js';
import { DiskSpaceError } from '../workshop/workshop.js';

/** Of a command that begins when the time is over: its timeout is its answer. */
const MIN_COMMAND_MS = 1_000;

/** Implements the spec and publishes the result. Fills in the record. @throws a defect of ours, after publication */
export async function implement(
  world: World,
  brief: Brief,
  ready: Ready,
  record: RunRecord,
  folder: ReportFolder,
): Promise<void> {
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

  const synced = await workshop.syncBase(world.signal);
  if (synced.kind === 'failed')
    world.log.warning(`cargo could not resolve the dependencies of the base: ${synced.text.slice(0, 2_000)}`);
  const hasCrate = synced.kind !== 'no-crate';
  const firstMessage = await writeFirstMessage(world, brief, ready, hasCrate);
  const baseline = hasCrate
    ? startBaseline(world, terms, (built) => {
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
  const rounds = { agent, series, notebook, unread, baseline, reserve, budget, record, isChanged };
  const end = await workInRounds(world, brief, ready, rounds);
  const settled = { ...end, baseline: await baseline, isChanged };
  const keep = () => keeper.conclude(series.head.commit, series.onto?.commit);
  await conclude(world, brief, ready, { ...settled, series, notebook, budget, record, folder, left, keep });
  if (end.defect !== undefined) throw end.defect;
}

/** Talks and verifies until the gates pass, the rounds are used up, or the conversation ends early. */
async function workInRounds(
  world: World,
  brief: Brief,
  ready: Ready,
  run: {
    agent: Agent;
    series: Series;
    notebook: Notebook;
    unread: UnreadOutputs;
    baseline: Promise<Baseline | undefined>;
    reserve: VerificationReserve;
    budget: Budget;
    record: RunRecord;
    isChanged: (tree: string) => boolean;
  },
): Promise<RoundsEnd> {
  const { inputs, git } = world;
  const { agent, series, record, isChanged } = run;
  let verification: Verification | undefined;
  const evidence = evidenceTerms(world, brief, ready, run.notebook);
  const verifyCommit = async (subject: { commit: string; tree: string }, baseTree = ready.mergeBase.tree) => {
    const touched = new Set(await git.changedPaths(baseTree, subject.tree));
    const name = `verification, round ${record.usage.rounds}`;
    const announcement = `Verifying tree ${subject.tree.slice(0, 12)} on a clean checkout.`;
    ready.progress.enter({ name, announcement });
    const verified = await verify(ready.terms, { ...subject, touched }, await run.baseline, { ...evidence, baseTree });
    world.signal.throwIfAborted(); // what a cancellation cut short is no verdict
    run.reserve.took(verified.gates);
    return verified;
  };
  const follow = (verified: Verification) =>
    verified.passed && run.notebook.questions.every(({ blocking }) => !blocking)
      ? followTarget(world, brief, ready, verified, { ...run, verify: verifyCommit })
      : Promise.resolve(verified);
  try {
    for (let round = 1; ; round++) {
      record.usage.rounds = round;
      const stop = stopOf(await agent.work());
      if (stop !== undefined) {
        // A limit or a failing model ended the conversation: what became green is still worth a verdict.
        const isWorthIt = stop.reason !== 'cancelled' && isChanged(series.head.tree);
        return { stop, verification: isWorthIt ? await follow(await verifyCommit(series.head)) : verification };
      }
      const isLast = round >= inputs.maxRounds;
      const candidate = await series.candidate(brief.spec.title);
      if (!isChanged(candidate.tree)) {
        if (inputs.onQuestion === 'pause') {
          if (run.notebook.isAllWaiting) return { stop: undefined, verification: undefined };
          const asBefore = run.notebook.waitingRequirements().size > 0 ? await verifyCommit(candidate) : undefined;
          if (asBefore?.onlyWaiting) return { stop: undefined, verification: asBefore };
        }
        if (isLast) return { stop: undefined, verification };
        agent.tell(NOTHING_CHANGED);
        continue;
      }
      const objection = await series.objectionTo(candidate);
      if (objection !== undefined) {
        if (isLast) return { stop: { reason: 'rounds', message: objection }, verification };
        agent.tell(`${objection} Take that back, then call finish again.`);
        continue;
      }
      verification = await verifyCommit(candidate);
      // Green by cargo is worth a commit on the branch, also where the claims about it do not hold yet.
      if (verification.gates.every((gate) => !gate.deciding || gate.status === 'passed'))
        await series.accept(candidate);
      // No round can bring back a tool that the toolchain lacks.
      const isUnavailable = verification.gates.some(({ deciding, status }) => deciding && status === 'unavailable');
      if (verification.passed || verification.onlyWaiting || isUnavailable)
        return { stop: undefined, verification: await follow(verification) };
      if (isLast)
        return {
          stop: { reason: 'rounds', message: `The verification failed in the last of ${round} rounds.` },
          verification,
        };
      const { outputs } = ready.workshop;
      for (const gate of verification.gates) await run.unread.ran(outputs, gate.run);
      const show = (cargoRun: CargoRun) => showRun(outputs, cargoRun);
      const failed = [
        `The verification on a clean checkout failed (round ${round} of ${inputs.maxRounds}).`,
        await describeFailures(verification.gates, show),
        describeJudgedGates(verification.evidence.gates),
        'Mend it, then call finish again.',
      ];
      agent.tell(failed.filter((part) => part !== '').join('\n\n'));
    }
  } catch (error) {
    if (world.signal.aborted && error === world.signal.reason)
      return { stop: stopOf({ kind: 'cancelled' }), verification };
    if (error instanceof DiskSpaceError) return { stop: { reason: 'disk', message: error.message }, verification };
    // Saved and published first, then thrown again by the caller.
    return {
      stop: { reason: 'model-error', message: `Ferrule failed: ${messageOf(error)}` },
      verification: undefined,
      defect: error instanceof Error ? error : new Error(messageOf(error)),
    };
  }
}

/** What the ledger is judged by: the notebook is read at the moment of each verification. */
function evidenceTerms(world: World, brief: Brief, ready: Ready, notebook: Notebook): EvidenceTerms {
  const isJudged = (name: string): name is EvidenceGate => (EVIDENCE_GATES as readonly string[]).includes(name);
  return {
    git: world.git,
    syntax: ready.workshop.syntax,
    baseTree: ready.mergeBase.tree,
    requirements: brief.spec.requirements,
    auditRules: world.inputs.auditRules,
    handover: () => ({
      claims: notebook.handover?.claims ?? [],
      waiting: notebook.waitingRequirements(),
      // As the record holds them, which names the one that lifted a finding by its text.
      deviations: noteRecords(notebook.notes, world.mask).filter(({ kind }) => kind === 'deviation'),
    }),
    members: () => ready.workshop.members(),
    deciding: world.inputs.gates.filter(isJudged),
    advisory: world.inputs.advisoryGates.filter(isJudged),
  };
}

const NOTHING_CHANGED =
  'Nothing has been changed yet, so there is nothing to verify. Implement the spec, or ask about what keeps you from it.';

function stopOf(end: ConversationEnd): RoundsEnd['stop'] {
  switch (end.kind) {
    case 'finished':
    case 'unfinished':
      return undefined;
    case 'limit':
      return {
        reason: end.limit,
        message: [`The limit on ${end.limit} was reached.`, ...(end.detail === undefined ? [] : [end.detail])].join(
          ' ',
        ),
      };
    case 'cancelled':
      return { reason: 'cancelled', message: 'The run was cancelled.' };
    case 'refusal':
    case 'model-error':
    case 'loop':
      return { reason: end.kind, message: end.message };
  }
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
