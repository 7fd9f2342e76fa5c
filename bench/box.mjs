// Prints what a box costs: `cargo -V` plain and in a box of each profile that holds here, interleaved, as medians.
//
//   node bench/box.mjs [RUNS]
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { transpile } from './transpile.mjs';

const RUNS = Number(process.argv[2] ?? 20);
const folder = mkdtempSync(path.join(tmpdir(), 'box-bench-'));
try {
  transpile(folder);
  const load = (name) => import(pathToFileURL(path.join(folder, 'src', name)).href);
  const { runCommand } = await load('platform/command.js');
  const { openSandbox } = await load('sandbox/sandbox.js');
  const { findToolchain } = await load('workshop/workshop.js');
  const toolchain = await findToolchain({ channel: undefined, environment: process.env, runCommand });
  const scratch = path.join(folder, 'scratch');
  mkdirSync(scratch);
  chmodSync(folder, 0o755);
  const open = (mode) =>
    openSandbox({
      ...{ mode, runCommand, environment: process.env, scratch, say: () => {} },
      ...{ toolchainMounts: toolchain.mounts, probe: [toolchain.cargo, '-V'] },
    });
  const contenders = [await open('unsafe-off'), await open('auto')];
  const times = contenders.map(() => []);
  const project = path.join(scratch, 'project');
  mkdirSync(project);
  for (let run = 0; run < RUNS; run++) {
    for (const [index, sandbox] of contenders.entries()) {
      const started = performance.now();
      const { end } = await sandbox.run({
        command: [toolchain.cargo, '-V'],
        cwd: '/project',
        mounts: [{ host: project, box: '/project', writable: true }],
        env: { PATH: `${toolchain.bin}:/usr/bin:/bin`, HOME: '/tmp', CARGO_HOME: '/tmp' },
        box: 'exec',
        timeoutMs: 60_000,
      });
      times[index].push(performance.now() - started);
      if (end.kind !== 'exited' || end.code !== 0) throw new Error(`cargo -V failed: ${JSON.stringify(end)}`);
    }
  }
  const [plain = NaN, boxed = NaN] = times.map(median);
  const load1 = readFileSync('/proc/loadavg', 'utf8').split(' ')[0];
  console.log(`cargo -V, median of ${RUNS} (load ${load1})`);
  console.log(`${plain.toFixed(1)} ms  ${contenders[0].description}`);
  console.log(`${boxed.toFixed(1)} ms  ${contenders[1].description}`);
  console.log(`ratio ${(boxed / plain).toFixed(2)}, ${(boxed - plain).toFixed(1)} ms more a command`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
}
