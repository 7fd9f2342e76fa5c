// The first chapters of a run: what the commit says, and everything that can forbid the run or make it pointless. No
// token is spent here.
import { readSources } from '../brief/brief.js';
import { TOOL_NAMES, priceOf } from '../agent/agent.js';
import { openPublication, policyFor, protectedFilesOf } from './destination.js';
import type { EarlierRun } from './earlier-run.js';
import { recordWaiting } from './earlier-run.js';
import { UserError } from '../errors.js';
import type { VerifiedBranch } from './late-offer.js';
import { ANTHROPIC_API_URL } from '../inputs/inputs.js';
import type { Model } from '../platform/model.js';
import type { ReportFolder } from '../platform/report-folder.js';
import { Progress } from './progress.js';
import type { SourceTree } from '../platform/source-tree.js';
import type { ChangePolicy, EarlierWork, Publisher } from '../publish/publish.js';
import { guardedPublisher } from '../publish/publish.js';
import type { RunRecord } from '../report/report.js';
import type { ResumedResult } from './resumed-work.js';
import { recordSpecCheck, requirementRecords } from './spec-remarks.js';
import type { Sandbox } from '../sandbox/sandbox.js';
import { openSandbox } from '../sandbox/sandbox.js';
import type { CargoGate, GateTerms } from '../verify/verify.js';
import { CARGO_GATES, missingTool } from '../verify/verify.js';
import type { Toolchain, Workshop, WorkshopOptions } from '../workshop/workshop.js';
import {
  Outputs,
  componentsOf,
  findToolchain,
  openRustSyntax,
  openWorkshop,
  readChannel,
  requireDiskSpace,
  readRunnerCargo,
} from '../workshop/workshop.js';
import type { Brief, World } from './world.js';

/** A commit and its tree. */
interface Point {
  commit: string;
  tree: string;
}

export interface Ready {
  /** The run's folder of the host that is removed at its end. */
  scratch: string;
  /** Of the specs, the agent file and the standards. */
  protectedFiles: readonly string[];
  publisher: Publisher;
  /** What the run's commits may hold; the publisher keeps to it too. */
  policy: ChangePolicy;
  workshop: Workshop;
  /** What the work is compared with: the pinned commit, or where an earlier run's branch left it. */
  mergeBase: Point;
  /** What the work goes on from: the base, or the head of an earlier run's branch. */
  start: Point;
  terms: GateTerms;
  model: Model;
  /** Shows people how far the run is. */
  progress: Progress;
  /** Questions and answers that earlier runs of the spec brought about. */
  earlierRun: EarlierRun;
  /** Files of the spec whose text at the start is another than the run goes by. */
  outdatedFiles: readonly string[];
  /** What the commits between base and start say; absent when there are none. */
  earlierWork: EarlierWork | undefined;
  /** Where those commits are in a folder alone: what they stand on, and they themselves. */
  resumed: Pick<ResumedResult, 'start' | 'commits'> | undefined;
}

/** What the prompt speaks of beside the brief. */
export type Known = Pick<Ready, 'earlierRun' | 'earlierWork' | 'outdatedFiles' | 'protectedFiles'>;

type Prepared =
  | { kind: 'ready'; ready: Ready }
  /** A verified implementation of this text is on the work branch. */
  | ({ kind: 'verified-already' } & VerifiedBranch)
  | { kind: 'dry-run'; known: Known }
  /** For an answer, since an earlier run. */
  | { kind: 'waiting' };

/** Of one gate's command, however long the run itself may last. */
const GATE_TIMEOUT_MS = 15 * 60_000;

