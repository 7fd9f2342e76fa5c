// The sentence that tells a reviewer whether the repository's own checks will start on what was published.
import type { PublishKind } from './publisher.js';

/**
 * What to write beside the result; empty when nothing was pushed. Pushes and pull requests made with the workflow's own
 * token start no workflows: https://docs.github.com/actions/concepts/security/github_token
 * @param identity login of the token, `undefined` without GitHub
 */
export function ciNote(identity: string | undefined, kind: PublishKind): string {
  if (identity === undefined || kind === 'comment' || kind === 'none') return '';
  if (!/^github-actions(\[bot\])?$/.test(identity))
    return `Checks of this repository start as for any push, because it was made as ${identity}.`;
  const start =
    kind === 'pull-request' ? 'close and reopen the pull request, or push an empty commit' : 'push an empty commit';
  return (
    "GitHub starts no workflows for what the workflow's own token (github-actions) pushes or opens, so the checks of " +
    `this repository have not run on it. To start them, ${start}. To have them start by themselves, set ` +
    "'github-token' to the token of a GitHub App or a fine-grained personal access token."
  );
}
