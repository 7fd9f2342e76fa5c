// What `cargo metadata` says of the workspace's own members, asked in the EXEC box without resolving dependencies.
import { z } from 'zod';
import type { Sandbox } from '../sandbox/sandbox.js';
import { cargoEnvironment } from './cargo.js';
import type { Place } from './places.js';
import { BOX_PROJECT, boxPaths, placeMounts } from './places.js';
import type { Toolchain } from './toolchain.js';

const shape = z.object({
  packages: z.array(
    z.object({
      name: z.string(),
      version: z.string(),
      manifest_path: z.string(),
      targets: z.array(z.object({ name: z.string(), kind: z.array(z.string()), src_path: z.string() })),
      dependencies: z.array(z.object({ name: z.string(), req: z.string(), kind: z.string().nullable() })),
      features: z.record(z.string(), z.unknown()),
    }),
  ),
});

/** A member of the workspace; paths are relative to the repository. */
export interface WorkspaceMember {
  name: string;
  version: string;
  manifestPath: string;
  targets: { name: string; kind: string[]; srcPath: string }[];
  dependencies: { name: string; req: string; kind: string | null }[];
  features: string[];
}

const TIMEOUT_MS = 60_000;

/** The members, or none where cargo cannot read the manifests: the first real command then says why. */
export async function workspaceMembers(options: {
  sandbox: Sandbox;
  toolchain: Toolchain;
  cargoHome: string;
  place: Place;
  workingDirectory: string;
}): Promise<WorkspaceMember[]> {
  const result = await options.sandbox.run({
    command: [options.toolchain.cargo, 'metadata', '--no-deps', '--format-version', '1'],
    cwd: options.workingDirectory === '.' ? BOX_PROJECT : `${BOX_PROJECT}/${options.workingDirectory}`,
    mounts: placeMounts(options.place, options.cargoHome),
    env: cargoEnvironment(options.toolchain),
    box: 'exec',
    timeoutMs: TIMEOUT_MS,
  });
  if (result.end.kind !== 'exited' || result.end.code !== 0) return [];
  const parsed = shape.safeParse(JSON.parse(boxPaths(options.place)(result.stdout.toString('utf8'))));
  if (!parsed.success) return [];
  const relative = (file: string) => (file.startsWith(`${BOX_PROJECT}/`) ? file.slice(BOX_PROJECT.length + 1) : file);
  return parsed.data.packages.map(({ name, version, manifest_path, targets, dependencies, features }) => ({
    name,
    version,
    manifestPath: relative(manifest_path),
    targets: targets.map((target) => ({ name: target.name, kind: target.kind, srcPath: relative(target.src_path) })),
    dependencies,
    features: Object.keys(features),
  }));
}
