// The messages between harness and model: what was sent once is sent again byte for byte, so that the server's prompt
// cache holds, until old results are pruned in one large step. Cache marks are put on copies.
import type Anthropic from '@anthropic-ai/sdk';
import type { ModelUsage } from '../platform/model.js';
import { wellFormed } from './answer.js';
import { ContextSize } from './context-size.js';
import { inputStub, resultStub } from './left-out.js';

export interface ToolResult {
  id: string;
  text: string;
  isError: boolean;
}

type Block = Anthropic.ContentBlockParam;

export class Conversation {
  private readonly messages: { role: 'user' | 'assistant'; content: Block[] }[] = [];
  private readonly size = new ContextSize();

  /** @param toolsChars size of what else is sent with each request: the tools */
  constructor(
    private readonly system: string,
    brief: string,
    toolsChars = 0,
  ) {
    this.size.added(system.length + toolsChars);
    this.add('user', [{ type: 'text', text: wellFormed(brief) }]);
  }

  /** Estimate of the next request. */
  get tokens(): number {
    return this.size.tokens;
  }

  /**
   * The model's answer, as it came but for what servers send and do not take back: blank text, inputs that are no
   * objects. After an answer that paused, the part that goes on becomes one message with it.
   * @param usage what the server counted for it
   */
  addAnswer(answer: readonly Anthropic.ContentBlock[], usage?: ModelUsage): void {
    const content = answer
      .filter((block) => block.type !== 'text' || block.text.trim() !== '')
      .map((block) =>
        block.type === 'tool_use' && !isObject(block.input) ? { ...block, input: {} } : block,
      ) as Block[];
    const last = this.messages.at(-1);
    if (last?.role === 'assistant') {
      last.content.push(...content);
      this.size.added(charsOf(content));
    } else this.add('assistant', content.length > 0 ? content : [{ type: 'text', text: '(no words)' }]);
    if (usage) this.size.counted(usage);
  }

  /** The harness's turn: a result for each tool call of the last answer, and text. */
  addTurn(results: readonly ToolResult[], text: string): void {
    const content: Block[] = results.map((result) => ({
      type: 'tool_result',
      tool_use_id: result.id,
      content: wellFormed(result.text),
      ...(result.isError ? { is_error: true } : {}),
    }));
    this.add('user', [...content, { type: 'text', text: wellFormed(text) }]);
  }

  /**
   * Takes out long results, the oldest first, and where that is not enough the long inputs of old calls, until the
   * conversation has so many tokens at most. Each call keeps its result, if only as a stub.
   * @param keptTurns so many of the last turns stay whole
   * @returns how many texts were taken out
   */
  prune(toTokens: number, keptTurns: number): number {
    const old = this.messages.slice(0, Math.max(0, this.messages.length - 2 * keptTurns));
    let count = 0;
    for (const shorten of [shorterResult, shorterInput])
      for (const [i, message] of old.entries())
        for (const [k, block] of message.content.entries()) {
          if (this.size.tokens <= toTokens) return count;
          const shorter = shorten(block, old[i - 1]?.content ?? []);
          if (shorter === undefined) continue;
          this.size.removed(charsOf([block]) - charsOf([shorter]));
          message.content[k] = shorter;
          count++;
        }
    return count;
  }

  /**
   * What is sent: four cache marks, the most the API takes. System (with the tools before it) and brief never change;
   * the last two turns of the harness let each request read what the one before it wrote.
   */
  request(): { system: Anthropic.TextBlockParam[]; messages: Anthropic.MessageParam[] } {
    const own = this.messages.flatMap((message, i) => (message.role === 'user' ? [i] : []));
    const marked = new Set([own[0], ...own.slice(-2)]);
    return {
      system: [{ type: 'text', text: wellFormed(this.system), cache_control: { type: 'ephemeral' } }],
      messages: this.messages.map((message, i) => (marked.has(i) ? withMark(message) : message)),
    };
  }

  private add(role: 'user' | 'assistant', content: Block[]): void {
    this.messages.push({ role, content });
    this.size.added(charsOf(content));
  }
}

function shorterResult(block: Block, before: readonly Block[]): Block | undefined {
  if (block.type !== 'tool_result' || typeof block.content !== 'string') return undefined;
  const call = before.find((one) => one.type === 'tool_use' && one.id === block.tool_use_id);
  const stub = resultStub(call?.type === 'tool_use' ? call : undefined, block.content);
  return stub === undefined ? undefined : { ...block, content: wellFormed(stub) };
}

function shorterInput(block: Block): Block | undefined {
  if (block.type !== 'tool_use') return undefined;
  const input = inputStub(block.input);
  return input === undefined ? undefined : { ...block, input };
}

function charsOf(content: readonly Block[]): number {
  return JSON.stringify(content).length;
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function withMark(message: Anthropic.MessageParam): Anthropic.MessageParam {
  const content = [...(message.content as Anthropic.TextBlockParam[])];
  const last = content.pop();
  return last === undefined
    ? message
    : { ...message, content: [...content, { ...last, cache_control: { type: 'ephemeral' } }] };
}
