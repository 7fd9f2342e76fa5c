// The way out of the NET box, spoken to byte by byte over its real socket, with real servers on loopback behind it.
import { stat } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import type { AddressInfo, Server, Socket } from 'node:net';
import { connect, createServer } from 'node:net';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readHttpProxy } from '../../src/platform/http-proxy.js';
import type { Connection, WayOutOptions } from '../../src/platform/way-out.js';
import { openWayOut } from '../../src/platform/way-out.js';
import { askSocks, socksRequest, take } from '../support/socks-client.js';

let echo: Server;
let port: number;
const open = new Set<Socket>();
beforeAll(async () => {
  echo = createServer((socket) => {
    open.add(socket);
    socket.on('error', () => undefined);
    socket.pipe(socket);
  });
  await new Promise<void>((resolve) => echo.listen(0, '127.0.0.1', resolve));
  port = (echo.address() as AddressInfo).port;
});
afterAll(async () => {
  for (const socket of open) socket.destroy();
  await new Promise((resolve) => echo.close(resolve));
});

/** A way out that allows everything, inner addresses too, unless told otherwise. */
async function wayOut(more: Partial<WayOutOptions> = {}) {
  const connections: Connection[] = [];
  const asked: string[] = [];
  const running = await openWayOut({
    judge: (host, to) => {
      asked.push(`${host}:${to}`);
      return Promise.resolve({ kind: 'allowed', mayBeInner: true });
    },
    limits: { totalBytes: 1_000_000, connections: 4, idleMs: 10_000 },
    onConnection: (connection) => connections.push(connection),
    ...more,
  });
  return { ...running, connections, asked };
}

