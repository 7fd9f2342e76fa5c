// Splits change.patch into its files. The text of a file's lines is left as it is.

export interface PatchFile {
  /** As git writes it, relative to the repository. */
  path: string;
  status: 'added' | 'deleted' | 'renamed' | 'changed';
  /** Hunks, or git's note that the file is binary. */
  diff: string;
  added: number;
  removed: number;
}

/** The files of a patch as `git diff` writes it; text before the first of them is passed over. */
export function patchFiles(patch: string): PatchFile[] {
  // Lines of content begin with a space, a sign or a backslash, so this line is always a header. Not `^` with the flag
  // `m`, which also matches after a carriage return inside a line.
  const parts = patch.split(/(?<![^\n])(?=diff --git )/).filter((part) => part.startsWith('diff --git '));
  return parts.map(fileOf);
}

function fileOf(part: string): PatchFile {
  const lines = part.replace(/\n$/, '').split('\n');
  const firstHunk = lines.findIndex((line) => line.startsWith('@@ '));
  const header = firstHunk === -1 ? lines : lines.slice(0, firstHunk);
  const body =
    firstHunk === -1
      ? header.filter((line) => /^(?:Binary files|GIT binary patch)/.test(line))
      : lines.slice(firstHunk);
  const named = (pattern: RegExp) => header.map((line) => pattern.exec(line)?.[1]).find((name) => name !== undefined);
  const path =
    named(/^\+\+\+ "?b\/(.*?)"?\t?$/s) ?? named(/^--- "?a\/(.*?)"?\t?$/s) ?? named(/^diff --git .* "?b\/(.*?)"?$/s);
  return {
    path: path ?? 'a file without a name',
    status: statusOf(header),
    diff: body.join('\n'),
    added: body.filter((line) => line.startsWith('+')).length,
    removed: body.filter((line) => line.startsWith('-')).length,
  };
}

function statusOf(header: readonly string[]): PatchFile['status'] {
  if (header.some((line) => line.startsWith('new file mode'))) return 'added';
  if (header.some((line) => line.startsWith('deleted file mode'))) return 'deleted';
  return header.some((line) => line.startsWith('rename to ')) ? 'renamed' : 'changed';
}
