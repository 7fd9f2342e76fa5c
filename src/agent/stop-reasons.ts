// What an answer's stop reason means for the conversation. Pure: carrying it out is agent.ts.
import type Anthropic from '@anthropic-ai/sdk';
import type { ModelAnswer } from '../platform/model.js';

/** Answers in a row that call no tool before the conversation counts as ended. */
const MAX_NUDGES = 1;
/** Answers in a row that were cut off by `max_tokens` or paused by the server. */
const MAX_CONTINUATIONS = 3;

export type ToolCall = Extract<ModelAnswer['content'][number], { type: 'tool_use' }>;

type NextStep =
  | { kind: 'run-calls' }
  /** The answer is kept, none of its calls is run, and the model is told so. */
  | { kind: 'say'; text: string }
  /** The answer goes back as it is, and the server goes on with it. */
  | { kind: 'send-back' }
  /** The model has ended its turns without handing over. */
  | { kind: 'unfinished' }
  | { kind: 'refusal' }
  | { kind: 'model-error'; message: string };

/** Counts what happens in a row, which no single answer shows. */
export class StopReasons {
  private nudges = 0;
  private continuations = 0;

  judge(answer: ModelAnswer): NextStep {
    const calls = callsOf(answer);
    // A server that announces calls and sends none: like the end of a turn, or it would go on for ever.
    const reason = answer.stopReason === 'tool_use' && calls.length === 0 ? null : answer.stopReason;
    if (!isKnown(reason))
      return {
        kind: 'model-error',
        message: `The model stopped for a reason Ferrule does not know: ${reason.slice(0, 100)}.`,
      };
    switch (reason) {
      case 'tool_use':
        this.nudges = this.continuations = 0;
        return { kind: 'run-calls' };
      case 'end_turn':
      case 'stop_sequence':
      case null:
        if (this.nudges++ >= MAX_NUDGES) return { kind: 'unfinished' };
        return say(
          calls.length > 0
            ? 'The answer ended before its tool calls, so none of them was run. Make them again.'
            : 'No tool was called. Go on with the work, or call finish when it is done.',
        );
      case 'max_tokens':
        if (this.continuations++ >= MAX_CONTINUATIONS)
          return { kind: 'model-error', message: 'The model reached its answer limit four times in a row.' };
        return say(
          'The answer was cut off at its length limit, so none of its tool calls was run. Go on in smaller steps: shorter files, fewer calls at once.',
        );
      case 'pause_turn':
        if (this.continuations++ >= MAX_CONTINUATIONS)
          return { kind: 'model-error', message: 'The server paused the answer four times in a row.' };
        // What is sent back must not leave a call of ours without its result.
        return calls.length === 0 && answer.content.length > 0 ? { kind: 'send-back' } : say('Go on.');
      case 'refusal':
        return { kind: 'refusal' };
    }
  }
}

export function callsOf(answer: ModelAnswer): ToolCall[] {
  return answer.content.filter((block) => block.type === 'tool_use');
}

function say(text: string): NextStep {
  return { kind: 'say', text };
}

/** Of an answer that ran into the model's window there is nothing to judge: it is asked again, see agent.ts. */
type KnownReason = Exclude<Anthropic.StopReason, 'model_context_window_exceeded'>;

/** In this form the compiler asks for a new case when the SDK learns a new reason. */
const KNOWN: Record<KnownReason, true> = {
  end_turn: true,
  max_tokens: true,
  stop_sequence: true,
  tool_use: true,
  pause_turn: true,
  refusal: true,
};

function isKnown(reason: string | null): reason is KnownReason | null {
  return reason === null || Object.hasOwn(KNOWN, reason);
}
