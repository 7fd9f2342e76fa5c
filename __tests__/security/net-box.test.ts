// Attacks on the box that reaches registries, each also shown to be real where nothing holds it. security.md, list S3.
import { access, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ToolError } from '../../src/errors.js';
import { runCommand } from '../../src/platform/command.js';
import { checkCargoArgs } from '../../src/workshop/cargo-args.js';
import { guardManifest } from '../../src/workshop/manifest-guard.js';
import type { RunnerCargo } from '../../src/workshop/runner-cargo.js';
import { readRunnerCargo } from '../../src/workshop/runner-cargo.js';
import type { Crate, CrateRegistry } from '../support/crate-registry.js';
import { crateRegistry } from '../support/crate-registry.js';
import { startGitServer } from '../support/git-server.js';
import { hostCargo } from '../support/host-cargo.js';
import { tarGz } from '../support/tar.js';
import { tempRepo } from '../support/temp-repo.js';
import { MANIFEST, agentCargo, openTestWorkshop, sharedBench } from '../support/workshop.js';

const TINY = '[package]\nname = "tinyone"\nversion = "1.0.0"\nedition = "2021"\n';
const EVIL = 'evilcrate-1.0.0';
const CRATES: Crate[] = [
  { name: 'tinyone', version: '1.0.0', files: { 'Cargo.toml': TINY, 'src/lib.rs': 'pub fn one() -> u8 { 1 }\n' } },
  {
    name: 'evilcrate',
    version: '1.0.0',
    files: {},
    archive: tarGz([
      { name: `${EVIL}/Cargo.toml`, content: TINY.replace('tinyone', 'evilcrate') },
      { name: `${EVIL}/src/lib.rs`, content: '' },
      { name: `${EVIL}/open/`, mode: 0o777 },
      { name: `${EVIL}/out`, link: '../../../..' },
      { name: `${EVIL}/out/escaped-by-link`, content: 'x' },
      { name: `${EVIL}/../../../../escaped-by-dots`, content: 'x' },
    ]),
  },
];
const CRATE = { 'Cargo.toml': MANIFEST, 'src/lib.rs': '' };

const bench = sharedBench();
let registry: CrateRegistry;
let folder: string;
let home: string;
let runnerCargo: RunnerCargo;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'ferrule-net-box-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});
let homes = 0;
beforeEach(async () => {
  registry = await crateRegistry(CRATES);
  home = path.join(folder, `runner-${++homes}`);
  await mkdir(home);
  await writeFile(path.join(home, 'config.toml'), registry.config);
  runnerCargo = await readRunnerCargo({ CARGO_HOME: home });
});
afterEach(async () => {
  await registry[Symbol.asyncDispose]();
});

const exists = (file: string) =>
  access(file).then(
    () => true,
    () => false,
  );

describe('configuration that the repository plants', () => {
  const wrapper = (marker: string) => `#!/bin/sh\ntouch ${marker}\necho planted-ran >&2\nshift\nexec rustc "$@"\n`;
  const config = (program: string, key: string) => `[build]\n${key} = "${program}"\n`;

  it.each([
    ['rustc-wrapper', '.cargo/config.toml', '.'],
    ['rustc', '.cargo/config.toml', '.'],
    ['rustc-wrapper', '.cargo/config.toml', 'rust'],
    ['rustc-wrapper', 'rust/.cargo/config.toml', 'rust'],
    ['rustc-wrapper', 'rust/.cargo/config', 'rust'],
  ])(
    '%s in %s runs in no box that reaches a registry, for the workspace in %s',
    async (key, file, workingDirectory) => {
      const marker = path.join(folder, `marker-${key}-${file.replaceAll('/', '-')}-${homes}`);
      const program = path.join(folder, 'planted.sh');
      await writeFile(program, wrapper(marker), { mode: 0o755 });
      const under = (name: string) => path.posix.join(workingDirectory, name);
      const files = {
        [under('Cargo.toml')]: `${MANIFEST}[dependencies]\ntinyone = "1"\n`,
        [under('src/lib.rs')]: '',
        'planted.sh': wrapper(marker),
      };
      // On the host it runs: `cargo fetch` asks the compiler that the repository names.
      await using attacked = await tempRepo({ ...files, [file]: config(program, key) });
      await hostCargo(path.join(attacked.dir, workingDirectory), home, 'fetch');
      expect(await exists(marker)).toBe(true);
      await rm(marker);

      const planted = { ...files, [file]: config('/project/planted.sh', key) };
      await using opened = await openTestWorkshop(bench, planted, { runnerCargo, workingDirectory });
      const run = await opened.workshop.changeDependencies(['add', 'tinyone@1', '--dev']);
      expect([run.succeeded, run.text.includes('planted-ran')]).toEqual([true, false]);
      expect(opened.boxes.map(({ box, command }) => `${box} ${command}`)).toEqual([
        'net add tinyone@1 --dev',
        'net fetch',
      ]);
      expect(await exists(marker)).toBe(false);
      // It is obeyed where the code runs, and stays in there.
      await opened.workshop.sync();
      const check = await agentCargo(opened.workshop, ['check']);
      expect(check.text).toMatch(/planted-ran|planted\.sh/);
      expect(await exists(marker)).toBe(false);
    },
  );
});

