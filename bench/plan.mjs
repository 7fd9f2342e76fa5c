// Prints what a plan costs: seconds and memory of `ferrule plan` over 10, 100, 1,000 and 10,000 specs in a chain of four.
//
//   node scripts/build.mjs && node bench/plan.mjs
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const CLI = fileURLToPath(new URL('../dist/cli.js', import.meta.url));
const nameOf = (i) => `specs/${String(i).padStart(6, '0')}.md`;

console.log('specs   seconds   MiB');
for (const count of [10, 100, 1_000, 10_000]) {
  const folder = mkdtempSync(path.join(tmpdir(), 'plan-bench-'));
  try {
    const git = (...args) =>
      execFileSync('git', ['-c', 'user.name=b', '-c', 'user.email=b@localhost', ...args], { cwd: folder });
    git('init', '--quiet', '--initial-branch=main');
    mkdirSync(path.join(folder, 'specs'));
    for (let i = 0; i < count; i++) {
      const needs = i % 4 === 0 ? '' : `---\ndepends-on: ${nameOf(i - 1)}\n---\n`;
      const clauses = Array.from({ length: 40 }, (_, n) => `- R${n + 1}: part ${i} must do ${n}.`).join('\n');
      writeFileSync(path.join(folder, nameOf(i)), `${needs}# Part ${i}\n\n${clauses}\n`);
    }
    git('add', '--all');
    git('commit', '--quiet', '--message=Specs');
    const started = performance.now();
    const report = `process.on('exit', () => process.stderr.write('peak ' + process.resourceUsage().maxRSS + '\\n'));`;
    const hook = path.join(folder, 'peak.mjs');
    writeFileSync(hook, report);
    const planned = spawnSync(process.execPath, ['--import', hook, CLI, 'plan', 'specs/*.md', '--json'], {
      cwd: folder,
      encoding: 'utf8',
      maxBuffer: 2 ** 28,
    });
    const seconds = (performance.now() - started) / 1000;
    if (planned.status !== 0) throw new Error(planned.stdout + planned.stderr);
    const peakKiB = Number(/peak (\d+)/.exec(planned.stderr)?.[1]);
    console.log(`${String(count).padEnd(7)} ${seconds.toFixed(1).padEnd(9)} ${Math.round(peakKiB / 1024)}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
