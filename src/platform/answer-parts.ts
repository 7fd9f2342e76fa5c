// Puts the events of one stream together into an answer. The events come from a server that may be anybody's, so every
// field is looked at before it is used. Retries and the connection are messages-api.ts.
import type { ModelAnswer, ModelUsage } from './model.js';
import { NO_USAGE } from './model.js';

/** The stream ended early, or holds what no answer holds. Whatever came of it is no answer. */
export class BrokenAnswer extends Error {
  override name = 'BrokenAnswer';
}

/** Far beyond what any model writes in one answer; an endless one must not fill the memory. */
const MAX_ANSWER_CHARS = 16 * 1024 * 1024;
/** Rather few, so that what nobody counted is not taken for cheaper than it was. */
export const CHARS_PER_TOKEN = 3.5;

type Fields = Record<string, unknown>;

export class AnswerParts {
  private readonly blocks: Fields[] = [];
  /** The input of a tool call as it came, by the block's index. */
  private readonly json = new Map<number, string>();
  private usage: ModelUsage = { ...NO_USAGE };
  private stopReason: string | null = null;
  private isOver = false;
  private chars = 0;

  /** @param requestTokens about what the request is long; asked where the server does not say what it read */
  constructor(private readonly requestTokens: () => number) {}

  /** Takes the next event. @throws BrokenAnswer */
  add(event: unknown): void {
    if (!isFields(event)) throw new BrokenAnswer('an event is no object');
    switch (event.type) {
      case 'message_start':
        if (isFields(event.message)) this.count(event.message.usage);
        return;
      case 'content_block_start':
        this.open(event);
        return;
      case 'content_block_delta':
        this.grow(event);
        return;
      case 'message_delta':
        if (isFields(event.delta) && typeof event.delta.stop_reason === 'string')
          this.stopReason = event.delta.stop_reason;
        this.count(event.usage);
        return;
      case 'message_stop':
        this.isOver = true;
    }
  }

  /** The whole answer. @throws BrokenAnswer when the stream ended before its `message_stop` */
  whole(): ModelAnswer {
    if (!this.isOver) throw new BrokenAnswer('the stream ended before message_stop');
    for (const [index, text] of this.json) {
      const block = this.blocks[index];
      if (block !== undefined && text !== '') block.input = parsed(text);
    }
    const content = this.blocks as unknown as ModelAnswer['content'];
    return { content, stopReason: this.stopReason, usage: this.spent() };
  }

  /**
   * Tokens that what was received so far has cost. Servers count the output at the end, so that of a part is estimated; and
   * some servers count nothing at all: then everything is, since the limits of a run have to hold there too.
   */
  spent(): ModelUsage {
    const { inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens } = this.usage;
    const isInputCounted = inputTokens + cacheReadTokens + cacheWriteTokens > 0;
    const written = Math.ceil(this.chars / CHARS_PER_TOKEN);
    return {
      ...this.usage,
      ...(isInputCounted ? {} : { inputTokens: this.requestTokens() }),
      outputTokens: this.isOver && outputTokens > 0 ? outputTokens : Math.max(outputTokens, written),
    };
  }

  private open({ index, content_block: block }: Fields): void {
    if (index !== this.blocks.length || !isFields(block) || typeof block.type !== 'string')
      throw new BrokenAnswer('a block of the answer does not follow the one before it');
    this.blocks.push({ ...block });
    // Some servers send a whole block at its start.
    this.taken(block.text);
    if (isFields(block.input) && Object.keys(block.input).length > 0) this.taken(JSON.stringify(block.input));
  }

  private grow({ index, delta }: Fields): void {
    const block = typeof index === 'number' ? this.blocks[index] : undefined;
    if (typeof index !== 'number' || block === undefined || !isFields(delta))
      throw new BrokenAnswer('a part of a block came without its block');
    switch (delta.type) {
      case 'text_delta':
        block.text = textOf(block.text) + this.taken(delta.text);
        return;
      case 'thinking_delta':
        block.thinking = textOf(block.thinking) + this.taken(delta.thinking);
        return;
      case 'signature_delta':
        block.signature = this.taken(delta.signature);
        return;
      case 'input_json_delta':
        this.json.set(index, (this.json.get(index) ?? '') + this.taken(delta.partial_json));
        return;
      case 'citations_delta':
        block.citations = [...(Array.isArray(block.citations) ? (block.citations as unknown[]) : []), delta.citation];
    }
  }

  private taken(value: unknown): string {
    const text = textOf(value);
    this.chars += text.length;
    if (this.chars > MAX_ANSWER_CHARS) throw new BrokenAnswer('the answer does not end');
    return text;
  }

  /** The counts are totals of the message; a server leaves out what it does not count. */
  private count(usage: unknown): void {
    if (!isFields(usage)) return;
    this.usage = {
      inputTokens: countOf(usage.input_tokens) ?? this.usage.inputTokens,
      outputTokens: countOf(usage.output_tokens) ?? this.usage.outputTokens,
      cacheReadTokens: countOf(usage.cache_read_input_tokens) ?? this.usage.cacheReadTokens,
      cacheWriteTokens: countOf(usage.cache_creation_input_tokens) ?? this.usage.cacheWriteTokens,
    };
  }
}

/** What is not JSON stays a text, which no tool takes: completing it would run a call that nobody made. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function countOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined;
}
