// New crates as a reviewer sees them: from lock files and unpacked sources, and through a real workshop with real cargo.
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { runRecordSchema } from '../../src/report/report.js';
import { describeAddedCrates } from '../../src/workshop/added-crates.js';
import { readLock } from '../../src/workshop/lock-file.js';
import type { RunnerCargo } from '../../src/workshop/runner-cargo.js';
import { readRunnerCargo } from '../../src/workshop/workshop.js';
import type { Crate, CrateRegistry } from '../support/crate-registry.js';
import { crateRegistry } from '../support/crate-registry.js';
import type { Files } from '../support/temp-repo.js';
import { writeFiles } from '../support/temp-repo.js';
import { openTestWorkshop, sharedBench } from '../support/workshop.js';

const CRATES_IO = 'registry+https://github.com/rust-lang/crates.io-index';
const locked = (name: string, version: string, more = '') =>
  `[[package]]\nname = "${name}"\nversion = "${version}"\nsource = "${CRATES_IO}"\n${more}\n`;
const own = (name: string, ...dependencies: string[]) =>
  `[[package]]\nname = "${name}"\nversion = "0.1.0"\ndependencies = ${JSON.stringify(dependencies)}\n`;
const manifest = (name: string, version: string, more = '') =>
  `[package]\nname = "${name}"\nversion = "${version}"\nedition = "2021"\n${more}`;

let sources = '';
beforeAll(async () => {
  sources = await mkdtemp(path.join(tmpdir(), 'ferrule-sources-'));
});
afterAll(() => rm(sources, { recursive: true, force: true }));

/** Describes what `after` adds, with these files below `registry/src/double/`. */
async function describeAdded(request: { before?: string; after: string; files?: Files; manifests?: string[] }) {
  const registrySources = await mkdtemp(path.join(sources, 'src-'));
  await writeFiles(path.join(registrySources, 'double'), request.files ?? {});
  return describeAddedCrates({
    before: readLock(request.before ?? ''),
    after: readLock(request.after),
    registrySources,
    manifests: request.manifests ?? [],
  });
}

describe('describeAddedCrates', () => {
  it('names what the lock file had not before, with version, source and checksum', async () => {
    const old = locked('kept', '1.0.0');
    const after = old + locked('fresh', '0.2.0', `checksum = "${'ab'.repeat(32)}"`) + own('app', 'fresh', 'kept');
    expect(await describeAdded({ before: old, after })).toEqual([
      {
        name: 'fresh',
        version: '0.2.0',
        source: 'crates.io',
        checksum: 'ab'.repeat(32),
        buildScript: false,
        procMacro: false,
        inspected: false,
        direct: true,
      },
    ]);
  });

  it('counts another version or another source of a known crate as new', async () => {
    const git = locked('a', '1.0.0').replace(CRATES_IO, 'git+https://user:secret@example.com/a#0123');
    const added = await describeAdded({ before: locked('a', '1.0.0'), after: git + locked('a', '1.1.0') });
    expect(added.map(({ version, source }) => `${version} ${source}`)).toEqual([
      '1.0.0 git+https://example.com/a#0123',
      '1.1.0 crates.io',
    ]);
  });

  it.each<[string, string, object, ...string[]]>([
    // What the last one names lies beside the manifest.
    ['license', 'license = "MIT OR Apache-2.0"\n', { license: 'MIT OR Apache-2.0' }],
    ['license file', 'license-file = "LICENSE.txt"\n', { license: 'file LICENSE.txt' }],
    ['build key', 'build = "gen/build.rs"\n', { buildScript: true }],
    ['build.rs', '', { buildScript: true }, 'build.rs'],
    ['build.rs turned off', 'build = false\n', { buildScript: false }, 'build.rs'],
    ['proc macro', '[lib]\nproc-macro = true\n', { procMacro: true, buildScript: false }],
  ])('reads from the unpacked source: %s', async (_, more, facts, ...extra) => {
    const files = {
      'a-1.0.0/Cargo.toml': manifest('a', '1.0.0', more),
      ...Object.fromEntries(extra.map((name) => [`a-1.0.0/${name}`, ''])),
    };
    const [added] = await describeAdded({ after: locked('a', '1.0.0'), files });
    expect(added).toMatchObject({ ...facts, inspected: true });
  });

  it('says so when a source is not there, is a link, or has a name that leads elsewhere', async () => {
    const registrySources = await mkdtemp(path.join(sources, 'src-'));
    await writeFiles(registrySources, {
      'double/x': '',
      'elsewhere/Cargo.toml': manifest('a', '1.0.0', 'license = "X"\n'),
    });
    await symlink('../elsewhere', path.join(registrySources, 'double', 'a-1.0.0'));
    const after = readLock(locked('a', '1.0.0') + locked('../elsewhere/x', '1.0.0') + locked('gone', '1.0.0'));
    const added = await describeAddedCrates({ before: [], after, registrySources, manifests: [] });
    expect(added).toHaveLength(3);
    for (const crate of added) expect(crate).toMatchObject({ inspected: false, buildScript: false });
    expect(JSON.stringify(added)).not.toContain('"X"');
  });

  it('tells direct from transitive, also where two versions share a name', async () => {
    const after =
      own('app', 'rand 0.8.0') + locked('rand', '0.8.0') + locked('rand', '0.9.0') + locked('deep', '1.0.0');
    const added = await describeAdded({ after });
    expect(added.map(({ name, version, direct }) => `${name} ${version} ${direct}`)).toEqual([
      'deep 1.0.0 false',
      'rand 0.8.0 true',
      'rand 0.9.0 false',
    ]);
  });

  it('gathers the features that the manifests ask for: renamed, inherited, of a target, for tests', async () => {
    const after = own('app', 'a', 'b', 'c') + ['a', 'b', 'c', 'd'].map((name) => locked(name, '1.0.0')).join('');
    const root =
      '[workspace.dependencies]\nb = { version = "1", default-features = false, features = ["std"] }\nd = "1"\n';
    const member =
      '[dependencies]\nalias = { package = "a", version = "1", features = ["x"] }\nb = { workspace = true, features = ["y"] }\n' +
      '[dev-dependencies]\na = { version = "1", features = ["test"] }\n[target."cfg(unix)".dependencies]\nc = "1"\n';
    const added = await describeAdded({ after, manifests: [root, member, 'not = [toml'] });
    expect(Object.fromEntries(added.map(({ name, features }) => [name, features]))).toEqual({
      a: ['default', 'test', 'x'],
      b: ['std', 'y'],
      c: ['default'],
      d: undefined,
    });
  });

  it('takes nothing from a lock file of a shape that cargo would not write', async () => {
    const after = '[[package]]\nname = 1\nversion = "1.0.0"\n[[package]]\nname = "x"\nversion = "1.0.0"\nsource = 4\n';
    expect(await describeAdded({ after })).toEqual([]);
    expect(await describeAdded({ after: 'package = ["text"]\n' })).toEqual([]);
  });
});

