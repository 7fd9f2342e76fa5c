// How long proofs beside the verdict may take. They decide nothing, so they end with the run's time; the gates do not.

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
