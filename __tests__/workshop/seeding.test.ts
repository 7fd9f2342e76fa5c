// What the boxes get from the runner's CARGO_HOME: only what the base's lock file names, and only what its checksums or
// git's hashes prove. The runner's home is filled by the real cargo from servers on loopback, which are then gone.
import { mkdir, readFile, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { readRunnerCargo } from '../../src/workshop/runner-cargo.js';
import type { Crate } from '../support/crate-registry.js';
import { crateRegistry } from '../support/crate-registry.js';
import { startGitServer } from '../support/git-server.js';
import { hostCargo } from '../support/host-cargo.js';
import { tempRepo } from '../support/temp-repo.js';
import { MANIFEST, agentCargo, openTestWorkshop, sharedBench } from '../support/workshop.js';

const crate = (name: string): Crate => ({
  name,
  version: '1.0.0',
  files: {
    'Cargo.toml': `[package]\nname = "${name}"\nversion = "1.0.0"\nedition = "2021"\n`,
    'src/lib.rs': 'pub fn one() -> u8 { 1 }\n',
  },
});

const bench = sharedBench();

/** A crate that needs `dependencies`, with the lock file and CARGO_HOME that the host's cargo makes of it. */
async function fetched(
  dependencies: string,
  config: string,
): Promise<AsyncDisposable & { home: string; files: Record<string, string> }> {
  const files = { 'Cargo.toml': `${MANIFEST}[dependencies]\n${dependencies}`, 'src/lib.rs': '' };
  const repo = await tempRepo(files);
  const home = path.join(repo.parent, 'runner');
  await mkdir(home);
  await writeFile(path.join(home, 'config.toml'), config);
  const { succeeded, text } = await hostCargo(repo.dir, home, 'fetch');
  if (!succeeded) throw new Error(text);
  const dispose = () => repo[Symbol.asyncDispose]();
  return {
    [Symbol.asyncDispose]: dispose,
    home,
    files: { ...files, 'Cargo.lock': await readFile(path.join(repo.dir, 'Cargo.lock'), 'utf8') },
  };
}

const crates = (folder: string) =>
  readdir(path.join(folder, 'registry', 'cache'), { recursive: true })
    .then((names) => names.filter((name) => name.endsWith('.crate')).map((name) => path.basename(name)))
    .catch(() => []);

describe('archives of crates.io', () => {
  it('are taken when the lock file names them with their checksum, and no others', async () => {
    await using registry = await crateRegistry([crate('tinyone'), crate('tinytwo')]);
    await using made = await fetched('tinyone = "1"\n', registry.config);
    const { home, files } = made;
    await using other = await tempRepo({
      'Cargo.toml': `${MANIFEST}[dependencies]\ntinytwo = "1"\n`,
      'src/lib.rs': '',
    });
    expect((await hostCargo(other.dir, home, 'fetch')).succeeded).toBe(true);
    expect((await crates(home)).sort()).toEqual(['tinyone-1.0.0.crate', 'tinytwo-1.0.0.crate']);
    registry.archives.clear();
    const runnerCargo = await readRunnerCargo({ CARGO_HOME: home });
    await using opened = await openTestWorkshop(bench, files, { runnerCargo });
    expect(await crates(path.join(opened.scratch, 'cargo'))).toEqual(['tinyone-1.0.0.crate']);
    expect(await opened.workshop.sync()).toEqual({ kind: 'in-step' });
    expect((await agentCargo(opened.workshop, ['check'])).exitCode).toBe(0);
    const [seeded, original] = await Promise.all(
      [path.join(opened.scratch, 'cargo'), home].map(async (folder) => {
        const cache = path.join(folder, 'registry', 'cache');
        return stat(path.join(cache, (await readdir(cache))[0] ?? '', 'tinyone-1.0.0.crate'));
      }),
    );
    expect(seeded?.ino).not.toBe(original?.ino);
  });

  it('are left behind when their bytes are not those of the lock file, or they are links', async () => {
    await using registry = await crateRegistry([crate('tinyone'), crate('tinytwo')]);
    await using made = await fetched('tinyone = "1"\ntinytwo = "1"\n', registry.config);
    const { home, files } = made;
    const cache = path.join(home, 'registry', 'cache', (await readdir(path.join(home, 'registry', 'cache')))[0] ?? '');
    const honest = await readFile(path.join(cache, 'tinytwo-1.0.0.crate'));
    await writeFile(path.join(cache, 'tinyone-1.0.0.crate'), 'planted');
    await writeFile(path.join(home, 'elsewhere'), honest);
    await rm(path.join(cache, 'tinytwo-1.0.0.crate'));
    await symlink(path.join(home, 'elsewhere'), path.join(cache, 'tinytwo-1.0.0.crate'));
    const runnerCargo = await readRunnerCargo({ CARGO_HOME: home });
    await using opened = await openTestWorkshop(bench, files, { runnerCargo });
    expect(await crates(path.join(opened.scratch, 'cargo'))).toEqual([]);
    expect(await opened.workshop.sync()).toEqual({ kind: 'in-step' }); // from the registry
  });
});

it('another registry of the base is used without reaching it', async () => {
  const registry = await crateRegistry([crate('tinyone')]);
  const config = `[registries.own]\nindex = "${registry.index}"\n`;
  await using made = await fetched('tinyone = { version = "1", registry = "own" }\n', config);
  const { home, files } = made;
  await registry[Symbol.asyncDispose]();
  const runnerCargo = await readRunnerCargo({ CARGO_HOME: home });
  await using opened = await openTestWorkshop(bench, files, { runnerCargo });
  expect(await opened.workshop.sync()).toEqual({ kind: 'in-step' });
  expect((await agentCargo(opened.workshop, ['check'])).exitCode).toBe(0);
  expect(opened.network).toEqual([]);
});

it('a git repository of the base is used without reaching it, and its hooks stay behind', async () => {
  await using upstream = await tempRepo(crate('tinygit').files);
  const bare = path.join(upstream.parent, 'TinyGit.git');
  await upstream.git('clone', '-q', '--bare', upstream.dir, bare);
  const server = await startGitServer(bare, {});
  await using made = await fetched(`tinygit = { git = "${server.url}" }\n`, '');
  const { home, files } = made;
  await server[Symbol.asyncDispose]();
  expect(files['Cargo.lock']).toContain('source = "git+http://127.0.0.1:');
  const databases = path.join(home, 'git', 'db');
  const [database = ''] = await readdir(databases);
  await mkdir(path.join(databases, database, 'hooks'), { recursive: true });
  await writeFile(path.join(databases, database, 'hooks', 'post-checkout'), '#!/bin/sh\n', { mode: 0o755 });
  const runnerCargo = await readRunnerCargo({ CARGO_HOME: home });
  await using opened = await openTestWorkshop(bench, files, { runnerCargo });
  expect((await readdir(path.join(opened.scratch, 'cargo', 'git', 'db', database))).sort()).not.toContain('hooks');
  expect(await opened.workshop.sync()).toEqual({ kind: 'in-step' });
  expect((await agentCargo(opened.workshop, ['check'])).exitCode).toBe(0);
  expect(opened.network).toEqual([]);
});
