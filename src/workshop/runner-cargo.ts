// Reads the runner's own cargo configuration (never the repository's): which registry stands in for crates.io, which
// others it names, its proxy and certificates. Of that, cargo in a box gets the registries' addresses and nothing else.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parse, stringify } from 'smol-toml';
import { UserError, messageOf } from '../errors.js';
import type { HttpProxy } from '../platform/http-proxy.js';
import { readHttpProxy } from '../platform/http-proxy.js';
import type { Destination } from '../sandbox/sandbox.js';
import type { Table } from './manifest-tests.js';
import { asTable } from './manifest-tests.js';

export interface RunnerCargo {
  /** The runner's `CARGO_HOME`, from which what the base has locked is seeded. */
  home: string | undefined;
  /** A configuration for cargo in a box: `[source]` and `[registries]`, addresses only. */
  config: string;
  /** Hosts of the registries: those of crates.io, or of what replaces it, and every other one the runner names. */
  destinations: readonly Destination[];
  /** Where registry packages of crates.io come from: `index.crates.io`, or the host of what replaces it. */
  cratesIoHost: string;
  proxy?: HttpProxy;
  /** Certificates, as environment for cargo in the NET box; values are paths of the host. */
  certificates: Readonly<Record<string, string>>;
}

/** crates.io's index and downloads, by its own index's `config.json` and cargo's source. */
const CRATES_IO: readonly Destination[] = ['index.crates.io', 'static.crates.io'].map((host) => ({
  host,
  port: 443,
  mayBeInner: false,
}));
const REPLACEMENTS_MAX = 8;
const WHERE = "The runner's cargo configuration";

/**
 * @param environment the action's own
 * @throws UserError when the configuration is no TOML, or replaces crates.io by what a box cannot reach
 */
export async function readRunnerCargo(environment: NodeJS.ProcessEnv): Promise<RunnerCargo> {
  const home = environment.CARGO_HOME || (environment.HOME ? path.join(environment.HOME, '.cargo') : undefined);
  const config = home === undefined ? {} : await readConfig(home);
  const sources = tablesOf(config.source);
  const registries = { ...tablesOf(config.registries), ...registriesOf(environment) };
  const replacement = followReplacements(sources, registries);
  const kept = {
    source: Object.fromEntries(
      Object.entries(sources).flatMap(([name, source]) => {
        const entry = only(source, ['replace-with', 'registry']);
        return entry === undefined ? [] : [[name, entry]];
      }),
    ),
    registries: Object.fromEntries(
      Object.entries(registries).flatMap(([name, registry]) => {
        const entry = only(registry, ['index']);
        return entry === undefined ? [] : [[name, entry]];
      }),
    ),
  };
  const named = [
    ...Object.values(sources).map(({ registry }) => registry),
    ...Object.values(registries).map(({ index }) => index),
  ];
  const own = named.flatMap((url) => destinationOf(url, true) ?? []);
  const proxy = proxyOf(config, environment);
  return {
    home,
    config: stringify(kept),
    destinations: [...(replacement === undefined ? CRATES_IO : []), ...own],
    cratesIoHost: replacement?.host ?? 'index.crates.io',
    ...(proxy === undefined ? {} : { proxy }),
    certificates: certificatesOf(config, environment),
  };
}

/**
 * Host and port of a registry's address as cargo writes it (`sparse+https://…`, `https://…`), or of a download address.
 * @returns `undefined` for another scheme, or when it holds credentials, which no box gets
 */
export function destinationOf(address: unknown, mayBeInner: boolean): Destination | undefined {
  const text = typeof address === 'string' ? address.replace(/^(sparse|registry|git)\+/, '') : '';
  if (!/^https?:\/\//.test(text) || !URL.canParse(text)) return undefined;
  const { protocol, hostname, port, username, password } = new URL(text);
  if (username !== '' || password !== '') return undefined;
  return { host: hostname, port: port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port), mayBeInner };
}

async function readConfig(home: string): Promise<Table> {
  for (const name of ['config', 'config.toml']) {
    // The older name wins where both exist, as with cargo.
    const file = path.join(home, name);
    const text = await readFile(file, 'utf8').catch(() => undefined);
    if (text === undefined) continue;
    try {
      return parse(text);
    } catch (error) {
      throw new UserError(`${WHERE} (CARGO_HOME/${name}) is not valid TOML: ${messageOf(error).split('\n')[0] ?? ''}`);
    }
  }
  return {};
}

/** The registry that stands in for crates.io, if any. */
function followReplacements(
  sources: Record<string, Table>,
  registries: Record<string, Table>,
): Destination | undefined {
  let name: unknown = sources['crates-io']?.['replace-with'];
  if (name === undefined) return undefined;
  for (let i = 0; i < REPLACEMENTS_MAX && typeof name === 'string'; i++) {
    const next = sources[name]?.['replace-with'];
    if (next !== undefined) {
      name = next;
      continue;
    }
    const found = destinationOf(sources[name]?.registry ?? registries[name]?.index, true);
    if (found !== undefined) return found;
    break;
  }
  throw new UserError(
    `${WHERE} replaces crates.io by '${String(name)}', which is not a registry at an http(s) address without credentials. ` +
      'The box that fetches crates reaches such registries only; point [source.crates-io] replace-with to one.',
  );
}

/** `CARGO_REGISTRIES_<NAME>_INDEX`, as cargo reads them. */
function registriesOf(environment: NodeJS.ProcessEnv): Record<string, Table> {
  return Object.fromEntries(
    Object.entries(environment).flatMap(([key, index]) => {
      const name = /^CARGO_REGISTRIES_(\w+)_INDEX$/.exec(key)?.[1];
      return name === undefined || !index ? [] : [[name.toLowerCase().replaceAll('_', '-'), { index }]];
    }),
  );
}

/** The named keys of a table, without an address that a box must not or cannot use. */
function only(table: Table, keys: readonly string[]): Table | undefined {
  const entries = keys.flatMap((key) => {
    const value = table[key];
    if (typeof value !== 'string' || (key !== 'replace-with' && destinationOf(value, true) === undefined)) return [];
    return [[key, value] as const];
  });
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

/** In cargo's order: its own setting, then the environment. */
function proxyOf(config: Table, environment: NodeJS.ProcessEnv): HttpProxy | undefined {
  const own = asTable(config.http).proxy;
  const address =
    environment.CARGO_HTTP_PROXY ||
    (typeof own === 'string' ? own : '') ||
    environment.HTTPS_PROXY ||
    environment.https_proxy;
  if (!address) return undefined;
  return readHttpProxy(address, environment.NO_PROXY || environment.no_proxy || '');
}

function certificatesOf(config: Table, environment: NodeJS.ProcessEnv): Record<string, string> {
  const own = asTable(config.http).cainfo;
  const found: Record<string, string> = {};
  if (typeof own === 'string' && path.isAbsolute(own)) found.CARGO_HTTP_CAINFO = own;
  for (const name of ['SSL_CERT_FILE', 'SSL_CERT_DIR', 'CARGO_HTTP_CAINFO']) {
    const value = environment[name];
    if (value) found[name] = value;
  }
  return found;
}

function tablesOf(value: unknown): Record<string, Table> {
  return Object.fromEntries(Object.entries(asTable(value)).map(([name, table]) => [name, asTable(table)]));
}
