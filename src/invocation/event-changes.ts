// What the event that started a run changed: the paths of a push, or of a pull request since it left its base. What that
// means for the choice of specs is invocation.ts.
import { isShallow, readHistory } from '../platform/git-history.js';
import type { Remote } from '../platform/git-remote.js';
import { fetchCommit } from '../platform/git-remote.js';
import type { Git } from '../platform/git.js';
import type { World } from '../run/run.js';

/**
 * Every changed path and the folders above it. GitHub's event files name none in Actions, so git is asked:
 * https://docs.github.com/actions/reference/workflows-and-actions/events-that-trigger-workflows#push
 * @returns `undefined` where the event is no change, or what was there before cannot be had (a new or rewritten branch)
 */
export async function pathsChangedByEvent(
  world: Pick<World, 'git' | 'remote' | 'context' | 'base' | 'trustedCommit'> & {
    inputs: Pick<World['inputs'], 'base'>;
  },
): Promise<ReadonlySet<string> | undefined> {
  const { git, remote, context, inputs, base, trustedCommit } = world;
  if (inputs.base !== undefined || remote === undefined) return undefined;
  const before =
    context.pullRequest === undefined ? context.before : await leftAt(git, remote, trustedCommit, base.commit);
  if (before === undefined || !(await isThere(git, remote, before))) return undefined;
  const paths = await git.changedPaths(before, base.commit);
  return new Set(paths.flatMap((path) => [path, ...foldersAbove(path)]));
}

/** Where a branch left its base. A shallow clone cannot tell, so its history is asked. */
async function leftAt(git: Git, remote: Remote, base: string, head: string): Promise<string | undefined> {
  const history = (await isShallow(git)) ? await readHistory(git, remote, [base, head], 'whole') : undefined;
  return (history ?? git).mergeBase(base, head);
}

async function isThere(git: Git, remote: Remote, commit: string): Promise<boolean> {
  if ((await git.resolve(commit)) !== undefined) return true;
  const fetched = await fetchCommit(git, remote, commit, { depth: 1 }).catch(() => ({ kind: 'missing' as const }));
  return fetched.kind !== 'missing';
}

/** A folder can be a spec, and is changed with any file in it. */
function foldersAbove(path: string): string[] {
  const parts = path.split('/').slice(0, -1);
  return parts.map((_, at) => parts.slice(0, at + 1).join('/'));
}
