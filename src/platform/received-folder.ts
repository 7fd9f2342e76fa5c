// Reads a folder that another job left, such as a downloaded artifact: whoever could write to that job's runner chose
// every name and byte in it. Only ordinary files inside it are ever opened. What they say is not judged here.
import { isUtf8 } from 'node:buffer';
import { constants } from 'node:fs';
import { lstat, open, opendir, realpath } from 'node:fs/promises';
import path from 'node:path';
import { UserError } from '../errors.js';

/** Far beyond what a run leaves: a file for each command, and a handful besides. */
export const MAX_ENTRIES = 5_000;
/** A command may print 256 MiB (command.ts), and masking can lengthen that. */
export const MAX_FILE_BYTES = 300 * 1024 * 1024;
export const MAX_TOTAL_BYTES = 4 * 1024 * 1024 * 1024;

export interface ReceivedFolder {
  /** Ordinary files by their path inside the folder, `/` as separator, with their size in bytes. */
  files: ReadonlyMap<string, number>;
  /** Text of one of the files. @throws UserError when it is none of them, larger than `maxBytes`, or not UTF-8 */
  readText(name: string, maxBytes: number): Promise<string>;
}

/**
 * @param input that names the folder
 * @throws UserError for a folder that is not there, or holds more or other things than a run leaves
 */
export async function openReceivedFolder(
  folder: string,
  input: 'result' | 'resume-from' | 'reports',
): Promise<ReceivedFolder> {
  const root = await realpath(folder).catch(() => undefined);
  if (root === undefined || !(await lstat(root)).isDirectory())
    throw new UserError(`Input '${input}': there is no folder '${printable(folder)}'. Download the artifact first.`);
  const files = new Map<string, number>();
  let entries = 0;
  let totalBytes = 0;
  const folders = [''];
  for (let at = folders.pop(); at !== undefined; at = folders.pop()) {
    for await (const entry of await opendir(path.join(root, at))) {
      const name = at === '' ? entry.name : `${at}/${entry.name}`;
      if (++entries > MAX_ENTRIES) throw refusal(`holds more than ${MAX_ENTRIES} entries`);
      if (entry.isDirectory()) {
        folders.push(name);
        continue;
      }
      if (!entry.isFile()) throw refusal(`holds '${printable(name)}', which is neither a file nor a folder`);
      const { size } = await lstat(path.join(root, name));
      if (size > MAX_FILE_BYTES) throw refusal(`holds '${printable(name)}', a file of ${mebibytes(size)}`);
      totalBytes += size;
      if (totalBytes > MAX_TOTAL_BYTES) throw refusal(`holds more than ${mebibytes(MAX_TOTAL_BYTES)}`);
      files.set(name, size);
    }
  }
  return { files, readText: (name, maxBytes) => readText(root, files, name, maxBytes) };
}

async function readText(
  root: string,
  files: ReadonlyMap<string, number>,
  name: string,
  maxBytes: number,
): Promise<string> {
  const size = files.get(name);
  if (size === undefined) throw refusal(`has no file '${printable(name)}'`);
  if (size > maxBytes) throw refusal(`holds '${printable(name)}', a file of ${mebibytes(size)}`);
  const file = await open(path.join(root, name), constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    const bytes = await file.readFile();
    if (!isUtf8(bytes)) throw refusal(`holds '${printable(name)}', which is not UTF-8 text`);
    return bytes.toString('utf8');
  } finally {
    await file.close();
  }
}

function refusal(what: string): UserError {
  return new UserError(`The result folder ${what}. Only what Ferrule itself left in another job is taken.`);
}

function printable(name: string): string {
  return name.replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, '?').slice(0, 200);
}

function mebibytes(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
}
