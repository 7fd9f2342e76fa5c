// Deletes a file that was read.
import { z } from 'zod';
import { defineTool } from './tool.js';
import { requireWritable } from './writable.js';

export const deleteFile = defineTool({
  name: 'delete_file',
  description: 'Deletes a file of the repository. All of it must have been read in its present state.',
  input: z.object({ path: z.string() }),
  run: async ({ path }, { workshop, reads }) => {
    const { relative, bytes } = await workshop.copy.read(path);
    requireWritable(workshop.copy, relative);
    reads.require(relative, bytes, 'replace');
    return `Deleted ${await workshop.copy.remove(relative)}.`;
  },
});
