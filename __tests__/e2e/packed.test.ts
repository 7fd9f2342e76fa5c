// The package as `npx ferrule` gets it: packed, installed into an empty folder without a network, and started there.
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from '@jest/globals';
import { ROOT } from '../support/scripts-examples.js';

const run = promisify(execFile);
const NPM = ['--offline', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];

it('the packed tarball, installed into an empty folder, runs the demo and brings nothing else with it', async () => {
  const temp = await mkdtemp(path.join(tmpdir(), 'ferrule-test-'));
  try {
    const { PATH, HOME, RUSTUP_HOME, CARGO_HOME, RUSTUP_TOOLCHAIN } = process.env;
    const rust = {
      ...(RUSTUP_HOME && { RUSTUP_HOME }),
      ...(CARGO_HOME && { CARGO_HOME }),
      ...(RUSTUP_TOOLCHAIN && { RUSTUP_TOOLCHAIN }),
    };
    const env = { PATH, HOME, TMPDIR: temp, ...rust, npm_config_cache: path.join(temp, 'cache') };
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
    expect(stdout).toMatch(/[0-9a-f]{40}\s+refs\/heads\/ferrule\/specs-004-expiry-and-eviction/);
  } finally {
    await rm(temp, { recursive: true, force: true });
  }
});
