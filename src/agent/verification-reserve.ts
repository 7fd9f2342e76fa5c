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

  /** All gates were run: for the baseline, or a verification. One that was cut short says nothing of its length. */
  took(gates: readonly { durationMs: number; exitCode: number | null }[]): void {
    if (gates.some(({ exitCode }) => exitCode === null)) return;
    this.longestMs = Math.max(
      this.longestMs,
      gates.reduce((sum, { durationMs }) => sum + durationMs, 0),
    );
  }

  /**
   * Milliseconds that a verification which begins now may take: what is left of the run's time, and where that is less
   * than verifications of this project take, as long as these, or the work would have been paid for in vain.
   */
  verificationMs(timeLeftMs: number): number {
    return Math.max(timeLeftMs, this.ms(), this.longestMs * SAFETY_FACTOR);
  }

  /** Milliseconds to keep, by what is known now. */
  ms(): number {
    const needed = Math.max(MIN_MS, this.longestMs * SAFETY_FACTOR + PUBLICATION_MS);
    return Math.min(needed, this.maxMinutes * 60_000 * MAX_SHARE);
  }
}
