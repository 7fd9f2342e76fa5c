// The chapters that cost money: rounds of conversation and verification, the verdict, and the publication of whatever
// was made, however the conversation ended.
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import type { ConversationEnd } from './agent/agent.js';
import {
  Agent,
  Budget,
  Notebook,
  ReadStates,
  Series,
  TOOL_NAMES,
  createTranscript,
  priceOf,
  showRun,
  toolset,
} from './agent/agent.js';
import { buildBrief, buildCrateMap, offeredTools } from './brief/brief.js';
import { messageOf } from './errors.js';
import type { ReportFolder } from './platform/report-folder.js';
import type { Brief, Ready, World } from './preparation.js';
import { ciNote } from './publish/publish.js';
import type { RunRecord, StopReason } from './report/report.js';
import { MAX_BODY_CHARS, baselineRecord, renderMarkdown } from './report/report.js';
import type { Baseline, GateTerms, Verification } from './verify/verify.js';
import {
  describeBaseline,
  describeFailures,
  gateRecord,
  judgeOutcome,
  reproduceCommands,
  runBaseline,
  verify,
} from './verify/verify.js';
import type { Workshop } from './workshop/workshop.js';
import { outlineFolder } from './workshop/workshop.js';

interface Stop {
  reason: StopReason;
  message: string;
}

interface RoundsEnd {
  /** Why the conversation ended early; `undefined` when it came to its end. */
  stop: Stop | undefined;
  /** The last verification that ran. */
  verification: Verification | undefined;
  /** Something that must not happen; thrown again once the work is saved. */
  defect?: unknown;
}

const CRATE_MAP_CHARS = 24_000;
const MIN_COMMAND_MS = 60_000;

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
  const budget = new Budget(world.inputs, priceOf(brief.model), () => performance.now() - startedMs);
  const notebook = new Notebook(brief.spec.requirements.map(({ id }) => id));
  const news: string[] = [];

  const synced = await workshop.sync(world.signal);
  if (synced.kind === 'failed')
    world.log.warning(`cargo could not resolve the dependencies of the base: ${synced.text.slice(0, 2_000)}`);
  const hasCrate = synced.kind !== 'no-crate';
  const firstMessage = await writeFirstMessage(world, brief, workshop, hasCrate);
  const baseline = hasCrate ? startBaseline(world, terms, (text) => news.push(text)) : Promise.resolve(undefined);
  const series = new Series({
    git: world.git,
    start: ready.start,
    publisher: ready.publisher,
    spec: { path: brief.spec.path, hash: brief.hash },
    runUrl: world.context.runUrl ?? 'local',
    terms,
    baseline,
    warn: (text) => world.log.warning(text),
  });
  const transcript = createTranscript((line) => folder.appendLine('transcript.jsonl', line));
  transcript.append({
    type: 'run',
    schema: 'ferrule.transcript/v1',
    spec: brief.spec.path,
    specHash: brief.hash,
    model: brief.model,
    base: ready.base.commit,
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
      scope: terms.scope,
      completeIncrement: (request) => series.complete(request),
      commandTimeoutMs: () => Math.max(MIN_COMMAND_MS, budget.remainingMs()),
      signal: world.signal,
    },
    budget,
    transcript,
    events: {
      action: (turn, text) => world.log.info(`turn ${turn} · ${text}`),
      words: (_turn, text) => world.log.output(text),
    },
    news: () => news.splice(0),
    signal: world.signal,
  });

  const { stop, verification, defect } = await workInRounds(world, brief, ready, { agent, series, baseline, record });
  const base = await baseline;
  const judgement = judgeOutcome({
    stop,
    verification,
    isChanged: verification !== undefined && verification.tree !== ready.base.tree,
    openRequirements: openRequirements(notebook),
    blockingQuestions: notebook.questions.filter((question) => question.blocking).length,
  });
  Object.assign(record, judgement);
  if (judgement.outcome === 'verified' && verification !== undefined) {
    const names = verification.gates.map((gate) => gate.name).join(', ');
    await series.close(
      `Verify the implementation of ${path.basename(brief.spec.path)}`,
      `${names}: passed on tree ${verification.tree}.`,
    );
  }
  const { costUsd, minutes: _minutes, ...spent } = budget.spent();
  Object.assign(record.usage, spent, { costUsd: costUsd ?? null });
  fillIn(record, notebook, verification, base);
  if (verification)
    record.reproduce = reproduceCommands(series.head.commit, world.inputs.workingDirectory, verification);
  await folder.writeBytes('change.patch', await world.git.diff(ready.base.tree, await series.workTree()));
  record.usage.durationSeconds = Math.round((performance.now() - startedMs) / 100) / 10;
  await publishResult(world, brief, ready, series, record, folder);
  if (defect !== undefined) throw defect;
}

