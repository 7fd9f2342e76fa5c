// What a gate is run with and what it gives: the terms of this room.
import type { CargoRun, Diagnostic, TestReport, Workshop } from '../workshop/workshop.js';
import type { Failure } from './failures.js';
import type { CargoGate, CargoScope } from './gates.js';

export interface GateResult {
  name: CargoGate;
  /** Advisory gates are run and reported, and decide nothing. */
  deciding: boolean;
  /** `unavailable`: its tool is missing from the toolchain, so nothing is known. */
  status: 'passed' | 'failed' | 'unavailable';
  command: string;
  exitCode: number | null;
  durationMs: number;
  run: CargoRun;
  diagnostics: Diagnostic[];
  tests?: TestReport;
  /** Everything that failed, also what failed before. */
  failures: Failure[];
  /** Why the gate failed, that is what did not fail in the baseline, or why it could not run. */
  reasons: string[];
  /** What failed already in the baseline; not held against the run. */
  olderFailures: string[];
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
  /** What all of them together may still take, asked before each command, in milliseconds; only `timeoutMs` counts when absent. */
  leftMs?: () => number;
  /** The component that a gate needs and the toolchain lacks at this moment; none is missing when absent. */
  lacks?: (gate: CargoGate) => string | undefined;
  signal?: AbortSignal;
  /** False for gates that run beside the conversation: their output is shown when a command is over. */
  live?: boolean;
}
