import { describe, expect, it } from '@jest/globals';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { openGit, type Git } from '../../src/platform/git.js';
import { fetchCommit, mayPush, pushBranch, readRemoteBranch, type Remote } from '../../src/platform/git-remote.js';
import { startGitServer } from '../support/git-server.js';
import { gitIn, tempRepo, type TempRepo } from '../support/temp-repo.js';

const author = { name: 'Ferrule', email: 'ferrule@example.com' };

async function opened(repo: TempRepo): Promise<{ git: Git; remote: Remote; base: string }> {
  const git = await openGit(repo.dir, path.join(repo.parent, 'ours.git'), process.env);
  return { git, remote: { url: repo.origin }, base: await repo.git('rev-parse', 'HEAD') };
}

async function commitOn(git: Git, parent: string, text: string): Promise<string> {
  const content = { oid: await git.writeBlob(Buffer.from(text)), mode: '100644' };
  const tree = await git.writeTree(parent, [{ path: 'new.txt', content }]);
  return git.writeCommit({ tree, parent, message: `${text}\n`, author });
}

describe('pushBranch', () => {
  it('makes a branch, moves it forward, and is content when nothing is new', async () => {
    await using repo = await tempRepo({ 'a.txt': '1' }, { remote: true });
    const { git, remote, base } = await opened(repo);
    const one = await commitOn(git, base, 'one');
    const two = await commitOn(git, one, 'two');
    expect(await pushBranch(git, remote, 'ferrule/x', one, undefined)).toEqual({ kind: 'pushed' });
    expect(await pushBranch(git, remote, 'ferrule/x', two, one)).toEqual({ kind: 'pushed' });
    expect(await pushBranch(git, remote, 'ferrule/x', two, two)).toEqual({ kind: 'pushed' });
    expect(await repo.remoteHead('ferrule/x')).toBe(two);
    expect(await repo.remoteFiles('ferrule/x')).toEqual({ 'a.txt': '1', 'new.txt': 'two' });
  });

  it('never moves a branch that is not where it was expected, nor one the commit does not contain', async () => {
    await using repo = await tempRepo({ 'a.txt': '1' }, { remote: true });
    const { git, remote, base } = await opened(repo);
    const mine = await commitOn(git, base, 'mine');
    const theirs = await repo.commit({ 'b.txt': '2' }, 'Theirs');
    expect(await pushBranch(git, remote, 'main', mine, base)).toEqual({ kind: 'moved' });
    expect(await pushBranch(git, remote, 'main', mine, undefined)).toEqual({ kind: 'moved' });
    expect(await pushBranch(git, remote, 'main', mine, theirs)).toEqual({ kind: 'moved' });
    expect(await repo.remoteHead('main')).toBe(theirs);
  });

  it('pushes from a shallow clone', async () => {
    await using repo = await tempRepo({ 'a.txt': '1' }, { remote: true });
    const base = await repo.commit({ 'a.txt': '2' }, 'Second');
    const shallow = path.join(repo.parent, 'shallow');
    await gitIn(repo.parent, 'clone', '--quiet', '--depth=1', `file://${repo.origin}`, shallow);
    const git = await openGit(shallow, path.join(repo.parent, 'ours.git'), process.env);
    const commit = await commitOn(git, base, 'new');
    expect(await pushBranch(git, { url: repo.origin }, 'work', commit, undefined)).toEqual({ kind: 'pushed' });
    expect(await repo.remoteMessages('work')).toEqual(['new\n', 'Second\n', 'Base\n']);
  });

  it('gives the server’s reason when a hook refuses, without the address of the remote', async () => {
    await using repo = await tempRepo({ 'a.txt': '1' }, { remote: true });
    const { git, remote, base } = await opened(repo);
    const hook = path.join(repo.origin, 'hooks', 'pre-receive');
    await mkdir(path.dirname(hook), { recursive: true });
    await writeFile(hook, '#!/bin/sh\necho "branch is protected" >&2\nexit 1\n');
    await chmod(hook, 0o755);
    const result = await pushBranch(git, remote, 'work', await commitOn(git, base, 'x'), undefined);
    expect(result).toMatchObject({ kind: 'refused' });
    if (result.kind !== 'refused') return;
    expect(result.reason).toContain('pre-receive hook declined');
    expect(result.reason).toContain('branch is protected');
    expect(result.reason).not.toContain(repo.origin);
  });
});

