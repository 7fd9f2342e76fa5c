// crates.io itself, as far as one run can tell: a proxy on loopback, as a company has one, behind which index.crates.io is
// our own registry with a certificate of its own. Unlike a replaced source it also holds for cargo without the network.
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer as createProxy } from 'node:http';
import { createServer } from 'node:https';
import { connect, type AddressInfo, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { crateRegistry, type Crate } from './crate-registry.js';

export interface CratesIoDouble extends AsyncDisposable {
  /** The variables that lead cargo to it. */
  env: { HTTPS_PROXY: string; CARGO_HTTP_CAINFO: string };
}

export async function cratesIoDouble(crates: readonly Crate[]): Promise<CratesIoDouble> {
  const registry = await crateRegistry(crates);
  const folder = await mkdtemp(path.join(tmpdir(), 'ferrule-crates-io-'));
  const [key, certificate] = [path.join(folder, 'key.pem'), path.join(folder, 'certificate.pem')];
  const name = 'index.crates.io';
  await promisify(execFile)('openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'],
    ...['-subj', `/CN=${name}`, '-addext', `subjectAltName=DNS:${name}`, '-keyout', key, '-out', certificate],
  ]);
  const index = createServer({ key: await readFile(key), cert: await readFile(certificate) }, registry.answer);
  const indexPort = await listen(index);
  const open = new Set<Socket>();
  const proxy = createProxy((_, response) => void response.writeHead(405).end());
  proxy.on('connect', (request, client: Socket) => {
    if (request.url !== `${name}:443`) return void client.end('HTTP/1.1 403 Forbidden\r\n\r\n');
    const upstream = connect(indexPort, '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      upstream.pipe(client).pipe(upstream);
    });
    for (const socket of [client, upstream]) open.add(socket.on('error', () => socket.destroy()));
  });
  const proxyPort = await listen(proxy);
  return {
    env: { HTTPS_PROXY: `http://127.0.0.1:${proxyPort}`, CARGO_HTTP_CAINFO: certificate },
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy();
      for (const server of [proxy, index]) await new Promise((resolve) => server.close(resolve));
      await registry[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}
