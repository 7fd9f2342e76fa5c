// Reads which lines a diff adds. Making the diff is git.ts.

/**
 * Path → numbers (1-based) of the added lines, from a unified diff without context and prefixes.
 * @param diff output of `git diff-tree -p -U0 --no-prefix` with `core.quotePath=false`
 */
export function parseAddedLines(diff: string): Map<string, number[]> {
  const added = new Map<string, number[]>();
  let current: number[] = [];
  let remaining = 0; // added lines of the present hunk still to come, so that content is never read as a header
  for (const line of diff.split('\n')) {
    if (remaining > 0 && line.startsWith('+')) {
      remaining--;
      continue;
    }
    const file = /^\+\+\+ (.*?)\t?$/.exec(line)?.[1];
    if (file !== undefined && file !== '/dev/null') added.set(unquote(file), (current = []));
    const hunk = /^@@ -\d+(?:,\d+)? \+(\d+)(?:,(\d+))? @@/.exec(line);
    if (!hunk) continue;
    const first = Number(hunk[1]);
    remaining = Number(hunk[2] ?? '1');
    for (let i = 0; i < remaining; i++) current.push(first + i);
  }
  return added;
}

const ESCAPES: Readonly<Record<string, string>> = { a: '\x07', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' };

/** A path as git prints it in a diff: in quotes, with escapes, where it holds quotes or control characters. */
function unquote(name: string): string {
  if (!name.startsWith('"')) return name;
  return name.slice(1, -1).replaceAll(/\\([0-7]{3}|.)/g, (_, code: string) => {
    if (code.length === 3) return String.fromCharCode(parseInt(code, 8));
    return ESCAPES[code] ?? code;
  });
}
