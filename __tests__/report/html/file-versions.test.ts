import { describe, expect, it } from '@jest/globals';
import { FileVersions } from '../../../src/report/html/file-versions.js';
import type { Call } from '../../../src/report/turns.js';

const call = (name: string, input: Record<string, unknown>, text = 'done', isError = false): Call => ({
  name,
  input,
  result: { text, isError },
});
const read = (path: string, ...lines: string[]) =>
  call(
    'read_file',
    { path },
    `${lines.map((line, at) => `${at + 1}\t${line}`).join('\n')}\n[lines 1 to ${lines.length} of ${lines.length}]`,
  );
const edit = (path: string, old_text: string, new_text: string) =>
  call('edit_file', { path, edits: [{ old_text, new_text }] });

function changes(...calls: Call[]) {
  const versions = new FileVersions();
  return calls.map((each) => versions.after(each));
}

describe('FileVersions', () => {
  it('shows an edit of a file that was read with its line numbers and what stands around it', () => {
    const [, change] = changes(read('src/a.rs', 'one', 'two', 'three'), edit('./src/a.rs', 'two', 'TWO'));
    expect(change).toEqual({
      path: 'src/a.rs',
      diff: '@@ -1,3 +1,3 @@\n one\n-two\n+TWO\n three',
      added: 1,
      removed: 1,
    });
  });

  it('compares a replaced file with what it was, a new one with nothing', () => {
    const [created, replaced] = changes(
      call('write_file', { path: 'a', content: 'x\ny\n' }),
      call('write_file', { path: 'a', content: 'x\nz\n' }),
    );
    expect(created).toMatchObject({ diff: '@@ -0,0 +1,2 @@\n+x\n+y' });
    expect(replaced).toMatchObject({ diff: '@@ -1,2 +1,2 @@\n x\n-y\n+z', added: 1, removed: 1 });
  });

  it('shows a deleted file as removed', () => {
    const [, change] = changes(read('a', 'x'), call('delete_file', { path: 'a' }));
    expect(change).toMatchObject({ diff: '@@ -1,1 +0,0 @@\n-x', removed: 1 });
  });

  it.each([
    [
      'read in part',
      [call('read_file', { path: 'a' }, '1\tone\n[lines 1 to 1 of 9; 8 more follow, pass start_line 2]')],
    ],
    ['written by cargo since', [read('a', 'one', 'two'), call('cargo', { command: 'fmt' })]],
    ['otherwise than was thought', [read('a', 'something', 'else')]],
  ])('compares only the passages where a file was %s', (_, before) => {
    expect(changes(...before, edit('a', 'one', 'ONE')).at(-1)).toMatchObject({ diff: '@@ edit 1 of 1 @@\n-one\n+ONE' });
  });

  it('goes on from its own result', () => {
    const all = changes(read('a', 'one', 'two'), edit('a', 'one', '1'), edit('a', '1', '11'));
    expect(all.at(-1)).toMatchObject({ diff: '@@ -1,2 +1,2 @@\n-1\n+11\n two' });
  });

  it('passes over what failed, was not carried out or changes nothing', () => {
    const failed = call('write_file', { path: 'a', content: 'x' }, 'no', true);
    const notRun: Call = { name: 'write_file', input: { path: 'a', content: 'x' } };
    expect(changes(failed, notRun, call('list_files', {}), call('write_file', { path: 7 }))).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('keeps a line that looks like the head of a hunk as a line', () => {
    const [change] = changes(edit('a', 'one', '@@ -1 +1 @@\r@@ x @@'));
    expect(change?.diff).toBe('@@ edit 1 of 1 @@\n-one\n+@@ -1 +1 @@\r@@ x @@');
  });

  it('replaces all lines where two texts have too little in common to be compared in reasonable time', () => {
    const text = (word: string) => Array.from({ length: 4_000 }, (_, at) => `${word} ${at}\n`).join('');
    const [, change] = changes(
      call('write_file', { path: 'a', content: text('a') }),
      call('write_file', { path: 'a', content: text('b') }),
    );
    expect(change).toMatchObject({ added: 4_000, removed: 4_000 });
    expect(change?.diff).toMatch(/^@@ -1,4000 \+1,4000 @@\n-a 0\n-a 1\n/);
  });
});
