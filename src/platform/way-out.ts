// The one way from a box without network to the outside: a SOCKS5 server (RFC 1928) on a unix socket. Each connection's
// host and port are judged by the caller's policy; names are resolved here, once, and never inside the box.
import { lookup } from 'node:dns/promises';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import type { LookupFunction, Socket } from 'node:net';
import { connect, createServer, isIP } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { messageOf } from '../errors.js';
import type { HttpProxy } from './http-proxy.js';
import { isExcepted, openTunnel } from './http-proxy.js';
import { isInnerAddress } from './network-addresses.js';

export type Verdict =
  | { kind: 'refused'; reason: string }
  | { kind: 'allowed'; /** Its address may be the runner's own network. */ mayBeInner: boolean };

/** What became of one connection. */
export interface Connection {
  /** As it was asked for: untrusted text. */
  host: string;
  port: number;
  /** Why it was not made, or was cut; absent otherwise. */
  refused?: string;
  sentBytes: number;
  receivedBytes: number;
}

export interface WayOutOptions {
  judge: (host: string, port: number) => Promise<Verdict>;
  /** The runner's own proxy, through which everything goes that it does not except. */
  proxy?: HttpProxy;
  limits: WayOutLimits;
  /** Called once for each connection, when it is over. */
  onConnection: (connection: Connection) => void;
}

interface WayOut extends AsyncDisposable {
  /** On the host, in a folder that only we can enter: whoever reaches it can use the way out. */
  socketPath: string;
}

interface WayOutLimits {
  /** Of all connections together, both directions. */
  totalBytes: number;
  /** Open at the same time. */
  connections: number;
  /** Without a byte in either direction. */
  idleMs: number;
}

/** Replies of RFC 1928, section 6, each followed by an empty address. */
const SUCCEEDED = 0;
const NOT_ALLOWED = 2;
const HOST_UNREACHABLE = 4;
const CONNECT = 1;
const IPV4 = 1;
const DOMAIN = 3;

/**
 * Opens the way out; disposing of it ends every connection, and throws what `judge` or `onConnection` threw.
 * @throws Error when the socket cannot be made
 */
export async function openWayOut(options: WayOutOptions): Promise<WayOut> {
  const open = new Set<Socket>();
  const serving = new Set<Promise<void>>();
  const failures: unknown[] = [];
  const traffic = { bytes: 0 };
  const server = createServer((client) => {
    open.add(client);
    client.on('close', () => open.delete(client));
    const served = serve(client, options, traffic)
      .catch((error: unknown) => {
        failures.push(error);
        client.destroy();
      })
      .finally(() => serving.delete(served));
    serving.add(served);
  });
  server.maxConnections = options.limits.connections;
  // Not in the run's own folder: a socket's path has 107 bytes at most, and RUNNER_TEMP can be long.
  const folder = await mkdtemp(path.join(tmpdir(), 'ferrule-net-'));
  const socketPath = path.join(folder, 'way-out.sock');
  await new Promise<void>((resolve, reject) => {
    server.on('error', reject);
    server.listen(socketPath, resolve);
  });
  await chmod(socketPath, 0o666); // the box may run under another uid; the folder keeps others out
  return {
    socketPath,
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy();
      await Promise.all([...serving, new Promise((resolve) => server.close(resolve))]);
      await rm(folder, { recursive: true, force: true });
      if (failures.length > 0) throw failures[0];
    },
  };
}

