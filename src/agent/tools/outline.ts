// Shows public items with signatures: of a file, a folder, or a dependency as downloaded.
import { z } from 'zod';
import { ToolError } from '../../errors.js';
import { outlineSource, outlineText, readDependency } from '../../workshop/workshop.js';
import { matchingFiles } from './list-files.js';
import { decode } from './read-file.js';
import { defineTool } from './tool.js';

const MAX_CHARS = 24_000;

export const outline = defineTool({
  name: 'outline',
  description:
    "Shows a Rust file's or folder's public items with signatures, line numbers and the first sentence of their documentation. " +
    'With path "crate:NAME" it shows a dependency of this workspace in the version of Cargo.lock.',
  input: z.object({ path: z.string().describe('src/store.rs, src, or crate:semver.') }),
  run: async ({ path }, { workshop }) => {
    const sources = path.startsWith('crate:')
      ? await readDependency(
          workshop.registrySources,
          await workshop.dependencies.lockedPackages(),
          path.slice('crate:'.length),
        )
      : await ownSources(workshop.copy, path);
    const parts: string[] = [];
    let chars = 0;
    for (const [i, { name, text }] of sources.entries()) {
      const items = outlineText(outlineSource(workshop.syntax, text, { publicOnly: path.startsWith('crate:') }));
      const part = `## ${name}\n${items === '' ? '(no items)' : items}`;
      chars += part.length;
      if (chars > MAX_CHARS && parts.length > 0) {
        parts.push(
          `[${sources.length - i} more files are left out: ${sources
            .slice(i, i + 30)
            .map((source) => source.name)
            .join(', ')}; ask for them one by one]`,
        );
        break;
      }
      parts.push(part);
    }
    return parts.join('\n\n');
  },
});

async function ownSources(copy: { list(): string[]; read(path: string): Promise<{ bytes: Buffer }> }, path: string) {
  const files = matchingFiles(copy.list(), path).filter((file) => file.endsWith('.rs'));
  if (files.length === 0) throw new ToolError(`No Rust file at ${path}. list_files shows what there is.`);
  return Promise.all(files.map(async (name) => ({ name, text: decode(name, (await copy.read(name)).bytes) })));
}
