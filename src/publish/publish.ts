// Where a run's result goes: a pull request, a branch, a comment, or nowhere. Chosen once; asked before money is spent
// whether it can work; idempotent. It makes no commits' content and no wording: both come from outside.
import { UserError } from '../errors.js';
import type { Remote } from '../platform/git-remote.js';
import { apiWriter } from './api-commits.js';
import { noteAttempt } from './attempts.js';
import type { CommentRequest } from './comment.js';
import { publishComment } from './comment.js';
import { commitPublisher } from './commit.js';
import type { CommitWriter } from './commit-writer.js';
import { publishedId, pushingWriter } from './commit-writer.js';
import { guardLeaks } from './leak-guard.js';
import { notedBody, quotedAbove } from './marks.js';
import { checkGitHub, checkPush, checkRules } from './preflight.js';
import type { Publication, PublicationRequest, Publisher, PublisherOptions, PublishKind } from './publisher.js';
import { describeBranchOnly, describePush } from './publisher.js';
import type { PublishedPullRequest } from './pull-request.js';
import { publishPullRequest } from './pull-request.js';
import { openWorkBranch, renaming } from './work-branch.js';

export type { AnswersPlace, AnswersRead } from './answers.js';
export { readAnswers } from './answers.js';
export { listAttempts, readAttempts } from './attempts.js';
export { branchName, isWorkBranch, specSlug, workBranches } from './branch-name.js';
export type { EarlierBranches, EarlierWork } from './earlier-work.js';
export { findEarlierWork, readCommits } from './earlier-work.js';
export { isBeginning, readLine } from './commit-line.js';
export { ciNote } from './ci-note.js';
export type { BroughtTogether } from './moved-target.js';
export { bringTogether } from './moved-target.js';
export type { ChangePolicy } from './policy.js';
export { changePolicy, guardedPublisher } from './policy.js';
export { packSeries, rebuildSeries } from './packed-series.js';
export { RESULT_FILE, readResult, resultJson } from './result.js';
export type { PackedCommit, Result } from './result.js';
export type { SeriesCommit, WorkCommit } from './work-commit.js';
export { writeWorkCommit, writeWorkTree } from './work-commit.js';
export type { CommitMessageRequest } from './commit-message.js';
export { buildCommitMessage } from './commit-message.js';
export { isCommitOf, isVerifiedCommit, readTrailers } from './marks.js';
export type { IncrementPush, PublicationRequest, Publisher, PublisherOptions, PublishKind } from './publisher.js';
export { isUndelivered } from './publisher.js';
export type { LiveComment } from './live-comment.js';
export { openLiveComment } from './live-comment.js';

/** What `auto` is decided by. */
interface PublishContext {
  kind: 'github' | 'local';
  pullRequest?: { sameRepository: boolean };
}

/** Resolves `auto`: a commit on a pull request of the same repository, else a pull request; nothing outside GitHub. */
export function chooseKind(choice: { publish: 'auto' | PublishKind; context: PublishContext }): PublishKind {
  const { publish, context } = choice;
  if (publish !== 'auto') return publish;
  if (context.kind === 'local') return 'none';
  return context.pullRequest?.sameRepository ? 'commit' : 'pull-request';
}

/** @throws UserError when the kind needs a remote, GitHub or a pull request that is not there */
export function createPublisher(options: PublisherOptions): Publisher {
  return guardLeaks(notingAttempts(openPublisher(options), options), options);
}

/** The publisher, which also leaves a note of what a run spent where no report tells later runs. */
function notingAttempts(publisher: Publisher, { git, remote, spec, kind }: PublisherOptions): Publisher {
  if (remote === undefined || kind === 'comment') return publisher; // a comment needs no right to push
  return {
    ...publisher,
    async publish(request) {
      const publication = await publisher.publish(request);
      const isReported = kind === 'commit' ? publication.comment !== undefined : publication.pullRequest !== undefined;
      if (request.attempt === undefined || isReported) return publication;
      const published = publication.commit === undefined ? undefined : request.headCommit;
      const failure = await noteAttempt({ git, remote, spec }, request.attempt, published);
      if (failure !== undefined)
        publication.warnings.push(`The next run will not know what this one spent: ${failure}.`);
      return publication;
    },
  };
}

function openPublisher(options: PublisherOptions): Publisher {
  switch (options.kind) {
    case 'pull-request':
      return pullRequestPublisher(options, needRemote(options));
    case 'commit': {
      const remote = needRemote(options);
      return commitPublisher(options, remote, openWriter(options, remote));
    }
    case 'comment':
      return commentPublisher(options);
    case 'none':
      return options.remote === undefined ? nonePublisher : localBranchPublisher(options, options.remote);
  }
}

/** @throws UserError when GitHub is to make the commits and there is no token */
function openWriter({ git, github, baseCommit, commitWith }: PublisherOptions, remote: Remote): CommitWriter {
  if (commitWith === 'git') return pushingWriter(git, remote);
  if (github === undefined)
    throw new UserError(
      "Input 'commit-with': 'api' needs a repository on GitHub and a token in 'github-token'. Use 'git'.",
    );
  return apiWriter({ git, remote, objects: github.objects, baseCommit });
}

const nonePublisher: Publisher = {
  kind: 'none',
  preflight: () => Promise.resolve([]),
  pushIncrement: () => Promise.resolve({ kind: 'not-published' }),
  publish: () => Promise.resolve({ kind: 'none', warnings: [] }),
};

