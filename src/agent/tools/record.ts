// Notes an improvement, a deviation or an assumption for the report.
import { z } from 'zod';
import { ToolError } from '../../errors.js';
import { defineTool } from './tool.js';

export const record = defineTool({
  name: 'record',
  description:
    'Notes something for the report: an improvement you propose but do not build, a deviation from the spec as written, or an assumption you had to make.',
  input: z.object({
    kind: z.enum(['improvement', 'deviation', 'assumption']),
    text: z.string().min(1).max(2_000),
    requirement: z.string().optional(),
  }),
  run: ({ kind, text, requirement }, { notebook }) => {
    if (requirement !== undefined && notebook.unknownIds([requirement]).length > 0)
      throw new ToolError(`The spec has no requirement ${requirement}. It has: ${notebook.requirementIds.join(', ')}.`);
    notebook.note({ kind, text, requirement });
    return `Noted as ${kind}.`;
  },
});
