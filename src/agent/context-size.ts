// Estimates how many tokens a conversation has: by its characters, corrected by what the server counted last.
import type { ModelUsage } from '../platform/model.js';

/** Of source code and JSON; words of prose have more characters a token. */
const CHARS_PER_TOKEN = 3.5;
/** Below this a server has left out what it had cached, or counts nothing. */
const MIN_PLAUSIBLE = 0.5;

export class ContextSize {
  private chars = 0;
  /** Counted tokens for each estimated one. */
  private correction = 1;

  get tokens(): number {
    return Math.ceil((this.chars / CHARS_PER_TOKEN) * this.correction);
  }

  added(chars: number): void {
    this.chars += chars;
  }

  removed(chars: number): void {
    this.chars -= chars;
  }

  /** The server's count of everything up to and including its last answer, which has been added before. */
  counted(usage: ModelUsage): void {
    const { inputTokens, cacheReadTokens, cacheWriteTokens, outputTokens } = usage;
    const correction =
      (inputTokens + cacheReadTokens + cacheWriteTokens + outputTokens) / (this.chars / CHARS_PER_TOKEN);
    this.correction = correction >= MIN_PLAUSIBLE ? correction : 1;
  }
}
