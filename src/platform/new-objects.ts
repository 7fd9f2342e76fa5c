// Reads the git objects that a push would send. Sending them is git-remote.ts.
import { describeEnd, runCommand } from './command.js';
import type { Git } from './git.js';

const LISTING_TIMEOUT_MS = 5 * 60_000;
const MAX_LISTING_BYTES = 256 * 1024 * 1024;

/**
 * The raw contents of all commits (author and message), trees (names) and blobs that can be reached from `commit` and
 * not from one of `known`. @throws Error when git cannot list them
 */
export async function* readNewObjects(git: Git, commit: string, known: readonly string[]): AsyncIterable<Buffer> {
  const listing = await runCommand({
    file: 'git',
    args: ['rev-list', '--objects', '--no-object-names', '--end-of-options', commit, ...known.map((one) => `^${one}`)],
    cwd: git.dir,
    env: { ...git.env, GIT_DIR: git.dir },
    timeoutMs: LISTING_TIMEOUT_MS,
    maxOutputBytes: MAX_LISTING_BYTES,
  });
  if (listing.end.kind !== 'exited' || listing.end.code !== 0)
    throw new Error(`git rev-list failed: ${listing.stderr.toString('utf8').trim() || describeEnd(listing.end)}`);
  const ids = listing.stdout.toString('utf8').split('\n');
  yield* git.readBlobs(ids.filter((id) => id !== ''));
}
