// Whose files these are: code in a box may run as another user than we, and must be able to change what it works on.
// Files are given away as they are written, before their state is taken down: a later change of owner is a change.
import { lchown, mkdir, readdir } from 'node:fs/promises';
import path from 'node:path';
import type { Owner } from '../sandbox/sandbox.js';

/** `undefined`: the files stay ours. */
export type FileOwner = Owner | undefined;

/** Gives one file, folder or symlink (never what it leads to) to its owner. */
export async function give(absolute: string, owner: FileOwner): Promise<void> {
  if (owner !== undefined) await lchown(absolute, owner.uid, owner.gid);
}

/** Makes a folder and those above it that are missing; all of them are the owner's. */
export async function makeFolder(absolute: string, owner: FileOwner): Promise<void> {
  const first = await mkdir(absolute, { recursive: true });
  if (first === undefined) return;
  for (let at = absolute; at.length >= first.length; at = path.dirname(at)) await give(at, owner);
}

/** Gives a folder and everything below it; no symlink is followed. */
export async function giveTree(folder: string, owner: FileOwner): Promise<void> {
  if (owner === undefined) return;
  await give(folder, owner);
  for (const entry of await readdir(folder, { recursive: true })) await give(path.join(folder, entry), owner);
}
