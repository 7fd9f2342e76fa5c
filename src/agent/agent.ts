// The door of the agent room: one run's agent, which works until it hands over, a limit is reached or the model fails,
// and can be told what the verification found.
import { createHash } from 'node:crypto';
import { ToolError } from '../errors.js';
import type { Model, ModelAnswer } from '../platform/model.js';
import { ModelFailure } from '../platform/model.js';
import { actionLine } from './action-line.js';
import { soundAnswer } from './answer.js';
import type { Budget, LimitReached } from './budget.js';
import type { ToolResult } from './conversation.js';
import { Conversation } from './conversation.js';
import type { Tool, ToolContext } from './tools/tool.js';
import type { Transcript } from './transcript.js';

export type { Limits, Spent } from './budget.js';
export { Budget } from './budget.js';
export type { Claim, CompletedIncrement, Handover, Note, PlanVersion, Question } from './notebook.js';
export { Notebook } from './notebook.js';
export { PRICES_AS_OF, priceOf } from './prices.js';
export { ReadStates } from './read-states.js';
export { Series } from './series.js';
export { showRun } from './show-run.js';
export { TOOL_NAMES } from './tools/names.js';
export type { IncrementRequest, IncrementResult, ToolContext } from './tools/tool.js';
export { toolset } from './tools/toolset.js';
export type { Transcript } from './transcript.js';
export { UnreadOutputs } from './unread-outputs.js';
export { createTranscript } from './transcript.js';

/** Why a conversation stopped. */
export type ConversationEnd =
  /** `finish` was called. */
  | { kind: 'finished' }
  /** The model ended its turns without calling `finish`, also after being asked to. */
  | { kind: 'unfinished' }
  | { kind: 'limit'; limit: LimitReached }
  | { kind: 'refusal'; message: string }
  | { kind: 'model-error'; message: string }
  | { kind: 'loop'; message: string }
  | { kind: 'cancelled' };

export interface AgentEvents {
  /** One line an action, for the log. */
  action(turn: number, text: string): void;
  /** The model's own words. */
  words(turn: number, text: string): void;
}

export interface AgentOptions {
  model: Model;
  modelId: string;
  system: string;
  brief: string;
  tools: readonly Tool[];
  context: ToolContext;
  budget: Budget;
  transcript: Transcript;
  events: AgentEvents;
  /** News of the harness since the last call, told to the model with its next results. */
  news: () => string[];
  signal: AbortSignal;
}

/** Room for one answer: a large file in one call. */
const MAX_ANSWER_TOKENS = 32_000;
/** The same call that fails this often on unchanged work ends the run: the model does not get out of it by itself. */
const MAX_REPEATED_FAILURES = 5;
/** From this repetition on the model is told that it repeats itself. */
const WARN_REPEATED_FAILURES = 2;
/** Longest error text: it may quote the model's own input. */
const MAX_ERROR_CHARS = 4_000;
/** setTimeout takes no more; a longer limit would fire at once. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;
/** Answers in a row that call no tool before the conversation counts as ended. */
const MAX_NUDGES = 1;
/** Answers in a row that were cut off by `max_tokens` or paused by the server. */
const MAX_CONTINUATIONS = 3;

interface Held {
  results: ToolResult[];
  /** The call of `finish` that the verification answers; `undefined` when the turn ended otherwise. */
  finishId: string | undefined;
}

type ToolCall = Extract<ModelAnswer['content'][number], { type: 'tool_use' }>;

export class Agent {
  private readonly conversation: Conversation;
  private readonly tools: ReadonlyMap<string, Tool>;
  /** How often a call has failed, by a hash of the call and of the work it failed on. */
  private readonly failures = new Map<string, number>();
  /** Results of the last turn, kept until `tell`: what was sent cannot be amended. */
  private held: Held = { results: [], finishId: undefined };
  private turn = 0;

  constructor(private readonly options: AgentOptions) {
    this.conversation = new Conversation(options.system, options.brief);
    this.tools = new Map(options.tools.map((tool) => [tool.name, tool]));
    options.transcript.append({ type: 'brief', system: options.system, text: options.brief });
  }

