// Which open files of this process came with its start, by what Linux says of them.
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';

/** As Linux has it on x86 and ARM; `fs.constants` lacks it. */
const O_CLOEXEC = 0o2000000;

/**
 * Descriptors of files, pipes and sockets that our children would get, but the three standard ones. Node sets O_CLOEXEC on
 * all that it opens, so whatever lacks it is not ours.
 * @param proc folder of the process: https://man7.org/linux/man-pages/man5/proc_pid_fdinfo.5.html
 */
export function inheritedDescriptors(proc = '/proc/self'): number[] {
  const open = readdirSync(path.join(proc, 'fd')).map(Number);
  return open.filter((descriptor) => {
    if (descriptor <= 2) return false;
    const flags = flagsOf(path.join(proc, 'fdinfo', String(descriptor)));
    return flags !== undefined && (flags & O_CLOEXEC) === 0;
  });
}

/** `undefined` of one that is closed by now: Node's other threads open and close files of their own. */
function flagsOf(info: string): number | undefined {
  try {
    const flags = /^flags:\s+(\d+)$/m.exec(readFileSync(info, 'utf8'))?.[1];
    return flags === undefined ? undefined : parseInt(flags, 8);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