/** Nothing leaves the machine, but the work stays on a branch of the clone itself. */
function localBranchPublisher(options: PublisherOptions, clone: Remote): Publisher {
  const { git, baseCommit } = options;
  const workBranch = openWorkBranch(git, clone, pushingWriter(git, clone), options);
  return {
    kind: 'none',
    preflight: () => Promise.resolve([]),
    pushIncrement: (commit) => workBranch.push(commit),
    async publish({ headCommit }) {
      const publication: Publication = { kind: 'none', warnings: [] };
      if (headCommit === undefined || headCommit === baseCommit) return publication;
      const pushed = await workBranch.push(headCommit);
      const { name, remark } = workBranch;
      if (remark !== undefined) publication.warnings.push(remark);
      if (pushed.kind === 'pushed') Object.assign(publication, { branch: name, commit: headCommit });
      else publication.warnings.push(describePush(name, pushed));
      return publication;
    },
  };
}

function needRemote({ kind, remote }: PublisherOptions): Remote {
  if (remote) return remote;
  throw new UserError(`Input 'publish': '${kind}' pushes a branch, but the clone has no remote 'origin'. Use 'none'.`);
}

function commentPublisher({ github, commentOn, spec }: PublisherOptions): Publisher {
  if (!github || commentOn === undefined)
    throw new UserError(
      "Input 'publish': 'comment' needs an event with a pull request or an issue to comment on. Use 'pull-request' or 'none'.",
    );
  return {
    kind: 'comment',
    preflight: () => checkGitHub(github, { commentOn }),
    pushIncrement: () => Promise.resolve({ kind: 'not-published' }),
    async publish({ outcome, commentBody }) {
      const mark = { specPath: spec.path, specHash: spec.hash, outcome };
      const identity = await github.identity();
      const { url, warnings } = await publishComment({ github, identity, number: commentOn, mark, body: commentBody });
      return { kind: 'comment', ...(url !== undefined && { comment: { url } }), warnings };
    },
  };
}

const NO_GITHUB =
  'No pull request could be made, because there is no GitHub token and repository; the result is on the branch.';

function pullRequestPublisher(options: PublisherOptions, remote: Remote): Publisher {
  const { git, github, base, baseCommit, spec, pullRequest: style } = options;
  const writer = openWriter(options, remote);
  const workBranch = openWorkBranch(git, remote, writer, options);
  return {
    kind: 'pull-request',
    async preflight() {
      const pushWarnings = await checkPush(options, remote, [options.branch]);
      if (!github) return [...pushWarnings, 'No pull request can be made: there is no GitHub token and repository.'];
      const warnings = await checkGitHub(github, { branch: options.branch, base });
      return [...pushWarnings, ...warnings, ...(await checkRules(options, remote, github))];
    },
    pushIncrement: (commit) => workBranch.push(commit),
    ...renaming(workBranch, writer, baseCommit),
    async publish(request) {
      const { outcome, headCommit, title, body } = request;
      const publication: Publication = { kind: 'pull-request', warnings: [] };
      const { warnings } = publication;
      if (headCommit !== undefined && headCommit !== baseCommit) {
        const pushed = await workBranch.push(headCommit);
        if (pushed.kind === 'pushed')
          Object.assign(publication, { branch: workBranch.name, commit: publishedId(writer, headCommit) });
        else warnings.push(describePush(workBranch.name, pushed));
        warnings.push(...writer.remarks);
      }
      const branch = workBranch.name;
      if (workBranch.remark !== undefined) warnings.push(workBranch.remark);
      if (!github) return { ...publication, warnings: [...warnings, NO_GITHUB] };

      const mark = { specPath: spec.path, specHash: spec.hash, outcome };
      const identity = await github.identity();
      const mayCreate = publication.commit !== undefined;
      const published = await publishPullRequest({
        ...{ github, identity, branch, base, mark, title, body, style, mayCreate },
      });
      warnings.push(...published.warnings);
      if (published.pullRequest) {
        const { number, url, draft } = published.pullRequest;
        publication.pullRequest = { number, url, draft };
      } else if (mayCreate) warnings.push(await describeBranchOnly(github, base, branch));
      for (const wanted of commentsBeside(request, published.pullRequest, options.commentOn)) {
        const comment = await publishComment({ github, identity, mark, ...wanted });
        if (comment.url !== undefined) publication.comment = { url: comment.url };
        warnings.push(...comment.warnings);
      }
      return publication;
    },
  };
}

/**
 * What goes with a pull request: on it the whole report where its text is somebody else's, else the verdict in short in
 * place of what followed the run there; and the verdict where the run was asked for. Without a pull request that place has
 * the whole report.
 */
function commentsBeside(
  { commentBody, answerBody }: PublicationRequest,
  pullRequest: PublishedPullRequest['pullRequest'],
  askedOn: number | undefined,
): Pick<CommentRequest, 'number' | 'body' | 'onlyUpdate'>[] {
  if (pullRequest === undefined) return askedOn === undefined ? [] : [{ number: askedOn, body: commentBody }];
  const { number, url, isOwn } = pullRequest;
  const pointed = quotedAbove(answerBody, `The report is the text of [pull request ${number}](${url}).`);
  return [
    isOwn
      ? { number, body: notedBody(answerBody, IS_REPORT), onlyUpdate: askedOn !== number }
      : { number, body: commentBody },
    ...(askedOn === undefined || askedOn === number ? [] : [{ number: askedOn, body: pointed }]),
  ];
}

const IS_REPORT = 'The report is the text of this pull request.';
