// The door of the workshop: the work copy, cargo runs with complete output, and the places where commits are built.
// It judges nothing; gates and verdicts are the room verify's.
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { ToolError, UserError } from '../errors.js';
import type { RunCommand } from '../platform/command.js';
import type { Git, TreeChange } from '../platform/git.js';
import type { SourceTree, TreeFile } from '../platform/source-tree.js';
import type { Sandbox } from '../sandbox/sandbox.js';
import type { CargoRequest, CargoRun, RunCargo, WatchCommand } from './cargo.js';
import { createCargo } from './cargo.js';
import type { CheckedOut, CheckoutSequence } from './commit-checkouts.js';
import { CommitCheckouts } from './commit-checkouts.js';
import type { AddedCrate } from './added-crates.js';
import { describeAddedCrates } from './added-crates.js';
import type { CommandLimits, DependencyPolicy, SyncResult } from './dependencies.js';
import { Dependencies } from './dependencies.js';
import { removeTree } from './disk-state.js';
import { ignoredPaths } from './ignored-paths.js';
import { lockedPackages, refuseUnreadableLock } from './lock-file.js';
import type { WorkspaceMember } from './metadata.js';
import { workspaceMembers } from './metadata.js';
import type { Outputs } from './outputs.js';
import { giveTree } from './ownership.js';
import type { Place } from './places.js';
import { protectedPaths } from './protected-paths.js';
import { lockedDestinations } from './registry-access.js';
import type { RunnerCargo } from './runner-cargo.js';
import type { RustSyntax } from './rust-syntax.js';
import { seedLocked } from './seeding.js';
import type { ShadowRun } from './shadow.js';
import { lockCandidates } from './shadow.js';
import { copyFolder } from './targets.js';
import type { Toolchain } from './toolchain.js';
import { readVendoredSources } from './vendored-sources.js';
import { WorkCopy } from './work-copy.js';

export type { CargoRun, CommandWatch } from './cargo.js';
export { CARGO_COMMANDS, checkCargoArgs } from './cargo-args.js';
export type { CargoCommand } from './cargo-args.js';
export { shellWord } from './cargo.js';
export type { DependencyPolicy } from './dependencies.js';
export type { CheckedOut } from './commit-checkouts.js';
export type { Diagnostic } from './diagnostics.js';
export { DiskSpaceError, requireDiskSpace } from './disk-space.js';
export { readDependency } from './dependency-source.js';
export { packagesAdded, packagesOfTree } from './lock-file.js';
export type { WorkspaceMember } from './metadata.js';
export { guardManifest, manifestFindings } from './manifest-guard.js';
export type { StoredOutput } from './outputs.js';
export { Outputs, PAGE_CHARS, firstView, paginate } from './outputs.js';
export type { OutlineItem } from './outline.js';
export { outlineSource } from './outline.js';
export { outlineFolder, outlineText } from './outline-text.js';
export { printable } from './path-gate.js';
export type { ProtectedPaths } from './protected-paths.js';
export { describeProtected, protectedPaths } from './protected-paths.js';
export { openRustSyntax } from './rust-syntax.js';
export type { RustSyntax } from './rust-syntax.js';
export { searchFiles } from './search-worker.js';
export { readRunnerCargo } from './runner-cargo.js';
export { runLine } from './run-line.js';
export { failedTestBlocks, resultLines } from './test-failures.js';
export { judgeTests } from './test-output.js';
export type { TestReport } from './test-output.js';
export type { Toolchain } from './toolchain.js';
export { componentsOf, findToolchain, readChannel } from './toolchain.js';
export type { WorkCopy } from './work-copy.js';

export interface WorkshopOptions {
  git: Git;
  /** The commit the run is judged against: the baseline is built from it. */
  base: { tree: SourceTree };
  /** The files the work starts from: the base, or the branch of an earlier run. */
  start: { tree: SourceTree };
  /** A folder of the host for everything that is thrown away with the run. */
  scratch: string;
  workingDirectory: string;
  protectedGlobs: readonly string[];
  protectedFiles: readonly string[];
  dependencyPolicy: DependencyPolicy;
  sandbox: Sandbox;
  toolchain: Toolchain;
  syntax: RustSyntax;
  outputs: Outputs;
  watch: WatchCommand;
  runCommand: RunCommand;
  /** Registries, proxy and certificates of the runner's own configuration. */
  runnerCargo: RunnerCargo;
  /** Takes a line for each connection that a box made or was refused. */
  sayNetwork: (line: string) => void;
}

