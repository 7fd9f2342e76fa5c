// The file in which a run hands its commits to a job that publishes them or to a run that goes on from them:
// `ferrule.result/v1`. It holds what the commits are made of and no git objects, so that the other job makes them itself.
// Packing and rebuilding them is packed-series.ts.
import { z } from 'zod';

/** Beside report.json. */
export const RESULT_FILE = 'result.json';

const objectId = z.string().regex(/^([0-9a-f]{40}|[0-9a-f]{64})$/, 'is no object id');
/**
 * Git would refuse most of these names too, but a NUL would end the name in what it is told. Which paths may change is
 * not asked here.
 */
const path = z
  .string()
  .max(4096)
  .refine((name) => !name.includes('\0'), 'has a name with a NUL')
  .refine(
    (name) => name.split('/').every((part) => !['', '.', '..'].includes(part)),
    'has a name that leads elsewhere',
  );
const mode = z.enum(['100644', '100755'], { error: 'is neither an ordinary nor an executable file' });

const change = z.union([
  z.strictObject({ path, mode, text: z.string() }),
  z.strictObject({ path, mode, base64: z.base64() }),
  z.strictObject({ path, deleted: z.literal(true) }),
]);

/** `https://github.com/owner/name/actions/runs/1`, also of an enterprise server. */
const RUN_URL = /^https?:\/\/[\w.:-]+(\/[\w.-]+)+\/actions\/runs\/\d+$/;

const requirements = z.array(z.string().max(500)).max(1000);
const increment = z.strictObject({ title: z.string().max(1000), requirements });

const commit = z.strictObject({
  id: objectId,
  tree: objectId,
  subject: z.string().max(1000),
  body: z.string().max(20_000).optional(),
  requirements,
  planned: z.array(increment).max(1000).optional().describe('What the plan still held after it.'),
  spent: z
    .strictObject({ tokens: z.int().min(0), costUsd: z.number().min(0).optional() })
    .optional()
    .describe('By all runs on this text of the spec, up to it.'),
  outcome: z.literal('verified').optional().describe('Of the last commit of a verified run.'),
  runUrl: z
    .string()
    .max(500)
    .regex(RUN_URL, 'is no address of a workflow run')
    .optional()
    .describe('Of the earlier run that made it; the report names the run that made the others.'),
  /** Unix time; no later than the year 2100. */
  atSeconds: z.int().min(0).max(4_102_444_800),
  changes: z.array(change).describe('Against the commit before; none in the closing commit.'),
});

const resultSchema = z.strictObject({
  schema: z.literal('ferrule.result/v1'),
  repository: z.string().describe('owner/name'),
  base: z.strictObject({ branch: z.string().max(500), commit: objectId }).describe('The commit that holds the spec.'),
  start: objectId.describe('What the first commit stands on: the base, or the head of an earlier run’s branch.'),
  commits: z.array(commit).max(500).describe('Oldest first; empty when the run made none.'),
});

export type Result = z.infer<typeof resultSchema>;
export type PackedCommit = Result['commits'][number];

/** The text of result.json. */
export function resultJson(result: Result): string {
  return `${JSON.stringify(result, null, 1)}\n`;
}

/** Reads what anybody may have written. `reason` completes a sentence that begins with the file's name. */
export function readResult(text: string): { kind: 'read'; result: Result } | { kind: 'unreadable'; reason: string } {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { kind: 'unreadable', reason: 'is no JSON' };
  }
  const parsed = resultSchema.safeParse(json);
  if (parsed.success) return { kind: 'read', result: parsed.data };
  return { kind: 'unreadable', reason: `is not what a run leaves: ${firstIssue(parsed.error.issues)}` };
}

/** Where and what, without the value. Of alternatives the one that got furthest. */
function firstIssue(issues: readonly z.core.$ZodIssue[]): string {
  const [issue] = issues;
  if (issue === undefined) return 'unknown';
  if (issue.code === 'invalid_union') {
    const nearest = [...issue.errors].sort((one, other) => one.length - other.length)[0] ?? [];
    return `${issue.path.join('.')}.${firstIssue(nearest)}`;
  }
  return `${issue.path.join('.')} ${issue.message}`;
}
