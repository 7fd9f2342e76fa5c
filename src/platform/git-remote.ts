// The few things Ferrule asks of a git remote. Credentials travel in the environment of that one process, never in a
// configuration file or an argument list; hooks and user configuration are off (see git.ts).
import type { CommandResult } from './command.js';
import { describeEnd, runCommand } from './command.js';
import type { Git } from './git.js';

export interface Remote {
  /** Address: https, http, or a path of this machine. */
  url: string;
  /** A token for `https` addresses, sent as GitHub takes it (basic, user `x-access-token`). */
  token?: string;
}

export type PushResult =
  | { kind: 'pushed' }
  /** The remote branch is not where it was expected: somebody else moved or made it. */
  | { kind: 'moved' }
  /** Refused by the remote: permissions, branch rules, hooks of the server. */
  | { kind: 'refused'; reason: string };

const NETWORK_TIMEOUT_MS = 5 * 60_000;
/** Pauses before the second, third, … try of what a server or the network failed at. */
const RETRY_DELAYS_MS = [1_000, 4_000];
/**
 * The words of git, curl and servers for what no second try changes. All else is tried again: git, curl and each TLS library
 * have their own words for a network that fails, and no list of those is ever whole.
 */
const FINAL_FAILURES = [
  /(returned error:|HTTP|response) 4(?!08|29)\d\d\b/,
  /Authentication failed|could not read (Username|Password)|Permission denied/,
  /certificate (problem|verification|subject)/,
  /does not appear to be a git repository|repository [^\n]*not found/i,
  /couldn't find remote ref|not our ref|unadvertised object/,
];
/** In the answer to a push: it arrived, and was refused. */
const REFUSED_PUSH = /\[(remote )?rejected\]/;

function withCredentials(git: Git, remote: Remote): Record<string, string> {
  const env: Record<string, string> = { ...git.env, GIT_DIR: git.dir };
  if (remote.token === undefined || !/^https?:/.test(remote.url)) return env;
  const count = Number(env.GIT_CONFIG_COUNT ?? '0');
  const basic = Buffer.from(`x-access-token:${remote.token}`).toString('base64');
  const origin = new URL(remote.url).origin;
  env[`GIT_CONFIG_KEY_${count}`] = `http.${origin}/.extraheader`;
  env[`GIT_CONFIG_VALUE_${count}`] = `AUTHORIZATION: basic ${basic}`;
  env.GIT_CONFIG_COUNT = String(count + 1);
  return env;
}

/** Everything here may be asked again: to git a push that had arrived, though its answer was lost, is up to date. */
async function talk(git: Git, remote: Remote, args: readonly string[]): Promise<CommandResult> {
  const env = withCredentials(git, remote);
  for (let tries = 0; ; tries++) {
    const result = await runCommand({ file: 'git', args, cwd: git.dir, env, timeoutMs: NETWORK_TIMEOUT_MS });
    const delayMs = RETRY_DELAYS_MS[tries];
    if (succeeded(result) || delayMs === undefined || isFinal(result)) return result;
    await new Promise((resolve) => setTimeout(resolve, delayMs));
  }
}

function isFinal({ end, stdout, stderr }: CommandResult): boolean {
  const text = stderr.toString('utf8');
  return (
    end.kind === 'not-started' ||
    REFUSED_PUSH.test(stdout.toString('utf8')) ||
    FINAL_FAILURES.some((pattern) => pattern.test(text))
  );
}

const succeeded = (result: CommandResult) => result.end.kind === 'exited' && result.end.code === 0;

/** git's own words about a failure, without addresses of the remote (they may hold paths or credentials). */
function reasonOf(result: CommandResult, remote: Remote): string {
  const text = result.stderr.toString('utf8').replaceAll(remote.url, '<remote>').trim();
  return text === '' ? describeEnd(result.end) : text.slice(0, 2000);
}

/** The branch's commit on the remote, `undefined` when there is no such branch. @throws Error when the remote does not answer. */
export async function readRemoteBranch(git: Git, remote: Remote, branch: string): Promise<string | undefined> {
  const ref = `refs/heads/${branch}`;
  const result = await talk(git, remote, ['ls-remote', '--heads', '--', remote.url, ref]);
  if (!succeeded(result)) throw new Error(`The remote repository could not be read: ${reasonOf(result, remote)}`);
  // git matches the end of a name too: `refs/heads/x/refs/heads/main` is listed for `refs/heads/main`.
  const line = result.stdout
    .toString('utf8')
    .split('\n')
    .find((entry) => entry.endsWith(`\t${ref}`));
  return line?.split('\t')[0];
}

/**
 * Fetches the refs below a name, with all they hold, under the same names. Asking for them by a pattern spares the list of
 * all refs, which has every pull request there ever was.
 * @param below `refs/…/` @returns their commits by name @throws Error when the remote does not answer
 */
