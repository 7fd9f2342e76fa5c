// What a command in the NET box is let through to: the list that runner, base and index make together.
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { runCommand } from '../../src/platform/command.js';
import { openSandbox } from '../../src/sandbox/sandbox.js';
import { lockedDestinations, openRegistryAccess } from '../../src/workshop/registry-access.js';
import type { RegistryTerms } from '../../src/workshop/registry-access.js';
import { readRunnerCargo } from '../../src/workshop/runner-cargo.js';
import { crateRegistry } from '../support/crate-registry.js';
import { askSocks, socksRequest } from '../support/socks-client.js';
import { MANIFEST, agentCargo, openBench, openTestWorkshop } from '../support/workshop.js';

const locked = (source: string) => ({ name: 'x', version: '1.0.0', source, dependencies: [] });

let folder: string;
let homes = 0;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'ferrule-access-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Asks for each destination. @returns what the log was told, and the reply codes of SOCKS */
async function ask(
  terms: Partial<RegistryTerms>,
  wanted: readonly [string, number][],
  indexes: Record<string, string> = {},
) {
  const cargoHome = path.join(folder, String(++homes));
  for (const [name, text] of Object.entries(indexes)) {
    await mkdir(path.join(cargoHome, 'registry', 'index', name), { recursive: true });
    await writeFile(path.join(cargoHome, 'registry', 'index', name, 'config.json'), text);
  }
  const said: string[] = [];
  const full = { runner: await readRunnerCargo({}), locked: [], say: (line: string) => void said.push(line), ...terms };
  await using access = await openRegistryAccess(full, cargoHome);
  for (const [host, port] of wanted)
    (await askSocks(access.mounts[0]?.host ?? '', socksRequest(host, port))).socket.destroy();
  expect(access.refusals()).toEqual(said);
  return said.map((line) => line.replace('Network: ', ''));
}

describe('the hosts of the base’s lock file', () => {
  it('are those of other registries and of git, by https, each once', () => {
    const packages = [
      'registry+https://github.com/rust-lang/crates.io-index',
      'sparse+https://index.crates.io/',
      'sparse+https://crates.corp/index/',
      'registry+https://git.corp:8443/index',
      'git+https://github.com/x/y?branch=main#0123',
      'git+https://github.com/x/z.git#0123',
      'git+http://plain.example/x#0123',
      'git+ssh://git@ssh.example/x#0123',
      'git+https://user:hunter2@secret.example/x#0123',
      'git+file:///etc#0123',
    ].map(locked);
    expect(lockedDestinations([...packages, { name: 'own', version: '1.0.0', dependencies: [] }])).toEqual([
      { host: 'crates.corp', port: 443, mayBeInner: false },
      { host: 'git.corp', port: 8443, mayBeInner: false },
      { host: 'github.com', port: 443, mayBeInner: false },
    ]);
  });

  it('are let through, but not into the runner’s own network', async () => {
    const said = await ask({ locked: lockedDestinations([locked('git+https://localhost:8443/x#0123')]) }, [
      ['localhost', 8443],
      ['localhost', 443],
      ['evil.example', 443],
    ]);
    expect(said).toEqual([
      'localhost:8443 refused: its address belongs to a private network.',
      'localhost:443 refused: port 443 is not that of a registry of this run.',
      'evil.example:443 refused: not a registry of this run.',
    ]);
  });
});

