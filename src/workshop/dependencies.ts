// Keeps manifests, lock file and downloaded registry sources in step, and carries out cargo's add, remove and update
// under the run's dependency policy. All of it happens in a shadow without code (shadow.ts).
import path from 'node:path';
import { ToolError } from '../errors.js';
import { describeEnd } from '../platform/command.js';
import type { SourceTree } from '../platform/source-tree.js';
import { checkManifest, checkSources } from './dependency-policy.js';
import type { LockedPackage } from './lock-file.js';
import { lockedPackages, packagesAdded, readLock } from './lock-file.js';
import { explainMissingCrate } from './missing-crate.js';
import type { ShadowOptions, ShadowRequest, ShadowRun } from './shadow.js';
import { isManifest, lockCandidates, runInShadow } from './shadow.js';
import type { WorkCopy } from './work-copy.js';

/** What the agent may add: the input `dependencies`. */
export type DependencyPolicy = 'none' | 'locked' | 'registry';

/** A lock file that git does not track: it goes into every checkout of the run, and into no commit. */
interface UnpublishedLock {
  path: string;
  content: Buffer;
}

export type SyncResult =
  | { kind: 'no-crate' }
  | { kind: 'in-step' }
  /** cargo could not resolve or download; its own words. The next real command shows the same error. */
  | { kind: 'failed'; text: string }
  /** The manifests need crates that the run's policy does not let in; nothing was changed or downloaded. */
  | { kind: 'forbidden'; text: string };

/** Where cargo's files are read for a shadow: the work, or the base. */
interface ShadowSource {
  files: readonly string[];
  read: (file: string) => Promise<Buffer | undefined>;
}

/** Resolves without a network and downloads nothing. */
const RESOLVE = ['metadata', '--format-version', '1'];
/** Brings the lock file in step, as little as is needed, and downloads no crate. */
const LOCK_ONLY = ['update', '--workspace'];

/** The policy lets in no crate that the base does not have. */
class ForbiddenCrates extends ToolError {}

/** What ends a command early: `timeoutMs` each of those that the call takes. */
export type CommandLimits = Pick<ShadowRequest, 'signal' | 'timeoutMs'>;

export class Dependencies {
  private synced = '';
  private isBaseSettled = false;
  unpublishedLock: UnpublishedLock | undefined;

  constructor(
    private readonly shadow: ShadowOptions,
    private readonly copy: WorkCopy,
    private readonly workingDirectory: string,
    private readonly policy: DependencyPolicy,
    private readonly base: {
      tree: SourceTree;
      /** Whether the base already has a manifest here: if it does and tracks no lock, neither shall we. */
      hasCrate: boolean;
    },
    /** What the policies `none` and `locked` go by: the base's lock file; without one what the base's manifests make. */
    private baseLock: Buffer | undefined,
  ) {}

  /**
   * Brings the lock file in step with the manifests and downloads what it names. Without registry packages nothing
   * reaches the network. Cheap when no manifest changed since the last call.
   */
  async sync(limits: CommandLimits = {}): Promise<SyncResult> {
    const manifests = this.copy.list().filter(isManifest);
    const manifest = path.posix.join(this.workingDirectory, 'Cargo.toml');
    if (!manifests.includes(manifest)) return { kind: 'no-crate' };
    const state = manifests.map((file) => `${file}:${this.copy.oidOf(file) ?? ''}`).join('\n');
    if (state === this.synced) return { kind: 'in-step' };
    await this.settleBase(limits);
    let run = await this.run(RESOLVE, 'exec', limits);
    try {
      if (!run.succeeded && this.shadow.vendored === undefined)
        run = await this.download('The manifests', 'net', limits);
      if (!run.succeeded) return { kind: 'failed', text: withEnd(run) };
      await this.requirePolicy(['fetch'], run.changed);
      await this.requireKnown('The manifests', run.changed);
    } catch (error) {
      if (error instanceof ForbiddenCrates) return { kind: 'forbidden', text: error.message };
      if (error instanceof ToolError) return { kind: 'failed', text: error.message };
      throw error;
    }
    await this.takeBack(run);
    if (this.base.hasCrate) this.baseLock ??= await this.lockFile();
    const after = this.copy.list().filter(isManifest);
    this.synced = after.map((file) => `${file}:${this.copy.oidOf(file) ?? ''}`).join('\n');
    return { kind: 'in-step' };
  }

