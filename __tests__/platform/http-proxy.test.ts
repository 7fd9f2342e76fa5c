// The runner's HTTP proxy, with a real one on loopback.
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { UserError } from '../../src/errors.js';
import { isExcepted, openTunnel, readHttpProxy } from '../../src/platform/http-proxy.js';

describe('the address of a proxy', () => {
  it('is read with host, port and credentials', () => {
    expect(readHttpProxy('http://us%40r:p%3Ass@proxy.corp:3128', '')).toEqual({
      host: 'proxy.corp',
      port: 3128,
      authorization: `Basic ${Buffer.from('us@r:p:ss').toString('base64')}`,
      except: [],
    });
    expect(readHttpProxy('proxy.corp:8080', '')).toEqual({ host: 'proxy.corp', port: 8080, except: [] });
    expect(readHttpProxy('http://[::1]', '')).toEqual({ host: '::1', port: 80, except: [] });
    expect(readHttpProxy('http://a:100%@p', '').authorization).toBe(`Basic ${btoa('a:100%')}`);
  });

  it.each(['https://proxy', 'socks5://proxy:1080', 'http://', 'http://bad host', 'file:///x'])(
    'is refused without repeating it, since it may hold a password: %s',
    (address) => {
      const reading = () => readHttpProxy(address.replace('://', '://user:hunter2@'), '');
      expect(reading).toThrow(UserError);
      expect(reading).not.toThrow('hunter2');
    },
  );
});

describe('NO_PROXY', () => {
  const proxy = readHttpProxy('http://proxy', 'Corp.example, .lan *.wide.example,port.example:8443');
  it.each([
    ['corp.example', 443, true],
    ['a.corp.example', 443, true],
    ['notcorp.example', 443, false],
    ['host.lan', 443, true],
    ['a.wide.example', 443, true],
    ['port.example', 8443, true],
    ['port.example', 443, false],
    ['index.crates.io', 443, false],
  ])('%s:%i is reached directly: %s', (host, port, expected) => expect(isExcepted(proxy, host, port)).toBe(expected));

  it('takes a star for everything', () => {
    expect(isExcepted(readHttpProxy('http://proxy', '*'), 'any.example', 443)).toBe(true);
  });
});

describe('a tunnel', () => {
  const asked: string[] = [];
  const server = createServer((_, response) => response.end());
  let port = 0;
  beforeAll(async () => {
    server.on('connect', (request, socket: Socket) => {
      asked.push(`${request.url ?? ''} ${request.headers['proxy-authorization'] ?? '-'}`);
      if (request.url === 'no.example:443') return void socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
      socket.write('HTTP/1.1 200 OK\r\n\r\nearly ');
      socket.on('data', (chunk) => socket.end(`echo ${chunk.toString()}`));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    port = (server.address() as AddressInfo).port;
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));
  const open = (host: string, signal = new AbortController().signal) =>
    openTunnel(readHttpProxy(`http://ada:secret@127.0.0.1:${port}`, ''), host, 443, signal);

  it('is asked for with the credentials, and carries both directions from the first byte', async () => {
    const socket = await open('index.crates.io');
    socket.write('hello');
    let text = '';
    for await (const chunk of socket) text += String(chunk);
    expect(text).toBe('early echo hello');
    expect(asked).toEqual([`index.crates.io:443 Basic ${btoa('ada:secret')}`]);
  });

  it('that the proxy refuses is told with its status', async () => {
    await expect(open('no.example')).rejects.toThrow("the runner's proxy answered 403");
  });

  it('is given up when nobody waits for it any more', async () => {
    await expect(open('index.crates.io', AbortSignal.abort())).rejects.toThrow('aborted');
  });
});
