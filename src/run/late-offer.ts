// A verified implementation on the work branch that was never offered as one: the run that made it was lost between its
// last push and the rest, or GitHub refused. Nothing is built here; the branch's own last commit is the witness.
import { policyFor, protectedFilesOf, targetOf } from './destination.js';
import type { EarlierRun } from './earlier-run.js';
import { UserError } from '../errors.js';
import { isOwnAccount } from '../platform/github.js';
import type { ReportFolder } from '../platform/report-folder.js';
import { publishRecord } from './publish-and-record.js';
import type { EarlierWork, Publisher } from '../publish/publish.js';
import { guardedPublisher } from '../publish/publish.js';
import type { RunRecord } from '../report/report.js';
import { parseMark } from '../report/report.js';
import type { Brief, World } from './world.js';

export interface VerifiedBranch {
  publisher: Publisher;
  earlier: EarlierWork;
  earlierRun: EarlierRun;
}

/**
 * Publishes what is on the branch, unless that has been done. Notes in the record where it is now.
 * @throws UserError where the branch that is to be moved has gone another way: nothing can prove the two together without
 * the conversation that claimed what the work does
 */
export async function offerVerified(
  world: World,
  brief: Brief,
  branch: VerifiedBranch,
  record: RunRecord,
  folder: ReportFolder,
): Promise<void> {
  if (world.openModel === undefined) return; // a dry run publishes nothing
  const { publisher, earlier } = branch;
  if (publisher.kind === 'commit' && (await hasMovedApart(world, earlier))) {
    const target = targetOf(world.context.pullRequest, world.base);
    throw new UserError(
      `Branch '${earlier.branch}' holds a verified implementation of this spec (${earlier.commit.slice(0, 12)}) that is not on '${target}', which has moved since. Nothing was spent. Merge '${earlier.branch}' by hand, or set 'resume' to 'never' to start anew.`,
    );
  }
  if (!(await isOwed(world, brief, branch))) return;
  record.message += ' The run that verified it did not come to offer it, so this one does.';
  const protectedFiles = protectedFilesOf(world, brief);
  const policy = policyFor(world, { start: earlier.mergeBase, protectedFiles });
  await publishRecord(world, guardedPublisher(publisher, policy), record, {
    title: `Implement ${record.spec.title}`,
    headCommit: earlier.commit,
    outputs: (file) => folder.readText(file),
    outcome: 'verified',
  });
}

/** Whether the base went on from where the work left it, and has not all of the work's files, as after a squash by hand. */
async function hasMovedApart({ git, base }: World, { mergeBase, commit, mergedBy }: EarlierWork): Promise<boolean> {
  if (mergedBy !== undefined || mergeBase === base.commit) return false;
  const differing = new Set(await git.changedPaths(commit, base.commit));
  return (await git.changedPaths(mergeBase, commit)).some((path) => differing.has(path));
}

async function isOwed(
  world: World,
  brief: Brief,
  { publisher, earlier, earlierRun }: VerifiedBranch,
): Promise<boolean> {
  const { github, base } = world;
  if (earlier.mergedBy !== undefined) return false;
  switch (publisher.kind) {
    case 'commit':
      return earlier.mergeBase === base.commit; // else the branch that is to be moved has moved already
    case 'pull-request': {
      if (github === undefined || earlierRun.reported === 'verified') return false;
      const closed = await github.findClosedPullRequest({ branch: earlier.branch, base: base.branch });
      if (closed.kind === 'failed' || closed.value === undefined) return closed.kind === 'ok';
      const { body, author } = closed.value;
      const mark = isOwnAccount(await github.identity(), author) ? parseMark(body) : undefined;
      // Whoever closed the offer of this text has given the answer to it.
      return mark?.outcome !== 'verified' || mark.specHash !== brief.hash;
    }
    case 'comment':
    case 'none':
      return false;
  }
}
