// Shows a file of the work copy with line numbers.
import { z } from 'zod';
import { ToolError } from '../../errors.js';
import { defineTool } from './tool.js';

const MAX_LINES = 1_000;
const MAX_CHARS = 60_000;
const MAX_LONG_LINE_CHARS = 2_000;

export const readFile = defineTool({
  name: 'read_file',
  description:
    `Reads a text file of the repository, each line with its number and a tab before it. At most ${MAX_LINES} lines at once; the end of the result ` +
    'says when there are more. A file must have been read in its present state before it can be edited, replaced or deleted.',
  input: z.object({
    path: z.string().describe('Relative to the repository, such as src/lib.rs.'),
    start_line: z.number().int().min(1).optional().describe('First line to show; 1 if left out.'),
    end_line: z.number().int().min(1).optional().describe('Last line to show.'),
  }),
  run: async ({ path, start_line = 1, end_line }, { workshop, reads }) => {
    const { relative, bytes } = await workshop.copy.read(path);
    const text = decode(relative, bytes);
    const lines = linesOf(text);
    if (lines.length === 0) {
      reads.shown(relative, bytes, 1, 0, 0);
      return `${relative} is empty.`;
    }
    if (start_line > lines.length) throw new ToolError(`${relative} has only ${lines.length} lines.`);
    let last = Math.min(end_line ?? lines.length, lines.length, start_line + MAX_LINES - 1);
    if (last < start_line) throw new ToolError('end_line lies before start_line.');
    const shown: string[] = [];
    for (let line = start_line, chars = 0; line <= last; line++) {
      const content = `${line}\t${lines[line - 1] ?? ''}`;
      chars += content.length + 1;
      if (content.length > MAX_CHARS && shown.length === 0) return tooLong(relative, lines, line);
      if (chars > MAX_CHARS) {
        last = line - 1;
        break;
      }
      shown.push(content);
    }
    reads.shown(relative, bytes, start_line, last, lines.length);
    const rest = last < lines.length ? `; ${lines.length - last} more follow, pass start_line ${last + 1}` : '';
    return `${shown.join('\n')}\n[lines ${start_line} to ${last} of ${lines.length}${rest}]`;
  },
});

/** A line that no result can hold (a minified file): its beginning, and it does not count as read. */
function tooLong(relative: string, lines: readonly string[], line: number): string {
  const content = lines[line - 1] ?? '';
  const rest = line < lines.length ? `; ${lines.length - line} more lines follow, pass start_line ${line + 1}` : '';
  return (
    `${line}\t${content.slice(0, MAX_LONG_LINE_CHARS)}\n` +
    `[line ${line} of ${lines.length} of ${relative} is cut: it has ${content.length} characters, too many to be read; search_files finds places in it${rest}]`
  );
}

/** A text's lines; a line end at its very end begins no further line. */
export function linesOf(text: string): string[] {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

/** Text of a file. @throws ToolError for binary content or an encoding other than UTF-8 */
export function decode(relative: string, bytes: Uint8Array): string {
  if (bytes.includes(0))
    throw new ToolError(`${relative} is a binary file of ${bytes.length} bytes; it cannot be shown or changed here.`);
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new ToolError(`${relative} is not UTF-8 text; it cannot be shown or changed here.`);
  }
}
