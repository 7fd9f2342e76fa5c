// A recorded conversation standing in for the model: the answers of a transcript, in order. Tools, cargo and gates run
// for real; only the words are recorded.
import { z } from 'zod';
import { UserError } from '../errors.js';
import type { Model, ModelAnswer } from './model.js';
import { ModelFailure } from './model.js';

const count = z.number().int().nonnegative();
const answerLine = z.object({
  type: z.literal('answer'),
  content: z.array(z.looseObject({ type: z.string() })),
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
    if ((entry as { type?: unknown }).type !== 'answer') return;
    const answer = answerLine.safeParse(entry);
    if (!answer.success)
      throw new UserError(
        `${name}, line ${i + 1} is not an answer of a transcript. A replay is the transcript.jsonl of an earlier run.`,
      );
    answers.push(answer.data as unknown as ModelAnswer);
  });
  if (answers.length === 0)
    throw new UserError(`${name} holds no recorded answers. A replay is the transcript.jsonl of an earlier run.`);
  let next = 0;
  return () => {
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
