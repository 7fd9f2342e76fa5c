// Computes a run's outcome from facts: how the conversation ended, and what the verification found.
import type { Outcome, StopReason } from '../report/report.js';

interface OutcomeFacts {
  /** How the conversation ended early, if it did. */
  stop: { reason: StopReason; message: string } | undefined;
  /** The last verification; `undefined` when none could run. */
  verification: { passed: boolean; onlyWaiting: boolean; failed: readonly string[] } | undefined;
  /** Whether the verified tree differs from the base. */
  isChanged: boolean;
  blockingQuestions: number;
  /** No requirement is left that does not wait for the answer to a blocking question. */
  isAllWaiting: boolean;
}

interface Judgement {
  outcome: Outcome;
  stopReason?: StopReason;
  message: string;
}

/** The outcomes of action.yml. */
export function judgeOutcome(facts: OutcomeFacts): Judgement {
  const { stop, verification, isChanged, blockingQuestions } = facts;
  const ended = stop === undefined ? {} : { stopReason: stop.reason };
  const because = stop === undefined ? '' : ` ${stop.message}`;
  if (verification === undefined && stop !== undefined) return { outcome: 'stopped', ...ended, message: stop.message };
  const waiting = `${blockingQuestions} ${blockingQuestions === 1 ? 'question waits' : 'questions wait'} for an answer`;
  if (verification?.onlyWaiting) {
    const message = `${isChanged ? 'The other gates passed' : 'Nothing was changed, and the other gates pass'}; ${waiting}.${because}`;
    return { outcome: 'needs-answer', ...ended, message };
  }
  if (!isChanged && facts.isAllWaiting) {
    const message = `Nothing was changed, as no requirement can be met yet: ${waiting}.${because}`;
    return { outcome: 'needs-answer', ...ended, message };
  }
  if (verification === undefined || !isChanged)
    return {
      outcome: 'unverified',
      ...ended,
      message: `Nothing was changed, although the spec has open requirements.${because}`,
    };
  if (!verification.passed) {
    const failed = verification.failed.join(', ') || 'not every gate ran';
    return { outcome: 'unverified', ...ended, message: `Failed: ${failed}.${because}` };
  }
  if (blockingQuestions > 0)
    return { outcome: 'needs-answer', ...ended, message: `The gates passed; ${waiting}.${because}` };
  return { outcome: 'verified', ...ended, message: `Every deciding gate passed.${because}` };
}