describe('arguments', () => {
  it.each([
    [['itoa', '--git', 'https://evil.example/x']],
    [['itoa', '--path', '/etc']],
    [['itoa', '--registry', 'evil']],
    [['itoa', '--index', 'https://evil.example']],
    [['itoa', '--manifest-path', '/etc/Cargo.toml']],
    [['itoa', '-Zfoo']],
    [['itoa', '--config', 'build.rustc="x"']],
    [['+nightly', 'itoa']],
    [['-C', '/etc', 'itoa']],
    [['; id']],
    [['@']],
    [['@1']],
    [['x'.repeat(600)]],
    [['itoa\nevil']],
    [['https://evil.example/x']],
    [['../evil']],
  ])('that lead elsewhere are refused before any box opens: %j', (args) => {
    expect(() => checkCargoArgs('add', args)).toThrow(ToolError);
  });
});

describe('a manifest that names other code', () => {
  it.each([
    '[dependencies]\nx = { git = "https://evil.example/x" }\n',
    '[dependencies]\nx = { path = "/etc" }\n',
    '[patch.crates-io]\ntinyone = { git = "https://evil.example/x" }\n',
    '[dependencies]\nx = { version = "1", registry-index = "https://evil.example/x" }\n',
  ])('is refused by the file tools: %j', (table) => {
    expect(() => guardManifest('Cargo.toml', MANIFEST, MANIFEST + table)).toThrow(ToolError);
  });

  it.each([
    '[dependencies]\nx = { git = "URL" }\n',
    '[dependencies]\ntinyone = "1"\n[patch.crates-io]\ntinyone = { git = "URL" }\n',
  ])('reaches nothing even past the file tools: %j', async (table) => {
    await using upstream = await tempRepo({ 'Cargo.toml': TINY.replace('"tinyone"', '"x"'), 'src/lib.rs': '' });
    const bare = path.join(upstream.parent, 'x.git');
    await upstream.git('clone', '-q', '--bare', upstream.dir, bare);
    await using server = await startGitServer(bare, {});
    const manifest = MANIFEST + table.replace('URL', server.url);
    await using attacked = await tempRepo({ ...CRATE, 'Cargo.toml': manifest });
    await hostCargo(attacked.dir, home, 'fetch');
    expect(server.authorizations).not.toEqual([]);
    server.authorizations.length = 0;

    await using opened = await openTestWorkshop(bench, CRATE, { runnerCargo });
    await opened.workshop.sync();
    await opened.workshop.copy.write('Cargo.toml', manifest);
    const synced = await opened.workshop.sync();
    expect(synced).toMatchObject({ kind: 'failed', text: expect.stringContaining('refused: port') });
    expect(server.authorizations).toEqual([]);
    expect(opened.network.join('\n')).toMatch(/Network: 127\.0\.0\.1:\d+ refused: port \d+ is not that of a registry/);
  });

  it('finds nothing of the host at a path', async () => {
    await using opened = await openTestWorkshop(bench, CRATE, { runnerCargo });
    const outside = path.join(folder, 'outside');
    await mkdir(path.join(outside, 'src'), { recursive: true });
    await writeFile(path.join(outside, 'Cargo.toml'), TINY.replace('tinyone', 'outside'));
    await writeFile(path.join(outside, 'src', 'lib.rs'), '');
    const manifest = `${MANIFEST}[dependencies]\noutside = { path = "${outside}" }\n`;
    await using attacked = await tempRepo({ ...CRATE, 'Cargo.toml': manifest });
    expect((await hostCargo(attacked.dir, home, 'fetch')).succeeded).toBe(true);
    await opened.workshop.copy.write('Cargo.toml', manifest);
    expect(await opened.workshop.sync()).toMatchObject({ kind: 'failed', text: expect.stringContaining('outside') });
  });
});

