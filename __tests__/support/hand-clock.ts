// A clock that stands still until a test moves it.
import type { Clock } from '../../src/platform/clock.js';

export interface HandClock extends Clock {
  /** Moves the time on; what is due on the way is done, in order, each with time to come to its end. */
  pass(ms: number): Promise<void>;
  /** How many calls are waiting for their time. */
  waiting(): number;
}

/** @param settled waits until what a call began is over */
export function handClock(settled: () => Promise<unknown> = () => Promise.resolve()): HandClock {
  let nowMs = 0;
  const due = new Set<{ atMs: number; work: () => void }>();
  const next = (untilMs: number) =>
    [...due].filter(({ atMs }) => atMs <= untilMs).sort((one, other) => one.atMs - other.atMs)[0];
  return {
    nowMs: () => nowMs,
    after(delayMs, work) {
      const call = { atMs: nowMs + delayMs, work };
      due.add(call);
      return () => due.delete(call);
    },
    async pass(ms) {
      const untilMs = nowMs + ms;
      await settled();
      for (let call = next(untilMs); call !== undefined; call = next(untilMs)) {
        due.delete(call);
        nowMs = Math.max(nowMs, call.atMs);
        call.work();
        await settled();
      }
      nowMs = untilMs;
    },
    waiting: () => due.size,
  };
}
