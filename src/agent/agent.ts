// The door of the agent room: one run's agent, which works until it hands over, a limit is reached or the model fails,
// and can be told what the verification found.
import type { Model, ModelAnswer, ModelUsage } from '../platform/model.js';
import { ModelFailure } from '../platform/model.js';
import { actionLine, callLine } from './action-line.js';
import { soundAnswer } from './answer.js';
import type { Budget, LimitReached } from './budget.js';
import type { ToolResult } from './conversation.js';
import { Conversation } from './conversation.js';
import { ContextWindow } from './context-window.js';
import { LimitNotices } from './limit-notices.js';
import { windowOf } from './model-windows.js';
import { StopReasons, callsOf } from './stop-reasons.js';
import { ToolCalls, notRun } from './tool-calls.js';
import type { Tool, ToolContext } from './tools/tool.js';
import type { Transcript } from './transcript.js';

export type { Limits } from './budget.js';
export { Budget } from './budget.js';
export type { Note, Question } from './notebook.js';
export { Notebook, isSameNote } from './notebook.js';
export type { Price } from './prices.js';
export { PRICES_AS_OF, priceOf } from './prices.js';
export { ReadStates } from './read-states.js';
export type { SeriesOptions } from './series.js';
export { Series } from './series.js';
export { showRun } from './show-run.js';
export { TOOL_NAMES } from './tools/names.js';
export type { ToolContext } from './tools/tool.js';
export { toolset } from './tools/toolset.js';
export type { Transcript } from './transcript.js';
export { UnreadOutputs } from './unread-outputs.js';
export { createTranscript } from './transcript.js';
export { VerificationReserve } from './verification-reserve.js';

/** Why a conversation stopped. */
export type ConversationEnd =
  /** `finish` was called. */
  | { kind: 'finished' }
  /** The model ended its turns without calling `finish`, also after being asked to. */
  | { kind: 'unfinished' }
  /** @param detail what made the limit felt, where that was not the conversation itself */
  | { kind: 'limit'; limit: LimitReached; detail?: string }
  | { kind: 'refusal'; message: string }
  | { kind: 'model-error'; message: string }
  | { kind: 'loop'; message: string }
  | { kind: 'cancelled' };

/** Told of what happens, in order, for people who watch. */
export interface AgentEvents {
  /** The model is asked for the answer of this turn. */
  asking(turn: number): void;
  /** It has answered. Also told of an answer that is not used. */
  answered(turn: number, durationMs: number, usage: ModelUsage): void;
  /** The model's own words. */
  words(turn: number, text: string): void;
  /** A tool call begins. */
  calling(turn: number, text: string): void;
  /** A tool call is over: one line an action. */
  action(turn: number, text: string): void;
}

export interface AgentOptions {
  model: Model;
  modelId: string;
  system: string;
  firstMessage: string;
  tools: readonly Tool[];
  context: ToolContext;
  budget: Budget;
  transcript: Transcript;
  events: AgentEvents;
  /** News of the harness since the last call, told to the model with its next results. */
  news: () => string[];
  signal: AbortSignal;
}

/** Turns that stay whole when the conversation is pruned: what the model is working on. */
const KEPT_TURNS = 4;
const KEPT_TURNS_AFTER_OVERFLOW = 1;

interface Held {
  results: ToolResult[];
  /** The call of `finish` that the verification answers; `undefined` when the turn ended otherwise. */
  finishId: string | undefined;
}

/** One attempt to get the next answer. */
type Asked = { answer: ModelAnswer } | { end: ConversationEnd } | 'too-long';

export class Agent {
  private readonly offered: { name: string; description: string; input_schema: Tool['inputSchema'] }[];
  private readonly conversation: Conversation;
  private readonly window: ContextWindow;
  private readonly calls: ToolCalls;
  private readonly notices: LimitNotices;
  private readonly stops = new StopReasons();
  /** Results of the last turn, kept until `tell`: what was sent cannot be amended. */
  private held: Held = { results: [], finishId: undefined };
  private turn = 0;

  constructor(private readonly options: AgentOptions) {
    const { system, firstMessage, tools, context, events } = options;
    this.offered = tools.map(({ name, description, inputSchema }) => ({
      name,
      description,
      input_schema: inputSchema,
    }));
    this.conversation = new Conversation(system, firstMessage, JSON.stringify(this.offered).length);
    this.window = new ContextWindow(windowOf(options.modelId));
    this.notices = new LimitNotices(options.budget);
    this.calls = new ToolCalls(tools, context, {
      starts: ({ name, input }) => events.calling(this.turn, callLine(name, input)),
      ran: ({ name, input }, result) => events.action(this.turn, actionLine(name, input, result)),
    });
    options.transcript.append({ type: 'brief', system, text: firstMessage });
  }

  /** Works until the conversation ends. */
  async work(): Promise<ConversationEnd> {
    for (;;) {
      const asked = await this.askWithRoom();
      if ('end' in asked) return asked.end;
      const { answer } = asked;
      const step = this.stops.judge(answer);
      switch (step.kind) {
        case 'run-calls': {
          const end = await this.carryOut(answer);
          if (end !== undefined) return end;
          break;
        }
        case 'say':
          this.conversation.addAnswer(answer.content, answer.usage);
          this.send(notRun(callsOf(answer)), step.text);
          break;
        case 'send-back':
          this.conversation.addAnswer(answer.content, answer.usage);
          break;
        case 'unfinished':
          this.conversation.addAnswer(answer.content, answer.usage);
          this.held = { results: notRun(callsOf(answer)), finishId: undefined };
          return { kind: 'unfinished' };
        case 'refusal':
          return { kind: 'refusal', message: textOf(answer).slice(0, 1_000) || 'The model refused to go on.' };
        case 'model-error':
          return step;
      }
    }
  }

