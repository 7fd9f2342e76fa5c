// Runs gates and judges each one: the command, what failed, and what of it failed before.
import type { CargoRun, CheckedOut, TestReport, Workshop } from '../workshop/workshop.js';
import { judgeTests } from '../workshop/workshop.js';
import type { Failure } from './failures.js';
import { checkFailures, clippyFailures, fmtFailures, newFailures, testFailures } from './failures.js';
import type { Baseline, GateResult, GateTerms } from './gate-result.js';
import type { CargoGate, GateCommand, RunGate } from './gates.js';
import { gateCommand, listTestsCommand } from './gates.js';

/** Where a gate runs: a clean checkout, or the work copy. */
export interface Bench {
  cargo(request: GateCommand & { timeoutMs: number; signal?: AbortSignal; live?: boolean }): Promise<CargoRun>;
  /** Undoes what the last command changed of the files under judgement, and names them. */
  putBack(): Promise<string[]>;
}

function benchOf(workshop: Workshop, checkout: CheckedOut): Bench {
  return { cargo: (request) => workshop.cargoAt(checkout.place, request), putBack: () => checkout.putBack() };
}

/**
 * Runs every gate that decides or advises, one after the other, on one checkout. In a verification each gate builds in a
 * fresh copy of the sealed target: a build script or test of the gate before can make cargo take the base's executables
 * and diagnostics there for those of the result.
 */
export async function runGates(
  terms: GateTerms,
  checkout: CheckedOut,
  baseline: Baseline | undefined,
  touched: ReadonlySet<string> | undefined,
): Promise<GateResult[]> {
  const results: GateResult[] = [];
  let isTargetUsed = false;
  for (const name of new Set([...terms.deciding, ...terms.advisory])) {
    if (terms.signal?.aborted) break;
    if (name !== 'fmt') {
      if (isTargetUsed) await checkout.renewTarget?.();
      isTargetUsed = true; // the first gate has the copy the checkout came with; rustfmt builds and runs nothing
    }
    const older = baseline?.gates.find((gate) => gate.name === name);
    results.push(await runGate(terms, benchOf(terms.workshop, checkout), name, older, touched));
  }
  return results;
}

/** Runs one gate and judges it against the baseline's result of the same gate. */
export async function runGate(
  terms: GateTerms,
  bench: Bench,
  name: CargoGate,
  older: GateResult | undefined,
  touched: ReadonlySet<string> | undefined,
): Promise<GateResult> {
  const run = await runOn(bench, terms)(gateCommand(name, terms.scope));
  return judgeGate(terms, bench, name, run, older, touched);
}

function runOn(bench: Bench, terms: GateTerms): RunGate {
  return (command) =>
    bench.cargo({
      ...command,
      timeoutMs: Math.min(terms.timeoutMs, terms.leftMs?.() ?? Infinity),
      live: terms.live ?? true,
      ...(terms.signal === undefined ? {} : { signal: terms.signal }),
    });
}

/** Judges the run of a gate's command; for tests their list is run too. */
export async function judgeGate(
  terms: GateTerms,
  bench: Bench,
  name: CargoGate,
  run: CargoRun,
  older: GateResult | undefined,
  touched: ReadonlySet<string> | undefined,
): Promise<GateResult> {
  const read = ({ output }: CargoRun) => terms.workshop.outputs.read(output);
  const lacking = run.exitCode === 0 ? undefined : terms.lacks?.(name);
  if (lacking !== undefined) return unavailable(name, terms.deciding.includes(name), run, lacking);
  const text = await read(run);
  const changed: string[] = [];
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
      changed.push(...(await bench.putBack())); // what the tests left behind must not reach the yardstick
      const list = await runOn(bench, terms)(listTestsCommand(terms.scope));
      tests = judgeTests({ list: await read(list), run: text, exitCode: run.exitCode });
      failures = testFailures(run, tests);
      break;
    }
  }
  changed.push(...(await bench.putBack()));
  // An honest test may write files; one that changes what was to be verified has changed the subject.
  for (const file of new Set(changed.filter((name) => /\.rs$|(^|\/)Cargo\.(toml|lock)$/.test(name))))
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

/** Nothing is known of the code: neither that it passes nor that it fails. */
function unavailable(name: CargoGate, deciding: boolean, run: CargoRun, component: string): GateResult {
  const { command, exitCode, durationMs } = run;
  return {
    ...{ name, deciding, command, exitCode, durationMs, run },
    status: 'unavailable',
    diagnostics: [],
    failures: [],
    reasons: [`it could not run: the toolchain lacks ${component}; add a step: rustup component add ${component}`],
    olderFailures: [],
  };
}
