// The door of the agent room: one run's agent, which works until it hands over, a limit is reached or the model fails,
// and can be told what the verification found.
import { ToolError, messageOf } from '../errors.js';
import type { Model, ModelAnswer } from '../platform/model.js';
import { ModelFailure } from '../platform/model.js';
import type { Budget, LimitReached } from './budget.js';
import type { ToolResult } from './conversation.js';
import { Conversation } from './conversation.js';
import type { Tool, ToolContext } from './tools/tool.js';
import type { Transcript } from './transcript.js';

export type { Limits, Spent } from './budget.js';
export { Budget } from './budget.js';
export type { Claim, CompletedIncrement, Handover, Note, Question } from './notebook.js';
export { Notebook } from './notebook.js';
export { PRICES_AS_OF, priceOf } from './prices.js';
export { ReadStates } from './read-states.js';
export { Series } from './series.js';
export { showRun } from './show-run.js';
export { TOOL_NAMES } from './tools/names.js';
export type { IncrementRequest, IncrementResult, ToolContext } from './tools/tool.js';
export { toolset } from './tools/toolset.js';
export type { Transcript } from './transcript.js';
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
/** The same failing call this often ends the run: the model does not get out of it by itself. */
const MAX_REPEATED_FAILURES = 5;
/** Answers in a row that call no tool before the conversation counts as ended. */
const MAX_NUDGES = 1;
/** Answers in a row that were cut off by `max_tokens` or paused by the server. */
const MAX_CONTINUATIONS = 3;

