// The package as `npx ferrule` gets it: packed, installed into an empty folder without a network, and started there. Its
// demo replays the recorded conversation of example 2, whose claims cargo proves again.
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from '@jest/globals';
import { expectValid } from '../support/scripts-crate.js';
import { expectClaimsHold, ROOT } from '../support/scripts-examples.js';

const run = promisify(execFile);
const BRANCH = 'ferrule/specs-004-expiry-and-eviction';
const NPM = ['--offline', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];

it('the packed tarball, installed into an empty folder, brings nothing else with it and proves its demo', async () => {
  const temp = await mkdtemp(path.join(tmpdir(), 'ferrule-test-'));
  try {
    const { PATH, HOME } = process.env;
    const env = { PATH, HOME, TMPDIR: temp, ...rustVariables(), npm_config_cache: path.join(temp, 'cache') };
    const packed = await run('npm', ['pack', ...NPM, '--pack-destination', temp], { cwd: ROOT, env });
    const tarball = path.join(temp, packed.stdout.trim().split('\n').at(-1) ?? '');
    const folder = path.join(temp, 'empty');
    await mkdir(folder);
    await writeFile(path.join(folder, 'package.json'), '{}');
    await run('npm', ['install', ...NPM, tarball], { cwd: folder, env });
    const installed = (await readdir(path.join(folder, 'node_modules'))).filter((name) => !name.startsWith('.'));
    expect(installed).toEqual(['ferrule']);

    const ferrule = path.join(folder, 'node_modules', '.bin', 'ferrule');
    const options = { cwd: folder, env, maxBuffer: 64 * 1024 * 1024 };
    expect((await run(ferrule, [], options)).stdout).toContain('ferrule demo');
    const { stdout } = await run(ferrule, ['demo'], options);
    expect(stdout).toMatch(/^Verified: check, test, fmt.* passed at tree/m);
    expect(stdout).toMatch(new RegExp(`[0-9a-f]{40}\\s+refs/heads/${BRANCH}`));
    const page = /^Report: (\S+report\.html) /m.exec(stdout)?.[1] ?? '';
    expect(await readFile(page, 'utf8')).toMatch(/^<!doctype html>/i);
    const file = path.join(path.dirname(page), 'report.md');
    expect(await readFile(file, 'utf8')).toContain('ferrule spec=specs/004-expiry-and-eviction.md');
    const text = await readFile(path.join(path.dirname(file), 'report.json'), 'utf8');
    const report = await expectValid(JSON.parse(text));
    expect(report.outcome).toBe('verified');
    const replay = path.join(ROOT, 'examples', '2-feature-in-existing-crate', 'replay.jsonl');
    await expectClaimsHold(replay, report, /git -C (\S+) log/.exec(stdout)?.[1] ?? '', BRANCH);
  } finally {
    await rm(temp, { recursive: true, force: true });
  }
});

/** Where this machine keeps its Rust. */
function rustVariables(): NodeJS.ProcessEnv {
  const names = ['RUSTUP_HOME', 'CARGO_HOME', 'RUSTUP_TOOLCHAIN', 'SSL_CERT_FILE'];
  return Object.fromEntries(names.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])));
}