async function serve(client: Socket, options: WayOutOptions, traffic: { bytes: number }): Promise<void> {
  const { limits, onConnection } = options;
  client.on('error', () => client.destroy()); // cargo hangs up when it is done
  client.setTimeout(limits.idleMs, () => client.destroy());
  const gone = new AbortController();
  client.on('close', () => gone.abort());
  const wanted = await readRequest(client).catch(() => undefined);
  if (wanted === undefined) return void client.destroy();
  const connection: Connection = { ...wanted, sentBytes: 0, receivedBytes: 0 };
  const refuse = (reply: number, reason: string) => {
    client.end(replyOf(reply));
    onConnection({ ...connection, refused: reason });
  };
  const verdict = await options.judge(wanted.host, wanted.port);
  if (verdict.kind === 'refused') return refuse(NOT_ALLOWED, verdict.reason);
  let remote: Socket;
  try {
    remote = await reach(wanted, verdict.mayBeInner, options.proxy, gone.signal);
  } catch (error) {
    return refuse(HOST_UNREACHABLE, messageOf(error));
  }
  remote.on('error', () => client.destroy());
  for (const socket of [client, remote])
    socket.on('data', (chunk: Buffer) => {
      traffic.bytes += chunk.length;
      if (traffic.bytes <= limits.totalBytes) return;
      connection.refused = `more than ${limits.totalBytes} bytes in one command`;
      client.destroy();
    });
  client.write(replyOf(SUCCEEDED));
  await pipeline(client, remote, client).catch(() => undefined); // either side may hang up at any time
  remote.destroy();
  onConnection({ ...connection, sentBytes: remote.bytesWritten, receivedBytes: remote.bytesRead });
}

/** Speaks the handshake. @returns the destination, or `undefined` for what is not a request to connect to a name or IPv4 */
async function readRequest(client: Socket): Promise<{ host: string; port: number } | undefined> {
  const [version, methods = 0] = await readBytes(client, 2);
  if (version !== 5) return undefined;
  await readBytes(client, methods);
  client.write(Buffer.from([5, 0])); // no authentication: the socket is reachable from the box alone
  const [, command, , addressType, length = 0] = await readBytes(client, 5);
  if (command !== CONNECT || (addressType !== DOMAIN && addressType !== IPV4)) return undefined;
  const rest = await readBytes(client, (addressType === DOMAIN ? length : 3) + 2);
  const address = rest.subarray(0, -2);
  // For IPv4 the byte read as a length is the address's first. Latin-1 keeps every byte visible to the policy.
  const host = addressType === DOMAIN ? address.toString('latin1') : [length, ...address].join('.');
  return { host, port: rest.readUInt16BE(rest.length - 2) };
}

/** Exactly so many bytes; the rest stays in the stream. @throws Error when it ends before */
async function readBytes(client: Socket, count: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  for (let missing = count; missing > 0;) {
    // Only what is there: waiting for `readable` with bytes left in the stream would go round without end.
    const bytes = client.read(Math.min(missing, client.readableLength)) as Buffer | null;
    if (bytes !== null && bytes.length > 0) {
      parts.push(bytes);
      missing -= bytes.length;
      continue;
    }
    if (client.readableEnded || client.destroyed) throw new Error('ended within a request');
    await new Promise<void>((resolve) => {
      const over = () => {
        for (const event of ['readable', 'end', 'close']) client.off(event, over);
        resolve();
      };
      for (const event of ['readable', 'end', 'close']) client.on(event, over);
    });
  }
  return Buffer.concat(parts);
}

function replyOf(reply: number): Buffer {
  return Buffer.from([5, reply, 0, IPV4, 0, 0, 0, 0, 0, 0]);
}

/**
 * Connects to a destination that the policy allowed. Behind a proxy the name is resolved there, so its address is not
 * judged here.
 * @throws Error saying why not
 */
async function reach(
  { host, port }: { host: string; port: number },
  mayBeInner: boolean,
  proxy: HttpProxy | undefined,
  signal: AbortSignal,
): Promise<Socket> {
  if (proxy !== undefined && !isExcepted(proxy, host, port)) return openTunnel(proxy, host, port, signal);
  const family = isIP(host);
  const addresses = family === 0 ? await lookup(host, { all: true }) : [{ address: host, family }];
  if (!mayBeInner && addresses.some(({ address }) => isInnerAddress(address)))
    throw new Error('its address belongs to a private network');
  return new Promise((resolve, reject) => {
    // Handing over the judged addresses leaves no second look-up that could answer otherwise.
    const answer: LookupFunction = (_, __, done) => done(null, addresses);
    const socket = connect({ host, port, autoSelectFamily: true, lookup: answer, signal });
    socket.once('connect', () => resolve(socket));
    socket.once('error', reject);
  });
}