export async function fetchRefs(git: Git, remote: Remote, below: string): Promise<Map<string, string>> {
  const refspec = `+${below}*:${below}*`;
  const flags = ['--quiet', '--prune', '--no-tags', '--no-write-fetch-head', '--no-recurse-submodules'];
  const fetched = await talk(git, remote, ['fetch', ...flags, '--', remote.url, refspec]);
  if (!succeeded(fetched)) throw new Error(`The remote repository could not be read: ${reasonOf(fetched, remote)}`);
  const listed = await runCommand({
    ...{ file: 'git', cwd: git.dir, env: { ...git.env, GIT_DIR: git.dir }, timeoutMs: NETWORK_TIMEOUT_MS },
    args: ['for-each-ref', '--format=%(refname) %(objectname)', below],
  });
  if (!succeeded(listed)) throw new Error(`The fetched refs could not be listed: ${reasonOf(listed, remote)}`);
  const lines = listed.stdout.toString('utf8').split('\n');
  return new Map(
    lines.filter((line) => line !== '').map((line) => [line.split(' ')[0] ?? '', line.split(' ')[1] ?? '']),
  );
}

/** Makes a commit of the remote available locally. @returns git's reason when it cannot be had. */
export async function fetchCommit(
  git: Git,
  remote: Remote,
  refOrCommit: string,
  options: { depth?: number; commitsOnly?: boolean } = {},
): Promise<{ kind: 'fetched' } | { kind: 'missing'; reason: string }> {
  const depth = options.depth === undefined ? [] : [`--depth=${options.depth}`];
  const flags = ['--quiet', '--no-tags', '--no-write-fetch-head', '--no-recurse-submodules', ...depth];
  // A server that knows no filters sends everything. git takes a filter only for a remote that has a name.
  const args = options.commitsOnly
    ? ['-c', `remote.origin.url=${remote.url}`, 'fetch', ...flags, '--filter=tree:0', '--', 'origin', refOrCommit]
    : ['fetch', ...flags, '--', remote.url, refOrCommit];
  const result = await talk(git, remote, args);
  return succeeded(result) ? { kind: 'fetched' } : { kind: 'missing', reason: reasonOf(result, remote) };
}

/** `pushRef` of a branch by its name. */
export function pushBranch(
  git: Git,
  remote: Remote,
  branch: string,
  commit: string,
  expected: string | undefined,
): Promise<PushResult> {
  return pushRef(git, remote, `refs/heads/${branch}`, commit, expected);
}

/**
 * Moves one ref of the remote forward to `commit`, never by force.
 * @param expected where the ref must be now; `undefined`: it must not exist yet
 */
export async function pushRef(
  git: Git,
  remote: Remote,
  ref: string,
  commit: string,
  expected: string | undefined,
): Promise<PushResult> {
  const lease = `--force-with-lease=${ref}:${expected ?? ''}`;
  // The lease refuses a branch that moved; that `commit` descends from `expected` is the caller's construction and is
  // checked here once more, because a lease alone would allow a rewrite.
  if (expected !== undefined && !(await git.isAncestor(expected, commit))) return { kind: 'moved' };
  return readPush(
    await talk(git, remote, ['push', '--porcelain', '--no-verify', lease, '--', remote.url, `${commit}:${ref}`]),
    remote,
  );
}

/**
 * Asks whether the remote lets us push at all, without changing anything. Rules of the branch and hooks of the server
 * are not asked. @param commit any commit of the repository
 */
export async function mayPush(git: Git, remote: Remote, branch: string, commit: string): Promise<PushResult> {
  const refspec = `${commit}:refs/heads/${branch}`;
  return readPush(
    await talk(git, remote, ['push', '--dry-run', '--porcelain', '--no-verify', '--', remote.url, refspec]),
    remote,
  );
}

/** The first is git's own finding; the others are the server's, when the branch moved while git was pushing. */
const MOVED = [
  /\[rejected\] \((stale info|fetch first|non-fast-forward)\)/,
  /\[remote rejected\] \((cannot lock ref|incorrect old value|reference already exists)/,
];

/** Where the server's answer names no reason (`failed to update ref`), its own words before it do. */
const RACED = /cannot lock ref '[^']*': (reference already exists|is at [0-9a-f]+ but expected)/;

function readPush(result: CommandResult, remote: Remote): PushResult {
  if (succeeded(result)) return { kind: 'pushed' };
  const answer = result.stdout.toString('utf8');
  if (MOVED.some((pattern) => pattern.test(answer))) return { kind: 'moved' };
  if (RACED.test(result.stderr.toString('utf8'))) return { kind: 'moved' };
  const refusal = /^!\t[^\t]*\t(.*)$/m.exec(answer)?.[1];
  const reason = reasonOf(result, remote);
  return { kind: 'refused', reason: refusal ? `${refusal} ${reason}`.slice(0, 2000) : reason };
}
