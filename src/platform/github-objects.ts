// Git objects made by GitHub itself: blobs, trees, commits and branches through REST's git data. Which commits are made of
// what is publish/api-commits.ts.
import type { Attempt, GitHubResult } from './github-calls.js';

/** A path that a tree has otherwise than its base; `oid` is null where it is no longer there. */
export interface TreeEntry {
  path: string;
  mode: '100644' | '100755';
  oid: string | null;
}

interface MadeCommit {
  id: string;
  /** Whether GitHub signed it. */
  isVerified: boolean;
  /** GitHub's word for why it is verified or not: `valid`, `unsigned`, … */
  reason: string;
}

/** Objects are named by their ids. Nothing is visible in the repository before a branch holds it. */
export interface GitObjects {
  /** @returns the blob's id */
  createBlob(content: Uint8Array): Promise<GitHubResult<string>>;
  /** @param base the tree that the entries change @returns the tree's id */
  createTree(base: string, entries: readonly TreeEntry[]): Promise<GitHubResult<string>>;
  /** GitHub names author and committer after the token and signs, if it signs for that kind of token. */
  createCommit(request: { message: string; tree: string; parent: string }): Promise<GitHubResult<MadeCommit>>;
  createBranch(branch: string, commit: string): Promise<GitHubResult<undefined>>;
  /** Moves a branch forward. GitHub refuses any other move with status 422. */
  moveBranch(branch: string, commit: string): Promise<GitHubResult<undefined>>;
}

/** All of it may be asked for twice: objects are the same then, and a branch is where it already was. */
export function gitObjects(attempt: Attempt, here: { owner: string; repo: string }): GitObjects {
  return {
    createBlob: (content) =>
      attempt('creating a blob', 'harmless', async ({ rest }) => {
        const text = Buffer.from(content).toString('base64');
        return (await rest.git.createBlob({ ...here, content: text, encoding: 'base64' })).data.sha;
      }),
    createTree: (base, entries) =>
      attempt('creating a tree', 'harmless-while-new', async ({ rest }) => {
        const tree = entries.map(({ path, mode, oid }) => ({ path, mode, type: 'blob' as const, sha: oid }));
        return (await rest.git.createTree({ ...here, base_tree: base, tree })).data.sha;
      }),
    // Without author and committer: GitHub signs only for a bot whose names are its own.
    // https://docs.github.com/authentication/managing-commit-signature-verification/about-commit-signature-verification#signature-verification-for-bots
    createCommit: ({ message, tree, parent }) =>
      attempt('creating a commit', 'harmless-while-new', async ({ rest }) => {
        const { sha, verification } = (await rest.git.createCommit({ ...here, message, tree, parents: [parent] })).data;
        return { id: sha, isVerified: verification.verified, reason: verification.reason };
      }),
    createBranch: (branch, commit) =>
      attempt('creating the branch', 'harmless-while-new', async ({ rest }) => {
        await rest.git.createRef({ ...here, ref: `refs/heads/${branch}`, sha: commit });
        return undefined;
      }),
    moveBranch: (branch, commit) =>
      attempt('moving the branch', 'harmless-while-new', async ({ rest }) => {
        await rest.git.updateRef({ ...here, ref: `heads/${branch}`, sha: commit, force: false });
        return undefined;
      }),
  };
}
