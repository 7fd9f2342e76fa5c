// git over HTTP from loopback: git's own http-backend behind a check of the credentials, as a hosted repository has it.
import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';

export interface GitServer extends AsyncDisposable {
  url: string;
  /** The authorization header of each request, in order; empty where there was none. */
  authorizations: string[];
}

/** Serves one bare repository. `mayRead` and `mayWrite` judge the authorization header. */
export async function startGitServer(
  bare: string,
  policy: {
    mayRead?: (authorization: string) => boolean;
    mayWrite?: (authorization: string) => boolean;
    /** A status to answer with instead; `afterwards`: once the request was carried out. */
    fault?: (path: string) => { status: number; afterwards?: boolean } | undefined;
  },
): Promise<GitServer> {
  const authorizations: string[] = [];
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const authorization = request.headers.authorization ?? '';
    authorizations.push(authorization);
    const isWrite = url.pathname.endsWith('git-receive-pack') || url.search.includes('git-receive-pack');
    const isAllowed = (isWrite ? policy.mayWrite : policy.mayRead) ?? (() => true);
    if (!isAllowed(authorization)) {
      response.writeHead(403, { 'content-type': 'text/plain' }).end('Write access to repository not granted.\n');
      return;
    }
    const fault = policy.fault?.(`${url.pathname}${url.search}`);
    if (fault && !fault.afterwards) {
      response.writeHead(fault.status).end();
      return;
    }
    const backend = spawn('git', ['http-backend'], {
      env: {
        PATH: process.env.PATH,
        GIT_PROJECT_ROOT: path.dirname(bare),
        GIT_HTTP_EXPORT_ALL: '1',
        GIT_CONFIG_GLOBAL: '/dev/null',
        PATH_INFO: url.pathname,
        QUERY_STRING: url.search.slice(1),
        REQUEST_METHOD: request.method ?? 'GET',
        CONTENT_TYPE: request.headers['content-type'] ?? '',
        HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
        HTTP_GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
        REMOTE_USER: 'test',
        REMOTE_ADDR: '127.0.0.1',
      },
    });
    const chunks: Buffer[] = [];
    request.pipe(backend.stdin);
    backend.stdin.on('error', () => undefined);
    backend.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    backend.on('close', () => {
      if (fault) {
        response.writeHead(fault.status).end();
        return;
      }
      const output = Buffer.concat(chunks);
      const end = output.indexOf('\r\n\r\n');
      const headers = output.subarray(0, end).toString().split('\r\n');
      const status = headers.find((line) => line.startsWith('Status: '));
      for (const line of headers.filter((header) => header !== status)) {
        const [name = '', value = ''] = line.split(/: (.*)/s);
        if (name !== '') response.setHeader(name, value);
      }
      response.writeHead(status ? Number(status.slice(8, 11)) : 200).end(output.subarray(end + 4));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/${path.basename(bare)}`,
    authorizations,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