describe('readRemoteBranch', () => {
  it('knows a branch from one whose name ends like it', async () => {
    await using repo = await tempRepo({ 'a.txt': '1' }, { remote: true });
    const { git, remote, base } = await opened(repo);
    const other = await commitOn(git, base, 'other');
    await pushBranch(git, remote, 'a/refs/heads/main', other, undefined);
    expect(await readRemoteBranch(git, remote, 'main')).toBe(base);
    expect(await readRemoteBranch(git, remote, 'absent')).toBeUndefined();
  });

  it('fails when there is no repository, and names no path of the machine', async () => {
    await using repo = await tempRepo({ 'a.txt': '1' });
    const { git } = await opened(repo);
    const url = path.join(repo.parent, 'nowhere.git');
    const failure = readRemoteBranch(git, { url }, 'main').catch((error: unknown) => String(error));
    expect(await failure).toContain('could not be read');
    expect(await failure).not.toContain(repo.parent);
  });
});

describe('fetchCommit', () => {
  it('brings a branch of the remote, and says when it has none', async () => {
    await using repo = await tempRepo({ 'a.txt': '1' }, { remote: true });
    const { git, remote } = await opened(repo);
    const other = path.join(repo.parent, 'other');
    await gitIn(repo.parent, 'clone', '--quiet', repo.origin, other);
    await writeFile(path.join(other, 'b.txt'), '2');
    await gitIn(other, 'add', '.');
    await gitIn(other, 'commit', '--quiet', '-m', 'Other');
    await gitIn(other, 'push', '--quiet', 'origin', 'HEAD:refs/heads/other');
    const commit = await readRemoteBranch(git, remote, 'other');
    expect(await git.resolve(commit ?? '')).toBeUndefined();
    expect(await fetchCommit(git, remote, 'refs/heads/other')).toEqual({ kind: 'fetched' });
    expect(await git.resolve(commit ?? '')).toBe(commit);
    expect(await fetchCommit(git, remote, 'refs/heads/absent')).toMatchObject({ kind: 'missing' });
  });
});

