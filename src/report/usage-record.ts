// What a run spent, in the record's shape.
import { z } from 'zod';

const count = z.int().nonnegative();

export const usage = z.object({
  turns: count,
  rounds: count,
  inputTokens: count,
  outputTokens: count,
  cacheReadTokens: count,
  cacheWriteTokens: count,
  costUsd: z.number().nonnegative().nullable().describe("Null when the model's price is unknown."),
  durationSeconds: z.number().nonnegative(),
  earlier: z
    .object({ tokens: count, costUsd: z.number().nonnegative().optional() })
    .optional()
    .describe(
      'What earlier runs on the same text of the spec spent that this one goes on from; it counts towards the limits.',
    ),
  limits: z.object({
    maxTurns: z.number(),
    maxTokens: z.number(),
    maxCostUsd: z.number(),
    maxMinutes: z.number(),
    maxRounds: z.number(),
  }),
});

export type UsageRecord = z.infer<typeof usage>;
