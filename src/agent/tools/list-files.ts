// Lists the files of the work: what git would track.
import picomatch from 'picomatch';
import { z } from 'zod';
import { ToolError } from '../../errors.js';
import { printable } from '../../workshop/workshop.js';
import { defineTool } from './tool.js';

const MAX_FILES = 500;
const MAX_GLOB_CHARS = 200;
const MAX_STARS = 5;

export const listFiles = defineTool({
  name: 'list_files',
  description: `Lists the files git would track, sorted, at most ${MAX_FILES}. Files that only tests or builds made are not among them.`,
  input: z.object({ glob: z.string().optional().describe('Such as src/**/*.rs; all files if left out.') }),
  run: ({ glob }, { workshop }) => {
    const files = matchingFiles(workshop.copy.list(), glob);
    if (files.length === 0)
      return glob === undefined
        ? 'The repository has no files.'
        : `No file matches ${glob}. Files that git would not track are not listed.`;
    const rest =
      files.length > MAX_FILES ? `\n[${files.length - MAX_FILES} more of ${files.length}; narrow the glob]` : '';
    return files.slice(0, MAX_FILES).map(printable).join('\n') + rest;
  },
});

/**
 * Files that match a glob, in the order given; a folder's name stands for everything below it.
 * @throws ToolError for a glob that could take for ever: eight stars took minutes on one long name
 */
export function matchingFiles(files: readonly string[], glob: string | undefined): string[] {
  const plain = (glob ?? '').replace(/^(\.\/)+/, '').replace(/\/+$/, '');
  if (plain === '' || plain === '.') return [...files];
  const isBelow = (file: string) => file === plain || file.startsWith(`${plain}/`);
  const literal = files.filter(isBelow);
  if (literal.length > 0) return literal;
  if (plain.length > MAX_GLOB_CHARS || plain.split(/\*+/).length - 1 > MAX_STARS)
    throw new ToolError(
      `A glob may have ${MAX_GLOB_CHARS} characters and ${MAX_STARS} stars at most. Use a simpler one.`,
    );
  const isMatch = picomatch([plain, `${plain}/**`], { dot: true, noextglob: true });
  return files.filter((file) => isMatch(file));
}
