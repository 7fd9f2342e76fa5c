// Shows public items with signatures: of a file, a folder, or a dependency as downloaded.
import { z } from 'zod';
import { ToolError } from '../../errors.js';
import type { WorkCopy, Workshop } from '../../workshop/workshop.js';
import { outlineSource, outlineText, readDependency } from '../../workshop/workshop.js';
import { matchingFiles } from './list-files.js';
import { decode } from './read-file.js';
import { defineTool } from './tool.js';

const MAX_CHARS = 24_000;
const MAX_NAMES = 30;

export const outline = defineTool({
  name: 'outline',
  description:
    "Shows a Rust file's or folder's items with signatures, line numbers and the first sentence of their documentation. " +
    'With path "crate:NAME" it shows the public items of a dependency in the version of Cargo.lock, with "crate:NAME/src/FILE.rs" of one of its files.',
  input: z.object({ path: z.string().describe('src/store.rs, src, or crate:semver.') }),
  run: async ({ path }, { workshop }) => {
    const isCrate = path.startsWith('crate:');
    const sources = isCrate ? await crateSources(workshop, path) : await ownSources(workshop.copy, path);
    const parts: string[] = [];
    let room = MAX_CHARS;
    for (const [i, { name, text }] of sources.entries()) {
      const items =
        text === undefined
          ? '(not UTF-8 text)'
          : outlineText(outlineSource(workshop.syntax, text, { publicOnly: isCrate })) || '(no items)';
      const part = `## ${name}\n${items}`;
      if (part.length > room && i > 0) {
        parts.push(leftOut(sources.slice(i).map((source) => source.name)));
        break;
      }
      parts.push(part.length > room ? cut(part, room) : part);
      room -= part.length;
    }
    return parts.join('\n\n');
  },
});

interface Source {
  name: string;
  /** `undefined`: not text. */
  text: string | undefined;
}

async function crateSources(workshop: Workshop, path: string): Promise<Source[]> {
  const [name = '', ...rest] = path.slice('crate:'.length).split('/');
  const sources = await readDependency(
    workshop.registrySources,
    await workshop.dependencies.lockedPackages(),
    name.split('@')[0] ?? '',
  );
  const file = rest.join('/').replace(/\/$/, '');
  if (file === '') return sources;
  const chosen = sources.filter((source) => source.name.endsWith(`: ${file}`) || source.name.includes(`: ${file}/`));
  if (chosen.length === 0)
    throw new ToolError(`${name} has no file ${file}. ${leftOut(sources.map((source) => source.name))}`);
  return chosen;
}

async function ownSources(copy: WorkCopy, path: string): Promise<Source[]> {
  const files = matchingFiles(copy.list(), path).filter((file) => file.endsWith('.rs') && copy.isRegular(file));
  if (files.length === 0) throw new ToolError(`No Rust file at ${path}. list_files shows what there is.`);
  const read = async (name: string) => decode(name, (await copy.read(name)).bytes);
  const [only] = files;
  if (files.length === 1 && only !== undefined) return [{ name: only, text: await read(only) }];
  // One file that is no text must not hide all the others.
  return Promise.all(files.map(async (name) => ({ name, text: await read(name).catch(asNoText) })));
}

function asNoText(error: unknown): undefined {
  if (!(error instanceof ToolError)) throw error;
  return undefined;
}

function leftOut(names: readonly string[]): string {
  const more = names.length > MAX_NAMES ? ` and ${names.length - MAX_NAMES} more` : '';
  return `[${names.length} files are not shown; ask for them one by one: ${names.slice(0, MAX_NAMES).join(', ')}${more}]`;
}

function cut(part: string, room: number): string {
  const end = part.lastIndexOf('\n', room);
  const kept = part.slice(0, end > 0 ? end : room);
  const left = part.slice(kept.length).split('\n').length - 1;
  return `${kept}\n[${left} more lines are left out; search_files and read_file show the rest of a file of the repository]`;
}
