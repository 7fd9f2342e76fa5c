// The bubblewrap profile: a short allowlist of mounts in an otherwise empty root. Each flag's reason is in
// docs/architecture.md, section "The box".
import { existsSync, lstatSync, readlinkSync } from 'node:fs';
import type { BoxRequest } from './box.js';

/** Bytes of each tmpfs inside (`/tmp`, home, cargo's home). */
const TMPFS_BYTES = 2 * 1024 * 1024 * 1024;
/** 512-byte blocks that one file may have: 16 GiB, above any sane target artefact. */
const FILE_BLOCKS = 32 * 1024 * 1024;

/** Folders of a merged-/usr system that are links into /usr, or real folders on older ones. */
const SYSTEM_FOLDERS = ['/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32'];
/** What the dynamic linker and Debian's alternatives need. */
const SYSTEM_FILES = ['/etc/ld.so.cache', '/etc/ld.so.conf', '/etc/ld.so.conf.d', '/etc/alternatives'];
/** What TLS needs, in the NET box only. Names are resolved outside. */
const CERTIFICATES = ['/etc/ssl', '/etc/pki', '/etc/ca-certificates'];

/**
 * The arguments for `bwrap`, ending in the command.
 * Mount points are made by bwrap in its own empty root, never beneath a folder the agent can write, so a planted
 * symlink cannot redirect them.
 */
export function bubblewrapArguments(request: BoxRequest): string[] {
  const args = ['--unshare-user', '--unshare-pid', '--unshare-ipc', '--unshare-uts', '--unshare-cgroup-try'];
  args.push('--unshare-net');
  // Uid 1000 inside whoever we are outside; without capabilities nothing of the box's set-up can be undone from within.
  args.push('--uid', '1000', '--gid', '1000', '--hostname', 'ferrule', '--cap-drop', 'ALL');
  args.push('--new-session', '--die-with-parent');
  args.push('--ro-bind', '/usr', '/usr');
  for (const folder of SYSTEM_FOLDERS) {
    if (!existsSync(folder)) continue;
    if (lstatSync(folder).isSymbolicLink()) args.push('--symlink', readlinkSync(folder), folder);
    else args.push('--ro-bind', folder, folder);
  }
  for (const file of SYSTEM_FILES) args.push('--ro-bind-try', file, file);
  if (request.box === 'net') for (const file of CERTIFICATES) args.push('--ro-bind-try', file, file);
  args.push('--proc', '/proc', '--dev', '/dev');
  for (const folder of ['/tmp', '/home', '/cargo']) args.push('--size', String(TMPFS_BYTES), '--tmpfs', folder);
  for (const mount of request.mounts) args.push(mount.writable ? '--bind' : '--ro-bind', mount.host, mount.box);
  args.push('--remount-ro', '/'); // the root tmpfs has no size limit
  args.push('--chdir', request.cwd, '--', '/bin/sh', '-c', launcher(request.merged ?? false), 'sh', ...request.command);
  return args;
}

/** Sets the limits that are set from inside, then becomes the command. The kernel kills the box before it kills us. */
function launcher(merged: boolean): string {
  const limits = `echo 1000 > /proc/self/oom_score_adj; ulimit -c 0; ulimit -f ${FILE_BLOCKS};`;
  return `{ ${limits} } 2>/dev/null; exec "$@"${merged ? ' 2>&1' : ''}`;
}