/** The spec as the pinned commit has it, agent and standards as the trusted one has them. @throws UserError */
export async function readBrief(world: World, specPath: string, record: RunRecord): Promise<Brief> {
  const { inputs, git, log } = world;
  const tree = await git.sourceTree(world.base.commit);
  const trusted = world.trustedCommit === world.base.commit ? tree : await git.sourceTree(world.trustedCommit);
  const sources = await readSources({
    tree,
    trusted,
    spec: specPath,
    builtIns: world.builtInAgents,
    toolNames: TOOL_NAMES,
    workingDirectory: inputs.workingDirectory,
    ...(inputs.agent === undefined ? {} : { agent: inputs.agent }),
    ...(inputs.model === undefined ? {} : { model: inputs.model }),
    ...(inputs.package === undefined ? {} : { package: inputs.package }),
  });
  const { spec, agent, model } = sources;
  for (const warning of sources.warnings) log.warning(warning);
  if (sources.warnings.length > 0) record.sourceWarnings = sources.warnings;
  const hash = spec.hash.replace(/^sha256:/, '');
  const requirements = requirementRecords(spec);
  record.spec = { path: spec.path, title: spec.title, hash, requirements };
  record.agent = { name: agent.name, hash: agent.hash };
  record.model = inputs.replay === undefined ? model : 'recorded conversation';
  log.info(
    `Spec ${spec.path}: '${spec.title}', ${requirements.length} requirements. Agent ${agent.name}, model: ${record.model}.`,
  );
  await recordSpecCheck(record, spec, tree, log);
  if (priceOf(model) === undefined && inputs.replay === undefined) tellUnknownPrice(world, model);
  return { ...sources, tree, hash };
}

/** A server of one's own costs what it costs; where money is spent, a limit that does not hold is no detail. */
function tellUnknownPrice({ inputs, log }: World, model: string): void {
  const text = `The price of ${model} is unknown: the limit is max-tokens (${inputs.maxTokens}), not max-cost-usd.`;
  if (inputs.anthropicBaseUrl === ANTHROPIC_API_URL) log.warning(text);
  else log.info(text);
}

/**
 * Proves that the run can be carried out and published, and opens the workshop. Where there is nothing to do the record
 * says why.
 * @throws UserError for what forbids the run
 */
export async function prepare(
  world: World,
  brief: Brief,
  record: RunRecord,
  folder: ReportFolder,
  scratch: string,
): Promise<Prepared> {
  const { inputs, log, git } = world;
  log.group('Checks before anything is spent');
  try {
    const deciding = inputs.gates.filter(isCargoGate);
    const advisory = inputs.advisoryGates.filter(isCargoGate).filter((gate) => !deciding.includes(gate));
    const { toolchain, sandbox } = await openBox(world, brief, { deciding, advisory }, record, scratch);
    const { publisher, live, earlier, earlierRun, resumed } = await openPublication(world, brief, record);
    const progress = new Progress(log, live);
    const protectedFiles = protectedFilesOf(world, brief);
    if (earlier?.isVerified) {
      record.outcome = 'unchanged';
      Object.assign(record.publication, { branch: earlier.branch, commit: earlier.commit });
      record.message = `The work branch already holds a verified implementation of this spec (${earlier.commit.slice(0, 12)}).`;
      return { kind: 'verified-already', publisher, earlier, earlierRun };
    }
    if (world.openModel === undefined) {
      record.outcome = 'unchanged';
      record.message = `Dry run: ${brief.spec.requirements.length} requirements, published by '${publisher.kind}'; nothing was spent.`;
      return {
        kind: 'dry-run',
        known: { earlierRun, earlierWork: earlier, outdatedFiles: [], protectedFiles },
      };
    }
    if (earlierRun.isWaiting) {
      recordWaiting(record, earlierRun);
      return { kind: 'waiting' };
    }
    const baseCommit = earlier?.mergeBase ?? world.base.commit;
    const startCommit = earlier?.commit ?? baseCommit;
    const treeOf = (commit: string) => (commit === world.base.commit ? brief.tree : git.sourceTree(commit));
    const policy = policyFor(world, { start: startCommit, protectedFiles });
    const trees = { base: { tree: await treeOf(baseCommit) }, start: { tree: await treeOf(startCommit) } };
    const box = { toolchain, sandbox, scratch };
    const workshop = await openWorkshopIn(world, box, { ...trees, protectedFiles, folder, watch: progress.watch });
    const scope = { package: brief.package, extraArgs: inputs.cargoArgs };
    const ready: Ready = {
      scratch,
      protectedFiles,
      publisher: guardedPublisher(publisher, policy),
      policy,
      workshop,
      mergeBase: { commit: baseCommit, tree: await git.treeOf(baseCommit) },
      start: { commit: startCommit, tree: await git.treeOf(startCommit) },
      terms: {
        ...{ workshop, deciding, advisory, scope, timeoutMs: GATE_TIMEOUT_MS, signal: world.signal },
        lacks: (gate) => missingTool(gate, componentsOf(toolchain.bin)),
      },
      model: world.openModel(),
      progress,
      earlierRun,
      earlierWork: earlier,
      outdatedFiles: outdatedFiles(brief, trees.start.tree),
      resumed: resumed?.work === undefined ? undefined : resumed,
    };
    return { kind: 'ready', ready };
  } finally {
    log.endGroup();
  }
}

