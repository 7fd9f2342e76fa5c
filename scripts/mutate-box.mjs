// Removes each hardening of the box in turn, in a copy of the sources, and runs the tests of the box: one at least must
// fail for each, or the hardening is not tested. Prints a line for each and ends with 1 when one survived.
//
//   node scripts/mutate-box.mjs [PART OF A NAME]
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const PROFILE = 'src/sandbox/bubblewrap.ts';
const BOX = 'src/sandbox/open-box.ts';
const LIMITS = 'src/sandbox/limits.ts';

/** Name, file, text that must occur in it, and what stands there instead. */
const MUTATIONS = [
  ['own pid namespace', PROFILE, "'--unshare-pid', ", ''],
  ['own ipc namespace', PROFILE, "'--unshare-ipc', ", ''],
  ['own uts namespace', PROFILE, "'--unshare-uts', ", ''],
  ['own cgroup namespace', PROFILE, ", '--unshare-cgroup-try'", ''],
  ['own network', PROFILE, "args.push('--unshare-net')", 'void 0'],
  ['own session', PROFILE, "'--new-session', ", ''],
  ['death with the parent', PROFILE, "'--die-with-parent', ", ''],
  ['no user namespaces (ordinary user)', PROFILE, "args.push('--disable-userns')", 'void 0'],
  ['no user namespaces (root)', PROFILE, 'start.chroot, CHROOT, ', "start.chroot, '/', "],
  ['size of the temporary folders', PROFILE, "'--size', String(TMPFS_BYTES), ", ''],
  ['read-only devices', PROFILE, "'--remount-ro', `${root}/dev`, ", ''],
  ['read-only root', PROFILE, ", '--remount-ro', '/')", ')'],
  ['read-only system', PROFILE, "['--dir', `${root}/etc`, '--ro-bind'", "['--dir', `${root}/etc`, '--bind'"],
  ['read-only mounts', PROFILE, "'--bind' : '--ro-bind'", "'--bind' : '--bind'"],
  ['another user', PROFILE, "'--reuid', String(uid), ", ''],
  ['another group', PROFILE, "'--regid', String(gid), '--clear-groups'", "'--keep-groups'"],
  ['no groups', PROFILE, "'--clear-groups'", "'--groups', '4'"],
  ['empty bounding set', PROFILE, ", '--bounding-set=-all'", ''],
  ['end of what a command leaves behind', PROFILE, 'kill -s KILL -- -1 2>/dev/null; ', ''],
  ['first to be ended', PROFILE, 'echo 1000 >', 'echo 0 >'],
  [
    'allowlist of folders',
    PROFILE,
    "const args = ['--dir', `${root}/etc`",
    "const args = ['--ro-bind', '/var', `${root}/var`",
  ],
  ['no core dumps', LIMITS, "{ option: '--core', name: 'Max core file size', value: 0 },", ''],
  ['size of a file', LIMITS, "{ option: '--fsize', name: 'Max file size', value: FILE_BYTES },", ''],
  ['number of processes', LIMITS, "{ option: '--nproc', name: 'Max processes', value: processes },", ''],
  ['memory of a process', LIMITS, "{ option: '--data', name: 'Max data size', value: totalmem() },", ''],
  ['files of the box’s user', BOX, 'if (mount.writable) await giveTo', 'if (false) await giveTo'],
  ['lifeline of sudo', BOX, 'kill -KILL 0', 'true'],
  ['environment of sudo', BOX, "'/usr/bin/env', '-i', '/bin/sh'", "'/usr/bin/env', '/bin/sh'"],
];

const wanted = MUTATIONS.filter(([name]) => name.includes(process.argv[2] ?? ''));
const survivors = [];
for (const [name, file, from, to] of wanted) {
  const copy = mkdtempSync(path.join(tmpdir(), 'mutate-box-'));
  try {
    for (const each of ['src', '__tests__', 'package.json', 'jest.config.js'])
      cpSync(path.join(root, each), path.join(copy, each), { recursive: true });
    symlinkSync(path.join(root, 'node_modules'), path.join(copy, 'node_modules'));
    const text = readFileSync(path.join(copy, file), 'utf8');
    if (!text.includes(from)) throw new Error(`${file} has no longer: ${from}`);
    writeFileSync(
      path.join(copy, file),
      text.replace(from, () => to),
    );
    const tests = ['__tests__/sandbox', '__tests__/security/exec-box.test.ts'];
    const run = spawnSync('npm', ['run', 'jest', '--', '--runInBand', '--bail', ...tests], {
      cwd: copy,
      encoding: 'utf8',
    });
    const failed = /● (.*)/.exec(run.stderr)?.[1];
    console.log(`${run.status === 0 ? 'SURVIVED' : 'killed  '} ${name}${failed ? `: ${failed}` : ''}`);
    if (run.status === 0) survivors.push(name);
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}
console.log(`${wanted.length - survivors.length} of ${wanted.length} mutations were noticed.`);
process.exitCode = survivors.length === 0 ? 0 : 1;