/** What the agent may ask of cargo on the work copy; the answer says what had to be put back afterwards. */
export interface AgentCargoRun extends CargoRun {
  /** Files that tests or build scripts had changed. */
  putBack: string[];
  /** Files that cargo itself (fmt, new) changed: they count as work. */
  written: string[];
}

type CargoTerms = Pick<CargoRequest, 'args' | 'format' | 'timeoutMs' | 'signal' | 'live'>;

/** Opens the work copy and everything around it. Nothing of the repository runs yet. */
export async function openWorkshop(options: WorkshopOptions): Promise<Workshop> {
  const { git, base, scratch } = options;
  const cargoHome = path.join(scratch, 'cargo');
  for (const folder of ['registry', 'git']) await mkdir(path.join(cargoHome, folder), { recursive: true });
  const isIgnored = await ignoredPaths(base.tree);
  const copy = await WorkCopy.create({
    git,
    tree: options.start.tree,
    root: path.join(scratch, 'work'),
    protection: protectedPaths(options.protectedGlobs, options.protectedFiles),
    isIgnored,
    unchanged: new Map(base.tree.files.map((file) => [file.path, file])),
    owner: options.sandbox.owner,
  });
  const baseHasCrate = base.tree.files.some(
    (file) => file.path === path.posix.join(options.workingDirectory, 'Cargo.toml'),
  );
  const locks = lockCandidates(options.workingDirectory).map((file) => base.tree.read(file));
  const baseLock = (await Promise.all(locks)).find((lock) => lock !== undefined);
  const { sandbox, toolchain } = options;
  const { runnerCargo } = options;
  const locked = lockedPackages(baseLock);
  await writeFile(path.join(cargoHome, 'config.toml'), runnerCargo.config);
  if (runnerCargo.home !== undefined)
    await seedLocked({ from: runnerCargo.home, to: cargoHome, cratesIoHost: runnerCargo.cratesIoHost }, locked);
  for (const folder of ['registry', 'git']) await giveTree(path.join(cargoHome, folder), sandbox.owner);
  const registries = { runner: runnerCargo, locked: lockedDestinations(locked), say: options.sayNetwork };
  const vendored = await readVendoredSources(base.tree, options.workingDirectory);
  const shadow = { sandbox, toolchain, cargoHome, scratch, registries, vendored };
  const dependencies = new Dependencies(
    shadow,
    copy,
    options.workingDirectory,
    options.dependencyPolicy,
    { tree: base.tree, hasCrate: baseHasCrate },
    baseLock,
  );
  return new Workshop(options, copy, dependencies, createCargo({ ...options, cargoHome }));
}

export class Workshop {
  private sealed: Promise<void> = Promise.resolve();
  private agentTarget: string | undefined;
  private readonly baseFiles: ReadonlyMap<string, TreeFile>;
  private readonly checkouts: CommitCheckouts;

  constructor(
    private readonly options: WorkshopOptions,
    readonly copy: WorkCopy,
    readonly dependencies: Dependencies,
    private readonly cargo: RunCargo,
  ) {
    this.baseFiles = new Map(options.base.tree.files.map((file) => [file.path, file]));
    this.checkouts = new CommitCheckouts({
      ...options,
      owner: options.sandbox.owner,
      baseFiles: this.baseFiles,
      companion: () => dependencies.unpublishedLock,
    });
  }

  get outputs(): Outputs {
    return this.options.outputs;
  }

  get syntax(): RustSyntax {
    return this.options.syntax;
  }

  get workingDirectory(): string {
    return this.options.workingDirectory;
  }

  /** Where cargo keeps downloaded sources, on the host. */
  get registrySources(): string {
    return path.join(this.options.scratch, 'cargo', 'registry', 'src');
  }

  /**
   * The workspace's own members: of a checkout, or of the work as it is now. Ask where no command has left anything behind: a
   * cargo configuration that a test wrote could make cargo fail.
   */
  async members(checkout?: CheckedOut): Promise<WorkspaceMember[]> {
    if (checkout !== undefined) return this.membersAt(checkout.place);
    const target = path.join(this.options.scratch, 'metadata-target');
    await mkdir(target, { recursive: true });
    await this.copy.sweep();
    await this.copy.clean();
    const members = await this.membersAt({ project: this.copy.root, target });
    await this.copy.sweep();
    return members;
  }

  private membersAt(place: Place): Promise<WorkspaceMember[]> {
    const { sandbox, toolchain, scratch, workingDirectory } = this.options;
    return workspaceMembers({ sandbox, toolchain, cargoHome: path.join(scratch, 'cargo'), place, workingDirectory });
  }

