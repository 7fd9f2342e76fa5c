// What one command in the NET box is given to reach registries: a socket to the way out, the list of hosts it lets
// through, certificates. How the box is built is sandbox's, how a connection is made is platform's.
import { lstat, readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import type { Connection } from '../platform/way-out.js';
import { openWayOut } from '../platform/way-out.js';
import type { Destination, Mount } from '../sandbox/sandbox.js';
import { judgeDestination } from '../sandbox/sandbox.js';
import type { LockedPackage } from './lock-file.js';
import { isCratesIo } from './lock-file.js';
import type { RunnerCargo } from './runner-cargo.js';
import { destinationOf } from './runner-cargo.js';

export interface RegistryTerms {
  runner: RunnerCargo;
  /** Hosts that the base's lock file names: see lockedDestinations. */
  locked: readonly Destination[];
  /** Takes a line for the log for each connection. */
  say: (line: string) => void;
}

interface RegistryAccess extends AsyncDisposable {
  mounts: Mount[];
  env: Record<string, string>;
  /** What was refused, for people and the model, a line each. */
  refusals: () => string[];
}

const BOX_SOCKET = '/way-out.sock';
/** Above the largest dependency trees known; below what a runner's disk bears. */
const LIMITS = { totalBytes: 4 * 1024 ** 3, connections: 64, idleMs: 60_000 };
const MAX_INDEX_CONFIG_BYTES = 64 * 1024;

/**
 * Opens the way out for one command.
 * @param cargoHome that of the boxes, on the host
 */
export async function openRegistryAccess(terms: RegistryTerms, cargoHome: string): Promise<RegistryAccess> {
  const { runner, locked } = terms;
  const registries = [...runner.destinations, ...locked];
  const refused = new Set<string>();
  const wayOut = await openWayOut({
    judge: async (host, port) => {
      const verdict = judgeDestination(host, port, registries);
      // An index may name another host for downloads, which is known once cargo has asked it.
      return verdict.kind === 'allowed'
        ? verdict
        : judgeDestination(host, port, [...registries, ...(await downloadHosts(cargoHome, registries))]);
    },
    ...(runner.proxy === undefined ? {} : { proxy: runner.proxy }),
    limits: LIMITS,
    onConnection: (connection) => {
      terms.say(describeConnection(connection));
      if (connection.refused !== undefined) refused.add(describeConnection(connection));
    },
  });
  return {
    mounts: [{ host: wayOut.socketPath, box: BOX_SOCKET, writable: true }, ...certificateMounts(runner.certificates)],
    // cargo's own libcurl (as of 7.84) takes a SOCKS5 proxy on a unix socket; `h`: names are resolved by the proxy.
    env: { ...runner.certificates, CARGO_HTTP_PROXY: `socks5h://localhost${BOX_SOCKET}` },
    refusals: () => [...refused],
    [Symbol.asyncDispose]: () => wayOut[Symbol.asyncDispose](),
  };
}

/**
 * The hosts that the base's lock file names besides crates.io: other registries and git, by https only. Their addresses
 * must be public, since a repository names them.
 */
export function lockedDestinations(packages: readonly LockedPackage[]): Destination[] {
  const found = new Map<string, Destination>();
  for (const { source } of packages) {
    if (source === undefined || isCratesIo(source) || !/^(registry|sparse|git)\+https:/.test(source)) continue;
    const destination = destinationOf(source, false);
    if (destination !== undefined) found.set(`${destination.host}:${destination.port}`, destination);
  }
  return [...found.values()];
}

/**
 * Hosts that indexes name for downloads: `dl` of the `config.json` that cargo keeps of each. crates.io's are fixed. Only
 * what the runner named itself may be of its own network.
 */
async function downloadHosts(cargoHome: string, registries: readonly Destination[]): Promise<Destination[]> {
  const index = path.join(cargoHome, 'registry', 'index');
  const found: Destination[] = [];
  for (const folder of await readdir(index).catch(() => [])) {
    const registry = registries.find(({ host }) => host !== 'index.crates.io' && folder.startsWith(`${host}-`));
    const file = path.join(index, folder, 'config.json');
    const facts = registry && (await lstat(file).catch(() => undefined)); // not there before cargo has asked
    if (facts?.isFile() !== true || facts.size > MAX_INDEX_CONFIG_BYTES) continue;
    const address = /"dl"\s*:\s*"([^"\\]+)"/.exec(await readFile(file, 'utf8'))?.[1];
    const destination = destinationOf(address, false);
    if (destination === undefined) continue;
    const isOwn = registries.some(({ host, mayBeInner }) => mayBeInner && host === destination.host);
    found.push({ ...destination, mayBeInner: isOwn });
  }
  return found;
}

function describeConnection({ host, port, refused, sentBytes, receivedBytes }: Connection): string {
  const where = `${host.replace(/[^\w.:-]/g, '?').slice(0, 100)}:${port}`;
  return refused === undefined
    ? `Network: ${where}, ${sentBytes} bytes sent, ${receivedBytes} received.`
    : `Network: ${where} refused: ${refused}.`;
}

function certificateMounts(env: Readonly<Record<string, string>>): Mount[] {
  return Object.values(env)
    .filter((value) => path.isAbsolute(value) && !value.startsWith('/usr/') && !value.startsWith('/etc/ssl/'))
    .map((value) => ({ host: value, box: value, writable: false }));
}
