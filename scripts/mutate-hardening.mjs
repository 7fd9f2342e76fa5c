// Removes each hardening in turn, in a copy of the sources, and runs the tests that know of it: one at least must fail for
// each, or the hardening is not tested. Prints a line for each and ends with 1 when one survived.
//
//   npm run mutate -- [--jobs=N] [PART OF A NAME]
import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { HARDENINGS } from './hardenings.mjs';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const JEST = ['run', 'jest', '--', '--runInBand', '--bail', '--forceExit'];
/** What __tests__/support/boxes.ts says when the self-test has refused every box. */
const NO_BOX = 'No box holds on this machine.';
/** Tests that take longer have proven nothing. */
const TIMEOUT_MS = 300_000;

/** @returns exit code, `null` when it was killed, and what was printed */
function run(program, args, cwd) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'], timeout: TIMEOUT_MS });
    const chunks = [];
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => chunks.push(chunk));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, text: Buffer.concat(chunks).toString() }));
  });
}

/** The verdict on one hardening: `killed` by the test that is named, or why not. */
async function tried({ file, tests, bundle = false, from, to }) {
  const copy = mkdtempSync(path.join(tmpdir(), 'mutate-'));
  try {
    for (const each of ['src', '__tests__', 'agents', 'schemas', 'docs', 'scripts', 'examples'])
      cpSync(path.join(root, each), path.join(copy, each), { recursive: true });
    for (const each of [
      'package.json',
      'tsconfig.json',
      'jest.config.js',
      'action.yml',
      'README.md',
      'publish',
      'dist',
    ])
      cpSync(path.join(root, each), path.join(copy, each), { recursive: true });
    symlinkSync(path.join(root, 'node_modules'), path.join(copy, 'node_modules'));
    const text = readFileSync(path.join(copy, file), 'utf8');
    if (!text.includes(from)) return { verdict: 'GONE', reason: `${file} has no longer: ${from}` };
    writeFileSync(
      path.join(copy, file),
      text.replace(from, () => to),
    );
    if (bundle) {
      const built = await run(process.execPath, ['scripts/build.mjs'], copy);
      if (built.code !== 0) return { verdict: 'BROKEN', reason: built.text.slice(-200) };
    }
    const { code, text: printed } = await run('npm', [...JEST, ...tests], copy);
    if (code === null) return { verdict: 'TIMEOUT', reason: '' };
    const failed = /● (.*)/.exec(printed)?.[1];
    if (printed.includes(NO_BOX)) return { verdict: 'killed', reason: 'the self-test refuses such a box' };
    // Any other suite that does not even load has not noticed anything.
    if (code !== 0 && (failed === undefined || failed.includes('failed to run')))
      return { verdict: 'BROKEN', reason: printed.slice(0, 400) };
    return code === 0 ? { verdict: 'SURVIVED', reason: '' } : { verdict: 'killed', reason: failed };
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

const options = process.argv.slice(2);
const jobs = Number(options.find((each) => each.startsWith('--jobs='))?.slice(7) ?? 1);
const part = options.find((each) => !each.startsWith('--')) ?? '';
const queue = HARDENINGS.flatMap(({ cases, ...terms }) =>
  cases.map(([name, from, to]) => ({ ...terms, name, from, to })),
).filter(({ name }) => name.includes(part));
const total = queue.length;
let killed = 0;
const work = async () => {
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    const { verdict, reason } = await tried(next);
    if (verdict === 'killed') killed++;
    console.log(`${verdict.padEnd(8)} ${next.name}${reason ? `: ${reason}` : ''}`);
  }
};
await Promise.all(Array.from({ length: jobs }, work));
console.log(`${killed} of ${total} mutations were noticed.`);
process.exitCode = killed === total ? 0 : 1;
