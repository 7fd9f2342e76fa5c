// What one command in a box may take of the machine, as arguments for prlimit. Memory of files (tmpfs) is limited where
// they are mounted, time and output where the command is run.
import { availableParallelism, totalmem } from 'node:os';

/** Above any sane target artefact. */
const FILE_BYTES = 16 * 1024 ** 3;
const OPEN_FILES = 65_536;
/** Processes and threads: what cargo uses on a large machine (some twenty a core), and never less than the first. */
const MIN_PROCESSES = 4_096;
const PROCESSES_PER_CORE = 64;

/**
 * Core dumps, file size, open files, processes of the user, and a process's own memory: no more than the machine has.
 * `RLIMIT_DATA`, not `RLIMIT_AS`: address space that is reserved but cannot be written costs nothing.
 * @param inherited text of /proc/self/limits: a limit can be lowered only
 */
export function boxLimits(inherited: string): string[] {
  const processes = Math.max(MIN_PROCESSES, PROCESSES_PER_CORE * availableParallelism());
  const wanted = [
    { option: '--core', name: 'Max core file size', value: 0 },
    { option: '--fsize', name: 'Max file size', value: FILE_BYTES },
    { option: '--nofile', name: 'Max open files', value: OPEN_FILES },
    { option: '--nproc', name: 'Max processes', value: processes },
    { option: '--data', name: 'Max data size', value: totalmem() },
  ];
  return wanted.map(({ option, name, value }) => `${option}=${Math.min(value, hardLimit(name, inherited))}`);
}

/** A line of the file: name, soft limit, hard limit, unit. */
function hardLimit(name: string, inherited: string): number {
  const line = inherited.split('\n').find((each) => each.startsWith(name));
  const hard = line?.slice(name.length).trim().split(/\s+/)[1];
  return hard === undefined || hard === 'unlimited' ? Infinity : Number(hard);
}
