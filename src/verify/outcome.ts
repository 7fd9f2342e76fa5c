// Computes a run's outcome from facts: how the conversation ended, and what the verification found.
import type { Outcome, StopReason } from '../report/report.js';

export interface OutcomeFacts {
  /** How the conversation ended early, if it did. */
  stop: { reason: StopReason; message: string } | undefined;
  /** The last verification; `undefined` when none could run. */
  verification: { passed: boolean; onlyWaiting: boolean; failed: readonly string[] } | undefined;
  /** Whether the verified tree differs from the base. */
  isChanged: boolean;
  blockingQuestions: number;
}

export interface Judgement {
  outcome: Outcome;
  stopReason?: StopReason;
  message: string;
}

/** The contract's outcomes, section 1. */
export function judgeOutcome({ stop, verification, isChanged, blockingQuestions }: OutcomeFacts): Judgement {
  const ended = stop === undefined ? {} : { stopReason: stop.reason };
  const because = stop === undefined ? '' : ` ${stop.message}`;
  if (verification === undefined && stop !== undefined) return { outcome: 'stopped', ...ended, message: stop.message };
  if (verification === undefined || !isChanged)
    return {
      outcome: 'unverified',
      ...ended,
      message: `Nothing was changed, although the spec has open requirements.${because}`,
    };
  const waiting = `${blockingQuestions} ${blockingQuestions === 1 ? 'question waits' : 'questions wait'} for an answer`;
  if (verification.onlyWaiting)
    return { outcome: 'needs-answer', ...ended, message: `The other gates passed; ${waiting}.${because}` };
  if (!verification.passed) {
    const failed = verification.failed.join(', ') || 'not every gate ran';
    return { outcome: 'unverified', ...ended, message: `Failed: ${failed}.${because}` };
  }
  if (blockingQuestions > 0)
    return { outcome: 'needs-answer', ...ended, message: `The gates passed; ${waiting}.${because}` };
  return { outcome: 'verified', ...ended, message: `Every deciding gate passed.${because}` };
}
