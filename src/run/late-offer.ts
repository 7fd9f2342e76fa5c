// A verified implementation on the work branch that was never offered as one: the run that made it was lost between its
// last push and the rest, or GitHub refused. Nothing is built here; the branch's own last commit is the witness.
import { policyFor, protectedFilesOf } from './destination.js';
import type { EarlierRun } from './earlier-run.js';
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

/** Publishes what is on the branch, unless that has been done. Notes in the record where it is now. */
export async function offerVerified(
  world: World,
  brief: Brief,
  branch: VerifiedBranch,
  record: RunRecord,
  folder: ReportFolder,
): Promise<void> {
  if (world.openModel === undefined || !(await isOwed(world, brief, branch))) return; // a dry run publishes nothing
  const { publisher, earlier } = branch;
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

async function isOwed(
  world: World,
  brief: Brief,
  { publisher, earlier, earlierRun }: VerifiedBranch,
): Promise<boolean> {
  const { github, base } = world;
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
