// Describes the crates that a lock file has now and had not before, from the sources that cargo unpacked: what a reviewer
// wants to know of a new dependency. Whether one may be added is dependencies.ts's.
import { lstat, readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { parse } from 'smol-toml';
import type { LockedPackage } from './lock-file.js';
import { isCratesIo, packagesAdded } from './lock-file.js';
import type { Table } from './manifest-tests.js';
import { asTable, packageOf } from './manifest-tests.js';

export interface AddedCrate {
  name: string;
  version: string;
  /** `crates.io`, or as the lock file has it, without credentials. */
  source: string;
  /** SHA-256 of the archive, in hexadecimal, as the lock file has it. */
  checksum?: string;
  /** SPDX expression, or `file NAME` where the crate only names a licence file. */
  license?: string;
  /** It runs code of its own at build time. */
  buildScript: boolean;
  /** It runs code of its own inside the compiler. */
  procMacro: boolean;
  /** False when its unpacked source was not found: licence, build script and procMacro are then unknown. */
  inspected: boolean;
  /** A crate of the workspace names it; else only other crates do. */
  direct: boolean;
  /** What the workspace's manifests ask for, `default` unless turned off; absent for crates that only other crates name. */
  features?: string[];
}

/** As cargo and crates.io have them. The lock file is the model's to write, and both become part of a path here. */
const NAME = /^[A-Za-z0-9_-]+$/;
const VERSION = /^[0-9A-Za-z.+-]+$/;
const MAX_MANIFEST_BYTES = 4 * 1024 * 1024;

/**
 * The packages from outside the repository that `after` has and `before` has not, by name and version.
 * @param request.registrySources cargo's `registry/src`
 * @param request.manifests the texts of the workspace's manifests
 */
export async function describeAddedCrates(request: {
  before: readonly LockedPackage[];
  after: readonly LockedPackage[];
  registrySources: string;
  manifests: readonly string[];
}): Promise<AddedCrate[]> {
  const { before, after, registrySources } = request;
  const wanted = after.filter(({ source }) => source === undefined).flatMap(({ dependencies }) => dependencies);
  const isDirect = ({ name, version, source }: LockedPackage) =>
    wanted.some((each) => [name, `${name} ${version}`, `${name} ${version} (${source ?? ''})`].includes(each));
  const requested = requestedFeatures(request.manifests.map(parsed));
  const added: AddedCrate[] = [];
  for (const entry of packagesAdded(before, after)) {
    const facts = await inspect(registrySources, entry);
    const direct = isDirect(entry);
    const features = direct ? requested.get(entry.name) : undefined;
    added.push({
      name: entry.name,
      version: entry.version,
      source: sourceName(entry.source ?? ''),
      ...(entry.checksum === undefined ? {} : { checksum: entry.checksum }),
      ...(facts ?? { buildScript: false, procMacro: false }),
      inspected: facts !== undefined,
      direct,
      ...(features === undefined ? {} : { features: [...features].sort() }),
    });
  }
  const key = ({ name, version }: AddedCrate) => `${name} ${version}`;
  return added.sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

function sourceName(source: string): string {
  return isCratesIo(source) ? 'crates.io' : source.replace(/:\/\/[^/@]*@/, '://');
}

/** What a crate's own manifest says; `undefined` where its source is not there. */
async function inspect(
  sources: string,
  { name, version }: LockedPackage,
): Promise<Pick<AddedCrate, 'license' | 'buildScript' | 'procMacro'> | undefined> {
  if (!NAME.test(name) || !VERSION.test(version)) return undefined;
  for (const registry of await readdir(sources).catch(() => [])) {
    const folder = path.join(sources, registry, `${name}-${version}`);
    // A link could lead out of the archive.
    const isFolder = (await lstat(folder).catch(() => undefined))?.isDirectory();
    if (!isFolder || !(await isSmallFile(path.join(folder, 'Cargo.toml')))) continue;
    const manifest = parsed(await readFile(path.join(folder, 'Cargo.toml'), 'utf8'));
    const { license, 'license-file': licenseFile, build } = packageOf(manifest);
    const lib = asTable(manifest.lib);
    const stated =
      typeof license === 'string' ? license : typeof licenseFile === 'string' ? `file ${licenseFile}` : undefined;
    return {
      ...(stated === undefined ? {} : { license: stated }),
      buildScript: build === false ? false : build !== undefined || (await isSmallFile(path.join(folder, 'build.rs'))),
      procMacro: lib['proc-macro'] === true || lib.proc_macro === true,
    };
  }
  return undefined;
}

async function isSmallFile(file: string): Promise<boolean> {
  const stat = await lstat(file).catch(() => undefined); // absent is an answer
  return stat !== undefined && stat.isFile() && stat.size <= MAX_MANIFEST_BYTES;
}

/** The features each crate is asked for, under the crate's own name, over all manifests and kinds of dependency. */
function requestedFeatures(manifests: readonly Table[]): Map<string, Set<string>> {
  const inherited = Object.assign(
    {},
    ...manifests.map((manifest) => asTable(asTable(manifest.workspace).dependencies)),
  ) as Table;
  const requested = new Map<string, Set<string>>();
  for (const manifest of manifests)
    for (const tables of [manifest, ...Object.values(asTable(manifest.target)).map(asTable)])
      for (const kind of [
        'dependencies',
        'dev-dependencies',
        'build-dependencies',
        'dev_dependencies',
        'build_dependencies',
      ])
        for (const [key, value] of Object.entries(asTable(tables[kind]))) {
          const own = asTable(value);
          const shared = own.workspace === true ? asTable(inherited[key]) : {};
          const renamed = own.package ?? shared.package;
          const name = typeof renamed === 'string' ? renamed : key;
          const features = requested.get(name) ?? new Set();
          requested.set(name, features);
          // An inherited dependency is without them only where the workspace turned them off and the member not on again.
          const decides = own.workspace === true && defaults(own) !== true ? shared : own;
          if (defaults(decides) !== false) features.add('default');
          for (const list of [own.features, shared.features])
            if (Array.isArray(list)) list.forEach((feature) => features.add(String(feature)));
        }
  return requested;
}

function defaults(dependency: Table): unknown {
  return dependency['default-features'] ?? dependency.default_features;
}

/** Manifests come from crates and from the model: what cannot be read says nothing. */
function parsed(text: string): Table {
  try {
    return parse(text);
  } catch {
    return {}; // cargo's own words about it are in its output
  }
}
