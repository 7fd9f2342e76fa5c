// Searches the work by regular expression.
import { z } from 'zod';
import { ToolError } from '../../errors.js';
import { printable, searchFiles as search } from '../../workshop/workshop.js';
import { matchingFiles } from './list-files.js';
import { defineTool } from './tool.js';

const MAX_MATCHES = 200;
const MAX_LINE_CHARS = 300;
const TIMEOUT_MS = 10_000;

export const searchFiles = defineTool({
  name: 'search_files',
  description: `Finds lines that match a regular expression (JavaScript syntax) in the repository's text files. At most ${MAX_MATCHES} matches.`,
  input: z.object({
    pattern: z.string().min(1).max(1_000),
    glob: z.string().optional().describe('Limits the search, such as **/*.rs.'),
  }),
  run: async ({ pattern, glob }, { workshop }) => {
    const paths = matchingFiles(workshop.copy.list(), glob);
    if (paths.length === 0) throw new ToolError(`No file matches ${glob ?? 'the search'}.`);
    const limits = { maxMatches: MAX_MATCHES, maxLineChars: MAX_LINE_CHARS, timeoutMs: TIMEOUT_MS };
    const result = await search({ root: workshop.copy.root, paths, pattern, ...limits }).catch(tooMuch);
    switch (result.kind) {
      case 'bad-pattern':
        throw new ToolError(`The pattern is not a regular expression: ${result.reason}`);
      case 'timed-out':
        throw new ToolError(
          `The search took more than ${TIMEOUT_MS / 1000} s. Use a simpler pattern or a narrower glob.`,
        );
      case 'matches': {
        const skipped = result.skipped > 0 ? `\n[${result.skipped} binary or very large files were skipped]` : '';
        if (result.matches.length === 0) return `No line of ${paths.length} files matches.${skipped}`;
        const more = result.more ? `\n[more matches exist; narrow the pattern or the glob]` : '';
        return (
          result.matches.map(({ path, line, text }) => `${printable(path)}:${line}: ${text}`).join('\n') +
          more +
          skipped
        );
      }
    }
  },
});

/** A pattern can exhaust the engine's stack or the thread's memory; the model can mend that. */
function tooMuch(error: unknown): never {
  const { name, code } = error as { name?: string; code?: string }; // by name: the error comes from another thread
  if (name === 'RangeError' || code === 'ERR_WORKER_OUT_OF_MEMORY')
    throw new ToolError('The pattern needs too much memory on these files. Use a simpler one or a narrower glob.');
  throw error;
}