  /**
   * Carries out `cargo add`, `remove` or `update` and takes manifests and lock over when it succeeded within policy.
   * @param args checked arguments, subcommand first
   * @throws ToolError when the policy forbids it; nothing has changed then
   */
  async change(args: readonly string[], limits: CommandLimits = {}): Promise<ShadowRun> {
    const [command = ''] = args;
    if (this.policy === 'none' && command !== 'remove')
      throw new ToolError(
        `cargo ${command} is not allowed in this run (input dependencies: none). Use what the workspace has, or ask.`,
      );
    this.requireMember(args);
    const { vendored } = this.shadow;
    const box = vendored === undefined ? 'net' : 'exec';
    let run = await this.run(args, box, limits);
    if (!run.succeeded) return { ...run, text: run.text + (await this.explain(run.text)) };
    const fetched = await this.download(`cargo ${command}`, box, limits, run.changed);
    run = { ...run, ...fetched, text: `${run.text}${fetched.text}` };
    if (!fetched.succeeded) return run;
    await this.requirePolicy(args, run.changed);
    await this.requireKnown(`cargo ${command}`, run.changed);
    await this.takeBack(run);
    this.synced = '';
    return run;
  }

  /**
   * Downloads what the manifests need. Where only known crates may be used the lock file is made and judged before that:
   * what never lies on the disk, no later command builds.
   * @param edited manifests and lock file that are not those of the work
   */
  private async download(
    what: string,
    box: 'exec' | 'net',
    limits: CommandLimits,
    edited: ReadonlyMap<string, Buffer> = new Map(),
  ): Promise<ShadowRun> {
    let changed = new Map(edited);
    if (this.policy !== 'registry') {
      const locked = await this.run(LOCK_ONLY, box, limits, this.work(changed));
      changed = new Map([...changed, ...locked.changed]);
      if (!locked.succeeded) return { ...locked, changed };
      await this.requireKnown(what, changed);
    }
    const run = await this.run(['fetch'], box, limits, this.work(changed));
    return { ...run, changed: new Map([...changed, ...run.changed]) };
  }

  /**
   * Where git tracks no lock file, what the base's own manifests make is the base's. It is asked of the base itself: the
   * work may go on from commits of others, whose manifests are no permission.
   */
  private async settleBase(limits: CommandLimits): Promise<void> {
    const { tree, hasCrate } = this.base;
    if (this.isBaseSettled || this.policy === 'registry' || !hasCrate || this.baseLock !== undefined) return;
    this.isBaseSettled = true;
    const source = { files: tree.files.map((file) => file.path), read: (file: string) => tree.read(file) };
    let run = await this.run(RESOLVE, 'exec', limits, source);
    if (!run.succeeded && this.shadow.vendored === undefined) run = await this.run(LOCK_ONLY, 'net', limits, source);
    const lock = [...run.changed].find(([file]) => path.posix.basename(file) === 'Cargo.lock');
    if (!run.succeeded || lock === undefined) return;
    this.baseLock = lock[1];
    if (this.copy.oidOf(lock[0]) === undefined) await this.takeBack({ ...run, changed: new Map([lock]) });
  }

  private async explain(output: string): Promise<string> {
    const { vendored } = this.shadow;
    if (vendored !== undefined)
      return `\n[ferrule] This repository's dependencies lie in '${vendored.folder}' (cargo vendor), so only crates that are there can be used. Ask for another with the tool ask.\n`;
    const { after } = await this.lockedBeforeAndAfter();
    const names = after.filter(({ source }) => source !== undefined).map(({ name }) => name);
    return explainMissingCrate(output, path.join(this.shadow.cargoHome, 'registry', 'index'), names);
  }

  /** A dependency by path must be a crate of this repository. */
  private requireMember(args: readonly string[]): void {
    const at = args.indexOf('--path');
    if (at === -1) return;
    const folder = path.posix.join(this.workingDirectory, args[at + 1] ?? '').replace(/\/$/, '');
    if (this.copy.oidOf(path.posix.join(folder, 'Cargo.toml')) === undefined)
      throw new ToolError(`--path ${args[at + 1] ?? ''} names no crate of this repository; its Cargo.toml must exist.`);
  }