describe('over HTTP with a token', () => {
  const token = 'ghs_secret';
  const basic = `basic ${Buffer.from(`x-access-token:${token}`).toString('base64')}`;
  const isTheToken = (authorization: string) => authorization.toLowerCase() === basic.toLowerCase();

  it('sends the token as GitHub takes it, and writes it nowhere', async () => {
    await using repo = await tempRepo({ 'a.txt': '1' }, { remote: true });
    await using server = await startGitServer(repo.origin, { mayRead: isTheToken, mayWrite: isTheToken });
    const { git, base } = await opened(repo);
    const remote = { url: server.url, token };
    const commit = await commitOn(git, base, 'over http');
    expect(await readRemoteBranch(git, remote, 'main')).toBe(base);
    expect(await mayPush(git, remote, 'work', base)).toEqual({ kind: 'pushed' });
    expect(await repo.remoteBranches()).toEqual(['main']);
    expect(await pushBranch(git, remote, 'work', commit, undefined)).toEqual({ kind: 'pushed' });
    expect(await repo.remoteHead('work')).toBe(commit);
    expect(server.authorizations.every(isTheToken)).toBe(true);
    const leaked = await gitIn(repo.parent, 'grep', '--no-index', '-rlE', `${token}|${basic.slice(6)}`, '.').catch(
      () => '',
    );
    expect(leaked).toBe('');
  });

  it('asks again when the server failed, also when the push had arrived', async () => {
    await using repo = await tempRepo({ 'a.txt': '1' }, { remote: true });
    const faults = [{ status: 502 }, { status: 503 }];
    await using server = await startGitServer(repo.origin, { fault: () => faults.pop() });
    const { git, base } = await opened(repo);
    const remote = { url: server.url };
    expect(await readRemoteBranch(git, remote, 'main')).toBe(base);
    const one = await commitOn(git, base, 'one');
    const lost = [{ status: 500, afterwards: true }];
    await using losing = await startGitServer(repo.origin, {
      fault: (path) => (path.endsWith('/git-receive-pack') ? lost.pop() : undefined),
    });
    expect(await pushBranch(git, { url: losing.url }, 'work', one, undefined)).toEqual({ kind: 'pushed' });
    expect(lost).toEqual([]);
    expect(await repo.remoteHead('work')).toBe(one);
  });

  /** How often git is asked when it fails once with these words; the second time it is the real one. */
  async function triesAfter(words: string): Promise<number> {
    await using repo = await tempRepo({ 'a.txt': '1' }, { remote: true });
    const [bin, tries] = [path.join(repo.parent, 'bin'), path.join(repo.parent, 'tries')];
    await mkdir(bin);
    await writeFile(path.join(repo.parent, 'words'), words);
    const failsOnce = `case "$*" in *ls-remote*) echo x >>'${tries}'; [ "$(wc -l <'${tries}')" -gt 1 ] || { cat '${repo.parent}/words' >&2; exit 128; };; esac`;
    await writeFile(path.join(bin, 'git'), `#!/bin/sh\n${failsOnce}\nPATH="\${PATH#*:}" exec git "$@"\n`);
    await chmod(path.join(bin, 'git'), 0o755);
    const environment = { ...process.env, PATH: `${bin}:${process.env.PATH ?? ''}` };
    const git = await openGit(repo.dir, path.join(repo.parent, 'ours.git'), environment);
    await readRemoteBranch(git, { url: repo.origin }, 'main').catch(() => undefined);
    return (await readFile(tries, 'utf8')).split('\n').length - 1;
  }

  it('asks again after whatever words of a network that failed', async () => {
    const passing = [
      "fatal: unable to access 'https://x/': GnuTLS recv error (-110): The TLS connection was non-properly terminated.",
      "fatal: unable to access 'https://x/': gnutls_handshake() failed: Error in the pull function.",
      "fatal: unable to access 'https://x/': OpenSSL SSL_read: SSL_ERROR_SYSCALL, errno 104",
      "fatal: unable to access 'https://x/': Empty reply from server",
      "fatal: unable to access 'https://x/': The requested URL returned error: 408",
      'error: RPC failed; HTTP 429 curl 22 The requested URL returned error: 429',
      'error: RPC failed; curl 92 HTTP/2 stream 5 was not closed cleanly: CANCEL (err 8)',
      "fatal: unable to access 'https://x/': Could not resolve host: x",
      '',
    ];
    expect(await Promise.all(passing.map(triesAfter))).toEqual(passing.map(() => 2));
  });

  it('does not ask again for what stays as it is', async () => {
    const final = [
      "fatal: unable to access 'https://x/': The requested URL returned error: 403",
      "fatal: repository 'https://x/y.git/' not found",
      "fatal: could not read Username for 'https://x': terminal prompts disabled",
      "fatal: Authentication failed for 'https://x/'",
      "fatal: unable to access 'https://x/': SSL certificate problem: self-signed certificate",
      "fatal: couldn't find remote ref refs/heads/x",
    ];
    expect(await Promise.all(final.map(triesAfter))).toEqual(final.map(() => 1));
  });

  it('finds out before any push that the token may only read', async () => {
    await using repo = await tempRepo({ 'a.txt': '1' }, { remote: true });
    await using server = await startGitServer(repo.origin, { mayRead: isTheToken, mayWrite: () => false });
    const { git, base } = await opened(repo);
    const remote = { url: server.url, token };
    expect(await readRemoteBranch(git, remote, 'main')).toBe(base);
    const answer = await mayPush(git, remote, 'work', base);
    expect(answer).toMatchObject({ kind: 'refused' });
    if (answer.kind === 'refused') expect(answer.reason).toContain('403');
    expect(await pushBranch(git, remote, 'work', base, undefined)).toMatchObject({ kind: 'refused' });
    expect(await repo.remoteBranches()).toEqual(['main']);
  });

  it('does not wait for a password when the token is missing', async () => {
    await using repo = await tempRepo({ 'a.txt': '1' }, { remote: true });
    await using server = await startGitServer(repo.origin, { mayRead: isTheToken });
    const { git } = await opened(repo);
    await expect(readRemoteBranch(git, { url: server.url }, 'main')).rejects.toThrow(/could not be read/);
  });
});
