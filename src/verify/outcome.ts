// Computes a run's outcome from facts: how the conversation ended, what the verification found, what is left open.
import type { Outcome, StopReason } from '../report/report.js';
import type { Verification } from './verify.js';

export interface OutcomeFacts {
  /** How the conversation ended early, if it did. */
  stop: { reason: StopReason; message: string } | undefined;
  /** The last verification; `undefined` when none could run. */
  verification: Verification | undefined;
  /** Whether the verified tree differs from the base. */
  isChanged: boolean;
  /** Requirements that the handover leaves open: not mentioned, or neither met nor untestable. */
  openRequirements: readonly string[];
  blockingQuestions: number;
}

export interface Judgement {
  outcome: Outcome;
  stopReason?: StopReason;
  message: string;
}

/** The contract's outcomes, section 1. */
export function judgeOutcome(facts: OutcomeFacts): Judgement {
  const { stop, verification, openRequirements } = facts;
  const ended = stop === undefined ? {} : { stopReason: stop.reason };
  const because = stop === undefined ? '' : ` ${stop.message}`;
  if (verification === undefined) {
    if (stop !== undefined)
      return { outcome: 'stopped', ...ended, message: `Stopped before anything could be verified.${because}` };
    return { outcome: 'unverified', message: 'Nothing was changed, although the spec has open requirements.' };
  }
  if (!facts.isChanged) return { outcome: 'unverified', ...ended, message: `Nothing was changed.${because}` };
  if (!verification.passed) {
    const failed = verification.gates
      .filter((gate) => gate.deciding && gate.status === 'failed')
      .map((gate) => gate.name);
    return {
      outcome: 'unverified',
      ...ended,
      message: `Failed: ${failed.join(', ') || 'the gates did not all run'}.${because}`,
    };
  }
  if (facts.blockingQuestions > 0) {
    const count = `${facts.blockingQuestions} ${facts.blockingQuestions === 1 ? 'question waits' : 'questions wait'}`;
    return { outcome: 'needs-answer', ...ended, message: `The gates pass; ${count} for an answer.${because}` };
  }
  if (openRequirements.length > 0) {
    const named = openRequirements.slice(0, 20).join(', ');
    return {
      outcome: 'unverified',
      ...ended,
      message: `The gates pass, but requirements are open: ${named}.${because}`,
    };
  }
  return { outcome: 'verified', ...ended, message: `Every deciding gate passed.${because}` };
}
