// A real git repository from an object literal, with a real bare one as its origin on request. Removed at disposal.
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

/** Path → content. */
export type Files = Readonly<Record<string, string | Uint8Array>>;

export interface TempRepo extends AsyncDisposable {
  /** The checkout, on branch `main` with one commit. */
  dir: string;
  /** The folder that holds the checkout and the bare repository; place for further files of a test. */
  parent: string;
  /** The bare repository's path; empty without `remote`. */
  origin: string;
  /** Runs git in the checkout. @returns stdout, trimmed */
  git(...args: string[]): Promise<string>;
  /** Writes files and commits them (and pushes, with a remote). @returns the commit */
  commit(files: Files, message?: string): Promise<string>;
  /** Branch names of the bare repository. */
  remoteBranches(): Promise<string[]>;
  /** The text files of a branch of the bare repository. */
  remoteFiles(branch: string): Promise<Record<string, string>>;
  /** Full messages of a branch of the bare repository, newest first. */
  remoteMessages(branch: string): Promise<string[]>;
  /** The commit of a branch of the bare repository, `undefined` when there is none. */
  remoteHead(branch: string): Promise<string | undefined>;
}

const run = promisify(execFile);

export const GIT_ENV = {
  PATH: process.env.PATH,
  HOME: '/nonexistent',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_AUTHOR_NAME: 'Ada',
  GIT_AUTHOR_EMAIL: 'ada@example.com',
  GIT_COMMITTER_NAME: 'Ada',
  GIT_COMMITTER_EMAIL: 'ada@example.com',
};

/** git without the machine's configuration. @returns stdout as it came */
export async function gitIn(cwd: string, ...args: string[]): Promise<string> {
  return (await run('git', args, { cwd, env: GIT_ENV, maxBuffer: 64 * 1024 * 1024 })).stdout;
}

export async function writeFiles(dir: string, files: Files): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(dir, name)), { recursive: true });
    await writeFile(path.join(dir, name), content);
  }
}

export async function tempRepo(files: Files, options: { remote?: boolean } = {}): Promise<TempRepo> {
  const parent = await mkdtemp(path.join(tmpdir(), 'ferrule-test-'));
  const dir = path.join(parent, 'checkout');
  const origin = options.remote ? path.join(parent, 'origin.git') : '';
  const git = async (...args: string[]) => (await gitIn(dir, ...args)).trim();
  const inOrigin = (...args: string[]) => gitIn(origin, ...args);
  const commit = async (changed: Files, message = 'Base') => {
    await writeFiles(dir, changed);
    await git('add', '--all');
    await git('commit', '--quiet', '--allow-empty', '-m', message);
    if (origin) await git('push', '--quiet', 'origin', 'HEAD');
    return git('rev-parse', 'HEAD');
  };
  await mkdir(dir);
  await git('init', '--quiet', '--initial-branch=main');
  if (origin) {
    await gitIn(parent, 'init', '--quiet', '--bare', '--initial-branch=main', origin);
    await git('remote', 'add', 'origin', origin);
  }
  await commit(files);
  return {
    dir,
    parent,
    origin,
    git,
    commit,
    async remoteBranches() {
      const listed = await inOrigin('for-each-ref', '--format=%(refname:strip=2)', 'refs/heads');
      return listed.split('\n').filter((name) => name !== '');
    },
    async remoteFiles(branch) {
      const names = (await inOrigin('ls-tree', '-r', '-z', '--name-only', branch)).split('\0').filter(Boolean);
      const entries: [string, string][] = [];
      for (const name of names) entries.push([name, await inOrigin('cat-file', 'blob', `${branch}:${name}`)]);
      return Object.fromEntries(entries);
    },
    async remoteMessages(branch) {
      const log = await inOrigin('log', '-z', '--format=%B', branch);
      return log.split('\0').filter((message) => message !== '');
    },
    async remoteHead(branch) {
      const listed = await inOrigin('for-each-ref', '--format=%(objectname)', `refs/heads/${branch}`);
      return listed.trim() || undefined;
    },
    // More than once: the push of a killed run may still be at it.
    [Symbol.asyncDispose]: () => rm(parent, { recursive: true, force: true, maxRetries: 5 }),
  };
}