describe('the way out', () => {
  it('connects to what the policy allows and carries bytes both ways, counted', async () => {
    const way = await wayOut();
    const { reply, socket } = await askSocks(way.socketPath, socksRequest('localhost', port));
    expect(reply).toBe(0);
    socket.write('hello');
    expect((await take(socket, 5))?.toString()).toBe('hello');
    socket.end();
    await way[Symbol.asyncDispose]();
    expect(way.asked).toEqual([`localhost:${port}`]);
    expect(way.connections).toEqual([{ host: 'localhost', port, sentBytes: 5, receivedBytes: 5 }]);
  });

  it('is a socket in a folder that nobody else can enter', async () => {
    const way = await wayOut();
    expect((await stat(path.dirname(way.socketPath))).mode & 0o777).toBe(0o700);
    await way[Symbol.asyncDispose]();
  });

  it('understands a request that arrives byte by byte, and an IPv4 address', async () => {
    const way = await wayOut();
    const slow = await askSocks(way.socketPath, socksRequest('localhost', port), 1);
    const literal = await askSocks(way.socketPath, socksRequest('127.0.0.1', port, 'ipv4'));
    expect([slow.reply, literal.reply]).toEqual([0, 0]);
    expect(way.asked).toEqual([`localhost:${port}`, `127.0.0.1:${port}`]);
    await way[Symbol.asyncDispose]();
  });

  it('tells what the policy refuses and connects to nothing', async () => {
    const way = await wayOut({ judge: () => Promise.resolve({ kind: 'refused', reason: 'not today' }) });
    const before = open.size;
    const { reply } = await askSocks(way.socketPath, socksRequest('localhost', port));
    expect(reply).toBe(2);
    expect(way.connections).toEqual([
      { host: 'localhost', port, refused: 'not today', sentBytes: 0, receivedBytes: 0 },
    ]);
    expect(open.size).toBe(before);
    await way[Symbol.asyncDispose]();
  });

  it('shows the policy every byte of a name, also NUL and what is no ASCII', async () => {
    const way = await wayOut({
      judge: (host) => Promise.resolve({ kind: 'refused', reason: JSON.stringify(host) }),
    });
    await askSocks(way.socketPath, socksRequest('a\0b', 443));
    await askSocks(way.socketPath, socksRequest('ä.example', 443));
    await askSocks(way.socketPath, socksRequest('', 443));
    expect(way.connections.map(({ refused }) => refused)).toEqual(['"a\\u0000b"', '"ä.example"', '""']);
    await way[Symbol.asyncDispose]();
  });

  it('refuses a name whose address is of the runner’s own network, where the policy asks for a public one', async () => {
    const way = await wayOut({ judge: () => Promise.resolve({ kind: 'allowed', mayBeInner: false }) });
    const before = open.size;
    const { reply } = await askSocks(way.socketPath, socksRequest('localhost', port));
    expect(reply).toBe(4);
    expect(way.connections[0]?.refused).toBe('its address belongs to a private network');
    expect(open.size).toBe(before);
    await way[Symbol.asyncDispose]();
  });

  it.each([
    ['another version', Buffer.from([4, 1, 0, 80, 127, 0, 0, 1, 0])],
    ['HTTP', Buffer.from('CONNECT index.crates.io:443 HTTP/1.1\r\n\r\n')],
  ])('hangs up on a greeting in %s', async (_, greeting) => {
    const way = await wayOut();
    const socket = connect(way.socketPath);
    socket.write(greeting);
    expect(await take(socket, 1)).toBeUndefined();
    expect(way.asked).toEqual([]);
    await way[Symbol.asyncDispose]();
  });

  it.each([
    ['listen', socksRequest('localhost', 80, 'name', 2)],
    ['send datagrams', socksRequest('localhost', 80, 'name', 3)],
    ['connect to an IPv6 address', socksRequest('::1', 80, 'ipv6')],
  ])('hangs up on a request to %s', async (_, request) => {
    const way = await wayOut();
    expect((await askSocks(way.socketPath, request)).reply).toBeUndefined();
    expect(way.asked).toEqual([]);
    await way[Symbol.asyncDispose]();
  });

  it('cuts what goes on beyond the limit of bytes, of all connections together', async () => {
    const way = await wayOut({ limits: { totalBytes: 1_000, connections: 4, idleMs: 10_000 } });
    for (let i = 0; i < 2; i++) {
      const { socket } = await askSocks(way.socketPath, socksRequest('localhost', port));
      socket.write(Buffer.alloc(300));
      expect((await take(socket, 300))?.length).toBe(i === 0 ? 300 : undefined);
    }
    await way[Symbol.asyncDispose]();
    expect(way.connections.map(({ refused }) => refused).sort()).toEqual([
      'more than 1000 bytes in one command',
      undefined,
    ]);
  });

  it('hangs up on a connection without traffic', async () => {
    const way = await wayOut({ limits: { totalBytes: 1_000, connections: 4, idleMs: 50 } });
    const { socket } = await askSocks(way.socketPath, socksRequest('localhost', port));
    expect(await take(socket, 1)).toBeUndefined();
    await way[Symbol.asyncDispose]();
  });

  it('holds no more connections than its limit', async () => {
    const way = await wayOut({ limits: { totalBytes: 1_000, connections: 1, idleMs: 10_000 } });
    const first = await askSocks(way.socketPath, socksRequest('localhost', port));
    const second = await askSocks(way.socketPath, socksRequest('localhost', port));
    expect([first.reply, second.reply]).toEqual([0, undefined]);
    await way[Symbol.asyncDispose]();
  });

  it('is gone with every connection when it is disposed of', async () => {
    const way = await wayOut();
    const { socket } = await askSocks(way.socketPath, socksRequest('localhost', port));
    await way[Symbol.asyncDispose]();
    expect(await take(socket, 1)).toBeUndefined();
    await expect(stat(path.dirname(way.socketPath))).rejects.toThrow('ENOENT');
  });

  it('hands over what its policy throws, instead of ending the process', async () => {
    const way = await wayOut({ judge: () => Promise.reject(new Error('a defect')) });
    expect((await askSocks(way.socketPath, socksRequest('localhost', port))).reply).toBeUndefined();
    await expect(way[Symbol.asyncDispose]()).rejects.toThrow('a defect');
  });
});

describe('behind the runner’s proxy', () => {
  const tunnels: string[] = [];
  const proxy = createHttpServer();
  let address = '';
  beforeAll(async () => {
    proxy.on('connect', (request, socket: Socket) => {
      tunnels.push(request.url ?? '');
      socket.on('error', () => undefined);
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      socket.pipe(connect(port, '127.0.0.1')).pipe(socket);
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    address = `http://ada:secret@127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  });
  afterAll(() => new Promise((resolve) => proxy.close(resolve)));

  it('goes through it by name, without looking the name up, and the box learns nothing of it', async () => {
    const way = await wayOut({ proxy: readHttpProxy(address, '') });
    const { reply, socket } = await askSocks(way.socketPath, socksRequest('no-such-host.invalid', 443));
    socket.write('hello');
    expect([reply, (await take(socket, 5))?.toString()]).toEqual([0, 'hello']);
    expect(tunnels).toEqual(['no-such-host.invalid:443']);
    await way[Symbol.asyncDispose]();
  });

  it('goes past it to what NO_PROXY names', async () => {
    tunnels.length = 0;
    const way = await wayOut({ proxy: readHttpProxy(address, 'localhost') });
    expect((await askSocks(way.socketPath, socksRequest('localhost', port))).reply).toBe(0);
    expect(tunnels).toEqual([]);
    await way[Symbol.asyncDispose]();
  });
});