export class Agent {
  private readonly conversation: Conversation;
  private readonly tools: ReadonlyMap<string, Tool>;
  private readonly failures = new Map<string, number>();
  /** Results that wait for the verification: the answer to `finish` is what the verification found. */
  private held: ToolResult[] = [];
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
      const asked = await this.ask();
      if ('kind' in asked) return asked;
      const answer = asked;
      const stop = answer.stopReason;
      switch (stop) {
        case 'tool_use': {
          nudges = continuations = 0;
          const end = await this.carryOut(answer);
          if (end !== undefined) return end;
          break;
        }
        case 'end_turn':
        case 'stop_sequence':
        case null:
          if (nudges++ >= MAX_NUDGES) return { kind: 'unfinished' };
          this.answerWithoutTools(answer, 'No tool was called. Go on with the work, or call finish when it is done.');
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
          return { kind: 'refusal', message: textOf(answer) || 'The model refused to go on.' };
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

  /** Tells the model what the verification found; `work` goes on from there. */
  tell(text: string): void {
    const results = this.held;
    this.held = [];
    const last = results.at(-1);
    if (last === undefined) this.send([], text);
    else this.send([...results.slice(0, -1), { ...last, text, isError: true }], this.status());
  }

  private async ask(): Promise<ModelAnswer | ConversationEnd> {
    const { model, modelId, tools, budget, transcript, events, signal } = this.options;
    const started = performance.now();
    let answer: ModelAnswer;
    try {
      const offered = tools.map(({ name, description, inputSchema }) => ({
        name,
        description,
        input_schema: inputSchema,
      }));
      const request = { model: modelId, maxTokens: MAX_ANSWER_TOKENS, tools: offered, ...this.conversation.request() };
      answer = await model(request, signal);
    } catch (error) {
      if (!(error instanceof ModelFailure)) throw error;
      return error.cancelled ? { kind: 'cancelled' } : { kind: 'model-error', message: error.message };
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
  private async carryOut(answer: ModelAnswer): Promise<ConversationEnd | undefined> {
    this.conversation.addAnswer(answer.content);
    const calls = answer.content.filter((block) => block.type === 'tool_use');
    const ids = new Set(calls.map((call) => call.id));
    if (ids.size < calls.length) return { kind: 'model-error', message: 'The model gave two tool calls the same id.' };
    const results: ToolResult[] = [];
    let finished = false;
    for (const [i, call] of calls.entries()) {
      if (this.options.signal.aborted) return { kind: 'cancelled' };
      const result = await this.call(call, i < calls.length - 1);
      results.push({ id: call.id, ...result });
      this.options.events.action(this.turn, actionLine(call.name, call.input, result));
      if (call.name === 'finish' && !result.isError) finished = true;
      const repeated = this.countFailure(call, result.isError);
      if (repeated >= MAX_REPEATED_FAILURES)
        return { kind: 'loop', message: `The model made the same failing call ${repeated} times: ${call.name}.` };
    }
    this.note(calls, results);
    if (finished) this.held = results;
    else this.send(results, this.status());
    return finished ? { kind: 'finished' } : undefined;
  }

  private async call(
    call: { name: string; input: unknown },
    more: boolean,
  ): Promise<{ text: string; isError: boolean }> {
    const tool = this.tools.get(call.name);
    try {
      if (tool === undefined)
        throw new ToolError(
          `There is no tool ${call.name.slice(0, 100)}. There are: ${[...this.tools.keys()].join(', ')}.`,
        );
      if (tool.name === 'finish' && more)
        throw new ToolError('finish comes last: call it alone, after the results of everything else.');
      return { text: await tool.call(call.input, this.options.context), isError: false };
    } catch (error) {
      // Only what the model can mend becomes a result; a defect of ours ends the run.
      if (error instanceof ToolError) return { text: messageOf(error), isError: true };
      throw error;
    }
  }

  /** How often this very call has failed without a success between. */
  private countFailure(call: { name: string; input: unknown }, failed: boolean): number {
    const key = JSON.stringify([call.name, call.input]);
    const times = failed ? (this.failures.get(key) ?? 0) + 1 : 0;
    this.failures.set(key, times);
    return times;
  }

  private note(calls: readonly { id: string; name: string }[], results: readonly ToolResult[]): void {
    const named = results.map((result, i) => ({ ...result, name: calls[i]?.name ?? '' }));
    this.options.transcript.append({ type: 'results', turn: this.turn, results: named });
  }

  /** An answer whose tool calls, if any, are not run: each still gets its result, as the API demands. */
  private answerWithoutTools(answer: ModelAnswer, text: string): void {
    const content =
      answer.content.length > 0 ? answer.content : [{ type: 'text' as const, text: '(no words)', citations: null }];
    this.conversation.addAnswer(content);
    const calls = answer.content.filter((block) => block.type === 'tool_use');
    this.send(
      calls.map(({ id }) => ({ id, text: 'Not run.', isError: true })),
      text,
    );
  }

  private send(results: readonly ToolResult[], text: string): void {
    this.options.transcript.append({ type: 'note', text });
    this.conversation.addTurn(results, text);
  }

  private status(): string {
    return [...this.options.news(), `[harness: ${this.options.budget.describe()}]`].join('\n\n');
  }
}

function textOf(answer: ModelAnswer): string {
  return answer.content
    .flatMap((block) => (block.type === 'text' ? [block.text] : []))
    .join('\n')
    .trim();
}

/** What a call was about, on one line: the tool and its most telling input. */
function actionLine(name: string, input: unknown, result: { text: string; isError: boolean }): string {
  const fields = (typeof input === 'object' && input !== null ? input : {}) as Record<string, unknown>;
  const telling = ['path', 'pattern', 'glob', 'title', 'output', 'question', 'kind']
    .map((key) => fields[key])
    .find((value) => typeof value === 'string');
  const args = Array.isArray(fields.args) ? ` ${fields.args.map(String).join(' ')}` : '';
  const what = name === 'cargo' ? `${String(fields.command)}${args}` : typeof telling === 'string' ? telling : '';
  const failed = result.isError ? ` · refused: ${result.text.split('\n')[0] ?? ''}` : '';
  return `${name} ${what.slice(0, 120)}${failed}`.trim();
}
