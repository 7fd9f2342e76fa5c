// Whether each commit of a series builds on its own, as bisecting and reverting need it. It decides nothing: the verdict
// is about the last tree.
import type { GateTerms } from './gate-result.js';
import { gateCommand } from './gates.js';
import type { TimeLeftMs } from './time-left.js';

interface CommitBuild {
  commit: string;
  /** `unknown` where the time was up or the command did not end by itself. */
  builds: 'yes' | 'no' | 'unknown';
}

/**
 * Runs the gate `check`'s command on a clean checkout of each commit, oldest first. A tree that was built already is not
 * built again.
 * @param known whether a tree builds, by tree id: of those that were verified
 */
export async function buildCommits(
  terms: GateTerms,
  commits: readonly { commit: string; tree: string }[],
  known: ReadonlyMap<string, boolean>,
  leftMs: TimeLeftMs,
): Promise<CommitBuild[]> {
  const builds = new Map<string, CommitBuild['builds']>();
  for (const [tree, isBuilding] of known) builds.set(tree, isBuilding ? 'yes' : 'no');
  const wanted = commits.filter(({ tree }) => !known.has(tree));
  if (wanted.length > 0 && leftMs() > 0) await buildTrees(terms, wanted, builds, leftMs);
  return commits.map(({ commit, tree }) => ({ commit, builds: builds.get(tree) ?? 'unknown' }));
}

async function buildTrees(
  terms: GateTerms,
  commits: readonly { commit: string; tree: string }[],
  builds: Map<string, CommitBuild['builds']>,
  leftMs: TimeLeftMs,
): Promise<void> {
  const { workshop, scope, timeoutMs, signal } = terms;
  const sequence = await workshop.checkoutSequence();
  try {
    for (const { commit, tree } of commits) {
      const left = leftMs();
      if (signal?.aborted || left === 0) return;
      if (builds.has(tree)) continue;
      const place = await sequence.next(commit);
      const { exitCode } = await workshop.cargoAt(place, {
        ...gateCommand('check', scope),
        timeoutMs: Math.min(timeoutMs, left),
        ...(signal === undefined ? {} : { signal }),
      });
      if (exitCode !== null) builds.set(tree, exitCode === 0 ? 'yes' : 'no');
    }
  } finally {
    await sequence.dispose();
  }
}
