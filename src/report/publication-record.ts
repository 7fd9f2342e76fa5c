// Where a run's result is, in the shape of report.json. The rest of the record is record.ts.
import { z } from 'zod';

export const publication = z.object({
  kind: z.enum(['pull-request', 'commit', 'comment', 'none']),
  branch: z.string().optional(),
  commit: z.string().optional(),
  pullRequest: z.object({ number: z.int().positive(), url: z.string(), draft: z.boolean() }).optional(),
  comment: z.object({ url: z.string() }).optional(),
  undelivered: z
    .boolean()
    .optional()
    .describe('True when nothing of the result reached its place: the report folder alone holds it. The run is red.'),
  warnings: z.array(z.string()),
});
