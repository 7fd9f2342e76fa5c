// What a model is to the rest of Ferrule: one function, a request in, a whole answer out. Owns the shapes and the ways in
// which no answer can be had; who answers is messages-api.ts and replay.ts.
import type Anthropic from '@anthropic-ai/sdk';

export interface ModelRequest {
  model: string;
  maxTokens: number;
  system: Anthropic.TextBlockParam[];
  tools: Anthropic.Tool[];
  messages: Anthropic.MessageParam[];
}

/** Tokens of one answer; fields that a server does not report are 0. */
export interface ModelUsage {
  inputTokens: number;
  outputTokens: number;
  cacheReadTokens: number;
  cacheWriteTokens: number;
}

export interface ModelAnswer {
  content: Anthropic.ContentBlock[];
  /** The server's word, also one we do not know; `null` when it gave none. */
  stopReason: string | null;
  usage: ModelUsage;
}

export interface AskTerms {
  /** Ends the run. */
  signal: AbortSignal;
  /** Milliseconds that are left for answers: requests end with them, and no wait goes beyond them. */
  timeLeftMs: () => number;
  /**
   * Told of a part of an answer that was received, paid for, and thrown away.
   * @returns whether the limits allow asking again
   */
  discarded: (usage: ModelUsage) => boolean;
}

/** @throws ModelFailure when no answer can be had */
export type Model = (request: ModelRequest, terms: AskTerms) => Promise<ModelAnswer>;

type ModelFailureKind =
  /** There is no usable answer, and asking again would not help. */
  | 'failed'
  /** The request is larger than what the model takes. */
  | 'too-long'
  /** The run was aborted. */
  | 'cancelled'
  /** The time left is over, or would be over before the server can be asked again. */
  | 'time'
  /** `discarded` forbade asking again. */
  | 'limit';

/** The model gave no usable answer; the text says what to do about it, without keys or addresses. */
export class ModelFailure extends Error {
  override name = 'ModelFailure';
  constructor(
    message: string,
    readonly kind: ModelFailureKind = 'failed',
  ) {
    super(message);
  }
}

export const NO_USAGE: Readonly<ModelUsage> = {
  inputTokens: 0,
  outputTokens: 0,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
};
