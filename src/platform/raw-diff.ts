// Reads what git says two trees differ in: paths with their modes. Making the diff is git.ts.

/** One path that differs. Modes are git's octal ones, such as `100644`; `undefined` where the path is not there. */
export interface FileChange {
  /** Relative to the repository. Bytes that are no UTF-8 are U+FFFD here. */
  path: string;
  before: string | undefined;
  after: string | undefined;
  /** Object id of the new content. */
  oid: string;
}

/** @param diff output of `git diff-tree -r -z --raw --no-abbrev --no-renames`, without the line that names a commit */
export function parseRawDiff(diff: string): FileChange[] {
  const changes: FileChange[] = [];
  const fields = diff.split('\0');
  for (let i = 0; i + 1 < fields.length; i += 2) {
    const [, before = '', after = '', oid = ''] =
      /^:(\d{6}) (\d{6}) [0-9a-f]+ ([0-9a-f]+) [A-Z]\d*$/.exec(fields[i] ?? '') ?? [];
    if (oid === '') throw new Error('git diff-tree wrote a line that is not understood');
    changes.push({ path: fields[i + 1] ?? '', before: present(before), after: present(after), oid });
  }
  return changes;
}

function present(mode: string): string | undefined {
  return mode === '000000' ? undefined : mode;
}
