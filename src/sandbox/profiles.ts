// With whose rights a box is set up and as whom its code runs, and which of these are possible here. What a box shows is
// bubblewrap.ts.
import { randomInt } from 'node:crypto';
import type { Owner } from './box.js';
import type { RootAccess } from './root-access.js';

/**
 * `unprivileged`: a user namespace, made by us as an ordinary user. `privileged`: root makes the mounts without a user
 * namespace (ubuntu-24.04 takes the rights of those away), then code runs as `user`, all of root's rights given up.
 */
export type Profile =
  { kind: 'unprivileged'; blocksUserNamespaces: boolean } | { kind: 'privileged'; by: RootAccess; user: Owner };

/** Ranges that systemd's table of users calls unused; the small one is for containers that have 65,536 users. */
const UNUSED_UIDS = [
  { first: 1_900_000_000, count: 100_000_000 },
  { first: 60_578, count: 600 },
];

/**
 * @param me uid and gid of this process; with sudo code runs as them
 * @param uidMap text of /proc/self/uid_map
 */
export function privilegedProfile(root: RootAccess, me: Owner, uidMap: string): Profile {
  return { kind: 'privileged', by: root, user: root.kind === 'sudo' ? me : unusedUser(uidMap) };
}

/**
 * A user that nobody is, another one for each run: files of one run are closed to boxes of the next, and the kernel
 * counts processes by user.
 * @param uidMap text of /proc/self/uid_map: a container may have few users
 */
export function unusedUser(uidMap: string): Owner {
  for (const { first, count } of UNUSED_UIDS) {
    const uid = first + randomInt(count);
    if (isMapped(uid, uidMap)) return { uid, gid: uid };
  }
  return { uid: 65_534, gid: 65_534 }; // nobody
}

function isMapped(uid: number, uidMap: string): boolean {
  return uidMap.split('\n').some((line) => {
    const [inside, , count] = line.trim().split(/\s+/).map(Number);
    return inside !== undefined && count !== undefined && uid >= inside && uid < inside + count;
  });
}
