// Time for what happens later or not too often; tests give a clock of their own. Dates are read where they are shown.

export interface Clock {
  /** Milliseconds that never jump; only differences mean something. */
  nowMs(): number;
  /** Calls `work` later, unless it is called off. The process does not stay alive for it. @returns calls it off */
  after(delayMs: number, work: () => void): () => void;
}

export const systemClock: Clock = {
  nowMs: () => performance.now(),
  after(delayMs, work) {
    const timer = setTimeout(work, delayMs).unref();
    return () => clearTimeout(timer);
  },
};
