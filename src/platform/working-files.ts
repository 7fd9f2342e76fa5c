// The files of somebody's working copy as they lie there, committed or not, for commands that judge what is being written.
// Runs never read these: they work on commits.
import { lstat, readFile } from 'node:fs/promises';
import path from 'node:path';
import { UserError } from '../errors.js';
import { describeEnd, runCommand } from './command.js';
import { gitEnvironment } from './git-environment.js';
import type { SourceTree, TreeFile } from './source-tree.js';

const TIMEOUT_MS = 60_000;

interface WorkingFiles {
  /** Absolute path of the repository. */
  root: string;
  /** Everything but what git ignores; object ids are empty. */
  tree: SourceTree;
}

/** @param folder any folder of the working copy @throws UserError outside a git repository */
export async function readWorkingFiles(folder: string, environment: NodeJS.ProcessEnv): Promise<WorkingFiles> {
  const git = async (cwd: string, ...args: string[]) => {
    const result = await runCommand({
      file: 'git',
      args,
      cwd,
      env: gitEnvironment(environment),
      timeoutMs: TIMEOUT_MS,
    });
    if (result.end.kind === 'exited' && result.end.code === 0) return result.stdout.toString('utf8');
    const reason = result.stderr.toString('utf8').trim().split('\n')[0] ?? '';
    throw new UserError(
      `The files here cannot be listed: ${reason || describeEnd(result.end)}. Start in a git repository.`,
    );
  };
  const root = (await git(folder, 'rev-parse', '--show-toplevel')).replace(/\n$/, '');
  const listed = await git(root, 'ls-files', '-z', '--cached', '--others', '--exclude-standard');
  const paths = [...new Set(listed.split('\0'))].filter((name) => name !== '').sort();
  const files = (await Promise.all(paths.map((name) => describeFile(root, name)))).flat();
  return {
    root,
    tree: {
      files,
      async read(name) {
        const isFile = files.some((file) => file.path === name && file.mode.startsWith('100'));
        return isFile ? readFile(path.join(root, name)) : undefined;
      },
    },
  };
}

/** Nothing for what was deleted and not committed yet, and for the folders of submodules. */
async function describeFile(root: string, name: string): Promise<TreeFile[]> {
  const found = await lstat(path.join(root, name)).catch(() => undefined);
  if (found?.isSymbolicLink() === true) return [{ path: name, mode: '120000', oid: '', size: found.size }];
  return found?.isFile() === true ? [{ path: name, mode: '100644', oid: '', size: found.size }] : [];
}
