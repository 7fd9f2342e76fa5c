// The bubblewrap profile: a short allowlist of mounts in an otherwise empty root. Each flag's reason is in
// docs/architecture.md, section "The box".
import { existsSync, lstatSync, readlinkSync } from 'node:fs';
import path from 'node:path';
import type { BoxRequest, Owner } from './box.js';
import type { Profile } from './profiles.js';
import type { Start } from './start.js';

/** Bytes of each tmpfs inside (`/tmp`, home, cargo's home, shared memory). */
const TMPFS_BYTES = 2 * 1024 * 1024 * 1024;

/** Folders of a merged-/usr system that are links into /usr, or real folders on older ones. */
const SYSTEM_FOLDERS = ['/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32'];
/** What the dynamic linker and Debian's alternatives need. */
const SYSTEM_FILES = ['/etc/ld.so.cache', '/etc/ld.so.conf', '/etc/ld.so.conf.d', '/etc/alternatives'];
/** What TLS needs, in the NET box only. Names are resolved outside. */
const CERTIFICATES = ['/etc/ssl', '/etc/pki', '/etc/ca-certificates'];

/**
 * Where the box's root lies for root. The kernel gives no user namespace to a process whose root is not that of its
 * mount namespace, so code that starts in a folder below cannot make one.
 */
const CHROOT = '/box';
/** What root needs inside until it has become the user: change root and user, empty the bounding set. bwrap drops the rest. */
const START_CAPABILITIES = ['CAP_SYS_CHROOT', 'CAP_SETUID', 'CAP_SETGID', 'CAP_SETPCAP'];

/**
 * The arguments for `bwrap`, ending in the command.
 * Mount points are made by bwrap in its own empty root, never beneath a folder the agent can write, so a planted
 * symlink cannot redirect them. A folder above one is asked for by name: those that bwrap makes unasked can be entered
 * by nobody but who set the box up.
 */
export function bubblewrapArguments(request: BoxRequest, profile: Profile, start: Start): string[] {
  const root = profile.kind === 'privileged' ? CHROOT : '';
  const args = ['--unshare-pid', '--unshare-ipc', '--unshare-uts', '--unshare-cgroup-try', '--unshare-net'];
  args.push('--hostname', 'ferrule', '--new-session', '--die-with-parent', '--cap-drop', 'ALL');
  if (profile.kind === 'unprivileged') {
    args.push('--unshare-user', '--uid', '1000', '--gid', '1000');
    if (profile.blocksUserNamespaces) args.push('--disable-userns');
  } else {
    for (const capability of START_CAPABILITIES) args.push('--cap-add', capability);
    args.push('--dir', CHROOT, ...systemMounts(''));
  }
  args.push(...systemMounts(root));
  if (request.box === 'net') for (const file of CERTIFICATES) args.push('--ro-bind-try', file, `${root}${file}`);
  args.push('--proc', `${root}/proc`, '--dev', `${root}/dev`);
  for (const folder of ['/tmp', '/home', '/cargo', '/dev/shm'])
    args.push('--perms', '1777', '--size', String(TMPFS_BYTES), '--tmpfs', `${root}${folder}`);
  for (const { writable, host, box } of request.mounts) {
    args.push('--dir', root + path.dirname(box));
    args.push(writable ? '--bind' : '--ro-bind', host, root + box);
  }
  args.push('--remount-ro', `${root}/dev`, '--remount-ro', '/'); // neither tmpfs has a size limit
  args.push('--');
  if (profile.kind === 'privileged') args.push(start.chroot, CHROOT, start.setpriv, ...becoming(profile.user), '--');
  args.push('/bin/sh', '-c', launcher(request.merged ?? false), 'sh', request.cwd);
  args.push(start.prlimit, ...start.limits, '--', ...request.command);
  return args;
}

function systemMounts(root: string): string[] {
  const args = ['--dir', `${root}/etc`, '--ro-bind', '/usr', `${root}/usr`];
  for (const folder of SYSTEM_FOLDERS) {
    if (!existsSync(folder)) continue;
    if (lstatSync(folder).isSymbolicLink()) args.push('--symlink', readlinkSync(folder), `${root}${folder}`);
    else args.push('--ro-bind', folder, `${root}${folder}`);
  }
  for (const file of SYSTEM_FILES) args.push('--ro-bind-try', file, `${root}${file}`);
  return args;
}

/** The arguments for `setpriv` after which nothing is left of root, and no program can bring it back. */
function becoming({ uid, gid }: Owner): string[] {
  const capabilities = ['--inh-caps=-all', '--ambient-caps=-all', '--bounding-set=-all'];
  return ['--reuid', String(uid), '--regid', String(gid), '--clear-groups', ...capabilities, '--no-new-privs'];
}

/**
 * Goes to its first argument, runs the others as its child, and ends whatever that leaves behind: bwrap returns when this
 * does, and kills only after that. A signal that was sent has not ended anything yet, so it is sent until nobody is left to
 * get it. The kernel ends the box before it ends us.
 */
function launcher(merged: boolean): string {
  const prepare = '{ echo 1000 > /proc/self/oom_score_adj; } 2>/dev/null; cd "$1" || exit 126; shift; unset OLDPWD';
  return `${prepare}; "$@"${merged ? ' 2>&1' : ''}; status=$?; while kill -s KILL -- -1 2>/dev/null; do :; done; exit $status`;
}