describe('what an index says of downloads', () => {
  const inner = { ...{ host: 'mirror.corp', port: 443 }, mayBeInner: true };
  const refusedAs = async (indexes: Record<string, string>) => {
    const runner = { ...(await readRunnerCargo({})), destinations: [inner] };
    return (await ask({ runner }, [['localhost', 9]], indexes))[0];
  };

  it('adds a host, at a public address', async () => {
    const said = await refusedAs({ 'mirror.corp-0123456789abcdef': '{"dl": "http://localhost:9/{crate}"}' });
    expect(said).toContain('private network');
  });

  it.each([
    ['that the run does not use', 'other.corp-0123456789abcdef', '{"dl": "http://localhost:9/"}'],
    ['whose name only begins alike', 'mirror.corp.evil-0123456789abcdef', '{"dl": "http://localhost:9/"}'],
    ['with credentials', 'mirror.corp-0123456789abcdef', '{"dl": "http://u:p@localhost:9/"}'],
    ['that is too long', 'mirror.corp-0123456789abcdef', `{"dl": "http://localhost:9/"${' '.repeat(70_000)}}`],
    ['without one', 'mirror.corp-0123456789abcdef', '{}'],
  ])('adds none for one %s', async (_, name, text) => {
    expect(await refusedAs({ [name]: text })).toContain('not a registry of this run');
  });

  it('adds none to those of crates.io', async () => {
    const said = await ask({}, [['localhost', 9]], {
      'index.crates.io-0123456789abcdef': '{"dl": "http://localhost:9/"}',
    });
    expect(said[0]).toContain('not a registry of this run');
  });

  it('is not read through a link', async () => {
    await writeFile(path.join(folder, 'config.json'), '{"dl": "http://localhost:9/"}');
    const index = path.join(folder, String(homes + 1), 'registry', 'index', 'mirror.corp-0123456789abcdef');
    await mkdir(index, { recursive: true });
    await symlink(path.join(folder, 'config.json'), path.join(index, 'config.json'));
    expect(await refusedAs({})).toContain('not a registry of this run');
  });
});

it('a name that is none reaches the log without its strange bytes', async () => {
  const [said] = await ask({}, [['a\0\x1b[31m::error::b', 443]]);
  expect(said).toBe('a???31m::error::b:443 refused: not a plain host name.');
});

it('certificates of the runner are shown to cargo where they are not part of the system', async () => {
  const runner = await readRunnerCargo({ SSL_CERT_FILE: '/opt/corp/ca.pem', SSL_CERT_DIR: '/etc/ssl/certs' });
  await using access = await openRegistryAccess({ runner, locked: [], say: () => undefined }, folder);
  expect(access.mounts.slice(1)).toEqual([{ host: '/opt/corp/ca.pem', box: '/opt/corp/ca.pem', writable: false }]);
  expect(access.env).toEqual({
    SSL_CERT_FILE: '/opt/corp/ca.pem',
    SSL_CERT_DIR: '/etc/ssl/certs',
    CARGO_HTTP_PROXY: 'socks5h://localhost/way-out.sock',
  });
});

it('without a sandbox cargo takes the same way out and the same home', async () => {
  await using registry = await crateRegistry([
    {
      name: 'tinyone',
      version: '1.0.0',
      files: { 'Cargo.toml': MANIFEST.replace('tiny', 'tinyone').replace('0.1.0', '1.0.0'), 'src/lib.rs': '' },
    },
  ]);
  const home = path.join(folder, 'runner');
  await mkdir(home);
  await writeFile(path.join(home, 'config.toml'), registry.config);
  await using bench = await openBench();
  const off = {
    mode: 'unsafe-off',
    runCommand,
    environment: process.env,
    toolchainMounts: [],
    scratch: folder,
  } as const;
  const sandbox = await openSandbox({ ...off, probe: ['/bin/true'], say: () => undefined });
  const runnerCargo = await readRunnerCargo({ CARGO_HOME: home });
  await using opened = await openTestWorkshop(
    { ...bench, sandbox },
    { 'Cargo.toml': MANIFEST, 'src/lib.rs': '' },
    { runnerCargo },
  );
  const run = await opened.workshop.changeDependencies(['add', 'tinyone']);
  expect([run.text, run.succeeded]).toEqual([expect.stringContaining('Adding tinyone'), true]);
  expect(opened.network.length).toBeGreaterThan(0);
  expect((await agentCargo(opened.workshop, ['check'])).exitCode).toBe(0);
});
