// What is proven of a run beside the verdict, once its gates have passed: that the new test files need the change, and
// that each commit builds on its own. It fills in the record and decides nothing.
import type { Budget, Series } from '../agent/agent.js';
import { messageOf } from '../errors.js';
import type { Ready } from './preparation.js';
import type { World } from './world.js';
import type { RunRecord } from '../report/report.js';
import type { Baseline, Verification } from '../verify/verify.js';
import { buildCommits, runTestsOnBase, timeLeft } from '../verify/verify.js';

/** Of both proofs together; the run's own time ends them earlier. */
const MAX_PROOFS_MS = 15 * 60_000;

interface ProofSubject {
  series: Series;
  budget: Budget;
  verification: Verification;
  baseline: Baseline | undefined;
  record: RunRecord;
}

/** Nothing that goes wrong here keeps the run from being published: what was not proven is left out of the record. */
export async function proveBeside(world: World, ready: Ready, subject: ProofSubject): Promise<void> {
  const leftMs = timeLeft(() => subject.budget.remainingMs(), MAX_PROOFS_MS);
  try {
    await proveCommits(world, ready, subject, leftMs);
    await proveNewTests(world, ready, subject, leftMs);
  } catch (error) {
    world.log.warning(`Proofs beside the verdict could not be finished: ${messageOf(error)}`);
  }
}

async function proveCommits(
  { log }: World,
  { terms }: Ready,
  { series, verification, record }: ProofSubject,
  leftMs: () => number,
): Promise<void> {
  const check = verification.gates.find(({ name }) => name === 'check');
  const known = new Map(check === undefined ? [] : [[verification.tree, check.exitCode === 0] as const]);
  for (const { commit, builds } of await buildCommits(terms, series.commits, known, leftMs)) {
    const increment = record.increments.find((each) => each.commit === commit);
    if (increment !== undefined && builds !== 'unknown') increment.builds = builds === 'yes';
    if (commit === verification.commit) continue;
    const name = `Commit ${commit.slice(0, 12)}${increment === undefined ? '' : ` (${increment.title})`}`;
    if (builds === 'unknown') log.info(`${name}: not checked whether it builds on its own, or not to its end.`);
    else if (builds === 'no') log.warning(`${name} does not build on its own.`);
    else log.info(`${name} builds on its own.`);
  }
}

async function proveNewTests(
  { git, inputs, log }: World,
  { workshop, terms, mergeBase, progress }: Ready,
  { series, verification, baseline, record }: ProofSubject,
  leftMs: () => number,
): Promise<void> {
  progress.enter({ name: 'new tests on the base', isAside: true, subject: 'on the code of the base' });
  const { runs, findings } = await runTestsOnBase(
    terms,
    {
      ...{ git, syntax: workshop.syntax, baseTree: (series.onto ?? mergeBase).tree, tree: verification.tree, baseline },
      auditRules: inputs.auditRules,
      members: await workshop.members(),
    },
    leftMs,
  );
  if (runs.length === 0) return;
  record.newTestsOnBase = runs;
  record.audit.push(...findings);
  for (const { path, text } of findings) log.info(`${path}: ${text}.`);
  const tried = runs.filter(({ result }) => result !== 'unknown').length;
  log.info(`New test files run on the code of the base: ${tried} of ${runs.length}.`);
}
