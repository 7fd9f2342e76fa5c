// The side that reaches registries: cargo's dependency commands run in a shadow of the workspace that holds manifests, the
// lock file and empty stubs for sources, never code or configuration (`cargo fetch` in a real tree runs planted wrappers).
// Only manifests and the lock come back. How registries are reached is registry-access.ts's.
import { lstat, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { CommandEnd } from '../platform/command.js';
import type { Sandbox } from '../sandbox/sandbox.js';
import { cargoEnvironment } from './cargo.js';
import { BOX_PROJECT, registryMounts } from './places.js';
import type { RegistryTerms } from './registry-access.js';
import { openRegistryAccess } from './registry-access.js';
import type { Toolchain } from './toolchain.js';
import type { VendoredSources } from './vendored-sources.js';
import { CHECKSUM_FILE } from './vendored-sources.js';

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
  registries: RegistryTerms;
  /** Crates that lie in the repository; an `exec` shadow then has the replacements and what makes them crates. */
  vendored: VendoredSources | undefined;
}

export interface ShadowRequest {
  args: readonly string[];
  workingDirectory: string;
  box: 'exec' | 'net';
  signal?: AbortSignal;
  /** At most; `MAX_TIMEOUT_MS` ends it in any case. */
  timeoutMs?: number;
}

const MAX_TIMEOUT_MS = 5 * 60_000;

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
  if (request.box === 'exec' && options.vendored !== undefined)
    await addVendored(folder, options.vendored, files, read);
  await mkdir(path.join(folder, request.workingDirectory), { recursive: true });
  const chunks: Buffer[] = [];
  const online = request.box === 'net';
  await using access = online ? await openRegistryAccess(options.registries, options.cargoHome) : undefined;
  const result = await options.sandbox.run({
    command: [options.toolchain.cargo, ...request.args],
    cwd: path.posix.join(BOX_PROJECT, request.workingDirectory),
    mounts: [
      { host: folder, box: BOX_PROJECT, writable: true },
      ...registryMounts(options.cargoHome, online),
      ...(access?.mounts ?? []),
    ],
    env: { ...cargoEnvironment(options.toolchain), ...(access && { ...access.env, CARGO_NET_OFFLINE: 'false' }) },
    box: request.box,
    merged: true,
    timeoutMs: Math.min(request.timeoutMs ?? Infinity, MAX_TIMEOUT_MS),
    ...(request.signal === undefined ? {} : { signal: request.signal }),
    onOutput: (chunk) => chunks.push(chunk),
  });
  const changed = new Map<string, Buffer>();
  const succeeded = result.end.kind === 'exited' && result.end.code === 0;
  const candidates = new Set([...before.keys(), ...lockCandidates(request.workingDirectory)]);
  for (const file of candidates) {
    const now = await readRegular(path.join(folder, file));
    if (now !== undefined && before.get(file)?.equals(now) !== true) changed.set(file, now);
  }
  return {
    end: result.end,
    succeeded,
    text: [
      Buffer.concat(chunks).toString('utf8'),
      ...(access?.refusals() ?? []).map((line) => `[ferrule] ${line}\n`),
    ].join(''),
    durationMs: result.durationMs,
    changed,
  };
}

/** What lets cargo see the vendored crates. Their sources stay stubs: nothing is compiled in a shadow. */
async function addVendored(
  folder: string,
  vendored: VendoredSources,
  files: readonly string[],
  read: (file: string) => Promise<Buffer | undefined>,
): Promise<void> {
  for (const file of files) {
    if (!file.startsWith(`${vendored.folder}/`) || path.posix.basename(file) !== CHECKSUM_FILE) continue;
    const content = await read(file);
    if (content !== undefined) await writeFile(path.join(folder, file), content);
  }
  const config = path.join(folder, vendored.config.path);
  await mkdir(path.dirname(config), { recursive: true });
  await writeFile(config, vendored.config.text);
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

/** @returns `undefined` for what is not there or no regular file: a box could leave a link to a file of the host */
async function readRegular(file: string): Promise<Buffer | undefined> {
  const facts = await lstat(file).catch(() => undefined); // a lock file may not exist
  return facts?.isFile() === true ? readFile(file) : undefined;
}
