// Publishing as commits: the work branch always, the target branch only forward and only when verified, the report as a
// comment. Writing the commits is the workshop's part.
import type { Remote } from '../platform/git-remote.js';
import { readRemoteBranch } from '../platform/git-remote.js';
import { messageOf } from '../errors.js';
import { publishComment } from './comment.js';
import type { CommitWriter } from './commit-writer.js';
import { publishedId } from './commit-writer.js';
import { notedBody } from './marks.js';
import { checkGitHub, checkPush, checkRules } from './preflight.js';
import type { Publication, Publisher, PublisherOptions } from './publisher.js';
import { describePush, oneSentence } from './publisher.js';
import { openWorkBranch, renaming } from './work-branch.js';

/** The publisher of kind `commit`; without a `target` it moves the base. */
export function commitPublisher(options: PublisherOptions, remote: Remote, writer: CommitWriter): Publisher {
  const { git, github, spec, baseCommit, commentOn } = options;
  const target = options.target ?? options.base;
  const workBranch = openWorkBranch(git, remote, writer, options);

  /**
   * Moves the target to `commit` if it still is where this run found it last, or there already. A branch that was set back
   * meanwhile could be moved too, but whoever set it back did not mean to have those commits again.
   * @returns why not
   */
  async function moveTarget(commit: string, expected: string): Promise<string | undefined> {
    try {
      const tip = await readRemoteBranch(git, remote, target);
      if (tip === undefined) return `Branch '${target}' is no longer on the remote.`;
      if (tip !== expected && tip !== publishedId(writer, commit))
        return `Branch '${target}' has moved from ${expected.slice(0, 12)}, where this run ${expected === baseCommit ? 'started' : 'followed it'}, to ${tip.slice(0, 12)}; it was left there.`;
      const moved = await writer.push(target, commit, tip);
      return moved.kind === 'pushed' ? undefined : describePush(target, moved);
    } catch (thrown) {
      return oneSentence(messageOf(thrown)); // the remote did not answer: the work branch holds the result
    }
  }

  return {
    kind: 'commit',
    async preflight() {
      const warnings = await checkPush(options, remote, [options.branch, target]);
      if (!github) return warnings;
      const { branch } = options;
      return [
        ...warnings,
        ...(await checkGitHub(github, { branch, ...(commentOn === undefined ? {} : { commentOn }) })),
        ...(await checkRules(options, remote, github, target)),
      ];
    },
    pushIncrement: (commit) => workBranch.push(commit),
    ...renaming(workBranch, writer, baseCommit),
    async publish({ outcome, headCommit, onto, commentBody }) {
      const publication: Publication = { kind: 'commit', warnings: [] };
      const { warnings } = publication;
      let note = '';
      if (headCommit !== undefined && headCommit !== baseCommit) {
        const pushed = await workBranch.push(headCommit);
        const branch = workBranch.name;
        if (workBranch.remark !== undefined) warnings.push(workBranch.remark);
        const commit = publishedId(writer, headCommit);
        if (pushed.kind === 'pushed') Object.assign(publication, { branch, commit });
        else warnings.push(describePush(branch, pushed));
        if (outcome === 'verified') {
          const obstacle = await moveTarget(headCommit, onto ?? baseCommit);
          if (obstacle === undefined) Object.assign(publication, { branch: target, commit });
          else warnings.push((note = `${obstacle} The verified result is on '${branch}'.`));
        }
        warnings.push(...writer.remarks);
      }
      if (!github || commentOn === undefined) return publication;
      const mark = { specPath: spec.path, specHash: spec.hash, outcome };
      const identity = await github.identity();
      // The report was written before the branch was seen to be elsewhere.
      const body = note === '' ? commentBody : notedBody(commentBody, note);
      const comment = await publishComment({ github, identity, number: commentOn, mark, body });
      if (comment.url !== undefined) publication.comment = { url: comment.url };
      warnings.push(...comment.warnings);
      return publication;
    },
  };
}
