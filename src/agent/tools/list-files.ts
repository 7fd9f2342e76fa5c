// Lists the files of the work: what git would track.
import picomatch from 'picomatch';
import { z } from 'zod';
import { printable } from '../../workshop/workshop.js';
import { defineTool } from './tool.js';

const MAX_FILES = 500;

export const listFiles = defineTool({
  name: 'list_files',
  description: `Lists the files git would track, sorted, at most ${MAX_FILES}. Files that only tests or builds made are not among them.`,
  input: z.object({ glob: z.string().optional().describe('Such as src/**/*.rs; all files if left out.') }),
  run: ({ glob }, { workshop }) => {
    const files = matchingFiles(workshop.copy.list(), glob);
    if (files.length === 0) return glob === undefined ? 'The repository has no files.' : `No file matches ${glob}.`;
    const rest =
      files.length > MAX_FILES ? `\n[${files.length - MAX_FILES} more of ${files.length}; narrow the glob]` : '';
    return files.slice(0, MAX_FILES).map(printable).join('\n') + rest;
  },
});

/** Files that match a glob, in the order given; a folder's name stands for everything below it. */
export function matchingFiles(files: readonly string[], glob: string | undefined): string[] {
  if (glob === undefined) return [...files];
  const plain = glob.replace(/^\.\//, '').replace(/\/$/, '');
  const isMatch = picomatch([plain, `${plain}/**`], { dot: true });
  return files.filter((file) => isMatch(file));
}
