// Commits that GitHub makes and signs (`commit-with: api`). Each has the tree and the message of one of ours, and another
// id, since GitHub puts its own names, time and signature into it. Nothing is remembered beyond the process: commits that
// are on a branch already are known again by tree and message, so a second run, the post step and a repeated job go on
// from them.
import type { CommitMessage, Git } from '../platform/git.js';
import type { PushResult, Remote } from '../platform/git-remote.js';
import { fetchCommit } from '../platform/git-remote.js';
import type { GitHubError, GitObjects, TreeEntry } from '../platform/github.js';
import { describeGitHubError } from '../platform/github.js';
import { isBeginning, readLine } from './commit-line.js';
import type { CommitWriter } from './commit-writer.js';

interface ApiCommitTerms {
  git: Git;
  /** Where branches are read. */
  remote: Remote;
  objects: GitObjects;
  /** On the remote already; commits that it contains are never made again. */
  baseCommit: string;
}

type Refused = Extract<PushResult, { kind: 'refused' }>;

/** A branch is moved only once every tree that GitHub made is the one that was verified. */
export function apiWriter({ git, remote, objects, baseCommit }: ApiCommitTerms): CommitWriter {
  const published = new Map<string, string>();
  const sentBlobs = new Set<string>();
  const remarks: string[] = [];

  const lineOf = (head: string) => readLine(git, head, baseCommit);

  /** Whether `tip` is a part of our line as GitHub made it before; if so, its commits are known from here on. */
  async function recognise(commit: string, tip: string): Promise<boolean> {
    const isHere = (await git.resolve(tip)) !== undefined || (await fetchCommit(git, remote, tip)).kind === 'fetched';
    if (!isHere) return false;
    const [ours, theirs] = [await lineOf(commit), await lineOf(tip)];
    if (!isBeginning(theirs, ours)) return false;
    for (const [i, made] of theirs.entries()) {
      const own = ours[i];
      if (own !== undefined && own.commit !== made.commit) published.set(own.commit, made.commit);
    }
    return true;
  }

  /** Those of the line that the remote lacks, oldest first. */
  async function missing(commit: string, tip: string | undefined): Promise<CommitMessage[]> {
    const line = await lineOf(commit);
    for (let first = line.length; first > 0; first--) {
      const below = line[first - 1]?.commit ?? '';
      const isThere = published.has(below) || (tip !== undefined && (await git.isAncestor(below, tip)));
      if (isThere) return line.slice(first);
    }
    return line;
  }

  async function make({ commit: id, tree, message }: CommitMessage): Promise<Refused | undefined> {
    const parent = await git.resolve(`${id}^`);
    if (parent === undefined) return refused(`commit ${id.slice(0, 12)} has no parent in this clone`);
    const made = await makeTree(await git.treeOf(parent), tree);
    if (typeof made !== 'string') return made;
    if (made !== tree)
      return refused(
        `GitHub made tree ${made.slice(0, 12)} of commit ${id.slice(0, 12)}, not ${tree.slice(0, 12)}, which is what was looked at here.`,
      );
    const created = await objects.createCommit({ message, tree, parent: published.get(parent) ?? parent });
    if (created.kind === 'failed') return refusedBy(created.error);
    published.set(id, created.value.id);
    if (!created.value.isVerified && remarks.length === 0) remarks.push(describeUnsigned(created.value.reason));
    return undefined;
  }

  /** @returns the id of the tree that GitHub made of the one and the differences to the other */
  async function makeTree(from: string, to: string): Promise<string | Refused> {
    const changes = await git.changes(from, to);
    if (changes.length === 0) return from;
    const contents = changes.filter(({ after, oid }) => after !== undefined && !sentBlobs.has(oid));
    const oids = [...new Set(contents.map(({ oid }) => oid))];
    let next = 0;
    for await (const content of git.readBlobs(oids)) {
      const blob = await objects.createBlob(content);
      if (blob.kind === 'failed') return refusedBy(blob.error);
      sentBlobs.add(oids[next++] ?? '');
    }
    // The policy let no other modes into the line. A deleted file's mode is not looked at, but GitHub wants one.
    const mode = (octal: string | undefined) => (octal === '100755' ? '100755' : '100644');
    const entries: TreeEntry[] = changes.map(({ path, after, oid }) =>
      after === undefined ? { path, mode: '100644', oid: null } : { path, mode: mode(after), oid },
    );
    const tree = await objects.createTree(from, entries);
    return tree.kind === 'ok' ? tree.value : refusedBy(tree.error);
  }

  return {
    keepsIds: false,
    published,
    remarks,
    async contains(commit, tip) {
      const own = [...published].find(([, made]) => made === tip)?.[0] ?? tip;
      return (await git.isAncestor(own, commit)) || recognise(commit, tip);
    },
    async push(branch, commit, tip) {
      for (const each of await missing(commit, tip)) {
        const refusal = await make(each);
        if (refusal !== undefined) return refusal;
      }
      const id = published.get(commit) ?? commit;
      if (id === tip) return { kind: 'pushed' };
      const moved = tip === undefined ? await objects.createBranch(branch, id) : await objects.moveBranch(branch, id);
      if (moved.kind === 'ok') return { kind: 'pushed' };
      return isRace(moved.error) ? { kind: 'moved' } : refusedBy(moved.error);
    },
  };
}

/** Somebody made, moved or deleted the branch between our look at it and our move. */
function isRace({ status, message }: GitHubError): boolean {
  const words = /reference (already exists|does not exist)|not a fast.forward/i;
  return status === 409 || (status === 422 && words.test(message));
}

function refused(reason: string): Refused {
  return { kind: 'refused', reason };
}

function refusedBy(error: GitHubError): Refused {
  return refused(describeGitHubError(error));
}

function describeUnsigned(reason: string): string {
  return (
    `GitHub did not sign the commits (reason: ${reason}), so they are not verified there. It signs what is made with the ` +
    "token of a GitHub App or the workflow's own, and nothing that is made with a personal access token."
  );
}
