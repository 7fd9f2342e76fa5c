import { describe, expect, it } from '@jest/globals';
import { patchFiles } from '../../../src/report/html/patch-files.js';

const HUNK = '@@ -1 +1 @@\n-a\n+b\n';

describe('patchFiles', () => {
  it('gives every file with its counts, whatever happened to it', () => {
    const patch = [
      `diff --git a/src/a.rs b/src/a.rs\nindex 1..2 100644\n--- a/src/a.rs\n+++ b/src/a.rs\n${HUNK}`,
      'diff --git a/new b/new\nnew file mode 100644\nindex 0..2\n--- /dev/null\n+++ b/new\n@@ -0,0 +1,2 @@\n+x\n+y\n',
      'diff --git a/old b/old\ndeleted file mode 100644\nindex 1..0\n--- a/old\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n',
      'diff --git a/p.bin b/p.bin\nnew file mode 100644\nindex 0..1\nBinary files /dev/null and b/p.bin differ\n',
    ].join('');
    expect(patchFiles(patch)).toEqual([
      { path: 'src/a.rs', status: 'changed', diff: HUNK.trim(), added: 1, removed: 1 },
      { path: 'new', status: 'added', diff: '@@ -0,0 +1,2 @@\n+x\n+y', added: 2, removed: 0 },
      { path: 'old', status: 'deleted', diff: '@@ -1 +0,0 @@\n-x', added: 0, removed: 1 },
      { path: 'p.bin', status: 'added', diff: 'Binary files /dev/null and b/p.bin differ', added: 0, removed: 0 },
    ]);
  });

  it('takes the name of a file that git quotes', () => {
    expect(
      patchFiles(`diff --git "a/\\303\\244" "b/\\303\\244"\n--- "a/\\303\\244"\n+++ "b/\\303\\244"\n${HUNK}`)[0]?.path,
    ).toBe('\\303\\244');
  });

  it.each(['\r', '\u2028'])('is not led astray by a header inside a line, after %j', (end) => {
    const patch = `diff --git a/a b/a\n--- a/a\n+++ b/a\n@@ -0,0 +1 @@\n+x${end}diff --git a/evil b/evil\n`;
    expect(patchFiles(patch).map(({ path }) => path)).toEqual(['a']);
  });

  it('finds nothing in nothing', () => {
    expect(patchFiles('')).toEqual([]);
  });
});
