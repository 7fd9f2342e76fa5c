// The networked side: cargo's registry commands run in a shadow of the workspace that holds manifests, the lock file and
// empty stubs for sources, never code or configuration (`cargo fetch` in a real tree runs planted wrappers). Only
// manifests and the lock come back.
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { CommandEnd } from '../platform/command.js';
import type { Sandbox } from '../sandbox/sandbox.js';
import { cargoEnvironment } from './cargo.js';
import { BOX_CARGO_HOME, BOX_PROJECT, registryMounts } from './places.js';
import type { Toolchain } from './toolchain.js';

export interface ShadowRun {
  end: CommandEnd;
  succeeded: boolean;
  /** Both streams, as a terminal would show them. */
  text: string;
  durationMs: number;
  /** Manifests and lock files that differ afterwards, with their new bytes. */
  changed: Map<string, Buffer>;
}

export interface ShadowOptions {
  sandbox: Sandbox;
  toolchain: Toolchain;
  cargoHome: string;
  /** A folder of the host for shadows; each is removed after its run. */
  scratch: string;
  /** Trusted network settings of the runner: proxies and certificates. */
  networkEnvironment: Readonly<Record<string, string>>;
}

export interface ShadowRequest {
  args: readonly string[];
  workingDirectory: string;
  box: 'exec' | 'net';
  signal?: AbortSignal;
}

const TIMEOUT_MS = 5 * 60_000;

/** Whether a file belongs into a shadow with its content. */
export function isManifest(file: string): boolean {
  const name = path.posix.basename(file);
  return name === 'Cargo.toml' || name === 'Cargo.lock';
}

/**
 * Runs one cargo command over the manifests alone.
 * @param files every path of the work; manifests are read by `read`, sources become empty stubs so that targets exist
 * @param request.box `net` reaches the registry; `exec` works with what was already fetched
 */
export async function runInShadow(
  options: ShadowOptions,
  files: readonly string[],
  read: (file: string) => Promise<Buffer | undefined>,
  request: ShadowRequest,
): Promise<ShadowRun> {
  const folder = path.join(options.scratch, `shadow-${process.hrtime.bigint()}`);
  try {
    return await runIn(folder, options, files, read, request);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function runIn(
  folder: string,
  options: ShadowOptions,
  files: readonly string[],
  read: (file: string) => Promise<Buffer | undefined>,
  request: ShadowRequest,
): Promise<ShadowRun> {
  const before = new Map<string, Buffer>();
  for (const file of files) {
    const content = isManifest(file) ? await read(file) : file.endsWith('.rs') ? Buffer.alloc(0) : undefined;
    if (content === undefined) continue;
    await mkdir(path.dirname(path.join(folder, file)), { recursive: true });
    await writeFile(path.join(folder, file), content);
    if (isManifest(file)) before.set(file, content);
  }
  await mkdir(path.join(folder, request.workingDirectory), { recursive: true });
  const chunks: Buffer[] = [];
  const online = request.box === 'net';
  const result = await options.sandbox.run({
    command: [options.toolchain.cargo, ...request.args],
    cwd: path.posix.join(BOX_PROJECT, request.workingDirectory),
    mounts: [
      { host: folder, box: BOX_PROJECT, writable: true },
      ...(online
        ? [{ host: options.cargoHome, box: BOX_CARGO_HOME, writable: true }]
        : registryMounts(options.cargoHome)),
      ...certificateMounts(online ? options.networkEnvironment : {}),
    ],
    env: online
      ? { ...cargoEnvironment(options.toolchain), ...options.networkEnvironment, CARGO_NET_OFFLINE: 'false' }
      : cargoEnvironment(options.toolchain),
    box: request.box,
    merged: true,
    timeoutMs: TIMEOUT_MS,
    ...(request.signal === undefined ? {} : { signal: request.signal }),
    onOutput: (chunk) => chunks.push(chunk),
  });
  const changed = new Map<string, Buffer>();
  const succeeded = result.end.kind === 'exited' && result.end.code === 0;
  const candidates = new Set([...before.keys(), ...lockCandidates(request.workingDirectory)]);
  for (const file of candidates) {
    const now = await readFile(path.join(folder, file)).catch(() => undefined); // cargo deletes none; a lock may not exist
    if (now !== undefined && before.get(file)?.equals(now) !== true) changed.set(file, now);
  }
  return {
    end: result.end,
    succeeded,
    text: Buffer.concat(chunks).toString('utf8'),
    durationMs: result.durationMs,
    changed,
  };
}

/** Where the workspace's lock file may lie, nearest first: in the working directory or any folder above it. */
export function lockCandidates(workingDirectory: string): string[] {
  const candidates = ['Cargo.lock'];
  let folder = '';
  for (const part of workingDirectory.split('/').filter((name) => name !== '' && name !== '.')) {
    folder = path.posix.join(folder, part);
    candidates.unshift(path.posix.join(folder, 'Cargo.lock'));
  }
  return candidates;
}

function certificateMounts(env: Readonly<Record<string, string>>) {
  return Object.entries(env)
    .filter(([name, value]) => /CERT|CAINFO/.test(name) && path.isAbsolute(value))
    .filter(([, value]) => !value.startsWith('/usr/') && !value.startsWith('/etc/ssl/'))
    .map(([, value]) => ({ host: value, box: value, writable: false }));
}

/** The runner's settings that a registry client needs, taken by name from its environment. */
export function networkEnvironment(environment: NodeJS.ProcessEnv): Record<string, string> {
  const names = [
    'HTTPS_PROXY',
    'https_proxy',
    'HTTP_PROXY',
    'http_proxy',
    'NO_PROXY',
    'no_proxy',
    'SSL_CERT_FILE',
    'SSL_CERT_DIR',
    'CARGO_HTTP_CAINFO',
  ];
  return Object.fromEntries(names.flatMap((name) => (environment[name] ? [[name, environment[name]]] : [])));
}
