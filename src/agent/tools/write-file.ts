// Creates a file, or replaces one that was read.
import path from 'node:path';
import { z } from 'zod';
import { guardManifest } from '../../workshop/workshop.js';
import { decode, linesOf } from './read-file.js';
import { defineTool } from './tool.js';
import { requireWritable } from './writable.js';

export const writeFile = defineTool({
  name: 'write_file',
  description:
    'Creates a file with the given content, folders included. An existing file is replaced only if all of it was read in its present state; ' +
    'use edit_file for changes. Dependency tables of a Cargo.toml are changed by the cargo tool only.',
  input: z.object({ path: z.string(), content: z.string() }),
  run: async ({ path: requested, content }, { workshop, reads }) => {
    const { relative } = await workshop.copy.gate(requested);
    const before = await presentBytes(workshop.copy, relative);
    requireWritable(workshop.copy, relative);
    if (before !== undefined) reads.require(relative, before, 'replace');
    if (path.posix.basename(relative) === 'Cargo.toml')
      guardManifest(relative, before && decode(relative, before), content);
    await workshop.copy.write(relative, content);
    reads.wrote(relative, Buffer.from(content));
    const lines = linesOf(content).length;
    return `${before === undefined ? 'Created' : 'Replaced'} ${relative} (${lines} lines).`;
  },
});

/** The file's bytes, `undefined` when it does not exist. */
async function presentBytes(
  copy: { exists(path: string): Promise<boolean>; read(path: string): Promise<{ bytes: Buffer }> },
  relative: string,
) {
  return (await copy.exists(relative)) ? (await copy.read(relative)).bytes : undefined;
}
