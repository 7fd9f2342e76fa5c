// A proxy on loopback that takes CONNECT only, and behind it a TLS server of a name that exists nowhere, which passes
// requests on to a plain server. Its certificate is made with openssl and lies in a file.
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createServer, request as httpRequest } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { connect, type AddressInfo } from 'node:net';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface Tunnel extends AsyncDisposable {
  /** For `HTTPS_PROXY`. */
  proxyUrl: string;
  /** For `NODE_EXTRA_CA_CERTS`. */
  certificate: string;
  /** The targets that were asked of the proxy, `host:port`. */
  targets: string[];
}

/**
 * @param host the name that the certificate is for
 * @param upstream address of the plain server; the proxy refuses every tunnel when absent
 * @param dir where key and certificate are written
 */
export async function openTunnel(host: string, upstream: string | undefined, dir: string): Promise<Tunnel> {
  const [key, certificate] = [path.join(dir, 'key.pem'), path.join(dir, 'certificate.pem')];
  const names = ['-subj', `/CN=${host}`, '-addext', `subjectAltName=DNS:${host}`];
  await run('openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'],
    ...['-keyout', key, '-out', certificate],
    ...names,
  ]);
  const options = { key: await readFile(key), cert: await readFile(certificate) };
  const server = createTlsServer(options, (request, response) => {
    const { method, url = '/' } = request;
    const headers = { ...request.headers };
    delete headers.host; // the tunnel's; the plain server has a name of its own
    const onward = httpRequest(new URL(url, upstream), { method, headers }, (reply) => {
      response.writeHead(reply.statusCode ?? 500, reply.headers);
      reply.pipe(response);
    });
    onward.on('error', () => response.destroy());
    request.pipe(onward);
  });
  const tlsPort = await listen(server);
  const targets: string[] = [];
  const proxy = createServer((_request, response) => response.writeHead(405).end());
  proxy.on('connect', (request, socket, head) => {
    targets.push(request.url ?? '');
    if (upstream === undefined) return socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
    const onward = connect(tlsPort, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      onward.write(head);
      onward.pipe(socket).pipe(onward);
    });
    for (const end of [onward, socket]) end.on('error', () => [onward, socket].forEach((each) => each.destroy()));
  });
  const proxyPort = await listen(proxy);
  return {
    proxyUrl: `http://127.0.0.1:${proxyPort}`,
    certificate,
    targets,
    [Symbol.asyncDispose]() {
      for (const each of [server, proxy]) {
        each.closeAllConnections();
        each.close();
      }
      return Promise.resolve();
    },
  };
}

async function listen(server: ReturnType<typeof createServer>): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}
