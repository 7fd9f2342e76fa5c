// An agent on a real workshop whose model is a script; what it was sent, what it did and what was written down is kept.
import type { AgentOptions, Limits, Price, ToolContext } from '../../src/agent/agent.js';
import {
  Agent,
  Budget,
  Notebook,
  ReadStates,
  TOOL_NAMES,
  UnreadOutputs,
  createTranscript,
  toolset,
} from '../../src/agent/agent.js';
import type { Model, ModelAnswer, ModelRequest } from '../../src/platform/model.js';
import { ToolError } from '../../src/errors.js';
import type { Workshop } from '../../src/workshop/workshop.js';

type Block = ModelAnswer['content'][number];

/** An answer without usage; ids of calls are given when it is sent. */
export interface Scripted {
  text?: string;
  calls?: readonly (readonly [name: string, input: unknown, id?: string])[];
  stopReason?: string | null;
  outputTokens?: number;
  /** 100 when absent. */
  inputTokens?: number;
}

/** An answer, or what it is made of when the request has come. */
export type ScriptStep = Scripted | ((request: ModelRequest) => Scripted);

export interface ScriptedAgent {
  agent: Agent;
  context: ToolContext;
  notebook: Notebook;
  budget: Budget;
  /** Every request, as it was when it was sent. */
  requests: ModelRequest[];
  transcript: string[];
  actions: string[];
  abort: AbortController;
  /** The results in the last message of a request, in order. */
  results(request?: ModelRequest): { id: string; text: string; isError: boolean }[];
  /** The text in the last message of a request. */
  said(request?: ModelRequest): string;
}

export interface ScriptedTerms extends Partial<Limits> {
  requirements?: string[];
  elapsedMs?: () => number;
  reserveMs?: () => number;
  modelId?: string;
  price?: Price;
  model?: Model;
  news?: () => string[];
  tools?: AgentOptions['tools'];
  context?: Partial<ToolContext>;
}

/** @param script one answer a request; one request too many is a defect, which ends the test */
export function scriptedAgent(
  workshop: Workshop,
  script: readonly ScriptStep[],
  terms: ScriptedTerms = {},
): ScriptedAgent {
  const { maxTurns = 100, maxTokens = 1_000_000, maxCostUsd = 10, maxMinutes = 60 } = terms;
  const budget = new Budget(
    { maxTurns, maxTokens, maxCostUsd, maxMinutes },
    terms.price ?? { input: 1, output: 1, cacheRead: 1, cacheWrite: 1 },
    terms.elapsedMs ?? (() => 0),
    terms.reserveMs === undefined ? {} : { reserveMs: terms.reserveMs },
  );
  const abort = new AbortController();
  const notebook = new Notebook(terms.requirements ?? []);
  const context: ToolContext = {
    workshop,
    notebook,
    reads: new ReadStates(),
    unread: new UnreadOutputs(),
    scope: { package: undefined, extraArgs: [] },
    turn: () => budget.spent().turns,
    completeIncrement: () => Promise.resolve({ kind: 'nothing-to-commit' }),
    passes: ({ exitCode }) => Promise.resolve(exitCode === 0),
    commandTimeoutMs: () => 300_000,
    signal: abort.signal,
    ...terms.context,
  };
  const requests: ModelRequest[] = [];
  const transcript: string[] = [];
  const actions: string[] = [];
  const fromScript: Model = (request) => {
    const step = script[requests.length - 1];
    if (step === undefined) throw new Error('The script has no further answer.');
    return Promise.resolve(answerOf(typeof step === 'function' ? step(request) : step, requests.length));
  };
  const model = terms.model ?? fromScript;
  const agent = new Agent({
    model: (request, askTerms) => {
      requests.push(JSON.parse(JSON.stringify(request)) as ModelRequest);
      return model(request, askTerms);
    },
    modelId: terms.modelId ?? 'claude-test',
    system: 'You implement specs.',
    firstMessage: 'Implement this.',
    tools: terms.tools ?? toolset(TOOL_NAMES),
    context,
    budget,
    transcript: createTranscript((line) => transcript.push(line)),
    events: {
      asking: () => undefined,
      answered: () => undefined,
      words: () => undefined,
      calling: () => undefined,
      action: (_turn, text) => actions.push(text),
    },
    news: terms.news ?? (() => []),
    signal: abort.signal,
  });
  const last = (request = requests.at(-1)) => {
    const content = request?.messages.at(-1)?.content ?? [];
    return typeof content === 'string' ? [] : content;
  };
  return {
    agent,
    context,
    notebook,
    budget,
    requests,
    transcript,
    actions,
    abort,
    results: (request) =>
      last(request).flatMap((block) =>
        block.type === 'tool_result' && typeof block.content === 'string'
          ? [{ id: block.tool_use_id, text: block.content, isError: block.is_error ?? false }]
          : [],
      ),
    said: (request) =>
      last(request)
        .flatMap((block) => (block.type === 'text' ? [block.text] : []))
        .join('\n'),
  };
}

function answerOf(scripted: Scripted, turn: number): ModelAnswer {
  const calls = scripted.calls ?? [];
  const blocks = [
    ...(scripted.text === undefined ? [] : [{ type: 'text', text: scripted.text, citations: null }]),
    ...calls.map(([name, input, id], i) => ({ type: 'tool_use', id: id ?? `call_${turn}_${i}`, name, input })),
  ];
  return {
    content: blocks as Block[],
    stopReason: scripted.stopReason === undefined ? (calls.length > 0 ? 'tool_use' : 'end_turn') : scripted.stopReason,
    usage: {
      inputTokens: scripted.inputTokens ?? 100,
      outputTokens: scripted.outputTokens ?? 10,
      cacheReadTokens: 0,
      cacheWriteTokens: 0,
    },
  };
}

/** A handover that claims nothing, for a spec without requirements. */
export const FINISH = ['finish', { summary: 'Done.', requirements: [] }] as const;

export type UseTool = (name: (typeof TOOL_NAMES)[number], input: unknown) => Promise<string>;

/** Calls tools as the loop does. The text comes after `failed: ` or, for a ToolError, `refused: `. */
export function toolUser(context: ToolContext): UseTool {
  return async (name, input) => {
    const [tool] = toolset([name]);
    try {
      const result = await tool?.call(input, context);
      return typeof result === 'string' ? result : `failed: ${result?.failed ?? ''}`;
    } catch (error) {
      if (error instanceof ToolError) return `refused: ${error.message}`;
      throw error;
    }
  };
}
