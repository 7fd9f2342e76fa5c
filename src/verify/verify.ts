// The door of verification: runs the gates on a clean checkout of one commit, out of the agent's reach, and computes
// the verdict from exit codes and parsed results alone. Nothing the model says is an input here.
import type { CargoRun, CheckedOut, Diagnostic, TestReport, Workshop } from '../workshop/workshop.js';
import { judgeTests } from '../workshop/workshop.js';
import type { CargoGate, CargoScope, GateCommand, RunGate } from './gates.js';
import { gateCommand, listTestsCommand } from './gates.js';
import type { Failure } from './failures.js';
import { checkFailures, clippyFailures, fmtFailures, newFailures, testFailures } from './failures.js';

export type { CargoGate, CargoScope } from './gates.js';
export { CARGO_GATES, missingTool, reproduceCommands, scopeArguments } from './gates.js';
export type { Failure } from './failures.js';
export { describeBaseline, describeFailures } from './feedback.js';
export type { Judgement, OutcomeFacts } from './outcome.js';
export { judgeOutcome } from './outcome.js';
export { gateRecord } from './gate-record.js';
export type { ApiChange, Library } from './public-api.js';
export { comparePublicApi } from './public-api.js';

export interface GateResult {
  name: CargoGate;
  /** Advisory gates are run and reported, and decide nothing. */
  deciding: boolean;
  status: 'passed' | 'failed';
  command: string;
  exitCode: number | null;
  durationMs: number;
  run: CargoRun;
  diagnostics: Diagnostic[];
  tests?: TestReport;
  /** Everything that failed, also what failed before. */
  failures: Failure[];
  /** Why the gate failed: what did not fail in the baseline. */
  reasons: string[];
  /** What failed already in the baseline; not held against the run. */
  olderFailures: string[];
}

export interface Verification {
  commit: string;
  tree: string;
  gates: GateResult[];
  /** Every deciding gate passed. */
  passed: boolean;
}

/** What the base gave for the same gates; `undefined` where the base has no crate. */
export interface Baseline {
  gates: GateResult[];
}

export interface GateTerms {
  workshop: Workshop;
  deciding: readonly CargoGate[];
  advisory: readonly CargoGate[];
  scope: CargoScope;
  /** Time limit of one command. */
  timeoutMs: number;
  signal?: AbortSignal;
  /** False for gates that run beside the conversation: their output is shown when a command is over. */
  live?: boolean;
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
): Promise<Verification> {
  const checkout = await terms.workshop.verificationCheckout(subject.commit);
  try {
    const gates = await runGates(terms, checkout, baseline, subject.touched);
    // A cancelled run leaves gates out: what did not run has not passed.
    const passed = terms.deciding.every((name) =>
      gates.some((gate) => gate.name === name && gate.deciding && gate.status === 'passed'),
    );
    return { commit: subject.commit, tree: subject.tree, gates, passed };
  } finally {
    await checkout.dispose();
  }
}

/**
 * Judges the work copy as an increment: check and test, by the same rules as the verification, but where the agent
 * works. It decides whether an increment is committed; the verdict of the run is `verify` alone.
 */
export async function checkIncrement(terms: GateTerms, baseline: Baseline | undefined): Promise<GateResult[]> {
  const putBack = new Set<string>();
  const bench: Bench = {
    cargo: async (request) => {
      const run = await terms.workshop.cargoForAgent(request);
      for (const file of run.putBack) putBack.add(file);
      return run;
    },
    putBack: () => {
      const changed = [...putBack];
      putBack.clear();
      return Promise.resolve(changed);
    },
  };
  const results: GateResult[] = [];
  for (const name of ['check', 'test'] as const) {
    const older = baseline?.gates.find((gate) => gate.name === name);
    const result = await runGate({ ...terms, deciding: ['check', 'test'] }, bench, name, older, undefined);
    results.push(result);
    if (result.status === 'failed') break; // the tests of code that does not compile say nothing more
  }
  return results;
}

/** Where a gate runs: a clean checkout, or the work copy. */
interface Bench {
  cargo(request: GateCommand & { timeoutMs: number; signal?: AbortSignal; live?: boolean }): Promise<CargoRun>;
  /** Undoes what the last command changed of the files under judgement, and names them. */
  putBack(): Promise<string[]>;
}

function benchOf(workshop: Workshop, checkout: CheckedOut): Bench {
  return { cargo: (request) => workshop.cargoAt(checkout.place, request), putBack: () => checkout.putBack() };
}

async function runGates(
  terms: GateTerms,
  checkout: CheckedOut,
  baseline: Baseline | undefined,
  touched: ReadonlySet<string> | undefined,
): Promise<GateResult[]> {
  const results: GateResult[] = [];
  for (const name of new Set([...terms.deciding, ...terms.advisory])) {
    if (terms.signal?.aborted) break;
    const older = baseline?.gates.find((gate) => gate.name === name);
    results.push(await runGate(terms, benchOf(terms.workshop, checkout), name, older, touched));
  }
  return results;
}

async function runGate(
  terms: GateTerms,
  bench: Bench,
  name: CargoGate,
  older: GateResult | undefined,
  touched: ReadonlySet<string> | undefined,
): Promise<GateResult> {
  const runGateCommand: RunGate = (command) =>
    bench.cargo({
      ...command,
      timeoutMs: terms.timeoutMs,
      live: terms.live ?? true,
      ...(terms.signal === undefined ? {} : { signal: terms.signal }),
    });
  const read = (run: CargoRun) => terms.workshop.outputs.read(run.output);
  const run = await runGateCommand(gateCommand(name, terms.scope));
  const text = await read(run);
  let tests: TestReport | undefined;
  let failures: Failure[];
  switch (name) {
    case 'check':
    case 'doc':
      failures = checkFailures(run, text);
      break;
    case 'clippy':
      failures = clippyFailures(run, text, touched);
      break;
    case 'fmt':
      failures = fmtFailures(run, text, touched);
      break;
    case 'test': {
      const list = await runGateCommand(listTestsCommand(terms.scope));
      tests = judgeTests({ list: await read(list), run: text, exitCode: run.exitCode });
      failures = testFailures(run, tests);
      break;
    }
  }
  // An honest test may write files; one that changes what was to be verified has changed the subject.
  const changed = (await bench.putBack()).filter((file) => /\.rs$|(^|\/)Cargo\.(toml|lock)$/.test(file));
  for (const file of changed)
    failures.push({ key: `changed ${file}`, text: `the command changed ${file}, which it was to verify` });
  const fresh = newFailures(failures, older?.failures ?? []);
  return {
    name,
    deciding: terms.deciding.includes(name),
    status: fresh.length === 0 ? 'passed' : 'failed',
    command: run.command,
    exitCode: run.exitCode,
    durationMs: run.durationMs,
    run,
    diagnostics: run.diagnostics,
    ...(tests === undefined ? {} : { tests }),
    failures,
    reasons: fresh.map((failure) => failure.text),
    olderFailures: failures.filter((failure) => !fresh.includes(failure)).map((failure) => failure.text),
  };
}
