// How long what belongs together may take: the gates of a verification, the proofs beside the verdict.

/** Time for what is about to start, in milliseconds; 0 when nothing should be started any more. */
export type TimeLeftMs = () => number;

/** What does not end within less time is not worth starting. */
const MIN_START_MS = 5_000;

/**
 * Counts down from now.
 * @param remainingMs what is left of the run's own time
 * @param maxMs of all that is started with this together
 */
export function timeLeft(remainingMs: () => number, maxMs: number): TimeLeftMs {
  const startedMs = performance.now();
  return () => {
    const leftMs = Math.min(remainingMs(), maxMs - (performance.now() - startedMs));
    return leftMs < MIN_START_MS ? 0 : leftMs;
  };
}

/** Of a command that begins when the time is over: its timeout is its answer. */
export const MIN_COMMAND_MS = 1_000;

/** Counts down from now, for commands that have to run, down to what makes them say that the time was over. */
export function countdown(forMs: number): TimeLeftMs {
  const startedMs = performance.now();
  return () => Math.max(MIN_COMMAND_MS, forMs - (performance.now() - startedMs));
}
