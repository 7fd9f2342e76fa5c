// What the chapters of a run are given: the outside world, and what the commit says.
import type { Sources } from '../brief/brief.js';
import type { Inputs, RunContext } from '../inputs/inputs.js';
import type { RunCommand } from '../platform/command.js';
import type { Remote } from '../platform/git-remote.js';
import type { Git } from '../platform/git.js';
import type { GitHub } from '../platform/github.js';
import type { Log } from '../platform/log.js';
import type { Model } from '../platform/model.js';
import type { Outlet } from '../platform/outlet.js';
import type { SourceTree } from '../platform/source-tree.js';

/** What a run is given: real things, opened once an invocation; base and limits are then the spec's own. */
export interface World {
  inputs: Inputs;
  context: RunContext;
  /** The process environment without secrets. */
  environment: NodeJS.ProcessEnv;
  log: Log;
  outlet: Outlet;
  /** Takes secrets out of what is kept in the files of the report. */
  mask: (text: string) => string;
  runCommand: RunCommand;
  git: Git;
  remote: Remote | undefined;
  github: GitHub | undefined;
  /** The pinned commit, and the branch that the work belongs to: pull requests go there, or are worked on there. */
  base: { commit: string; branch: string };
  /** Where agent files and standards are read: what was reviewed (invocation/pinned-commits.ts); mostly the pinned commit. */
  trustedCommit: string;
  /** A fresh model for a run; `undefined` in a dry run. */
  openModel: (() => Model) | undefined;
  builtInAgents: ReadonlyMap<string, string>;
  /** Of all specs that the invocation selects, and of those that they depend on: no run changes what another goes by. */
  specFiles: readonly string[];
  version: string;
  /** What the invocation may still spend, in dollars; `undefined` without `max-total-cost-usd`. */
  costLeftUsd: number | undefined;
  signal: AbortSignal;
}

/** Folders of one invocation below the runner's temporary folder. */
export interface Folders {
  /** Everything people and programs read afterwards. */
  report: string;
  /** Work copies, targets, our bare repository: removed at the end. */
  scratch: string;
}

/** What a publisher is made of, in a run or in the job that publishes for it. */
export type PublishWorld = Pick<World, 'context' | 'git' | 'remote' | 'github' | 'base' | 'outlet'> & {
  inputs: Pick<Inputs, 'publish' | 'branch' | 'commitWith' | 'draft' | 'labels' | 'reviewers'>;
};

export interface Brief extends Sources {
  /** The pinned commit's files. */
  tree: SourceTree;
  /** The spec's hash, 64 hexadecimal digits. */
  hash: string;
}
