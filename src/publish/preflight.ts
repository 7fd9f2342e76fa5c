// Whether publishing can work, asked before a token of the model is spent. What surely fails is a UserError; what may
// fail later is left to the publication's warnings.
import { messageOf, UserError } from '../errors.js';
import type { Remote } from '../platform/git-remote.js';
import { mayPush, readRemoteBranch } from '../platform/git-remote.js';
import type { GitHub, GitHubResult } from '../platform/github.js';
import { describeGitHubError } from '../platform/github.js';
import { checkBranchRules } from './branch-rules.js';
import type { PublisherOptions } from './publisher.js';

const PUSH_HINT = "Give the job 'contents: write', or set 'github-token' to a token that may push.";

/**
 * Reads the remote and asks it, without changing anything, whether each of the branches may be pushed.
 * @returns warnings @throws UserError when the remote cannot be read, refuses the token, or lacks the branch to move
 */
export async function checkPush(options: PublisherOptions, remote: Remote, branches: string[]): Promise<string[]> {
  const { git, baseCommit, base, kind, target = base } = options;
  if (options.branch === base || options.branch === target)
    throw new UserError(
      `Input 'branch': '${options.branch}' is also the branch that the result goes to. Give another name, such as 'ferrule/{spec}'.`,
    );
  const warnings: string[] = [];
  // What the result is offered to: the pull request's base, or the branch that is moved.
  const destination = kind === 'commit' ? target : base;
  const tip = await readRemoteBranch(git, remote, destination).catch((thrown: unknown) => {
    throw new UserError(`${oneLine(messageOf(thrown))} Check the remote 'origin' and the input 'github-token'.`);
  });
  if (tip === undefined)
    throw new UserError(
      `The remote has no branch '${destination}', which the result would go to. Set the input 'base'.`,
    );
  if (kind === 'commit' && !(await git.isAncestor(tip, baseCommit)))
    warnings.push(
      `Branch '${destination}' has moved on since this run's commit; the result reaches it only if the two can be brought together.`,
    );
  for (const branch of branches) {
    const answer = await mayPush(git, remote, branch, baseCommit);
    if (answer.kind === 'refused')
      throw new UserError(`Branch '${branch}' cannot be pushed: ${oneLine(answer.reason)} ${PUSH_HINT}`);
  }
  return warnings;
}

/**
 * Asks GitHub for what publishing will need to read. That the token may write cannot be asked: the permissions that the
 * repository shows are those of people, an app's token always reads `false` there.
 * @returns warnings, for an API that fails for its own reasons @throws UserError when GitHub refuses the token
 */
export async function checkGitHub(
  github: GitHub,
  needed: { branch?: string; base?: string; commentOn?: number },
): Promise<string[]> {
  const { branch, base, commentOn } = needed;
  const repository = await github.repository();
  if (branch !== undefined) await refuseForeignBranch(github, branch, repository);
  const answers: [permission: string, answer: GitHubResult<unknown>][] = [['contents: write', repository]];
  if (branch !== undefined && base !== undefined)
    answers.push(['pull-requests: write', await github.findPullRequest({ branch, base })]);
  if (commentOn !== undefined) answers.push(['pull-requests: write', await github.listComments(commentOn)]);
  const warnings: string[] = [];
  for (const [permission, answer] of answers) {
    if (answer.kind === 'ok') continue;
    const failure = `GitHub: ${describeGitHubError(answer.error)}`;
    if ([401, 403, 404].includes(answer.error.status))
      throw new UserError(`${failure}. Give the job '${permission}', or set 'github-token' to a token that has it.`);
    warnings.push(failure);
  }
  return warnings;
}

/**
 * The work branch is pushed to without a verdict, so it may be nobody's but ours. A branch that GitHub does not tell
 * about is left to the push, which its own rules judge.
 */
async function refuseForeignBranch(
  github: GitHub,
  branch: string,
  repository: GitHubResult<{ defaultBranch: string }>,
): Promise<void> {
  const way = "Give another name in the input 'branch', such as 'ferrule/{spec}'.";
  if (repository.kind === 'ok' && repository.value.defaultBranch.toLowerCase() === branch.toLowerCase())
    throw new UserError(`The work branch '${branch}' is the repository's default branch. ${way}`);
  const isProtected = await github.isProtectedBranch(branch);
  if (isProtected.kind === 'ok' && isProtected.value)
    throw new UserError(`The work branch '${branch}' is protected, so it holds more than Ferrule's work. ${way}`);
}

/**
 * Asks for the rulesets of the branches that a run pushes to.
 * @param target the branch that a verified result moves, if any
 * @returns warnings @throws UserError
 */
export async function checkRules(
  { git, branch, commitWith }: PublisherOptions,
  remote: Remote,
  github: GitHub,
  target?: string,
): Promise<string[]> {
  const isThere = (await readRemoteBranch(git, remote, branch)) !== undefined;
  const warnings = await checkBranchRules(github, { name: branch, exists: isThere, isTarget: false, commitWith });
  if (target === undefined) return warnings;
  return [...warnings, ...(await checkBranchRules(github, { name: target, exists: true, isTarget: true, commitWith }))];
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}
