// Sets or revises the plan of increments.
import { z } from 'zod';
import { ToolError } from '../../errors.js';
import { defineTool } from './tool.js';

export const plan = defineTool({
  name: 'plan',
  description:
    'Sets or revises the plan: increments in dependency order, each small enough to check and test by itself, with the requirements it serves. ' +
    'Calling it again replaces what is still open; completed increments stay.',
  input: z.object({
    increments: z
      .array(z.object({ title: z.string().min(1).max(200), requirements: z.array(z.string()) }).strict())
      .min(1)
      .max(60),
  }),
  run: ({ increments }, { notebook, turn }) => {
    const unknown = notebook.unknownIds(increments.flatMap((increment) => increment.requirements));
    if (unknown.length > 0)
      throw new ToolError(
        `The spec has no requirement ${unknown.join(', ')}. It has: ${notebook.requirementIds.join(', ')}.`,
      );
    notebook.revisePlan(increments, turn());
    const covered = new Set([...increments, ...notebook.increments].flatMap((increment) => increment.requirements));
    const open = notebook.requirementIds.filter((id) => !covered.has(id));
    const rest = open.length > 0 ? ` Not in any increment yet: ${open.join(', ')}.` : '';
    return `Planned ${increments.length} ${increments.length === 1 ? 'increment' : 'increments'}.${rest}`;
  },
});