  /** Works until the conversation ends. */
  async work(): Promise<ConversationEnd> {
    let nudges = 0;
    let continuations = 0;
    for (;;) {
      const limit = this.options.budget.reached();
      if (limit !== undefined) return { kind: 'limit', limit };
      const answer = await this.ask();
      if ('kind' in answer) return answer;
      const calls = callsOf(answer);
      // A server that announces calls and sends none: like the end of a turn, or it would go on for ever.
      const stop = answer.stopReason === 'tool_use' && calls.length === 0 ? null : answer.stopReason;
      switch (stop) {
        case 'tool_use': {
          nudges = continuations = 0;
          const end = await this.carryOut(answer, calls);
          if (end !== undefined) return end;
          break;
        }
        case 'end_turn':
        case 'stop_sequence':
        case null:
          if (nudges++ >= MAX_NUDGES) {
            this.conversation.addAnswer(answer.content);
            this.held = { results: notRun(calls), finishId: undefined };
            return { kind: 'unfinished' };
          }
          this.answerWithoutTools(
            answer,
            calls.length > 0
              ? 'The answer ended before its tool calls, so none of them was run. Make them again.'
              : 'No tool was called. Go on with the work, or call finish when it is done.',
          );
          break;
        case 'max_tokens':
          if (continuations++ >= MAX_CONTINUATIONS)
            return { kind: 'model-error', message: 'The model reached its answer limit four times in a row.' };
          this.answerWithoutTools(
            answer,
            'The answer was cut off at its length limit, so none of its tool calls was run. Go on in smaller steps: shorter files, fewer calls at once.',
          );
          break;
        case 'pause_turn':
          if (continuations++ >= MAX_CONTINUATIONS)
            return { kind: 'model-error', message: 'The server paused the answer four times in a row.' };
          this.answerWithoutTools(answer, 'Go on.');
          break;
        case 'refusal':
          return { kind: 'refusal', message: textOf(answer).slice(0, 1_000) || 'The model refused to go on.' };
        case 'model_context_window_exceeded':
          return { kind: 'model-error', message: "The conversation no longer fits the model's context window." };
        default:
          return {
            kind: 'model-error',
            message: `The model stopped for a reason Ferrule does not know: ${stop.slice(0, 100)}.`,
          };
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

  private async ask(): Promise<ModelAnswer | ConversationEnd> {
    const { model, modelId, tools, budget, transcript, events, signal } = this.options;
    const started = performance.now();
    const deadline = AbortSignal.timeout(Math.ceil(Math.min(budget.remainingMs(), MAX_TIMEOUT_MS)));
    let answer: ModelAnswer;
    try {
      const offered = tools.map(({ name, description, inputSchema }) => ({
        name,
        description,
        input_schema: inputSchema,
      }));
      const request = { model: modelId, maxTokens: MAX_ANSWER_TOKENS, tools: offered, ...this.conversation.request() };
      answer = soundAnswer(await model(request, AbortSignal.any([signal, deadline])));
    } catch (error) {
      if (!(error instanceof ModelFailure)) throw error;
      if (signal.aborted) return { kind: 'cancelled' };
      if (error.cancelled) return { kind: 'limit', limit: 'time' };
      return { kind: 'model-error', message: error.message };
    }
    this.turn++;
    budget.add(answer.usage);
    transcript.append({
      type: 'answer',
      turn: this.turn,
      durationMs: Math.round(performance.now() - started),
      ...answer,
    });
    const words = textOf(answer);
    if (words !== '') events.words(this.turn, words);
    return answer;
  }

  /** Runs an answer's tool calls one after the other, in the order given. */
  private async carryOut(answer: ModelAnswer, calls: readonly ToolCall[]): Promise<ConversationEnd | undefined> {
    const results: ToolResult[] = [];
    let end: ConversationEnd | undefined;
    let finishId: string | undefined;
    for (const [i, call] of calls.entries()) {
      if (this.options.signal.aborted) end = { kind: 'cancelled' };
      if (end !== undefined) break;
      const result = await this.call(call, {
        isLast: i === calls.length - 1,
        failedBefore: results.some(({ isError }) => isError),
      });
      const repeated = this.countFailure(call, result.isError);
      if (repeated >= WARN_REPEATED_FAILURES) result.text += repeatedNote(repeated);
      results.push({ id: call.id, ...result });
      this.options.events.action(this.turn, actionLine(call.name, call.input, result));
      if (call.name === 'finish' && !result.isError) {
        finishId = call.id;
        end = { kind: 'finished' };
      } else if (repeated >= MAX_REPEATED_FAILURES)
        end = { kind: 'loop', message: `The model made the same failing call ${repeated} times: ${call.name}.` };
    }
    results.push(...notRun(calls.slice(results.length)));
    const named = results.map((result, i) => ({ ...result, name: calls[i]?.name ?? '' }));
    this.options.transcript.append({ type: 'results', turn: this.turn, results: named });
    this.conversation.addAnswer(answer.content);
    if (end === undefined) this.send(results, this.status());
    else this.held = { results, finishId };
    return end;
  }

  private async call(
    call: { name: string; input: unknown },
    place: { isLast: boolean; failedBefore: boolean },
  ): Promise<{ text: string; isError: boolean }> {
    const tool = this.tools.get(call.name);
    try {
      if (tool === undefined)
        throw new ToolError(
          `There is no tool ${call.name.slice(0, 100)}. There are: ${[...this.tools.keys()].join(', ')}.`,
        );
      if (tool.name === 'finish' && !place.isLast)
        throw new ToolError('finish comes last: call it alone, after the results of everything else.');
      if (tool.name === 'finish' && place.failedBefore)
        throw new ToolError('Not handed over: a call before it in this answer failed. See to that first.');
      const result = await tool.call(call.input, this.options.context);
      return typeof result === 'string' ? { text: result, isError: false } : { text: result.failed, isError: true };
    } catch (error) {
      // Only what the model can mend becomes a result; a defect of ours ends the run.
      if (!(error instanceof ToolError)) throw error;
      const { message } = error;
      const isLong = message.length > MAX_ERROR_CHARS;
      return { text: isLong ? `${message.slice(0, MAX_ERROR_CHARS)}\n[cut]` : message, isError: true };
    }
  }

  /** How often this very call has failed on the work as it is now. */
  private countFailure(call: { name: string; input: unknown }, failed: boolean): number {
    const { workshop } = this.options.context;
    const subject = JSON.stringify([call.name, call.input, workshop.changes()]);
    const key = createHash('sha256').update(subject).digest('hex');
    const times = failed ? (this.failures.get(key) ?? 0) + 1 : 0;
    this.failures.set(key, times);
    return times;
  }

  /** An answer whose tool calls, if any, are not run: each still gets its result, as the API demands. */
  private answerWithoutTools(answer: ModelAnswer, text: string): void {
    this.conversation.addAnswer(answer.content);
    this.send(notRun(callsOf(answer)), text);
  }

  private send(results: readonly ToolResult[], text: string): void {
    this.options.transcript.append({ type: 'note', text });
    this.conversation.addTurn(results, text);
  }

  private status(): string {
    return [...this.options.news(), `[harness: ${this.options.budget.describe()}]`].join('\n\n');
  }
}

function callsOf(answer: ModelAnswer): ToolCall[] {
  return answer.content.filter((block) => block.type === 'tool_use');
}

function notRun(calls: readonly ToolCall[]): ToolResult[] {
  return calls.map(({ id }) => ({ id, text: 'Not run.', isError: true }));
}

function repeatedNote(times: number): string {
  return (
    `\n[This very call has now failed ${times} times, and nothing was changed in between. ` +
    `Find the cause or take another way; after ${MAX_REPEATED_FAILURES} times the run ends.]`
  );
}

function textOf(answer: ModelAnswer): string {
  return answer.content
    .flatMap((block) => (block.type === 'text' ? [block.text] : []))
    .join('\n')
    .trim();
}
