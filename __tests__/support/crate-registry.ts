// A registry with crates of our own on loopback, spoken to in cargo's sparse protocol by the real cargo.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Files } from './temp-repo.js';
import { writeFiles } from './temp-repo.js';

export interface Crate {
  name: string;
  version: string;
  /** Cargo.toml and src/lib.rs at least. */
  files: Files;
  /** Names of other crates of the registry, any version. */
  deps?: readonly string[];
  /** Of `deps`, those that only a feature brings in. */
  optional?: readonly string[];
  features?: Readonly<Record<string, readonly string[]>>;
  /** In place of one made of `files`. */
  archive?: Buffer;
}

export interface CrateRegistry extends AsyncDisposable {
  /** A cargo configuration that puts this registry in the place of crates.io. */
  config: string;
  /** `sparse+http://127.0.0.1:…/` */
  index: string;
  port: number;
  /** Index entries that were asked for, in order. */
  asked: string[];
  /** Answers as the registry does, for a server with another address. */
  answer: RequestListener;
  /** Archives by their path, to be changed or removed by a test. */
  archives: Map<string, Buffer>;
  /** Where the index says archives are: an origin, our own unless set. */
  downloads: string | undefined;
  /** Origin that every index entry is redirected to (302). */
  redirect: string | undefined;
}

export async function crateRegistry(crates: readonly Crate[]): Promise<CrateRegistry> {
  const folder = await mkdtemp(path.join(tmpdir(), 'ferrule-registry-'));
  const archives = new Map<string, Buffer>();
  const index = new Map<string, string>();
  for (const { name, version, files, deps = [], optional = [], features = {}, archive: ready } of crates) {
    const id = `${name}-${version}`;
    const archive = ready ?? (await packed(folder, id, files));
    archives.set(`/dl/${name}/${version}/download`, archive);
    const dependency = {
      req: '*',
      features: [],
      default_features: true,
      target: null,
      kind: 'normal',
    };
    const cksum = createHash('sha256').update(archive).digest('hex');
    const entry = {
      name,
      vers: version,
      deps: deps.map((dep) => ({ name: dep, optional: optional.includes(dep), ...dependency })),
      cksum,
      features,
      yanked: false,
    };
    index.set(indexPath(name), `${index.get(indexPath(name)) ?? ''}${JSON.stringify(entry)}\n`);
  }
  const asked: string[] = [];
  const settings: Pick<CrateRegistry, 'downloads' | 'redirect'> = { downloads: undefined, redirect: undefined };
  const listener: RequestListener = (request, response) => {
    const scheme = 'encrypted' in request.socket ? 'https' : 'http';
    const { pathname, origin } = new URL(request.url ?? '/', `${scheme}://${request.headers.host ?? ''}`);
    if (pathname === '/config.json')
      return void response.end(JSON.stringify({ dl: `${settings.downloads ?? origin}/dl`, api: origin }));
    if (!pathname.startsWith('/dl/')) asked.push(pathname);
    if (settings.redirect !== undefined && !pathname.startsWith('/dl/'))
      return void response.writeHead(302, { location: settings.redirect + pathname }).end();
    const answer = archives.get(pathname) ?? index.get(pathname);
    if (answer === undefined) response.statusCode = 404;
    response.end(answer);
  };
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return Object.assign(settings, {
    asked,
    answer: listener,
    archives,
    port,
    index: `sparse+http://127.0.0.1:${port}/`,
    config: `[source.crates-io]\nreplace-with = "double"\n[source.double]\nregistry = "sparse+http://127.0.0.1:${port}/"\n`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await rm(folder, { recursive: true, force: true });
    },
  });
}

/** An archive as `cargo publish` makes it. */
async function packed(folder: string, id: string, files: Files): Promise<Buffer> {
  await writeFiles(path.join(folder, id), files);
  // The same bytes whenever it is made: two registries of the same crates promise the same checksums.
  await promisify(execFile)('tar', ['--mtime=@0', '--sort=name', '-czf', `${id}.crate`, id], { cwd: folder });
  return readFile(path.join(folder, `${id}.crate`));
}

/** Where a sparse index has the entry of a crate whose name has four letters or more. */
function indexPath(name: string): string {
  return `/${name.slice(0, 2)}/${name.slice(2, 4)}/${name}`;
}