const LIB = { 'src/lib.rs': 'pub fn x() {}\n' };
const CRATES: Crate[] = [
  {
    name: 'tinytext',
    version: '0.3.1',
    deps: ['tinycore'],
    features: { fast: [] },
    files: {
      ...LIB,
      'Cargo.toml': `${manifest('tinytext', '0.3.1', 'license = "MIT"\n')}[features]\nfast = []\n[dependencies]\ntinycore = "*"\n`,
    },
  },
  {
    name: 'tinycore',
    version: '1.0.0',
    files: { ...LIB, 'build.rs': 'fn main() {}\n', 'Cargo.toml': manifest('tinycore', '1.0.0', 'license = "0BSD"\n') },
  },
];

describe('a workshop', () => {
  const bench = sharedBench();
  let registry: CrateRegistry;
  let runnerCargo: RunnerCargo;
  beforeAll(async () => {
    registry = await crateRegistry(CRATES);
    const home = await mkdtemp(path.join(sources, 'home-'));
    await writeFile(path.join(home, 'config.toml'), registry.config);
    runnerCargo = await readRunnerCargo({ CARGO_HOME: home });
  });
  afterAll(async () => {
    await registry[Symbol.asyncDispose]();
  });

  const APP = { 'Cargo.toml': manifest('app', '0.1.0'), 'src/lib.rs': '' };
  /** A workshop whose cargo knows our registry as crates.io. */
  async function open(files: Files = APP) {
    const opened = await openTestWorkshop(bench, files, { runnerCargo });
    await opened.workshop.sync();
    return opened;
  }

  it('lists what cargo add brought, with what it brought along, and nothing before', async () => {
    await using opened = await open();
    const { workshop } = opened;
    expect(await workshop.addedCrates()).toEqual([]);
    const { succeeded, text } = await workshop.changeDependencies(['add', 'tinytext', '--features', 'fast']);
    expect([succeeded, text]).toEqual([true, expect.stringContaining('Adding tinytext v0.3.1')]);
    await workshop.sync();
    const checksum = expect.stringMatching(/^[0-9a-f]{64}$/);
    const common = { source: 'crates.io', checksum, procMacro: false, inspected: true };
    const added = await workshop.addedCrates();
    expect(runRecordSchema.shape.dependencies.parse(added)).toEqual(added);
    expect(added).toEqual([
      { ...common, name: 'tinycore', version: '1.0.0', license: '0BSD', buildScript: true, direct: false },
      {
        ...common,
        ...{ name: 'tinytext', version: '0.3.1', license: 'MIT', buildScript: false, direct: true },
        features: ['default', 'fast'],
      },
    ]);
  });

  it('counts every crate as added where the base has no crate at all', async () => {
    await using opened = await open({ 'README.md': 'Nothing yet.\n' });
    const { workshop } = opened;
    for (const [file, text] of Object.entries(APP)) await workshop.copy.write(file, text);
    await workshop.changeDependencies(['add', 'tinycore']);
    await workshop.sync();
    expect((await workshop.addedCrates()).map(({ name }) => name)).toEqual(['tinycore']);
  });

  it('proposes the closest name it has met for one that does not exist, and looks up no other', async () => {
    await using opened = await open();
    const { workshop } = opened;
    await workshop.changeDependencies(['add', 'tinytext']);
    registry.asked.length = 0;
    const { succeeded, text } = await workshop.changeDependencies(['add', 'tinytxet']);
    expect(succeeded).toBe(false);
    expect(text).toContain('the crate `tinytxet` could not be found in registry index');
    expect(text).toContain("Did you mean 'tinytext'?");
    expect(text).toContain('cannot be searched');
    expect(new Set(registry.asked)).toEqual(new Set(['/ti/ny/tinytxet']));
    const unlike = await workshop.changeDependencies(['add', 'serialization-of-things']);
    expect(unlike.text).toContain("No name of those is close to 'serialization-of-things'.");
  });

  it('tells a version that does not exist from a name that does not', async () => {
    await using opened = await open();
    const { workshop } = opened;
    const { text } = await workshop.changeDependencies(['add', 'tinycore@9']);
    expect(text).toContain('The index has tinycore, but no version that matches 9; the last ones published: 1.0.0.');
    expect(text).not.toContain('cannot be searched');
  });
});