/** Talks and verifies until the gates pass, the rounds are used up, or the conversation ends early. */
async function workInRounds(
  world: World,
  brief: Brief,
  ready: Ready,
  run: { agent: Agent; series: Series; baseline: Promise<Baseline | undefined>; record: RunRecord },
): Promise<RoundsEnd> {
  const { inputs, git, log } = world;
  const { agent, series, record } = run;
  let verification: Verification | undefined;
  const verifyCommit = async (subject: { commit: string; tree: string }) => {
    const touched = new Set(await git.changedPaths(ready.base.tree, subject.tree));
    log.info(`Verifying tree ${subject.tree.slice(0, 12)} on a clean checkout.`);
    return verify(ready.terms, { ...subject, touched }, await run.baseline);
  };
  try {
    for (let round = 1; ; round++) {
      record.usage.rounds = round;
      const stop = stopOf(await agent.work());
      if (stop !== undefined) {
        // A limit or a failing model ended the conversation: what became green is still worth a verdict.
        const isWorthIt = stop.reason !== 'cancelled' && series.head.tree !== ready.base.tree;
        return { stop, verification: isWorthIt ? await verifyCommit(series.head) : verification };
      }
      const isLast = round >= inputs.maxRounds;
      const candidate = await series.candidate(brief.spec.title);
      if (candidate.tree === ready.base.tree) {
        if (isLast) return { stop: undefined, verification };
        agent.tell(NOTHING_CHANGED);
        continue;
      }
      verification = await verifyCommit(candidate);
      if (verification.passed) {
        series.accept(candidate);
        return { stop: undefined, verification };
      }
      if (isLast)
        return {
          stop: { reason: 'rounds', message: `The verification failed in the last of ${round} rounds.` },
          verification,
        };
      const failed = await describeFailures(verification.gates, (cargoRun) =>
        showRun(ready.workshop.outputs, cargoRun),
      );
      agent.tell(`The verification on a clean checkout failed (round ${round} of ${inputs.maxRounds}).\n\n${failed}`);
    }
  } catch (defect) {
    // Saved and published first, then thrown again by the caller.
    return {
      stop: { reason: 'model-error', message: `Ferrule failed: ${messageOf(defect)}` },
      verification: undefined,
      defect,
    };
  }
}

const NOTHING_CHANGED =
  'Nothing has been changed yet, so there is nothing to verify. Implement the spec, or ask about what keeps you from it.';

function stopOf(end: ConversationEnd): Stop | undefined {
  switch (end.kind) {
    case 'finished':
    case 'unfinished':
      return undefined;
    case 'limit':
      return { reason: end.limit, message: `The limit on ${end.limit} was reached.` };
    case 'cancelled':
      return { reason: 'cancelled', message: 'The run was cancelled.' };
    case 'refusal':
    case 'model-error':
    case 'loop':
      return { reason: end.kind, message: end.message };
  }
}

