// Changes places of a file that was read: all edits or none.
import path from 'node:path';
import { z } from 'zod';
import { ToolError } from '../../errors.js';
import { guardManifest } from '../../workshop/workshop.js';
import { decode, linesOf } from './read-file.js';
import { defineTool } from './tool.js';
import { requireWritable } from './writable.js';

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
    requireWritable(workshop.copy, relative);
    reads.require(relative, bytes, 'edit');
    const before = decode(relative, bytes);
    let text = before;
    edits.forEach(({ old_text, new_text }, i) => {
      const found = occurrences(text, old_text);
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
    reads.edited(relative, Buffer.from(text), linesOf(text).length);
    return `Changed ${relative} (${edits.length} ${edits.length === 1 ? 'edit' : 'edits'}).`;
  },
});

/** How often a text occurs, counting places that overlap: each would be another reading of the edit. */
function occurrences(text: string, wanted: string): number {
  let found = 0;
  for (let at = text.indexOf(wanted); at !== -1; at = text.indexOf(wanted, at + 1)) found++;
  return found;
}

/** The commonest slips, named. */
function hint(text: string, wanted: string): string {
  if (/^\s*\d+\t/m.test(wanted)) return ' It seems to hold the line numbers of read_file; leave them out.';
  if (text.includes('\r\n') && text.replaceAll('\r\n', '\n').includes(wanted))
    return ' The file has Windows line ends: edit line by line, without the line ends.';
  const squeeze = (s: string) => s.replaceAll(/\s+/g, ' ').trim();
  if (wanted.trim() !== '' && squeeze(text).includes(squeeze(wanted)))
    return ' The same words stand there with other white space.';
  return '';
}
