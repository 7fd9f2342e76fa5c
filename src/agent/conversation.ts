// The messages between harness and model: append-only, what was sent once is sent again byte for byte, so that the
// server's prompt cache holds. Cache marks are put on copies.
import type Anthropic from '@anthropic-ai/sdk';
import { wellFormed } from './answer.js';

export interface ToolResult {
  id: string;
  text: string;
  isError: boolean;
}

export class Conversation {
  private readonly messages: Anthropic.MessageParam[] = [];

  constructor(
    private readonly system: string,
    brief: string,
  ) {
    this.messages.push({ role: 'user', content: [{ type: 'text', text: wellFormed(brief) }] });
  }

  /** The model's answer, as it came but for what servers send and do not take back: blank text, inputs that are no objects. */
  addAnswer(answer: readonly Anthropic.ContentBlock[]): void {
    const content = answer
      .filter((block) => block.type !== 'text' || block.text.trim() !== '')
      .map((block) => (block.type === 'tool_use' && !isObject(block.input) ? { ...block, input: {} } : block));
    if (content.length === 0) content.push({ type: 'text', text: '(no words)', citations: null });
    this.messages.push({ role: 'assistant', content: content as Anthropic.ContentBlockParam[] });
  }

  /** The harness's turn: a result for each tool call of the last answer, and text. */
  addTurn(results: readonly ToolResult[], text: string): void {
    const content: Anthropic.ContentBlockParam[] = results.map((result) => ({
      type: 'tool_result',
      tool_use_id: result.id,
      content: wellFormed(result.text),
      ...(result.isError ? { is_error: true } : {}),
    }));
    content.push({ type: 'text', text: wellFormed(text) });
    this.messages.push({ role: 'user', content });
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
