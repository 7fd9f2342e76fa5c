// Hands out further pages of a command's output.
import { z } from 'zod';
import { ToolError } from '../../errors.js';
import { paginate } from '../../workshop/workshop.js';
import { defineTool } from './tool.js';

export const readOutput = defineTool({
  name: 'read_output',
  description:
    "Reads a page of a command's complete output. The command's result names the output and the number of pages.",
  input: z.object({
    output: z.string().describe('The number the result named, such as 007.'),
    page: z.number().int().min(1),
  }),
  run: async ({ output: id, page }, { workshop, unread }) => {
    const output = workshop.outputs.find(id);
    if (output === undefined)
      throw new ToolError(`There is no output ${id}. There are: ${workshop.outputs.ids().join(', ') || 'none yet'}.`);
    const pages = paginate(await workshop.outputs.read(output));
    const text = pages[page - 1];
    if (text === undefined) throw new ToolError(`Output ${output.id} has ${pages.length} pages.`);
    unread.read(output.id, page);
    return `[output ${output.id}, page ${page} of ${pages.length}]\n${text}`;
  },
});