/** On an earlier run's branch the spec can be older: a run changes no spec, so it stays so there. */
function outdatedFiles({ spec, tree }: Brief, start: SourceTree): string[] {
  const oidsIn = ({ files }: SourceTree) => new Map(files.map(({ path, oid }) => [path, oid]));
  const [now, then] = [oidsIn(tree), oidsIn(start)];
  return spec.files.filter((file) => now.get(file) !== then.get(file));
}

/** The workshop, by the inputs and the runner's own configuration. */
async function openWorkshopIn(
  { git, inputs, mask, log, environment, runCommand }: World,
  box: Pick<WorkshopOptions, 'toolchain' | 'sandbox' | 'scratch'>,
  { folder, ...work }: Pick<WorkshopOptions, 'base' | 'start' | 'protectedFiles' | 'watch'> & { folder: ReportFolder },
): Promise<Workshop> {
  return openWorkshop({
    ...{ git, runCommand, ...box, ...work },
    workingDirectory: inputs.workingDirectory,
    protectedGlobs: inputs.protectedPaths,
    dependencyPolicy: inputs.dependencies,
    syntax: await openRustSyntax(),
    outputs: new Outputs(folder.dir, mask),
    runnerCargo: await readRunnerCargo(environment),
    sayNetwork: (line) => log.info(line),
  });
}

/** Toolchain and sandbox, with every tool that the deciding gates need. */
async function openBox(
  world: World,
  brief: Brief,
  gates: Pick<GateTerms, 'deciding' | 'advisory'>,
  record: RunRecord,
  scratch: string,
): Promise<{ toolchain: Toolchain; sandbox: Sandbox }> {
  const { inputs, environment, runCommand, log } = world;
  await requireDiskSpace(scratch);
  const channel = await readChannel(brief.tree, inputs.workingDirectory);
  const toolchain = await findToolchain({ channel, environment, runCommand });
  record.toolchain = { rustc: toolchain.rustcVersion, cargo: toolchain.cargoVersion, host: toolchain.host };
  for (const gate of [...gates.deciding, ...gates.advisory]) {
    const missing = missingTool(gate, toolchain);
    if (missing === undefined) continue;
    const sentence = `Gate '${gate}' needs ${missing}, which this toolchain lacks. Add a step: rustup component add ${missing}`;
    if (gates.deciding.includes(gate)) throw new UserError(`${sentence}; or leave '${gate}' out of the input 'gates'.`);
    log.warning(`${sentence}. The report will show it as unavailable.`);
  }
  const sandbox = await openSandbox({
    mode: inputs.sandbox,
    runCommand,
    environment,
    toolchainMounts: toolchain.mounts,
    probe: [toolchain.cargo, '-V'],
    scratch,
    say: (line) => log.warning(line),
  });
  record.environment.sandbox = sandbox.description;
  log.info(`${toolchain.rustcVersion}; sandbox: ${sandbox.description}.`);
  return { toolchain, sandbox };
}

function isCargoGate(name: string): name is CargoGate {
  return (CARGO_GATES as readonly string[]).includes(name);
}
