// The append-only record of a conversation: every answer and every result in the order they happened, one JSON object a
// line. Given back as the input `replay`, its answers stand in for the model.
import type { ModelAnswer } from '../platform/model.js';

type TranscriptEntry =
  | {
      type: 'run';
      schema: 'ferrule.transcript/v1';
      spec: string;
      specHash: string;
      model: string;
      base: string;
      startedAt: string;
    }
  | { type: 'brief'; system: string; text: string }
  | ({ type: 'answer'; turn: number; durationMs: number } & ModelAnswer)
  | { type: 'results'; turn: number; results: { id: string; name: string; text: string; isError: boolean }[] }
  /** Old results were taken out of the conversation; estimates in tokens. */
  | { type: 'pruned'; turn: number; count: number; tokensBefore: number; tokens: number }
  | { type: 'note'; text: string };

export interface Transcript {
  append(entry: TranscriptEntry): void;
}

/**
 * Every line also says when it was written, in `at` (ISO 8601): answers and results then tell where the time went.
 * @param appendLine writes one line so that it survives the process
 */
export function createTranscript(appendLine: (line: string) => void): Transcript {
  return { append: (entry) => appendLine(JSON.stringify({ ...entry, at: new Date().toISOString() })) };
}