  /** What cargo wrote is read again before it is taken over. @throws ToolError; nothing has changed then */
  private async requirePolicy(args: readonly string[], changed: ReadonlyMap<string, Buffer>): Promise<void> {
    const [command = '', ...rest] = args;
    const base = lockedPackages(this.baseLock);
    for (const [file, content] of changed) {
      const after = content.toString('utf8');
      if (path.posix.basename(file) === 'Cargo.lock') checkSources(command, readLock(after), base);
      else {
        const before = (await this.copy.read(file)).bytes.toString('utf8');
        checkManifest(file, { before, after }, command, rest);
      }
    }
  }

  /** @throws ForbiddenCrates when the lock file has crates that the base has not, and the policy lets none in */
  private async requireKnown(what: string, changed: ReadonlyMap<string, Buffer>): Promise<void> {
    if (this.policy === 'registry') return;
    const updated = [...changed].find(([file]) => path.posix.basename(file) === 'Cargo.lock')?.[1];
    // Without an update it is the present one, which the model may have written to fit.
    const lock = updated ?? (await this.lockFile());
    const base = this.baseLock === undefined ? [] : readLock(this.baseLock.toString('utf8'));
    const added = packagesAdded(base, lock === undefined ? [] : readLock(lock.toString('utf8')));
    if (added.length > 0)
      throw new ForbiddenCrates(
        `${what} would bring ${added.map(({ name, version }) => `${name} ${version}`).join(', ')}, which the base's Cargo.lock does not have ` +
          `(input dependencies: ${this.policy}).`,
      );
  }

  /** The packages of the workspace's lock file as it stands now; empty without one. */
  async lockedPackages(): Promise<LockedPackage[]> {
    const content = await this.lockFile();
    return content === undefined ? [] : readLock(content.toString('utf8'));
  }

  /**
   * The packages of the base's lock file and of the present one; a file that is not TOML names none. Where git tracks no
   * lock file, the base's is the one that the first sync made for its manifests; without a crate the base has none.
   */
  async lockedBeforeAndAfter(): Promise<{ before: LockedPackage[]; after: LockedPackage[] }> {
    return { before: lockedPackages(this.baseLock), after: lockedPackages(await this.lockFile()) };
  }

  private async lockFile(): Promise<Buffer | undefined> {
    const file = lockCandidates(this.workingDirectory).find((name) => this.copy.isRegular(name));
    return file === undefined ? this.unpublishedLock?.content : (await this.copy.read(file)).bytes;
  }

  private async run(
    args: readonly string[],
    box: 'exec' | 'net',
    { signal, timeoutMs }: CommandLimits,
    { files, read }: ShadowSource = this.work(new Map()),
  ): Promise<ShadowRun> {
    const request = {
      ...{ args, workingDirectory: this.workingDirectory, box },
      ...(signal === undefined ? {} : { signal }),
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
    };
    return runInShadow(this.shadow, files, read, request);
  }

  /** The work as it stands, with some files of other content laid over it. */
  private work(overlay: ReadonlyMap<string, Buffer>): ShadowSource {
    const lock = this.unpublishedLock;
    const files = new Set([...this.copy.list(), ...(lock ? [lock.path] : []), ...overlay.keys()]);
    const read = async (file: string) => {
      if (overlay.has(file)) return overlay.get(file);
      if (lock?.path === file) return lock.content;
      return this.copy.isRegular(file) ? (await this.copy.read(file)).bytes : undefined;
    };
    return { files: [...files], read };
  }

  /** Copies manifests and lock back, and nothing else. */
  private async takeBack(run: ShadowRun): Promise<void> {
    for (const [file, content] of run.changed) {
      const isLock = path.posix.basename(file) === 'Cargo.lock';
      const tracked = this.copy.oidOf(file) !== undefined;
      if (isLock && !tracked && (this.base.hasCrate || this.copy.ignores(file))) {
        this.unpublishedLock = { path: file, content };
        await this.copy.accompany(file, content);
      } else await this.copy.write(file, content);
    }
  }
}

function withEnd(run: ShadowRun): string {
  return run.end.kind === 'exited' ? run.text : `${run.text}\n[${describeEnd(run.end)}]`;
}
