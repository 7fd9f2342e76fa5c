// The door of verification: runs the gates on a clean checkout of one commit, out of the agent's reach, and computes
// the verdict from exit codes, parsed results and the verified tree. What the model says is a claim to be checked.
import type { AgentCargoRun, Workshop } from '../workshop/workshop.js';
import type { Evidence, EvidenceTerms } from './evidence.js';
import { judgeEvidence } from './evidence.js';
import type { Baseline, GateResult, GateTerms } from './gate-result.js';
import type { Bench } from './run-gates.js';
import { judgeGate, runGate, runGates } from './run-gates.js';

export type { AuditRule, AuditSeverities } from './audit-rules.js';
export { AUDIT_RULES, SEVERITIES } from './audit-rules.js';
export { buildCommits } from './commit-builds.js';
export type { EvidenceGate, EvidenceTerms } from './evidence.js';
export { EVIDENCE_GATES, judgedGateRecord } from './evidence.js';
export { describeBaseline, describeFailures, describeJudgedGates } from './feedback.js';
export { gateRecord } from './gate-record.js';
export type { Baseline, GateResult, GateTerms } from './gate-result.js';
export type { CargoGate, CargoScope } from './gates.js';
export { CARGO_GATES, missingTool, reproduceCommands, scopeArguments } from './gates.js';
export { judgeOutcome } from './outcome.js';
export type { TestsOnBase } from './tests-without-change.js';
export { runTestsOnBase } from './tests-without-change.js';
export { MIN_COMMAND_MS, countdown, timeLeft } from './time-left.js';

export interface Verification {
  commit: string;
  tree: string;
  gates: GateResult[];
  /** Ledger and the gates that judge the change. */
  evidence: Evidence;
  /** Every deciding gate passed. */
  passed: boolean;
  /** Nothing failed but requirements that wait for an answer. */
  onlyWaiting: boolean;
}

/** Runs the gates on the base. Failures found here are older than the run. */
export async function runBaseline(terms: GateTerms): Promise<Baseline> {
  const gates = await terms.workshop.buildBaseline((base) =>
    runGates({ ...terms, live: false }, base, undefined, undefined),
  );
  return { gates };
}

/**
 * Verifies one commit on a clean checkout.
 * @param touched paths that differ from the base: clippy and fmt judge these only
 */
export async function verify(
  terms: GateTerms,
  subject: { commit: string; tree: string; touched: ReadonlySet<string> },
  baseline: Baseline | undefined,
  evidenceTerms: EvidenceTerms,
): Promise<Verification> {
  const checkout = await terms.workshop.verificationCheckout(subject.commit);
  try {
    const gates = await runGates(terms, checkout, baseline, subject.touched);
    const test = gates.find((gate) => gate.name === 'test');
    const output = test === undefined ? '' : await terms.workshop.outputs.read(test.run.output);
    const base = baseline?.gates.find((gate) => gate.name === 'test')?.tests;
    const testRun = test?.tests && { tests: test.tests, output, base };
    const members = await terms.workshop.members(checkout);
    const evidence = await judgeEvidence(evidenceTerms, subject.tree, { members, testRun });
    // A cancelled run leaves gates out: what did not run has not passed.
    const wanted = [...terms.deciding, ...evidenceTerms.deciding];
    const passing = [...gates, ...evidence.gates].filter((gate) => gate.status === 'passed').map(({ name }) => name);
    const failing = wanted.filter((name) => !(passing as string[]).includes(name));
    const onlyWaiting = failing.every((name) => name === 'ledger') && evidence.ledger.onlyWaiting;
    return {
      commit: subject.commit,
      tree: subject.tree,
      gates,
      evidence,
      passed: wanted.length > 0 && failing.length === 0,
      onlyWaiting: failing.length > 0 && onlyWaiting,
    };
  } finally {
    await checkout.dispose();
  }
}

/**
 * Judges the work copy as an increment: check and test, by the same rules as the verification, but where the agent
 * works. It decides whether an increment is committed; the verdict of the run is `verify` alone.
 */
export async function checkIncrement(terms: GateTerms, baseline: Baseline | undefined): Promise<GateResult[]> {
  const bench = workBench(terms.workshop);
  const results: GateResult[] = [];
  for (const name of ['check', 'test'] as const) {
    const older = baseline?.gates.find((gate) => gate.name === name);
    const result = await runGate({ ...terms, deciding: ['check', 'test'] }, bench, name, older, undefined);
    results.push(result);
    if (result.status === 'failed') break; // the tests of code that does not compile say nothing more
  }
  return results;
}

/**
 * Whether a command that the agent ran and that failed shows only what failed in the baseline: as the gate of the very
 * same command it would pass.
 */
export async function failsAsBefore(
  terms: GateTerms,
  run: AgentCargoRun,
  baseline: Baseline | undefined,
): Promise<boolean> {
  const older = baseline?.gates.find(({ command, failures }) => command === run.command && failures.length > 0);
  if (older === undefined) return false;
  const bench = workBench(terms.workshop, run);
  return (await judgeGate(terms, bench, older.name, run, older, undefined)).status === 'passed';
}

/** The work copy as a place for gates. @param last what was run there just now */
function workBench(workshop: Workshop, last?: AgentCargoRun): Bench {
  let putBack = last?.putBack ?? [];
  return {
    cargo: async (request) => {
      const run = await workshop.cargoForAgent(request);
      putBack = run.putBack;
      return run;
    },
    putBack: () => Promise.resolve(putBack),
  };
}
