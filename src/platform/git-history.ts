// The history that a shallow clone lacks, for questions about ancestry: commits without their files, in a repository of
// their own. In ours they would look like commits that it has, and what their files are would be missing.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { runCommand } from './command.js';
import type { Remote } from './git-remote.js';
import { fetchCommit } from './git-remote.js';
import type { Git } from './git.js';
import { openBare } from './git.js';

/** As far back as a proof of a spec is looked for. */
const RECENT_COMMITS = 1_000;
const COMMAND_TIMEOUT_MS = 60_000;

/** Whether commits of the repository lack parents that exist. */
export async function isShallow(git: Git): Promise<boolean> {
  const boundary = await readFile(path.join(git.dir, 'shallow'), 'utf8').catch(() => '');
  return boundary.trim() !== '';
}

/**
 * The history of refs or commits of the remote. Ask it for commits and their messages only.
 * @param extent `recent`: the last thousand generations
 * @returns `undefined` when the remote does not give it
 */
export async function readHistory(
  git: Git,
  remote: Remote,
  refsOrCommits: readonly string[],
  extent: 'recent' | 'whole',
): Promise<Git | undefined> {
  const dir = path.join(git.dir, `history-${extent}.git`);
  // What is missing is missing: git must not fetch it by itself, without our credentials.
  const history = openBare(dir, { ...git.env, GIT_NO_LAZY_FETCH: '1' });
  if (!existsSync(dir) && !(await initialise(git, dir))) return undefined;
  const depth = extent === 'recent' ? { depth: RECENT_COMMITS } : {};
  for (const wanted of refsOrCommits) {
    const fetched = await fetchCommit(history, remote, wanted, { ...depth, commitsOnly: true });
    if (fetched.kind === 'missing') return undefined;
  }
  return history;
}

async function initialise({ dir: ours, env }: Git, dir: string): Promise<boolean> {
  const run = async (args: readonly string[]) => {
    const result = await runCommand({ file: 'git', args, cwd: ours, env, timeoutMs: COMMAND_TIMEOUT_MS });
    return result.end.kind === 'exited' && result.end.code === 0 ? result.stdout.toString('utf8').trim() : undefined;
  };
  const format = await run(['rev-parse', '--show-object-format']);
  if (format === undefined) return false;
  return (await run(['init', '--quiet', '--bare', '--template=', `--object-format=${format}`, dir])) !== undefined;
}
