// Changes places of a file that was read: all edits or none.
import path from 'node:path';
import { z } from 'zod';
import { ToolError } from '../../errors.js';
import { guardManifest } from '../../workshop/workshop.js';
import { decode } from './read-file.js';
import { defineTool } from './tool.js';

export const editFile = defineTool({
  name: 'edit_file',
  description:
    'Replaces places in a file that was read. Each old_text must occur exactly once (without line numbers, white space as it stands); ' +
    'the edits are made in order, and all of them or none.',
  input: z.object({
    path: z.string(),
    edits: z
      .array(z.object({ old_text: z.string().min(1), new_text: z.string() }).strict())
      .min(1)
      .max(100),
  }),
  run: async ({ path: requested, edits }, { workshop, reads }) => {
    const { relative, bytes } = await workshop.copy.read(requested);
    workshop.copy.mayChange(relative);
    reads.require(relative, bytes, 'edit');
    const before = decode(relative, bytes);
    let text = before;
    edits.forEach(({ old_text, new_text }, i) => {
      const found = text.split(old_text).length - 1;
      const which = edits.length > 1 ? `Edit ${i + 1} of ${edits.length}: ` : '';
      if (found === 0)
        throw new ToolError(
          `${which}old_text does not occur in ${relative}.${hint(text, old_text)} Nothing was changed.`,
        );
      if (found > 1)
        throw new ToolError(
          `${which}old_text occurs ${found} times in ${relative}; include more lines so that it is unique. Nothing was changed.`,
        );
      text = text.replace(old_text, () => new_text);
    });
    if (text === before) throw new ToolError(`The edits leave ${relative} as it is.`);
    if (path.posix.basename(relative) === 'Cargo.toml') guardManifest(relative, before, text);
    await workshop.copy.write(relative, text);
    reads.wrote(relative, Buffer.from(text));
    return `Changed ${relative} (${edits.length} ${edits.length === 1 ? 'edit' : 'edits'}).`;
  },
});

/** The commonest slips, named. */
function hint(text: string, wanted: string): string {
  if (/^\s*\d+\t/m.test(wanted)) return ' It seems to hold the line numbers of read_file; leave them out.';
  const squeeze = (s: string) => s.replaceAll(/\s+/g, ' ').trim();
  if (squeeze(text).includes(squeeze(wanted))) return ' The same words stand there with other white space.';
  return '';
}
