// What each call did to a file, as a unified difference. The transcript holds no differences, so the contents of files
// are followed through it: what was read, written and edited. Where a file's content is not known for certain, only the
// replaced passages are compared.
import { posix } from 'node:path';
import { structuredPatch } from 'diff';
import type { Call } from '../turns.js';

interface FileChange {
  path: string;
  /** Hunks of a unified difference, without a file header. */
  diff: string;
  added: number;
  removed: number;
}

/** Commands of cargo that write sources or manifests: what was known of files is doubtful afterwards. */
const WRITING_COMMANDS = new Set(['fmt', 'add', 'remove', 'update', 'new']);
/** Beyond this many changed lines the search for the smallest difference takes too long; all lines are then shown as replaced. */
const MAX_CHANGED_LINES = 1_000;

/** Follows the contents of files through the calls of a run, in their order. */
export class FileVersions {
  private readonly known = new Map<string, string>();

  /** What a call changed; `undefined` for calls that failed or change no file. */
  after({ name, input, result }: Call): FileChange | undefined {
    if (name === 'cargo' && WRITING_COMMANDS.has(String(input.command))) this.known.clear();
    if (result === undefined || result.isError || typeof input.path !== 'string') return undefined;
    const path = posix.normalize(input.path);
    switch (name) {
      case 'read_file':
        this.read(path, result.text);
        return undefined;
      case 'write_file':
        return this.written(path, input.content);
      case 'edit_file':
        return this.edited(path, input.edits);
      case 'delete_file':
        return this.deleted(path);
      default:
        return undefined;
    }
  }

  private read(path: string, text: string): void {
    const lines = text.split('\n');
    const total = /^\[lines 1 to (\d+) of (\d+)\]$/.exec(lines.pop() ?? '');
    if (total === null || total[1] !== total[2] || lines.length !== Number(total[1])) return;
    this.known.set(path, `${lines.map((line) => line.replace(/^\d+\t/, '')).join('\n')}\n`);
  }

  private written(path: string, content: unknown): FileChange | undefined {
    if (typeof content !== 'string') return undefined;
    const before = this.known.get(path) ?? '';
    this.known.set(path, content);
    return fileChange(path, before, content);
  }

  private edited(path: string, edits: unknown): FileChange | undefined {
    const passages = Array.isArray(edits) ? edits.filter(isEdit) : [];
    const before = this.known.get(path);
    const after = before === undefined ? undefined : applied(before, passages);
    if (before !== undefined && after !== undefined) {
      this.known.set(path, after);
      return fileChange(path, before, after);
    }
    this.known.delete(path);
    const changes = passages.map(({ old_text, new_text }, at) =>
      fileChange(path, old_text, new_text, `@@ edit ${at + 1} of ${passages.length} @@`),
    );
    return {
      path,
      diff: changes.map(({ diff }) => diff).join('\n'),
      added: changes.reduce((sum, { added }) => sum + added, 0),
      removed: changes.reduce((sum, { removed }) => sum + removed, 0),
    };
  }

  private deleted(path: string): FileChange {
    const before = this.known.get(path) ?? '';
    this.known.delete(path);
    return fileChange(path, before, '');
  }
}

interface Edit {
  old_text: string;
  new_text: string;
}

function isEdit(value: unknown): value is Edit {
  const edit = value as Partial<Edit> | null;
  return typeof edit === 'object' && typeof edit?.old_text === 'string' && typeof edit.new_text === 'string';
}

/** The text after all edits; `undefined` when one does not fit, which means that the known content is not the real one. */
function applied(before: string, edits: readonly Edit[]): string | undefined {
  let text = before;
  for (const { old_text, new_text } of edits) {
    if (text.split(old_text).length !== 2) return undefined;
    text = text.replace(old_text, () => new_text);
  }
  return text;
}

/** @param heading stands over each hunk in place of line numbers, where these are not known */
function fileChange(path: string, before: string, after: string, heading?: string): FileChange {
  const [from, to] = [wholeLines(before), wholeLines(after)];
  const patch = structuredPatch(path, path, from, to, '', '', { context: 3, maxEditLength: MAX_CHANGED_LINES });
  const hunks = patch?.hunks ?? [replacedWhole(from, to)];
  const lines = hunks.flatMap((hunk) => hunk.lines);
  return {
    path,
    diff: hunks
      .map(({ oldStart, oldLines, newStart, newLines, lines: body }) =>
        [
          heading ?? `@@ -${start(oldStart, oldLines)},${oldLines} +${start(newStart, newLines)},${newLines} @@`,
          ...body,
        ].join('\n'),
      )
      .join('\n'),
    added: lines.filter((line) => line.startsWith('+')).length,
    removed: lines.filter((line) => line.startsWith('-')).length,
  };
}

/** As git counts: a side without lines is placed after the line before it. */
function start(line: number, lines: number): number {
  return lines === 0 ? line - 1 : line;
}

function replacedWhole(from: string, to: string) {
  const lines = (text: string, sign: string) =>
    text === ''
      ? []
      : text
          .slice(0, -1)
          .split('\n')
          .map((line) => sign + line);
  const [removed, added] = [lines(from, '-'), lines(to, '+')];
  return {
    ...{ oldStart: 1, oldLines: removed.length, newStart: 1, newLines: added.length },
    lines: [...removed, ...added],
  };
}

/** Whether a file ends in a line end cannot be seen in what was read, so it is not compared. */
function wholeLines(text: string): string {
  return text === '' || text.endsWith('\n') ? text : `${text}\n`;
}