describe('the network', () => {
  it('has no other way than the socket, not even to the runner’s loopback', async () => {
    let reached = 0;
    const service = createServer((socket) => {
      reached++;
      socket.destroy();
    });
    await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve));
    const { port } = service.address() as AddressInfo;
    const command: [string, ...string[]] = ['/bin/bash', '-c', `echo x > /dev/tcp/127.0.0.1/${port}`];
    await runCommand({ file: command[0], args: command.slice(1), cwd: '/', env: {}, timeoutMs: 5_000 });
    expect(reached).toBe(1);
    const { stdout, end } = await bench.sandbox.run({
      command: ['/bin/bash', '-c', `${command[2] ?? ''}; cut -d: -f1 /proc/net/dev; ls /etc; ls -A /cargo`],
      ...{ cwd: '/', mounts: [], env: { PATH: '/usr/bin:/bin' }, box: 'net', merged: true, timeoutMs: 5_000 },
    });
    expect(end).toEqual({ kind: 'exited', code: 0 });
    expect(stdout.toString()).toMatch(/refused|unreachable/);
    expect(stdout.toString()).not.toMatch(/eth|ens|resolv\.conf|passwd/);
    expect(reached).toBe(1);
    await new Promise((resolve) => service.close(resolve));
  });

  it('is the registry’s alone, and each connection is logged', async () => {
    await using opened = await openTestWorkshop(bench, CRATE, { runnerCargo });
    expect((await opened.workshop.changeDependencies(['add', 'tinyone'])).succeeded).toBe(true);
    expect(opened.network.length).toBeGreaterThan(0);
    for (const line of opened.network)
      expect(line).toMatch(
        new RegExp(`^Network: 127\\.0\\.0\\.1:${registry.port}, \\d+ bytes sent, \\d+ received\\.$`),
      );
  });

  it('is not widened by an index that redirects to another host', async () => {
    await using other = await crateRegistry(CRATES);
    registry.redirect = `http://127.0.0.1:${other.port}`;
    await using attacked = await tempRepo({ ...CRATE, 'Cargo.toml': `${MANIFEST}[dependencies]\ntinyone = "1"\n` });
    await hostCargo(attacked.dir, home, 'fetch');
    expect(other.asked).not.toEqual([]);
    other.asked.length = 0;
    await using opened = await openTestWorkshop(bench, CRATE, { runnerCargo });
    const run = await opened.workshop.changeDependencies(['add', 'tinyone']);
    expect(run.succeeded).toBe(false);
    expect(run.text).toContain(`[ferrule] Network: 127.0.0.1:${other.port} refused: port ${other.port}`);
    expect(other.asked).toEqual([]);
  });

  it('follows an index to where its downloads are, but not into the runner’s own network', async () => {
    await using store = await crateRegistry(CRATES);
    registry.downloads = `http://127.0.0.1:${store.port}`; // the host that the runner's configuration names
    await using opened = await openTestWorkshop(bench, CRATE, { runnerCargo });
    const run = await opened.workshop.changeDependencies(['add', 'tinyone']);
    expect(run.succeeded ? '' : run.text).toBe('');
    expect(opened.network.join('\n')).toContain(`127.0.0.1:${store.port}, `);

    registry.downloads = `http://localhost:${store.port}`;
    await using inner = await openTestWorkshop(bench, CRATE, { runnerCargo });
    const refused = await inner.workshop.changeDependencies(['add', 'tinyone']);
    expect(refused.succeeded).toBe(false);
    expect(refused.text).toContain('refused: its address belongs to a private network');
  });
});

describe('what a registry sends', () => {
  it('is refused when it is not what the index promised, in the words of cargo', async () => {
    await using opened = await openTestWorkshop(bench, CRATE, { runnerCargo });
    for (const name of registry.archives.keys()) registry.archives.set(name, Buffer.from('other bytes'));
    const run = await opened.workshop.changeDependencies(['add', 'tinyone']);
    expect(run.succeeded).toBe(false);
    expect(run.text).toContain('failed to verify the checksum of `tinyone v1.0.0 ');
    expect(opened.workshop.changes()).toEqual([]);
  });

  it('stays in the registry’s folder, whatever paths and links its archive has', async () => {
    // A program that trusts its archive lets it out.
    const inside = path.join(folder, 'a', 'b', 'c', 'd');
    await mkdir(inside, { recursive: true });
    await writeFile(path.join(folder, 'evil.tar.gz'), CRATES[1]?.archive ?? '');
    const args = ['-xzPf', path.join(folder, 'evil.tar.gz'), '--keep-directory-symlink'];
    await runCommand({ file: 'tar', args, cwd: inside, env: { PATH: process.env.PATH ?? '' }, timeoutMs: 10_000 });
    expect(await exists(path.join(folder, 'a', 'escaped-by-dots'))).toBe(true);

    await using opened = await openTestWorkshop(bench, CRATE, { runnerCargo });
    const run = await opened.workshop.changeDependencies(['add', 'evilcrate']);
    const everything = await readdir(opened.repo.parent, { recursive: true, withFileTypes: true });
    const escaped = everything.filter(({ name }) => name.startsWith('escaped')).map(({ parentPath }) => parentPath);
    const crate = new RegExp(`^${path.join(opened.scratch, 'cargo', 'registry', 'src')}/[^/]+/${EVIL}(/|$)`);
    expect(escaped.filter((parent) => !crate.test(parent))).toEqual([]);
    expect(run.text).toContain('evilcrate');
  });
});
