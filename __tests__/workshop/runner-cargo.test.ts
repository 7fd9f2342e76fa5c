// What is taken of the runner's own cargo configuration, and what never leaves it.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'smol-toml';
import { UserError } from '../../src/errors.js';
import { destinationOf, readRunnerCargo } from '../../src/workshop/runner-cargo.js';

let folder: string;
let homes = 0;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'ferrule-runner-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function read(config: string | undefined, more: NodeJS.ProcessEnv = {}, name = 'config.toml') {
  const home = path.join(folder, String(++homes));
  await mkdir(home);
  if (config !== undefined) await writeFile(path.join(home, name), config);
  return readRunnerCargo({ CARGO_HOME: home, ...more });
}

const hosts = ({ destinations }: Awaited<ReturnType<typeof read>>) =>
  destinations.map(({ host, port, mayBeInner }) => `${host}:${port}${mayBeInner ? ' inner' : ''}`);

const CRATES_IO = ['index.crates.io:443', 'static.crates.io:443'];

describe('the registries of a run', () => {
  it('are the two hosts of crates.io where the runner configures nothing', async () => {
    const none = await read(undefined);
    expect(hosts(none)).toEqual(CRATES_IO);
    expect(none.cratesIoHost).toBe('index.crates.io');
    expect(parse(none.config)).toEqual({ source: {}, registries: {} });
    expect(hosts(await readRunnerCargo({}))).toEqual(CRATES_IO);
    expect((await readRunnerCargo({ HOME: folder })).home).toBe(path.join(folder, '.cargo'));
  });

  it('are the mirror that replaces crates.io, and crates.io no more', async () => {
    const config =
      '[source.crates-io]\nreplace-with = "a"\n[source.a]\nreplace-with = "b"\n[source.b]\nregistry = "sparse+https://Crates.corp:8443/index/"\n';
    const mirrored = await read(config);
    expect(hosts(mirrored)).toEqual(['crates.corp:8443 inner']);
    expect(mirrored.cratesIoHost).toBe('crates.corp');
    expect(parse(mirrored.config)).toEqual({ ...parse(config), registries: {} });
    expect(hosts(await read(config, {}, 'config'))).toEqual(['crates.corp:8443 inner']);
  });

  it('may be replaced by one of the named registries', async () => {
    const mirrored = await read(
      '[source.crates-io]\nreplace-with = "corp"\n[registries.corp]\nindex = "sparse+https://crates.corp/"\n',
    );
    expect(hosts(mirrored)).toEqual(['crates.corp:443 inner']);
  });

  it('are every other one that the runner names, in its configuration or environment', async () => {
    const named = await read('[registries.corp]\nindex = "https://git.corp/index.git"\n', {
      CARGO_REGISTRIES_MY_OWN_INDEX: 'sparse+https://own.corp/',
      CARGO_REGISTRIES_EMPTY_INDEX: '',
    });
    expect(hosts(named)).toEqual([...CRATES_IO, 'git.corp:443 inner', 'own.corp:443 inner']);
    expect(parse(named.config).registries).toEqual({
      corp: { index: 'https://git.corp/index.git' },
      'my-own': { index: 'sparse+https://own.corp/' },
    });
  });

  it('are not reached where that needs credentials or another way than http', async () => {
    const named = await read(
      '[registries.a]\nindex = "sparse+https://user:hunter2@a.corp/"\ntoken = "hunter2"\n[registries.b]\nindex = "ssh://git@b.corp/x"\n' +
        '[registries.c]\nindex = "file:///etc"\n[registries.d]\nindex = 7\n[source.e]\ndirectory = "/etc"\n',
    );
    expect(hosts(named)).toEqual(CRATES_IO);
    expect(parse(named.config)).toEqual({ source: {}, registries: {} });
  });

  it.each([
    ['a folder', '[source.m]\ndirectory = "vendor"\n', "by 'm'"],
    ['nothing', '', "by 'm'"],
    ['a circle', '[source.m]\nreplace-with = "m"\n', "by 'm'"],
    ['an address with a password', '[source.m]\nregistry = "sparse+https://u:hunter2@h/"\n', "by 'm'"],
  ])('end the run where crates.io is replaced by %s', async (_, more, reason) => {
    const reading = read(`[source.crates-io]\nreplace-with = "m"\n${more}`);
    await expect(reading).rejects.toThrow(UserError);
    await expect(reading).rejects.toThrow(reason);
    await expect(reading).rejects.not.toThrow('hunter2');
  });

  it('end the run where the configuration is no TOML', async () => {
    await expect(read('[source')).rejects.toThrow('CARGO_HOME/config.toml) is not valid TOML');
  });
});

describe('what cargo in a box gets', () => {
  it('is addresses alone: no token, no wrapper, no flag, no proxy', async () => {
    const { config, proxy, certificates } = await read(
      '[registries.corp]\nindex = "sparse+https://crates.corp/"\ntoken = "hunter2"\ncredential-provider = "evil"\n' +
        '[source.x]\nregistry = "sparse+https://x.corp/"\n[build]\nrustc-wrapper = "evil"\n[env]\nA = "evil"\n' +
        '[http]\nproxy = "http://u:hunter2@proxy.corp:3128"\ncainfo = "/ca.pem"\n',
      { SSL_CERT_FILE: '/x.pem', GITHUB_TOKEN: 'hunter2', CARGO_REGISTRIES_CORP_TOKEN: 'hunter2', NO_PROXY: 'x.corp' },
    );
    expect(parse(config)).toEqual({
      source: { x: { registry: 'sparse+https://x.corp/' } },
      registries: { corp: { index: 'sparse+https://crates.corp/' } },
    });
    expect(certificates).toEqual({ CARGO_HTTP_CAINFO: '/ca.pem', SSL_CERT_FILE: '/x.pem' });
    expect(proxy).toMatchObject({ host: 'proxy.corp', port: 3128, except: ['x.corp'] });
  });

  it('names the proxy in the order of cargo', async () => {
    const file = '[http]\nproxy = "http://file:1"\n';
    const env = { HTTPS_PROXY: 'http://env:2', https_proxy: 'http://lower:3' };
    expect((await read(file, { ...env, CARGO_HTTP_PROXY: 'http://own:4' })).proxy?.host).toBe('own');
    expect((await read(file, env)).proxy?.host).toBe('file');
    expect((await read('', env)).proxy?.host).toBe('env');
    expect((await read('', { https_proxy: 'http://lower:3' })).proxy?.host).toBe('lower');
    expect((await read('')).proxy).toBeUndefined();
  });
});

describe('the host of an address', () => {
  it.each([
    ['sparse+https://index.crates.io/', 'index.crates.io', 443],
    ['registry+https://github.com/x/y', 'github.com', 443],
    ['git+https://git.example:444/x?branch=a#0123', 'git.example', 444],
    ['http://127.0.0.1:80/', '127.0.0.1', 80],
  ])('is read from %s', (address, host, port) => {
    expect(destinationOf(address, false)).toEqual({ host, port, mayBeInner: false });
  });

  it.each(['git+ssh://git@github.com/x', 'https://u@h/', 'file:///x', 'https://', 'x', 7, undefined])(
    'is none for %s',
    (address) => expect(destinationOf(address, true)).toBeUndefined(),
  );
});
