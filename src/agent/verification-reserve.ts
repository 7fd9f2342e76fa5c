// The part of a run's time that the conversation may not use, so that its end can still be verified and published.

/** For a project of which nothing has been measured yet. */
const MIN_MS = 60_000;
/** A verification of more code on a machine as busy as before. */
const SAFETY_FACTOR = 1.5;
/** Writing the commits, the report and the pull request. */
const PUBLICATION_MS = 30_000;
/** A run with little time would otherwise have none for the work. */
const MAX_SHARE = 0.25;

export class VerificationReserve {
  private longestMs = 0;

  constructor(private readonly maxMinutes: number) {}

  /** All gates were run: for the baseline, or a verification. */
  took(gates: readonly { durationMs: number }[]): void {
    this.longestMs = Math.max(
      this.longestMs,
      gates.reduce((sum, { durationMs }) => sum + durationMs, 0),
    );
  }

  /** Milliseconds to keep, by what is known now. */
  ms(): number {
    const needed = Math.max(MIN_MS, this.longestMs * SAFETY_FACTOR + PUBLICATION_MS);
    return Math.min(needed, this.maxMinutes * 60_000 * MAX_SHARE);
  }
}
