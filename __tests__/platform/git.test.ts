import { describe, expect, it } from '@jest/globals';
import { access, chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { UserError } from '../../src/errors.js';
import { openGit, readCheckout, type Git } from '../../src/platform/git.js';
import { gitIn, tempRepo, writeFiles, type TempRepo } from '../support/temp-repo.js';

const author = { name: 'Ferrule', email: 'ferrule@example.com' };
const open = (repo: TempRepo, dir = repo.dir) => openGit(dir, path.join(repo.parent, 'ours.git'), process.env);
const head = async (git: Git, repo: TempRepo) => (await git.resolve(await repo.git('rev-parse', 'HEAD'))) ?? '';
const file = async (git: Git, content: string | Uint8Array, mode = '100644') => ({
  oid: await git.writeBlob(Buffer.from(content)),
  mode,
});
const pathsOf = async (git: Git, tree: string) => (await git.sourceTree(tree)).files.map((entry) => entry.path);

/** A commit on top of `parent` with these contents; `null` deletes. */
async function commitOf(git: Git, parent: string, files: Record<string, string | Uint8Array | null>): Promise<string> {
  const changes = [];
  for (const [name, content] of Object.entries(files))
    changes.push({ path: name, content: content === null ? undefined : await file(git, content) });
  const tree = await git.writeTree(parent, changes);
  return git.writeCommit({ tree, parent, message: 'Change\n', author });
}

describe('reading', () => {
  it('lists files with mode and size, and reads regular files only', async () => {
    await using repo = await tempRepo({ 'a.txt': 'one\n', 'src/über lib.rs': 'fn a() {}\n' });
    await repo.git('update-index', '--add', '--cacheinfo', '160000', '1'.repeat(40), 'module');
    await repo.git('config', 'core.symlinks', 'true');
    await gitIn(repo.dir, 'commit', '--quiet', '-m', 'submodule');
    const git = await open(repo);
    const tree = await git.sourceTree(await head(git, repo));
    expect(tree.files.map(({ path: name, mode, size }) => [name, mode, size])).toEqual([
      ['a.txt', '100644', 4],
      ['module', '160000', 0],
      ['src/über lib.rs', '100644', 10],
    ]);
    expect((await tree.read('src/über lib.rs'))?.toString()).toBe('fn a() {}\n');
    expect(await tree.read('module')).toBeUndefined();
    expect(await tree.read('nothing')).toBeUndefined();
  });

  it('streams many blobs in the order asked for, binary and empty ones too', async () => {
    const binary = Buffer.from([0, 10, 255, 10, 13]);
    await using repo = await tempRepo({ binary, empty: '', text: 'x\n'.repeat(50_000) });
    const git = await open(repo);
    const { files } = await git.sourceTree(await head(git, repo));
    const oids = files.map((entry) => entry.oid);
    const read: Buffer[] = [];
    for await (const blob of git.readBlobs([...oids, ...oids])) read.push(Buffer.from(blob));
    expect(read.map((blob) => blob.length)).toEqual([5, 0, 100_000, 5, 0, 100_000]);
    expect(read[3]).toEqual(binary);
  });

  it('answers undefined for a commit that is not there, and takes no option for one', async () => {
    await using repo = await tempRepo({ a: '1' });
    const git = await open(repo);
    expect(await git.resolve('0'.repeat(40))).toBeUndefined();
    expect(await git.resolve('--all')).toBeUndefined();
  });

  it('refuses a folder that is no repository with a UserError', async () => {
    await using repo = await tempRepo({ a: '1' });
    await expect(open(repo, repo.parent)).rejects.toThrow(UserError);
  });

  it('reads head, branch and origin of the checkout, a detached one too', async () => {
    await using repo = await tempRepo({ a: '1' }, { remote: true });
    const commit = await repo.git('rev-parse', 'HEAD');
    expect(await readCheckout(repo.dir, process.env)).toEqual({
      root: repo.dir,
      head: commit,
      branch: 'main',
      origin: repo.origin,
    });
    await repo.git('checkout', '--quiet', '--detach');
    expect((await readCheckout(repo.dir, process.env)).branch).toBeUndefined();
  });
});

describe('writing', () => {
  it('keeps every path that is not named at its blob of the base', async () => {
    await using repo = await tempRepo({ 'keep.txt': 'keep', 'sub/old.txt': 'old', 'sub/deep/x': 'x' });
    const git = await open(repo);
    const base = await head(git, repo);
    const tree = await git.writeTree(base, [
      { path: 'sub/new.txt', content: await file(git, 'new') },
      { path: 'run.sh', content: await file(git, '#!/bin/sh\n', '100755') },
      { path: 'sub/old.txt', content: undefined },
    ]);
    expect(await pathsOf(git, tree)).toEqual(['keep.txt', 'run.sh', 'sub/deep/x', 'sub/new.txt']);
    const [kept] = (await git.sourceTree(tree)).files;
    expect(kept?.oid).toBe((await git.sourceTree(base)).files[0]?.oid);
  });

  it('gives the same tree whatever the order of the changes, and the base for none', async () => {
    await using repo = await tempRepo({ a: '1', b: '2' });
    const git = await open(repo);
    const base = await head(git, repo);
    const changes = [
      { path: 'z', content: await file(git, 'z') },
      { path: 'a', content: undefined },
    ];
    expect(await git.writeTree(base, changes)).toBe(await git.writeTree(base, [...changes].reverse()));
    expect(await git.writeTree(base, [])).toBe(await git.treeOf(base));
  });

  it('lets a file take the place of a folder, and a folder the place of a file', async () => {
    await using repo = await tempRepo({ 'was-folder/inner.rs': '1', 'was-file': '2' });
    const git = await open(repo);
    const tree = await git.writeTree(await head(git, repo), [
      { path: 'was-folder', content: await file(git, 'file') },
      { path: 'was-file/inner.rs', content: await file(git, 'inner') },
      { path: 'was-folder/inner.rs', content: undefined },
      { path: 'was-file', content: undefined },
    ]);
    expect(await pathsOf(git, tree)).toEqual(['was-file/inner.rs', 'was-folder']);
  });

  it('refuses a path inside .git', async () => {
    await using repo = await tempRepo({ a: '1' });
    const git = await open(repo);
    const content = await file(git, 'x');
    for (const bad of ['.git/config', 'sub/.GIT/hooks/pre-commit', '../out'])
      await expect(git.writeTree(await head(git, repo), [{ path: bad, content }])).rejects.toThrow(/update-index/);
  });

  it('fails, instead of ending the process, when git stops before it has read all of its input', async () => {
    await using repo = await tempRepo({ a: '1' });
    const git = await open(repo);
    const content = await file(git, 'x');
    const many = Array.from({ length: 50_000 }, (_, i) => ({ path: `many/${i}`, content }));
    await expect(git.writeTree('0'.repeat(39), [{ path: '.git/x', content }, ...many])).rejects.toThrow(/git/);
    await expect(git.writeTree(undefined, [{ path: '.git/x', content }, ...many])).rejects.toThrow(/update-index/);
  });

  it('writes a first commit without a parent', async () => {
    await using repo = await tempRepo({ a: '1' });
    const git = await open(repo);
    const tree = await git.writeTree(undefined, [{ path: 'only', content: await file(git, 'x') }]);
    const commit = await git.writeCommit({ tree, parent: undefined, message: 'First\n', author });
    expect(await git.messages(commit, { max: 5 })).toEqual([{ commit, tree, parents: [], message: 'First\n' }]);
  });

  it('runs no hook, filter, signing program or fsmonitor that the checkout has planted', async () => {
    await using repo = await tempRepo({ 'a.txt': 'one\n' });
    const trap = path.join(repo.parent, 'sprung');
    const script = path.join(repo.parent, 'trap.sh');
    await writeFile(script, `#!/bin/sh\necho "$0 $*" >> ${trap}\nexit 0\n`);
    await chmod(script, 0o755);
    for (const hook of ['pre-commit', 'commit-msg', 'post-commit', 'reference-transaction', 'pre-push']) {
      await mkdir(path.join(repo.dir, '.git/hooks'), { recursive: true });
      await writeFile(path.join(repo.dir, '.git/hooks', hook), `#!/bin/sh\ntouch ${trap}\n`);
      await chmod(path.join(repo.dir, '.git/hooks', hook), 0o755);
    }
    const planted = {
      'filter.evil.clean': script,
      'filter.evil.smudge': script,
      'diff.evil.textconv': script,
      'diff.evil.command': script,
      'diff.external': script,
      'commit.gpgSign': 'true',
      'gpg.program': script,
      'core.fsmonitor': script,
      'core.pager': script,
    };
    for (const [key, value] of Object.entries(planted)) await repo.git('config', key, value);
    await writeFiles(repo.dir, { '.gitattributes': '* filter=evil diff=evil\n' });
    await writeFiles(repo.dir, { '.git/info/attributes': '* filter=evil diff=evil\n' });

    const git = await open(repo);
    const base = await head(git, repo);
    const commit = await commitOf(git, base, { 'a.txt': 'two\n', '.gitattributes': '* filter=evil diff=evil\n' });
    await git.setRef('refs/heads/work', commit);
    expect((await git.diff(base, commit)).toString()).toContain('+two');
    expect((await git.addedLines(base, commit)).get('a.txt')).toEqual([1]);
    expect((await (await git.sourceTree(commit)).read('a.txt'))?.toString()).toBe('two\n');
    await readCheckout(repo.dir, process.env);
    await expect(access(trap)).rejects.toThrow();
    // The trap itself works: git with the checkout's own configuration springs it.
    await gitIn(repo.dir, 'diff', 'HEAD').catch(() => '');
    await expect(access(trap)).resolves.toBeUndefined();
  });

  it('writes nothing into the checkout', async () => {
    await using repo = await tempRepo({ a: '1' });
    const listing = () => gitIn(repo.dir, 'count-objects', '-v');
    const before = await listing();
    const git = await open(repo);
    await commitOf(git, await head(git, repo), { b: 'new' });
    expect(await listing()).toBe(before);
  });

  it('works in a shallow clone', async () => {
    await using repo = await tempRepo({ 'a.txt': '1\n' }, { remote: true });
    await repo.commit({ 'a.txt': '2\n' }, 'Second');
    const shallow = path.join(repo.parent, 'shallow');
    await gitIn(repo.parent, 'clone', '--quiet', '--depth=1', `file://${repo.origin}`, shallow);
    const git = await open(repo, shallow);
    const base = (await git.resolve('HEAD')) ?? (await gitIn(shallow, 'rev-parse', 'HEAD')).trim();
    const commit = await commitOf(git, base, { 'a.txt': '3\n' });
    expect(await git.isAncestor(base, commit)).toBe(true);
    expect((await git.messages(commit, { max: 10 })).map(({ message }) => message)).toEqual(['Change\n', 'Second\n']);
  });
});

describe('history', () => {
  it('tells ancestors, and leaves out what the base has', async () => {
    await using repo = await tempRepo({ a: '1' });
    const git = await open(repo);
    const base = await head(git, repo);
    const one = await commitOf(git, base, { a: '2' });
    const two = await commitOf(git, one, { a: '3' });
    expect(await git.isAncestor(base, two)).toBe(true);
    expect(await git.isAncestor(two, base)).toBe(false);
    expect(await git.isAncestor('0'.repeat(40), two)).toBe(false);
    expect((await git.messages(two, { exclude: base, max: 10 })).map(({ commit }) => commit)).toEqual([two, one]);
    expect(await git.messages(two, { max: 10, grep: 'Base' })).toHaveLength(1);
  });
});

describe('what two trees differ in', () => {
  it('is told with modes, whatever the names are', async () => {
    await using repo = await tempRepo({ 'gone.txt': 'x', 'kept.txt': 'x', ':100644 odd\n\t"name"': 'x' });
    const git = await open(repo);
    const start = await head(git, repo);
    const [oid, script] = [await git.writeBlob(Buffer.from('new')), await file(git, 'script', '100755')];
    const tree = await git.writeTree(start, [
      { path: 'gone.txt', content: undefined },
      { path: ':100644 odd\n\t"name"', content: { oid, mode: '100644' } },
      { path: 'run.sh', content: script },
      { path: 'link', content: { oid, mode: '120000' } },
    ]);
    expect(await git.changes(start, tree)).toEqual([
      { path: ':100644 odd\n\t"name"', before: '100644', after: '100644', oid },
      { path: 'gone.txt', before: '100644', after: undefined, oid: '0'.repeat(40) },
      { path: 'link', before: undefined, after: '120000', oid },
      { path: 'run.sh', before: undefined, after: '100755', oid: script.oid },
    ]);
    expect(await git.changedPaths(tree, tree)).toEqual([]);
  });
});

describe('diff', () => {
  async function change(repo: TempRepo, after: Record<string, string | Uint8Array | null>) {
    const git = await open(repo);
    const base = await head(git, repo);
    return { git, base, commit: await commitOf(git, base, after) };
  }

  it('numbers the lines that were added, in changed and in new files', async () => {
    await using repo = await tempRepo({ 'src/lib.rs': 'a\nb\nc\nd\n', 'gone.rs': 'x\n' });
    const { git, base, commit } = await change(repo, {
      'src/lib.rs': 'new\na\nc\nd2\nd3\n',
      'src/new file.rs': '1\n2',
      'gone.rs': null,
    });
    expect(Object.fromEntries(await git.addedLines(base, commit))).toEqual({
      'src/lib.rs': [1, 4, 5],
      'src/new file.rs': [1, 2],
    });
  });

  it('is not misled by content that looks like a diff, by odd names, or by a NUL byte', async () => {
    const content = '++ b/other.rs\n@@ -0,0 +1,9 @@\n-- x\n+++ y\n';
    await using repo = await tempRepo({ 'a.rs': '-- removed\n++ removed\n@@ -1 +1 @@\n' });
    const { git, base, commit } = await change(repo, {
      'a.rs': content,
      'über.rs': 'x\n',
      'we"ird\t.rs': 'y\n',
      'nul.rs': 'a\0b\nc\n',
    });
    expect(Object.fromEntries(await git.addedLines(base, commit))).toEqual({
      'a.rs': [1, 2, 3, 4],
      'nul.rs': [1, 2],
      'we"ird\t.rs': [1],
      'über.rs': [1],
    });
  });

  it('makes a patch that git apply takes, with binary files, deletions and new modes', async () => {
    const binary = Buffer.from(Array.from({ length: 5000 }, (_, i) => (i * 7) % 256));
    await using repo = await tempRepo({ 'pic.png': Buffer.from([0, 1, 2, 3]), 'old.txt': 'old\n', 'no-newline': 'x' });
    const { git, base, commit } = await change(repo, {
      'pic.png': binary,
      'new.bin': binary,
      'old.txt': null,
      'no-newline': 'y',
      'sub/ü.txt': 'z\n',
    });
    const patch = path.join(repo.parent, 'change.patch');
    await writeFile(patch, await git.diff(base, commit));
    await repo.git('apply', '--index', patch);
    expect((await repo.git('write-tree')).trim()).toBe(await git.treeOf(commit));
    expect(await readFile(path.join(repo.dir, 'pic.png'))).toEqual(binary);
  });
});
