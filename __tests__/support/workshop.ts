// A real workshop on a real repository from an object literal: real git, the real cargo, the real bubblewrap boxes.
import { afterAll, beforeAll } from '@jest/globals';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { runCommand } from '../../src/platform/command.js';
import type { Git } from '../../src/platform/git.js';
import { openGit } from '../../src/platform/git.js';
import type { Sandbox } from '../../src/sandbox/sandbox.js';
import { openSandbox } from '../../src/sandbox/sandbox.js';
import type { EvidenceTerms } from '../../src/verify/verify.js';
import type { RustSyntax, Toolchain, Workshop } from '../../src/workshop/workshop.js';
import { Outputs, findToolchain, openRustSyntax, openWorkshop, readRunnerCargo } from '../../src/workshop/workshop.js';
import type { WorkshopOptions } from '../../src/workshop/workshop.js';
import type { Files, TempRepo } from './temp-repo.js';
import { tempRepo } from './temp-repo.js';

/** What all workshops of a test file share: opened once, since its self-test takes time. */
export interface Bench {
  readonly sandbox: Sandbox;
  readonly toolchain: Toolchain;
  readonly syntax: RustSyntax;
}

export interface OpenedWorkshop extends AsyncDisposable {
  workshop: Workshop;
  repo: TempRepo;
  git: Git;
  /** The commit the work started from. */
  head: string;
  /** The host's folder of the run. */
  scratch: string;
  /** Which boxes were started, with their commands. */
  boxes: { box: 'exec' | 'net'; command: string }[];
  /** What the log was told of connections. */
  network: string[];
  /** Commits the work as it stands. @returns commit and tree, as the verification takes them */
  commitWork(): Promise<{ commit: string; tree: string; touched: Set<string> }>;
  [Symbol.asyncDispose](): Promise<void>;
}

export type WorkshopTerms = Partial<
  Pick<WorkshopOptions, 'workingDirectory' | 'protectedGlobs' | 'protectedFiles' | 'dependencyPolicy' | 'runnerCargo'>
> & {
  mask?: (text: string) => string;
  /** Files of a second commit, which the work starts from: an earlier run's, say. */
  startsFrom?: Files;
  /** Called on the repository after its first commit, for what an object literal cannot say: links, modes. */
  prepare?: (repo: TempRepo) => Promise<unknown>;
};

export const MANIFEST = '[package]\nname = "tiny"\nversion = "0.1.0"\nedition = "2021"\n';

/** The bench of a file or block of tests, open from the first of them to the last. Called once, where these are declared. */
export function sharedBench(): Bench {
  let opened: Bench & AsyncDisposable;
  beforeAll(async () => {
    opened = await openBench();
  });
  afterAll(async () => {
    await opened[Symbol.asyncDispose]();
  });
  return {
    get sandbox() {
      return opened.sandbox;
    },
    get toolchain() {
      return opened.toolchain;
    },
    get syntax() {
      return opened.syntax;
    },
  };
}

export async function openBench(): Promise<Bench & AsyncDisposable> {
  const scratch = await mkdtemp(path.join(tmpdir(), 'ferrule-bench-'));
  const toolchain = await findToolchain({ channel: undefined, environment: process.env, runCommand });
  const sandbox = await openSandbox({
    mode: 'auto',
    runCommand,
    environment: process.env,
    toolchainMounts: toolchain.mounts,
    probe: [toolchain.cargo, '-V'],
    scratch,
    say: () => undefined,
  });
  const syntax = await openRustSyntax();
  return { sandbox, toolchain, syntax, [Symbol.asyncDispose]: () => rm(scratch, { recursive: true, force: true }) };
}

export async function openTestWorkshop(bench: Bench, files: Files, terms: WorkshopTerms = {}): Promise<OpenedWorkshop> {
  const repo = await tempRepo(files);
  await terms.prepare?.(repo);
  const git = await openGit(repo.dir, path.join(repo.parent, 'own.git'), process.env);
  const head = await repo.git('rev-parse', 'HEAD');
  const tree = await git.sourceTree(head);
  const scratch = path.join(repo.parent, 'scratch');
  const reportDir = path.join(repo.parent, 'report');
  await mkdir(path.join(reportDir, 'outputs'), { recursive: true });
  const boxes: OpenedWorkshop['boxes'] = [];
  const network: string[] = [];
  const sandbox: Sandbox = {
    ...bench.sandbox,
    run: (request) => {
      boxes.push({ box: request.box, command: request.command.slice(1).join(' ') });
      return bench.sandbox.run(request);
    },
  };
  const workshop = await openWorkshop({
    git,
    base: { tree },
    start: { tree: terms.startsFrom === undefined ? tree : await git.sourceTree(await repo.commit(terms.startsFrom)) },
    scratch,
    workingDirectory: terms.workingDirectory ?? '.',
    protectedGlobs: terms.protectedGlobs ?? [],
    protectedFiles: terms.protectedFiles ?? [],
    dependencyPolicy: terms.dependencyPolicy ?? 'registry',
    sandbox,
    toolchain: bench.toolchain,
    syntax: bench.syntax,
    outputs: new Outputs(reportDir, terms.mask ?? ((text) => text)),
    watch: () => ({ line: () => undefined, ended: () => undefined }),
    runCommand,
    runnerCargo: terms.runnerCargo ?? (await readRunnerCargo(process.env)),
    sayNetwork: (line) => network.push(line),
  });
  return {
    workshop,
    repo,
    git,
    head,
    scratch,
    boxes,
    network,
    commitWork: async () => {
      const changes = workshop.changes();
      const written = await git.writeTree(await git.treeOf(head), changes);
      const author = { name: 'Ada', email: 'ada@example.com' };
      const commit = await git.writeCommit({ tree: written, parent: head, message: 'Work', author });
      return { commit, tree: written, touched: new Set(changes.map((change) => change.path)) };
    },
    [Symbol.asyncDispose]: async () => {
      await repo[Symbol.asyncDispose]();
    },
  };
}

/** Runs cargo for the agent as its tools do. @returns the run with its text */
export async function agentCargo(workshop: Workshop, args: readonly string[], format: 'plain' | 'messages' = 'plain') {
  const run = await workshop.cargoForAgent({ args, format, timeoutMs: 120_000 });
  return { ...run, text: await workshop.outputs.read(run.output) };
}

/** Terms under which no gate but cargo's decides: a spec without requirements, a model that claims nothing. */
export function cargoGatesOnly(opened: OpenedWorkshop, baseTree: string): EvidenceTerms {
  return {
    git: opened.git,
    syntax: opened.workshop.syntax,
    baseTree,
    requirements: [],
    auditRules: {},
    handover: () => ({ claims: [], waiting: new Map(), deviations: [] }),
    deciding: [],
    advisory: [],
  };
}
