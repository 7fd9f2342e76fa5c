// Reads transcript.jsonl into turns: what the model said, called and was told. A line that is not understood is counted
// and passed over; how turns are shown is decided elsewhere.
import { z } from 'zod';

export interface Call {
  name: string;
  input: Readonly<Record<string, unknown>>;
  /** Absent when the run ended before the call was carried out. */
  result?: { text: string; isError: boolean };
}

/** Milliseconds since 1970; absent in transcripts that do not say when. */
type InstantMs = number | undefined;

export interface Turn {
  number: number;
  words: string;
  thinking: string;
  calls: Call[];
  /** What the harness told the model besides results. */
  notes: string[];
  usage: { inputTokens: number; outputTokens: number; cacheReadTokens: number; cacheWriteTokens: number };
  /** How long the model took to answer. */
  durationMs: number;
  answeredAtMs: InstantMs;
  /** When the last of the calls was done. */
  doneAtMs: InstantMs;
}

export interface Story {
  /** What the model was told at the start. */
  brief: { system: string; text: string } | undefined;
  turns: Turn[];
  /** When the conversation began. */
  startedAtMs: InstantMs;
  unreadableLines: number;
}

const count = z.number().nonnegative().catch(0);
const at = z.iso.datetime().optional().catch(undefined);
const line = z.discriminatedUnion('type', [
  z.object({ type: z.literal('run'), at }),
  z.object({ type: z.literal('brief'), system: z.string(), text: z.string(), at }),
  z.object({
    type: z.literal('answer'),
    turn: z.int().positive(),
    durationMs: count,
    content: z.array(z.looseObject({ type: z.string() })),
    usage: z.object({ inputTokens: count, outputTokens: count, cacheReadTokens: count, cacheWriteTokens: count }),
    at,
  }),
  z.object({
    type: z.literal('results'),
    turn: z.int().positive(),
    results: z.array(z.object({ id: z.string(), text: z.string(), isError: z.boolean() })),
    at,
  }),
  z.object({ type: z.literal('note'), text: z.string(), at }),
]);
type Line = z.infer<typeof line>;

/** Never throws, whatever the text is. */
export function readStory(transcript: string): Story {
  const story: Story = { brief: undefined, turns: [], startedAtMs: undefined, unreadableLines: 0 };
  const calls = new Map<string, Call>();
  for (const text of transcript.split('\n')) {
    if (text.trim() === '') continue;
    const entry = parse(text);
    if (entry === undefined) story.unreadableLines += 1;
    else take(story, calls, entry);
  }
  return story;
}

function take(story: Story, calls: Map<string, Call>, entry: Line): void {
  const turn = story.turns.at(-1);
  switch (entry.type) {
    case 'run':
      story.startedAtMs = instant(entry.at);
      return;
    case 'brief':
      story.brief = { system: entry.system, text: entry.text };
      return;
    case 'answer':
      calls.clear();
      story.turns.push(turnOf(entry, calls));
      return;
    case 'results':
      for (const { id, text, isError } of entry.results) {
        const call = calls.get(id);
        if (call !== undefined) call.result = { text, isError };
      }
      if (turn !== undefined) turn.doneAtMs = instant(entry.at);
      return;
    case 'note':
      turn?.notes.push(entry.text);
  }
}

function turnOf(answer: Extract<Line, { type: 'answer' }>, calls: Map<string, Call>): Turn {
  const { turn: number, durationMs, usage } = answer;
  const turn: Turn = {
    ...{ number, durationMs, usage, words: '', thinking: '', calls: [], notes: [] },
    answeredAtMs: instant(answer.at),
    doneAtMs: undefined,
  };
  for (const block of answer.content) {
    if (block.type === 'text') turn.words += text(block.text);
    if (block.type === 'thinking') turn.thinking += text(block.thinking);
    if (block.type !== 'tool_use') continue;
    const isRecord = typeof block.input === 'object' && block.input !== null && !Array.isArray(block.input);
    const input = isRecord ? (block.input as Record<string, unknown>) : { input: block.input };
    const call = { name: text(block.name), input };
    turn.calls.push(call);
    calls.set(text(block.id), call);
  }
  return turn;
}

function parse(text: string): Line | undefined {
  try {
    return line.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined; // counted
  }
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function instant(time: string | undefined): InstantMs {
  return time === undefined ? undefined : Date.parse(time);
}
