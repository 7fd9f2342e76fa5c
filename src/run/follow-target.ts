// The chapter between the verdict and publication that `publish: commit` needs when its target branch moved meanwhile: a
// fast-forward is no longer possible, so the work is brought together with what came since and verified again there. A
// pull request is merged by GitHub, with its own checks, and needs none of this.
import type { Budget, Series } from '../agent/agent.js';
import { guidingFilesOf, targetOf } from './destination.js';
import type { Ready } from './preparation.js';
import type { Brief, World } from './world.js';
import type { WorkCommit } from '../publish/publish.js';
import { bringTogether } from '../publish/publish.js';
import type { Verification } from '../verify/verify.js';
import { DiskSpaceError } from '../workshop/workshop.js';

/** A branch that moves faster than it can be verified is left to its people. */
const MAX_TRIES = 2;
/** Writing the commits and the report. */
const PUBLICATION_MS = 30_000;

interface MovedTargetTerms {
  series: Series;
  budget: Budget;
  /** Verifies a commit by what it adds to another tree. */
  verify: (subject: WorkCommit, baseTree: string) => Promise<Verification>;
}

/**
 * Follows the target branch as long as it moves, at most twice, and only while the run's time lasts.
 * @returns the verification of what is published: the given one where there is nothing to follow, or no good way to
 */
export async function followTarget(
  world: World,
  brief: Brief,
  ready: Ready,
  verification: Verification,
  { series, budget, verify }: MovedTargetTerms,
): Promise<Verification> {
  const { git, remote, base, log, inputs } = world;
  // GitHub's own commits are made as a line, without merges.
  const mayMerge = ready.publisher.kind === 'commit' && inputs.commitWith === 'git';
  if (!mayMerge || remote === undefined) return verification;
  const target = targetOf(world.context.pullRequest, base);
  let latest = verification;
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const { head } = series;
    const reserved = guidingFilesOf(world, brief);
    const found = await bringTogether({ git, remote, target, startedOn: base.commit, head, reserved });
    if (found.kind === 'in-step') return latest;
    if (found.kind === 'apart') return giveUp(found.reason);
    const { onto, tree } = found;
    const objection = await ready.policy(tree, onto.commit);
    if (objection !== undefined) return giveUp(`Branch '${target}' has moved. ${objection}`);
    if (budget.timeLeftMs() < durationOf(latest) + PUBLICATION_MS)
      return giveUp(`Branch '${target}' has moved, and no time is left to verify the work together with it.`);
    log.info(`Branch '${target}' has moved to ${onto.commit.slice(0, 12)}: verifying the work together with it.`);
    const candidate = await series.mergeOnto(onto, tree, target, brief.spec.title);
    const again = await unlessCutShort(verify(candidate, onto.tree));
    if (typeof again === 'string') return giveUp(`Branch '${target}' has moved. ${again}`);
    if (!again.passed) {
      const failed = [...again.gates, ...again.evidence.gates].filter(
        (gate) => gate.deciding && gate.status !== 'passed',
      );
      const names = failed.map(({ name }) => name).join(', ');
      return giveUp(`Branch '${target}' has moved, and the work fails together with it (${names}).`);
    }
    await series.acceptMerge(candidate, onto);
    latest = again;
  }
  return latest;

  /** A verdict that is there is not lost for a second one that could not be reached. @returns else why that was, a sentence */
  async function unlessCutShort(verifying: Promise<Verification>): Promise<Verification | string> {
    try {
      return await verifying;
    } catch (error) {
      if (world.signal.aborted) return 'The run was cancelled before the work was verified together with it.';
      if (error instanceof DiskSpaceError) return error.message;
      throw error;
    }
  }

  function giveUp(reason: string): Verification {
    log.warning(`${reason} It is left where it is.`);
    return latest;
  }
}

function durationOf({ gates }: Verification): number {
  return gates.reduce((sum, { durationMs }) => sum + durationMs, 0);
}
