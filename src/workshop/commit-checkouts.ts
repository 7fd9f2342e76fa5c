// Disposable checkouts of commits, each with a target directory that is a copy of the baseline's sealed one. What is
// built in them, and what its result means, is decided elsewhere.
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { RunCommand } from '../platform/command.js';
import type { Git } from '../platform/git.js';
import type { SourceTree, TreeFile } from '../platform/source-tree.js';
import { removeTree } from './disk-state.js';
import type { FileOwner } from './ownership.js';
import type { Place } from './places.js';
import { copyFolder } from './targets.js';
import { WorkCopy } from './work-copy.js';

/** A disposable checkout of one commit with its own target directory. */
export interface CheckedOut {
  place: Place;
  /** Puts tracked files back that a gate changed, and names them; removes what it made, which must not reach the next gate. */
  putBack(): Promise<string[]>;
  /**
   * Replaces the target directory by a fresh copy of the sealed one: code that ran may have written anything into it.
   * Absent of the baseline's checkout, whose target is the one that is going to be sealed.
   */
  renewTarget?(): Promise<void>;
  dispose(): Promise<void>;
}

/** Checkouts of several commits, one at a time, that share one target directory: what two have in common is built once. */
export interface CheckoutSequence {
  /** The commit's files, in the place of those of the commit before. */
  next(commit: string): Promise<Place>;
  dispose(): Promise<void>;
}

interface CheckoutOptions {
  git: Git;
  /** A folder of the host, removed with the run. */
  scratch: string;
  runCommand: RunCommand;
  baseFiles: ReadonlyMap<string, TreeFile>;
  /** Whose files the checkouts are. */
  owner: FileOwner;
  /** A file that lies beside the commit's own: a lock file that git does not track. */
  companion: () => { path: string; content: Buffer } | undefined;
}

export class CommitCheckouts {
  private count = 0;

  constructor(private readonly options: CheckoutOptions) {}

  /** Where the baseline builds. Nothing is written there once it is sealed. */
  get sealedTarget(): string {
    return this.placeIn('baseline').target;
  }

  /** The checkout whose target directory becomes the sealed one. */
  async baseline(tree: SourceTree): Promise<CheckedOut> {
    const place = this.placeIn('baseline');
    await mkdir(place.target, { recursive: true });
    return this.write(place, tree, this.options.baseFiles);
  }

  /** A commit's files and a fresh copy of the sealed target. */
  async one(commit: string): Promise<CheckedOut> {
    const tree = await this.options.git.sourceTree(commit);
    const place = await this.placeWithTarget('verify');
    const checkout = await this.write(place, tree, this.options.baseFiles);
    return { ...checkout, renewTarget: () => this.copySealedTo(place) };
  }

  /** One commit after another over one copy of the sealed target. */
  async sequence(): Promise<CheckoutSequence> {
    const place = await this.placeWithTarget('sequence');
    // A file that was another one in an earlier checkout must be newer than that build, also where it is as in the base.
    let alwaysTheSame = this.options.baseFiles;
    return {
      next: async (commit) => {
        await removeTree(place.project);
        const tree = await this.options.git.sourceTree(commit);
        await this.write(place, tree, alwaysTheSame);
        const isStill = ({ path: name, oid, mode }: TreeFile) => {
          const before = alwaysTheSame.get(name);
          return before?.oid === oid && before.mode === mode;
        };
        alwaysTheSame = new Map(tree.files.filter(isStill).map((file) => [file.path, file]));
        return place;
      },
      dispose: () => removeTree(path.dirname(place.project)),
    };
  }

  private placeIn(name: string): Place {
    const folder = path.join(this.options.scratch, name);
    return { project: path.join(folder, 'project'), target: path.join(folder, 'target') };
  }

  private async placeWithTarget(purpose: string): Promise<Place> {
    const place = this.placeIn(`${purpose}-${++this.count}`);
    await this.copySealedTo(place);
    return place;
  }

  private async copySealedTo(place: Place): Promise<void> {
    await mkdir(this.sealedTarget, { recursive: true });
    await removeTree(place.target);
    await copyFolder(this.options.runCommand, this.sealedTarget, place.target);
  }

  /** @param unchanged files that keep the base's modification time, if they are the same */
  private async write(place: Place, tree: SourceTree, unchanged: ReadonlyMap<string, TreeFile>): Promise<CheckedOut> {
    const copy = await WorkCopy.create({
      git: this.options.git,
      tree,
      root: place.project,
      protection: () => undefined,
      isIgnored: () => false,
      unchanged,
      owner: this.options.owner,
    });
    const companion = this.options.companion();
    if (companion !== undefined) await copy.accompany(companion.path, companion.content);
    return {
      place,
      putBack: async () => {
        const changed = await copy.sweep();
        await copy.clean();
        return changed;
      },
      dispose: () => removeTree(path.dirname(place.project)),
    };
  }
}
