// When old results have to leave the conversation, and how many. Rarely and in large steps: each time the server's cache
// of everything behind the first change is lost. What takes their place is left-out.ts.

/** Every turn reads the whole conversation again, so a larger one costs more than it tells, also where it would fit. */
const MAX_USED_TOKENS = 400_000;
/** Room for one answer: a large file in one call. */
const MAX_ANSWER_TOKENS = 32_000;
const FULL_SHARE = 0.75;
const PRUNED_SHARE = 0.4;
/** What cannot be pruned far enough is not pruned again for less than this. */
const MIN_STEP_SHARE = 0.1;

export class ContextWindow {
  private size: number;
  private prunedTo = 0;

  /** @param windowTokens of the model: request and answer together */
  constructor(windowTokens: number) {
    this.size = Math.min(windowTokens, MAX_USED_TOKENS);
  }

  /** The longest answer worth asking for, in tokens. */
  get answerTokens(): number {
    return Math.min(MAX_ANSWER_TOKENS, Math.floor(this.size / 4));
  }

  /** What pruning aims at, in tokens. */
  get pruneToTokens(): number {
    return this.size * PRUNED_SHARE;
  }

  /** Whether a conversation of so many tokens has to be pruned before it is sent. */
  isFull(tokens: number): boolean {
    return tokens > Math.max(this.size * FULL_SHARE, this.prunedTo + this.size * MIN_STEP_SHARE);
  }

  /** @param tokens what pruning has left */
  pruned(tokens: number): void {
    this.prunedTo = tokens;
  }

  /** The model took less than it was said to: from now on its window is what it refused. */
  overflowed(tokens: number): void {
    this.size = Math.min(this.size, tokens);
  }
}
