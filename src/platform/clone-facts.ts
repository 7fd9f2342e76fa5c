// What a clone knows of its files and of the remote's default branch. Nothing is asked of the remote.
import { UserError } from '../errors.js';
import { runCommand } from './command.js';
import { gitEnvironment } from './git-environment.js';

const TIMEOUT_MS = 60_000;
const MAX_LISTING_BYTES = 256 * 1024 * 1024;

interface CloneFacts {
  /** Tracked files and those that git would track, relative to the root. */
  files: string[];
  /** As the clone was told it; `undefined` where it was not. */
  defaultBranch: string | undefined;
}

/** @param root the top folder of a clone @throws UserError where there is none */
export async function readCloneFacts(root: string, inherited: NodeJS.ProcessEnv): Promise<CloneFacts> {
  const ask = async (...args: string[]) => {
    const options = {
      cwd: root,
      env: gitEnvironment(inherited),
      timeoutMs: TIMEOUT_MS,
      maxOutputBytes: MAX_LISTING_BYTES,
    };
    const result = await runCommand({ file: 'git', args, ...options });
    return result.end.kind === 'exited' && result.end.code === 0 ? result.stdout.toString('utf8') : undefined;
  };
  const listing = await ask('ls-files', '-z', '--cached', '--others', '--exclude-standard');
  if (listing === undefined)
    throw new UserError('This folder is no git repository. Run git init, or go to the folder of a clone.');
  const head = await ask('symbolic-ref', '--short', '--quiet', 'refs/remotes/origin/HEAD');
  return {
    files: listing.split('\0').filter((file) => file !== ''),
    defaultBranch: head?.trim().replace(/^origin\//, ''),
  };
}