  /** Tells the model what the verification found, in place of the answer to `finish`; `work` goes on from there. */
  tell(text: string): void {
    const { results, finishId } = this.held;
    this.held = { results: [], finishId: undefined };
    if (finishId === undefined) {
      this.send(results, `${text}\n\n${this.status()}`);
      return;
    }
    this.options.transcript.append({ type: 'note', text });
    this.send(
      results.map((result) => (result.id === finishId ? { ...result, text, isError: true } : result)),
      this.status(),
    );
  }

  /** The next answer. A conversation that turns out too long for the model is pruned once and sent again. */
  private async askWithRoom(): Promise<{ answer: ModelAnswer } | { end: ConversationEnd }> {
    if (this.window.isFull(this.conversation.tokens)) this.prune(KEPT_TURNS);
    for (let hasRoom = false; ; hasRoom = true) {
      const asked = await this.ask();
      if (asked !== 'too-long') return asked;
      if (hasRoom) return { end: { kind: 'model-error', message: TOO_LONG } };
      this.window.overflowed(this.conversation.tokens + this.window.answerTokens);
      this.prune(KEPT_TURNS_AFTER_OVERFLOW);
    }
  }

  private prune(keptTurns: number): void {
    const before = this.conversation.tokens;
    const count = this.conversation.prune(this.window.pruneToTokens, keptTurns);
    const tokens = this.conversation.tokens;
    this.window.pruned(tokens);
    this.options.transcript.append({ type: 'pruned', turn: this.turn, count, tokensBefore: before, tokens });
  }

  private async ask(): Promise<Asked> {
    const { model, modelId, budget, transcript, events, signal } = this.options;
    const nextCall = () => budget.next(this.conversation.tokens, this.window.answerTokens);
    const next = nextCall();
    if (next.kind === 'forbidden') {
      const detail = this.turn === 0 ? { detail: budget.describeNoStart(next.limit) } : {};
      return { end: { kind: 'limit', limit: next.limit, ...detail } };
    }
    const started = performance.now();
    const request = {
      model: modelId,
      maxTokens: next.maxAnswerTokens,
      tools: this.offered,
      ...this.conversation.request(),
    };
    const discarded = (usage: ModelUsage) => {
      budget.addDiscarded(usage);
      return nextCall().kind === 'allowed';
    };
    let answer: ModelAnswer;
    events.asking(this.turn + 1);
    try {
      answer = await model(request, { signal, timeLeftMs: () => budget.remainingMs(), discarded });
      this.turn++;
      budget.add(answer.usage);
      answer = soundAnswer(answer);
    } catch (error) {
      if (!(error instanceof ModelFailure)) throw error;
      switch (error.kind) {
        case 'too-long':
          return 'too-long';
        case 'cancelled':
          return { end: { kind: 'cancelled' } };
        case 'time':
          return { end: { kind: 'limit', limit: 'time', detail: error.message } };
        case 'limit': {
          const after = nextCall();
          const limit = after.kind === 'forbidden' ? after.limit : 'tokens';
          return { end: { kind: 'limit', limit, detail: error.message } };
        }
        case 'failed':
          return { end: { kind: 'model-error', message: error.message } };
      }
    }
    const durationMs = Math.round(performance.now() - started);
    transcript.append({ type: 'answer', turn: this.turn, durationMs, ...answer });
    events.answered(this.turn, durationMs, answer.usage);
    if (answer.stopReason === 'model_context_window_exceeded') return 'too-long';
    const words = textOf(answer);
    if (words !== '') events.words(this.turn, words);
    return { answer };
  }

  /** Runs an answer's tool calls; their results are sent unless the conversation ends with them. */
  private async carryOut(answer: ModelAnswer): Promise<ConversationEnd | undefined> {
    const calls = callsOf(answer);
    const { results, end } = await this.calls.run(calls);
    const named = results.map((result, i) => ({ ...result, name: calls[i]?.name ?? '' }));
    this.options.transcript.append({ type: 'results', turn: this.turn, results: named });
    this.conversation.addAnswer(answer.content, answer.usage);
    if (end === undefined) {
      this.send(results, this.status());
      return undefined;
    }
    this.held = { results, finishId: end.kind === 'finished' ? end.finishId : undefined };
    return end.kind === 'finished' ? { kind: 'finished' } : end;
  }

  private send(results: readonly ToolResult[], text: string): void {
    this.options.transcript.append({ type: 'note', text });
    this.conversation.addTurn(results, text);
  }

  private status(): string {
    const notice = this.notices.next(this.conversation.tokens);
    const used = `[harness: ${this.options.budget.describe()}]`;
    return [...this.options.news(), used, ...(notice === undefined ? [] : [notice])].join('\n\n');
  }
}

const TOO_LONG = "The conversation does not fit the model's context window, also after old results were left out.";

function textOf(answer: ModelAnswer): string {
  return answer.content
    .flatMap((block) => (block.type === 'text' ? [block.text] : []))
    .join('\n')
    .trim();
}
