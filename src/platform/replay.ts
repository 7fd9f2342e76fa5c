// A recorded conversation standing in for the model: the answers of a transcript, in order. Tools, cargo and gates run
// for real; only the words are recorded.
import { z } from 'zod';
import { UserError } from '../errors.js';
import type { Model, ModelAnswer } from './model.js';
import { ModelFailure, NO_USAGE } from './model.js';

const count = z.number().int().nonnegative();
const block = z.union([
  z.looseObject({ type: z.literal('text'), text: z.string() }),
  z.looseObject({ type: z.literal('tool_use'), id: z.string(), name: z.string(), input: z.unknown() }),
  z.looseObject({ type: z.string().refine((type) => type !== 'text' && type !== 'tool_use') }),
]);
const answerLine = z.object({
  type: z.literal('answer'),
  content: z.array(block),
  stopReason: z.string().nullable(),
  usage: z.object({ inputTokens: count, outputTokens: count, cacheReadTokens: count, cacheWriteTokens: count }),
});

/**
 * Reads a `transcript.jsonl`.
 * @throws UserError when it holds no answers or a line is not what a transcript holds
 */
export function replayModel(transcript: string, name: string): Model {
  const answers: ModelAnswer[] = [];
  transcript.split('\n').forEach((line, i) => {
    if (line.trim() === '') return;
    const entry = parseLine(line);
    if (entry === undefined)
      throw new UserError(`${name}, line ${i + 1} is not JSON. A replay is the transcript.jsonl of an earlier run.`);
    if (!isAnswer(entry)) return;
    const answer = answerLine.safeParse(entry);
    if (!answer.success)
      throw new UserError(
        `${name}, line ${i + 1} is not an answer of a transcript. A replay is the transcript.jsonl of an earlier run.`,
      );
    const { content, stopReason } = answer.data;
    // The tokens were spent when the conversation was recorded; this run spends none.
    answers.push({ content: content as unknown as ModelAnswer['content'], stopReason, usage: NO_USAGE });
  });
  if (answers.length === 0)
    throw new UserError(`${name} holds no recorded answers. A replay is the transcript.jsonl of an earlier run.`);
  let next = 0;
  return (_request, { signal }) => {
    if (signal.aborted) return Promise.reject(new ModelFailure('The run was cancelled.', 'cancelled'));
    const answer = answers[next++];
    if (answer === undefined)
      return Promise.reject(
        new ModelFailure(`The recorded conversation ends after ${answers.length} answers, but the run goes on.`),
      );
    return Promise.resolve(answer);
  };
}

function parseLine(line: string): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch {
    return undefined; // told to the user with the line's number
  }
}

function isAnswer(entry: unknown): boolean {
  return typeof entry === 'object' && entry !== null && 'type' in entry && entry.type === 'answer';
}
