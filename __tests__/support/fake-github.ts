// GitHub on loopback: one repository with pull requests, comments, labels, reviewers and drafts. Each request is checked
// against GitHub's own descriptions (REST and GraphQL); branches are read from a real bare repository when one is given.
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answerGraphql } from './fake-github-graphql.js';
import { FakeRepository, type FakeComment, type FakePull, type FakeRepositoryOptions } from './fake-github-state.js';
import { loadOpenApi } from './openapi.js';

export interface FakeGitHubOptions extends FakeRepositoryOptions {
  /** The token that is accepted, and the login behind it. */
  token?: string;
  login?: string;
  /** Other tokens that are accepted, with the logins behind them. */
  otherTokens?: Readonly<Record<string, string>>;
  /** True: below `/api`, as an enterprise server has its API. */
  isEnterprise?: boolean;
  /** False: GraphQL refuses `viewer`, as it does for some tokens. */
  tellsViewer?: boolean;
  /** Called with each request before it is answered. */
  heard?: () => void;
}

export interface RecordedRequest {
  method: string;
  path: string;
  query: Record<string, string>;
  body: unknown;
  /** When it came, by a clock that never jumps. */
  atMs: number;
}

export interface Fault {
  method: string;
  /** Compared with the path without the query. */
  path: RegExp;
  status: number;
  body?: unknown;
  headers?: Record<string, string>;
  /** How many such requests it lets through first; 0 when absent. */
  after?: number;
  /** How many requests it hits; 1 when absent. */
  times?: number;
  /** The request is carried out and then answered with the fault, as a gateway's error can hide a success. */
  afterwards?: boolean;
}

export interface FakeGitHub extends AsyncDisposable {
  /** For GITHUB_API_URL. */
  url: string;
  token: string;
  login: string;
  repository: FakeRepository;
  pulls: FakePull[];
  comments: FakeComment[];
  requests: RecordedRequest[];
  /** What requests did that GitHub's descriptions do not allow. Disposal throws when any are left here. */
  violations: string[];
  fail(fault: Fault): void;
  /** From now on nothing fails. */
  mend(): void;
}

interface Answer {
  status: number;
  body: unknown;
  headers?: Record<string, string>;
}

export async function startFakeGitHub(options: FakeGitHubOptions = {}): Promise<FakeGitHub> {
  const { token = 'ghs_token', login = 'github-actions[bot]', tellsViewer = true, isEnterprise = false } = options;
  const openApi = loadOpenApi();
  const repository = new FakeRepository(options);
  const requests: RecordedRequest[] = [];
  const violations: string[] = [];
  const faults: Fault[] = [];

  const logins = new Map([[token, login], ...Object.entries(options.otherTokens ?? {})]);

  async function answer(method: string, url: URL, body: unknown, login: string): Promise<Answer> {
    if (url.pathname === '/graphql') return answerGraphql(body, { repository, login, tellsViewer, violations });
    const request = openApi.match(method, url, body);
    if (!request) {
      violations.push(`${method} ${url.pathname} is not in the excerpt of GitHub's description`);
      return { status: 404, body: { message: 'Not Found' } };
    }
    if (request.violations.length > 0) {
      violations.push(...request.violations.map((text) => `${request.operationId}: ${text}`));
      return { status: 422, body: { message: `Validation Failed: ${request.violations.join('; ')}` } };
    }
    const reply = await repository.answer(request.operationId, request.parameters, body, login);
    const wrong = openApi.checkResponse(request.operationId, reply.status, reply.body);
    violations.push(...wrong.map((text) => `${request.operationId}: ${text}`));
    return reply;
  }

  async function respond(request: IncomingMessage): Promise<Answer> {
    const url = new URL(request.url ?? '/', 'http://localhost');
    if (isEnterprise) url.pathname = url.pathname.replace(/^\/api(\/v3(?=\/)|(?=\/graphql$))/, '');
    const method = request.method ?? 'GET';
    const text = await readBody(request);
    const body: unknown = text === '' ? undefined : JSON.parse(text);
    const query = Object.fromEntries(url.searchParams);
    requests.push({ method, path: url.pathname, query, body, atMs: performance.now() });
    options.heard?.();
    const sender = logins.get(/^(?:token|Bearer) (.*)$/.exec(request.headers.authorization ?? '')?.[1] ?? '');
    if (sender === undefined) return { status: 401, body: { message: 'Bad credentials' } };
    const fault = faults.find((one) => (one.times ?? 1) > 0 && one.method === method && one.path.test(url.pathname));
    if (!fault) return answer(method, url, body, sender);
    if ((fault.after ?? 0) > 0) {
      fault.after = (fault.after ?? 0) - 1;
      return answer(method, url, body, sender);
    }
    fault.times = (fault.times ?? 1) - 1;
    if (fault.afterwards) await answer(method, url, body, sender);
    return { status: fault.status, body: fault.body ?? { message: 'Injected fault' }, headers: fault.headers ?? {} };
  }

  const server = createServer((request, response) => {
    respond(request).then(
      ({ status, body, headers = {} }) => {
        const next = headers.link?.replaceAll(
          '{url}',
          `http://${request.headers.host ?? ''}${isEnterprise ? '/api/v3' : ''}`,
        );
        response.writeHead(status, { 'content-type': 'application/json', ...headers, ...(next && { link: next }) });
        response.end(body === undefined ? '' : JSON.stringify(body));
      },
      (error: unknown) => {
        violations.push(`the double itself failed: ${String(error)}`);
        response.writeHead(500).end('{}');
      },
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${isEnterprise ? '/api/v3' : ''}`,
    token,
    login,
    repository,
    pulls: repository.pulls,
    comments: repository.comments,
    requests,
    violations,
    fail: (fault) => void faults.push({ times: 1, ...fault }),
    mend: () => void faults.splice(0),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      if (violations.length > 0) throw new Error(`GitHub would not take these requests:\n${violations.join('\n')}`);
    },
  };
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
