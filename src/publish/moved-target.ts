// Brings the work of a run together with commits that its target branch got meanwhile, where the two touch different
// things: the files of the work laid over the target's tree, by plumbing. It only makes the tree; whether that is any good
// has to be verified anew, and no merge of contents is ever tried.
import { messageOf } from '../errors.js';
import type { Git } from '../platform/git.js';
import type { Remote } from '../platform/git-remote.js';
import { fetchCommit, readRemoteBranch } from '../platform/git-remote.js';
import type { WorkCommit } from './work-commit.js';

interface MovedTargetRequest {
  git: Git;
  remote: Remote;
  /** The branch that the result is to move. */
  target: string;
  /** What the run was started on: a target that no longer holds it was rewritten. */
  startedOn: string;
  head: WorkCommit;
  /** Paths that the run went by, such as its spec. */
  reserved: readonly string[];
}

export type BroughtTogether =
  /** All that the target holds is in the work. */
  | { kind: 'in-step' }
  /** `tree`: of the target at `onto`, with the work in it. */
  | { kind: 'together'; onto: WorkCommit; tree: string }
  /** `reason` is a sentence. */
  | { kind: 'apart'; reason: string };

const MANIFEST = /(^|\/)Cargo\.(toml|lock)$/;
const TOOLCHAIN = /(^|\/)rust-toolchain(\.toml)?$/;

/** Never throws for what the remote answers. */
export async function bringTogether(request: MovedTargetRequest): Promise<BroughtTogether> {
  const { git, remote, target, startedOn, head } = request;
  const apart = (reason: string): BroughtTogether => ({ kind: 'apart', reason: `Branch '${target}' ${reason}.` });
  let tip: string | undefined;
  try {
    tip = await readRemoteBranch(git, remote, target);
  } catch (thrown) {
    return apart(`could not be read: ${messageOf(thrown).replaceAll(/\s+/g, ' ').replace(/\.$/, '')}`);
  }
  if (tip === undefined) return apart('is no longer on the remote');
  if ((await git.resolve(tip)) === undefined) {
    const fetched = await fetchCommit(git, remote, `refs/heads/${target}`);
    if (fetched.kind === 'missing') return apart(`could not be fetched: ${fetched.reason.replaceAll(/\s+/g, ' ')}`);
  }
  if (await git.isAncestor(tip, head.commit)) return { kind: 'in-step' };
  if (!(await git.isAncestor(startedOn, tip))) return apart('no longer holds the commit that this run was started on');
  const mergeBase = await git.mergeBase(tip, head.commit);
  if (mergeBase === undefined) return apart('has moved, and this clone does not hold where the work left it');
  const ours = await git.changes(mergeBase, head.commit);
  const theirs = await git.changedPaths(mergeBase, tip);
  // What came before the run was started is what it went by.
  const sinceStart = await git.changedPaths(startedOn, tip);
  const guiding = sinceStart.find((path) => request.reserved.includes(path) || TOOLCHAIN.test(path));
  if (guiding !== undefined)
    return apart(
      `has moved, and what came since overlaps with the work: it changes ${guiding}, by which this run went`,
    );
  const shared = overlap(
    ours.map(({ path }) => path),
    theirs,
  );
  if (shared !== undefined) return apart(`has moved, and what came since overlaps with the work: ${shared}`);
  const onto = { commit: tip, tree: await git.treeOf(tip) };
  const changes = ours.map(({ path, after, oid }) => ({
    path,
    content: after === undefined ? undefined : { oid, mode: after },
  }));
  return { kind: 'together', onto, tree: await git.writeTree(onto.tree, changes) };
}

/** The first thing both sides have to do with, in words; `undefined` when they are disjoint. */
function overlap(ours: readonly string[], theirs: readonly string[]): string | undefined {
  const [ourManifest, theirManifest] = [ours, theirs].map((paths) => paths.find((path) => MANIFEST.test(path)));
  if (ourManifest !== undefined && theirManifest !== undefined)
    return `both change what cargo resolves (${ourManifest}, ${theirManifest})`;
  const [ourPaths, theirPaths] = [new Set(ours), new Set(theirs)];
  const both =
    ours.find((path) => [path, ...foldersOf(path)].some((place) => theirPaths.has(place))) ??
    theirs.find((path) => foldersOf(path).some((place) => ourPaths.has(place)));
  return both === undefined ? undefined : `both change ${both}`;
}

/** Every folder above a path. */
function foldersOf(path: string): string[] {
  const parts = path.split('/').slice(0, -1);
  return parts.map((_, i) => parts.slice(0, i + 1).join('/'));
}
