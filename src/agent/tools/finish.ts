// Hands the work over to verification.
import { z } from 'zod';
import { ToolError } from '../../errors.js';
import { defineTool } from './tool.js';

export const finish = defineTool({
  name: 'finish',
  description:
    'Hands the work over: the harness verifies it on a clean checkout. Call it alone, when everything is done or cannot be. ' +
    'State for each requirement what meets it: code as path:line, tests by the names cargo prints. What fails comes back to you.',
  input: z.object({
    summary: z.string().min(1).max(8_000),
    requirements: z.array(
      z
        .object({
          id: z.string(),
          status: z.enum(['met', 'partly', 'not-met', 'untestable']),
          code: z.array(z.string()),
          tests: z.array(z.string()),
          note: z.string().optional(),
        })
        .strict(),
    ),
  }),
  run: ({ summary, requirements }, { notebook, unread }) => {
    const unknown = notebook.unknownIds(requirements.map(({ id }) => id));
    if (unknown.length > 0)
      throw new ToolError(
        `The spec has no requirement ${unknown.join(', ')}. It has: ${notebook.requirementIds.join(', ')}.`,
      );
    const twice = requirements.map(({ id }) => id).filter((id, i, ids) => ids.indexOf(id) < i);
    if (twice.length > 0)
      throw new ToolError(`Stated more than once: ${twice.join(', ')}. State each requirement once.`);
    const missing = notebook.requirementIds.filter((id) => !requirements.some((claim) => claim.id === id));
    if (missing.length > 0 && !notebook.wasReminded) {
      notebook.wasReminded = true; // once: what is left out after that counts as unproven
      throw new ToolError(
        `Left out: ${missing.join(', ')}. State each of them, as not-met or as untestable with a note if so, and call finish again.`,
      );
    }
    unread.requireNone('finish');
    notebook.handover = { summary, claims: requirements.map(({ note, ...claim }) => ({ ...claim, note })) };
    return 'Handed over to verification.';
  },
});
