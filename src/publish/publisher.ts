// What every way of publishing is given and gives back, and the sentences they share. Which way is taken is publish.ts.
import type { Git } from '../platform/git.js';
import type { PushResult, Remote } from '../platform/git-remote.js';
import type { GitHub } from '../platform/github.js';
import type { Refusal } from '../platform/outlet.js';
import type { Outcome, PublicationRecord } from '../report/report.js';
import type { Attempt } from './attempts.js';
import type { PullRequestStyle } from './pull-request.js';

export type PublishKind = 'pull-request' | 'commit' | 'comment' | 'none';

export interface PublisherOptions {
  kind: PublishKind;
  git: Git;
  /** Kind `none`: the clone that keeps the work branch; absent where none is to be left. */
  remote?: Remote;
  github?: GitHub;
  /** `hash`: 64 hexadecimal digits. */
  spec: { path: string; hash: string };
  /** The work branch. */
  branch: string;
  /** The branch that pull requests are opened against. */
  base: string;
  /** The pinned commit of the base, which is published already: a result equal to it has nothing to publish. */
  baseCommit: string;
  /** `git` pushes commits as they are; `api` has GitHub make and sign them, for which it needs `github`. */
  commitWith: 'git' | 'api';
  /** Kind `commit`: the branch that a verified result moves; `base` when absent. */
  target?: string;
  /**
   * Number of the pull request or issue that the run belongs to. It gets the report as a comment (kinds `commit` and
   * `comment`), or the verdict and where the pull request is (kind `pull-request`; without one the
   * whole report).
   */
  commentOn?: number;
  pullRequest: PullRequestStyle;
  /** Asked about everything before it is sent. */
  refusal: Refusal;
}

export interface PublicationRequest {
  outcome: Outcome;
  /** `undefined` when the run made no commit. */
  headCommit: string | undefined;
  /** Kind `commit`: where its target was when the result was brought together with it, if it was. */
  onto?: string;
  /** What the run cost; absent where it cost nothing. */
  attempt?: Attempt;
  title: string;
  body: string;
  /** The whole report, for a comment. */
  commentBody: string;
  /** The verdict in short, for a comment beside a pull request that has the whole report. */
  answerBody: string;
}

/** Where the result is now. Its warnings say what did not work, each in a sentence that says where the result is. */
export type Publication = PublicationRecord;

/** `not-published`: this kind keeps increments to itself, or the alarm was raised and nothing is published any more. */
export type IncrementPush = PushResult | { kind: 'not-published' };

export interface Publisher {
  readonly kind: PublishKind;
  /** @returns warnings @throws UserError when publishing surely cannot work */
  preflight(): Promise<string[]>;
  /** Pushes to the work branch, or to a numbered one beside it when others' commits are on that. */
  pushIncrement(commit: string): Promise<IncrementPush>;
  /**
   * Only where commits get other ids by being pushed: pushes those of a result before its report is written, which has to
   * name them. What goes wrong is told by `publish`. @returns the ids there, by the ones here
   */
  pushRenamed?: (request: PublicationRequest) => Promise<ReadonlyMap<string, string>>;
  /** Never throws for what a remote or GitHub answers: that becomes warnings. May be called again with the same result. */
  publish(request: PublicationRequest): Promise<Publication>;
}

/**
 * Whether a result that somebody was to have got nowhere: neither branch nor comment holds it. A pushed branch without
 * its pull request does.
 */
export function isUndelivered(
  { kind, commit, comment }: Publication,
  { headCommit }: Pick<PublicationRequest, 'headCommit'>,
): boolean {
  switch (kind) {
    case 'pull-request':
    case 'commit':
      return headCommit !== undefined && commit === undefined;
    case 'comment':
      return comment === undefined;
    case 'none':
      return false;
  }
}

/** A sentence for a push that did not happen. */
export function describePush(branch: string, result: Exclude<PushResult, { kind: 'pushed' }>): string {
  const why = result.kind === 'moved' ? 'it holds commits that the result does not contain' : result.reason;
  return oneSentence(`Branch '${branch}' could not be pushed: ${why}`);
}

/** What git and GitHub answer, which may be several lines, in a line with its full stop. */
export function oneSentence(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return /[.!?]$/.test(line) ? line : `${line}.`;
}

export function describeOtherBranch(wanted: string, used: string): string {
  return `Branch '${wanted}' holds commits that this run does not build on; the result is on '${used}'.`;
}

/** Where to open the pull request by hand. */
export async function describeBranchOnly(github: GitHub, base: string, branch: string): Promise<string> {
  const repository = await github.repository();
  const range = `${encodeRef(base)}...${encodeRef(branch)}`;
  const link = repository.kind === 'ok' ? ` Open it yourself: ${repository.value.url}/compare/${range}?expand=1` : '';
  return `The result is on branch '${branch}', without a pull request.${link}`;
}

function encodeRef(branch: string): string {
  return branch.split('/').map(encodeURIComponent).join('/');
}