  /**
   * The first `sync`, before anything is spent.
   * @throws UserError when cargo cannot read the lock file as it is committed, or the policy forbids what is there already
   */
  async syncBase(limits?: CommandLimits): Promise<SyncResult> {
    const synced = await this.sync(limits);
    if (synced.kind === 'failed') refuseUnreadableLock(synced.text);
    if (synced.kind === 'forbidden')
      throw new UserError(
        `${synced.text} The run would start from them: bring the lock file of the base in step (cargo update --workspace), ` +
          "set 'dependencies: registry', or have the run start anew ('resume: never').",
      );
    return synced;
  }

  /** Brings lock file and downloads in step with the manifests as they are now. */
  sync(limits?: CommandLimits): Promise<SyncResult> {
    return this.dependencies.sync(limits);
  }

  /**
   * Builds the base once, in a checkout of its own: `build` runs the baseline's gates there, then the target directory
   * is sealed. The agent's first cargo call waits for it.
   */
  buildBaseline<T>(build: (base: CheckedOut) => Promise<T>): Promise<T> {
    const building = (async () => {
      const checkout = await this.checkouts.baseline(this.options.base.tree);
      const result = await build(checkout);
      await removeTree(checkout.place.project);
      return result;
    })();
    this.sealed = building.then(
      () => undefined,
      () => undefined, // the failure is the caller's to handle; the agent's target then starts empty
    );
    return building;
  }

  /** Runs cargo in a checkout (baseline or verification). */
  cargoAt(place: Place, terms: CargoTerms): Promise<CargoRun> {
    return this.cargo({ ...terms, place, workingDirectory: this.workingDirectory });
  }

  /**
   * Runs cargo on the work copy for the agent. Tests and build scripts may write there; what they change of the work is
   * put back before this returns, so that file tools never meet a live box or a changed file.
   * @throws ToolError when the manifests need crates that the policy does not let in
   * @param adopts which files count as work when this very command changed them (`fmt`: sources; `new`: the new folder)
   */
  async cargoForAgent(terms: CargoTerms, adopts?: () => Promise<readonly string[]>): Promise<AgentCargoRun> {
    await this.sealed;
    if (this.agentTarget === undefined) {
      const target = path.join(this.options.scratch, 'agent-target');
      await mkdir(this.checkouts.sealedTarget, { recursive: true });
      await copyFolder(this.options.runCommand, this.checkouts.sealedTarget, target);
      this.agentTarget = target;
      await this.copy.freshen(this.baseFiles); // the work began while the base was still being built
    }
    const synced = adopts === undefined ? await this.dependencies.sync(terms) : undefined;
    if (synced?.kind === 'forbidden')
      throw new ToolError(`${synced.text} Take it out of the manifests: nothing is built before that.`);
    await this.copy.sweep();
    await this.copy.clean();
    await this.copy.makeFolder(this.workingDirectory);
    const place = { project: this.copy.root, target: this.agentTarget };
    const run = await this.cargo({ ...terms, place, workingDirectory: this.workingDirectory });
    const written = adopts === undefined ? [] : await this.copy.adopt(await adopts());
    return { ...run, written, putBack: await this.copy.sweep() };
  }

  /** `cargo add`, `remove`, `update`: see Dependencies.change. */
  changeDependencies(args: readonly string[], limits?: CommandLimits): Promise<ShadowRun> {
    return this.dependencies.change(args, limits);
  }

  /**
   * The crates that the lock file has now and the base's had not. Where git tracks no lock file, a resumed run does not see
   * what the earlier run added.
   */
  async addedCrates(): Promise<AddedCrate[]> {
    const folders = lockCandidates(this.workingDirectory).map((lock) => path.posix.dirname(lock));
    const members = (await this.members()).map(({ manifestPath }) => manifestPath);
    const files = [...new Set([...folders.map((folder) => path.posix.join(folder, 'Cargo.toml')), ...members])];
    const manifests: string[] = [];
    for (const file of files)
      if (this.copy.isRegular(file)) manifests.push((await this.copy.read(file)).bytes.toString('utf8'));
    return describeAddedCrates({
      ...(await this.dependencies.lockedBeforeAndAfter()),
      registrySources: this.registrySources,
      manifests,
    });
  }

  /** A clean checkout of a commit-to-be for verification; its target is a fresh copy of the sealed one. */
  async verificationCheckout(commit: string): Promise<CheckedOut> {
    await this.sealed;
    return this.checkouts.one(commit);
  }

  /** Clean checkouts of one commit after another, over one copy of the sealed target. */
  async checkoutSequence(): Promise<CheckoutSequence> {
    await this.sealed;
    return this.checkouts.sequence();
  }

  /** The work against where it started: what a commit on top of that would change. */
  changes(): TreeChange[] {
    return this.copy.changes();
  }
}
