// Proves the box with its real profile before anything is spent: a box that only seems to hold is worse than none.
import { randomBytes } from 'node:crypto';
import { lstat, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describeEnd } from '../platform/command.js';
import type { Sandbox } from './box.js';

/** What the self-test found. `fails`: why, as the end of a sentence about the box. */
type Proof = { kind: 'holds' } | { kind: 'fails'; reason: string };

const TIMEOUT_MS = 30_000;
/** Root of the host, who may read and change everything there. */
const ROOT_UID = 0;

/** Each line prints a word when a wall is missing; the last one runs the probe. */
const SCRIPT = `
outside=$1; shift
cat "$outside" 2>/dev/null && echo reads-outside
echo changed > "$outside" 2>/dev/null && echo writes-outside
echo x > /usr/ferrule-self-test 2>/dev/null && echo writes-system && rm /usr/ferrule-self-test
[ "$(id -u)" = 0 ] && echo is-root
[ "$(grep -c '^Cap[A-Z][a-z]*:[[:space:]]*0*$' /proc/self/status)" = 5 ] || echo has-capabilities
grep -q '^NoNewPrivs:[[:space:]]*1$' /proc/self/status || echo can-gain-privileges
[ "$(ls /sys/class/net 2>/dev/null | grep -v '^lo$')" = '' ] || echo sees-network-devices
[ "$(tail -n +3 /proc/net/dev | cut -d: -f1 | tr -d ' ' | grep -v '^lo$')" = '' ] || echo has-network
[ "$(tail -n +2 /proc/net/unix)" = '' ] || echo sees-sockets
[ "$(ls -d /proc/[0-9]* | wc -l)" -lt 12 ] || echo sees-host-processes
[ -e /run ] || [ -e /var ] && echo sees-host-folders
echo x > /project/self-test || echo cannot-write-project
"$@" || echo probe-failed
`;

/** Runs the box once and looks for holes. */
export async function selfTest(sandbox: Sandbox, probe: readonly string[], scratch: string): Promise<Proof> {
  const folder = path.join(scratch, 'self-test');
  const canary = randomBytes(16).toString('hex');
  await mkdir(path.join(folder, 'project'), { recursive: true });
  const outside = path.join(folder, 'canary');
  await writeFile(outside, canary);
  const result = await sandbox.run({
    command: ['/bin/sh', '-c', SCRIPT, 'sh', outside, ...probe],
    cwd: '/project',
    mounts: [{ host: path.join(folder, 'project'), box: '/project', writable: true }],
    env: { PATH: '/usr/bin:/bin', HOME: '/home', CARGO_HOME: '/cargo' },
    box: 'exec',
    timeoutMs: TIMEOUT_MS,
  });
  const untouched = (await readFile(outside, 'utf8')) === canary;
  const written = await lstat(path.join(folder, 'project', 'self-test')).catch(() => undefined); // the script says so too
  await rm(folder, { recursive: true, force: true });
  const output = result.stdout.toString('utf8');
  if (result.end.kind !== 'exited' || result.end.code !== 0) {
    const said = result.stderr.toString('utf8').trim().split('\n')[0] ?? '';
    return { kind: 'fails', reason: `does not start on this runner: ${said || describeEnd(result.end)}` };
  }
  const holes = output.split('\n').filter((line) => /^(reads|writes|is|has|can|sees|cannot|probe)-[a-z-]+$/.test(line));
  if (output.includes(canary)) holes.push('reads-outside');
  if (!untouched) holes.push('writes-outside');
  // The user inside says little: one that a namespace maps can be root outside.
  if (written?.uid === ROOT_UID) holes.push('is-root-outside');
  if (holes.length === 0) return { kind: 'holds' };
  return { kind: 'fails', reason: `failed its self-test: ${[...new Set(holes)].join(', ')}` };
}