async function writeFirstMessage(world: World, brief: Brief, workshop: Workshop, hasCrate: boolean) {
  const { inputs } = world;
  const crateMap = await buildCrateMap({
    packages: hasCrate ? await workshop.members() : [],
    outline: (folder) => outlineFolder(workshop, folder),
    maxChars: CRATE_MAP_CHARS,
    specText: brief.spec.text,
    ...(brief.package === undefined ? {} : { package: brief.package }),
  });
  const { maxCostUsd, ...limits } = inputs;
  return buildBrief({
    agent: brief.agent,
    spec: brief.spec,
    standards: brief.standards,
    crateMap,
    baseline: hasCrate
      ? 'cargo checks and tests the base while you read; what it finds is told with a later result.'
      : 'There is no Cargo.toml yet: nothing to build. Make the crate with cargo new.',
    answers: [],
    limits: { ...limits, ...(priceOf(brief.model) === undefined ? {} : { maxCostUsd }) },
    workingDirectory: inputs.workingDirectory,
    onQuestion: inputs.onQuestion,
    dependencies: inputs.dependencies,
    protectedPaths: [
      '.github',
      '.cargo',
      'rust-toolchain*',
      'CLAUDE.md',
      'AGENTS.md',
      brief.spec.path,
      ...inputs.protectedPaths,
    ],
    nonce: randomBytes(8).toString('hex'),
    ...(brief.package === undefined ? {} : { package: brief.package }),
    ...(inputs.instructions === undefined ? {} : { instructions: inputs.instructions }),
  });
}

/** Builds the base beside the model's first turns; the result is told to the model when it is there. */
function startBaseline(world: World, terms: GateTerms, tell: (text: string) => void): Promise<Baseline | undefined> {
  const building = runBaseline(terms);
  return building.then(
    (baseline) => {
      tell(describeBaseline(baseline.gates));
      return baseline;
    },
    (error: unknown) => {
      // Without a baseline everything that fails counts as new: stricter, never wrong.
      world.log.warning(`The baseline could not be built: ${messageOf(error)}`);
      return undefined;
    },
  );
}

/** What the handover does not claim as met or explain as untestable. */
function openRequirements(notebook: Notebook): string[] {
  const claims = new Map(notebook.handover?.claims.map((claim) => [claim.id, claim]));
  return notebook.requirementIds.filter((id) => {
    const claim = claims.get(id);
    return claim?.status !== 'met' && !(claim?.status === 'untestable' && claim.note);
  });
}

function fillIn(
  record: RunRecord,
  notebook: Notebook,
  verification: Verification | undefined,
  base: Baseline | undefined,
): void {
  record.increments = notebook.increments;
  record.questions = notebook.questions.map(({ requirement, ...question }) => ({
    ...question,
    ...(requirement === undefined ? {} : { requirement }),
  }));
  record.records = notebook.notes.map(({ requirement, ...note }) => ({
    ...note,
    ...(requirement === undefined ? {} : { requirement }),
  }));
  if (notebook.handover) {
    record.summary = notebook.handover.summary;
    record.claims = notebook.handover.claims.map(({ note, ...claim }) => ({
      ...claim,
      ...(note === undefined ? {} : { note }),
    }));
  }
  if (base) record.baseline = baselineRecord(base.gates.map((gate) => gateRecord(gate, base)));
  if (verification) {
    const { commit, tree, gates } = verification;
    record.verification = { commit, tree, gates: gates.map((gate) => gateRecord(gate, base)) };
  }
}

async function publishResult(
  world: World,
  brief: Brief,
  ready: Ready,
  series: Series,
  record: RunRecord,
  folder: ReportFolder,
): Promise<void> {
  const { log, github } = world;
  const { publisher } = ready;
  log.group('Publication');
  try {
    const identity = await github?.identity();
    const note = ciNote(identity, publisher.kind);
    const options = { outputs: (file: string) => folder.readText(file), maxChars: MAX_BODY_CHARS };
    const publication = await publisher.publish({
      outcome: record.outcome,
      headCommit: series.head.commit === ready.base.commit ? undefined : series.head.commit,
      title: `Implement ${brief.spec.title}`,
      body: world.mask(renderMarkdown(record, { ...options, pullRequestNotes: note === '' ? [] : [note] })),
      commentBody: world.mask(renderMarkdown(record, options)),
    });
    record.publication = publication;
    for (const warning of publication.warnings) log.warning(warning);
  } finally {
    log.endGroup();
  }
}
