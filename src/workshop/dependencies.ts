// Keeps manifests, lock file and downloaded registry sources in step, and carries out cargo's add, remove and update
// under the run's dependency policy. All of it happens in a shadow without code (shadow.ts).
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parse } from 'smol-toml';
import { ToolError, messageOf } from '../errors.js';
import { describeEnd } from '../platform/command.js';
import type { ShadowOptions, ShadowRun } from './shadow.js';
import { isManifest, runInShadow } from './shadow.js';
import type { WorkCopy } from './work-copy.js';

/** What the agent may add: contract, input `dependencies`. */
export type DependencyPolicy = 'none' | 'locked' | 'registry';

/** A lock file that git does not track: it goes into every checkout of the run, and into no commit. */
export interface UnpublishedLock {
  path: string;
  content: Buffer;
}

export type SyncResult =
  | { kind: 'no-crate' }
  | { kind: 'in-step' }
  /** cargo could not resolve or download; its own words. The next real command shows the same error. */
  | { kind: 'failed'; text: string };

interface LockedPackage {
  name: string;
  version: string;
  source?: string;
  checksum?: string;
}

export class Dependencies {
  private synced = '';
  unpublishedLock: UnpublishedLock | undefined;

  constructor(
    private readonly shadow: ShadowOptions,
    private readonly copy: WorkCopy,
    private readonly workingDirectory: string,
    private readonly policy: DependencyPolicy,
    /** Whether the base commit already has a manifest here: if it does and tracks no lock, neither shall we. */
    private readonly baseHasCrate: boolean,
  ) {}

  /**
   * Brings the lock file in step with the manifests and downloads what it names. Without registry packages nothing
   * reaches the network. Cheap when no manifest changed since the last call.
   */
  async sync(signal?: AbortSignal): Promise<SyncResult> {
    const manifests = this.copy.list().filter(isManifest);
    const manifest = path.posix.join(this.workingDirectory, 'Cargo.toml');
    if (!manifests.includes(manifest)) return { kind: 'no-crate' };
    const state = manifests.map((file) => `${file}:${this.copy.oidOf(file) ?? ''}`).join('\n');
    if (state === this.synced) return { kind: 'in-step' };
    let run = await this.run(['metadata', '--format-version', '1'], 'exec', signal);
    if (!run.succeeded) run = await this.run(['fetch'], 'net', signal);
    if (!run.succeeded) return { kind: 'failed', text: withEnd(run) };
    await this.takeBack(run);
    const after = this.copy.list().filter(isManifest);
    this.synced = after.map((file) => `${file}:${this.copy.oidOf(file) ?? ''}`).join('\n');
    return { kind: 'in-step' };
  }

  /**
   * Carries out `cargo add`, `remove` or `update` and takes manifests and lock over when it succeeded within policy.
   * @param args checked arguments, subcommand first
   * @throws ToolError when the policy forbids it; nothing has changed then
   */
  async change(args: readonly string[], signal?: AbortSignal): Promise<ShadowRun> {
    const [command = ''] = args;
    if (this.policy === 'none' && command !== 'remove')
      throw new ToolError(
        `cargo ${command} is not allowed in this run (input dependencies: none). Use what the workspace has, or ask.`,
      );
    const before = await this.lockedPackages();
    let run = await this.run(args, 'net', signal);
    if (!run.succeeded) return run;
    const edited = run.changed;
    const fetched = await this.run(['fetch'], 'net', signal, edited);
    const all = new Map([...edited, ...fetched.changed]);
    run = { ...run, ...fetched, text: `${run.text}${fetched.text}`, changed: all };
    if (!fetched.succeeded) return run;
    if (this.policy === 'locked') {
      const known = new Set(before.map((entry) => `${entry.name} ${entry.version}`));
      const lock = [...all].find(([file]) => file.endsWith('Cargo.lock'));
      const added = lock
        ? readLock(lock[1].toString('utf8')).filter(
            (entry) => entry.source && !known.has(`${entry.name} ${entry.version}`),
          )
        : [];
      if (added.length > 0)
        throw new ToolError(
          `cargo ${command} would bring ${added.map((entry) => `${entry.name} ${entry.version}`).join(', ')}, which Cargo.lock does not have (input dependencies: locked). Nothing was changed.`,
        );
    }
    await this.takeBack(run);
    this.synced = '';
    return run;
  }

  /** The packages of the lock file that stands now; empty without one. */
  async lockedPackages(): Promise<LockedPackage[]> {
    const file = this.copy.list().find((name) => path.posix.basename(name) === 'Cargo.lock');
    const content = file === undefined ? this.unpublishedLock?.content : (await this.copy.read(file)).bytes;
    return content === undefined ? [] : readLock(content.toString('utf8'));
  }

  private async run(
    args: readonly string[],
    box: 'exec' | 'net',
    signal?: AbortSignal,
    overlay?: ReadonlyMap<string, Buffer>,
  ) {
    const lock = this.unpublishedLock;
    const files = new Set([...this.copy.list(), ...(lock ? [lock.path] : []), ...(overlay?.keys() ?? [])]);
    const read = async (file: string) => {
      if (overlay?.has(file)) return overlay.get(file);
      if (lock?.path === file) return lock.content;
      return (await this.copy.read(file)).bytes;
    };
    const request = { args, workingDirectory: this.workingDirectory, box, ...(signal === undefined ? {} : { signal }) };
    return runInShadow(this.shadow, [...files], read, request);
  }

  /** Copies manifests and lock back, and nothing else. */
  private async takeBack(run: ShadowRun): Promise<void> {
    for (const [file, content] of run.changed) {
      const isLock = path.posix.basename(file) === 'Cargo.lock';
      const tracked = this.copy.oidOf(file) !== undefined;
      if (isLock && !tracked && (this.baseHasCrate || this.copy.ignores(file))) {
        this.unpublishedLock = { path: file, content };
        await writeFile(path.join(this.copy.root, file), content);
      } else await this.copy.write(file, content);
    }
  }
}

function withEnd(run: ShadowRun): string {
  return run.end.kind === 'exited' ? run.text : `${run.text}\n[${describeEnd(run.end)}]`;
}

/** The packages that a lock file names. @throws ToolError when it is not valid TOML (conflict markers, say) */
export function readLock(text: string): LockedPackage[] {
  try {
    const { package: packages } = parse(text) as { package?: LockedPackage[] };
    return packages ?? [];
  } catch (error) {
    throw new ToolError(`Cargo.lock is not valid TOML: ${messageOf(error).split('\n')[0] ?? ''}`);
  }
}
