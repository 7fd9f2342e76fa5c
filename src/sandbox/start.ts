// The programs of the host that start a command inside a box, and the limits it gets. In which order they are called is
// bubblewrap.ts.
import { readFile } from 'node:fs/promises';
import { UserError } from '../errors.js';
import { findProgram } from '../platform/find-program.js';
import { boxLimits } from './limits.js';

export interface Start {
  /** Absolute path; of coreutils. */
  chroot: string;
  /** Of util-linux, as is `prlimit`. */
  setpriv: string;
  prlimit: string;
  /** Arguments of prlimit. */
  limits: readonly string[];
}

/** @throws UserError when a program is missing that every Debian and Ubuntu has */
export async function findStart(): Promise<Start> {
  const find = (name: string, of: string) => {
    const program = findProgram(name, { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' });
    if (program === undefined)
      throw new UserError(`The sandbox needs '${name}', which this runner lacks. Install the package ${of}.`);
    return program;
  };
  return {
    chroot: find('chroot', 'coreutils'),
    setpriv: find('setpriv', 'util-linux'),
    prlimit: find('prlimit', 'util-linux'),
    limits: boxLimits(await readFile('/proc/self/limits', 'utf8')),
  };
}
