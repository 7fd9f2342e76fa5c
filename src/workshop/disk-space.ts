// Whether the disk has room for a build. A runner whose disk is full dies with everything that was not pushed, so a run
// ends before that. What ending means is decided elsewhere.
import { statfs } from 'node:fs/promises';
import { UserError } from '../errors.js';

/** There is too little room to build: what was made so far can still be saved and published. */
export class DiskSpaceError extends UserError {
  override name = 'DiskSpaceError';
}

/** Enough for the report, the commits and the runner itself; a build of some size takes as much in one go. */
const MIN_FREE_BYTES = 2 * 1024 ** 3;

const MORE_ROOM = 'Free space in an earlier step, or use a runner with a larger disk.';

/**
 * @param moreBytes what the next step is known to take
 * @throws DiskSpaceError when the disk that `folder` lies on would have less than 2 GiB left for us after that
 */
export async function requireDiskSpace(folder: string, moreBytes = 0): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  const freeBytes = bavail * bsize;
  if (freeBytes - moreBytes >= MIN_FREE_BYTES) return;
  const gibibytes = (bytes: number) => `${(bytes / 1024 ** 3).toFixed(1)} GiB`;
  const more = moreBytes === 0 ? '' : ` the next step takes ${gibibytes(moreBytes)} of it, and`;
  throw new DiskSpaceError(
    `The disk of the runner's temporary folder has ${gibibytes(freeBytes)} left;${more} builds stop below 2 GiB, so that the ` +
      `run's work can still be saved. ${MORE_ROOM}`,
  );
}

/** Something else filled the disk while it was written to. */
export function diskFilledUp(): DiskSpaceError {
  return new DiskSpaceError(
    `The disk of the runner's temporary folder was filled while a build was copied. ${MORE_ROOM}`,
  );
}
