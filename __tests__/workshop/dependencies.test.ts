// Lock file, downloads and the dependency policy: with the real registry for one small crate, without network for the rest.
import { access, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readLock } from '../../src/workshop/lock-file.js';
import type { OpenedWorkshop } from '../support/workshop.js';
import type { WorkshopTerms } from '../support/workshop.js';
import type { CrateRegistry } from '../support/crate-registry.js';
import { crateRegistry } from '../support/crate-registry.js';
import { readRunnerCargo } from '../../src/workshop/runner-cargo.js';
import { MANIFEST, agentCargo, openTestWorkshop, sharedBench } from '../support/workshop.js';

const LIB = 'pub fn one() -> u8 { 1 }\n#[test]\nfn passes() { assert_eq!(one(), 1); }\n';
const CRATE = { 'Cargo.toml': MANIFEST, 'src/lib.rs': LIB };

const bench = sharedBench();

const changed = ({ workshop }: OpenedWorkshop) => workshop.changes().map((change) => change.path);
const netBoxes = ({ boxes }: OpenedWorkshop) => boxes.filter(({ box }) => box === 'net').map(({ command }) => command);

describe('a crate without registry packages', () => {
  it('never opens the networked box, and its new lock file is published with it', async () => {
    await using opened = await openTestWorkshop(bench, { 'README.md': 'x' });
    const { workshop } = opened;
    expect(await workshop.sync()).toEqual({ kind: 'no-crate' });
    await workshop.copy.write('Cargo.toml', MANIFEST);
    await workshop.copy.write('src/lib.rs', LIB);
    expect((await agentCargo(workshop, ['test'])).exitCode).toBe(0);
    expect(changed(opened)).toEqual(['Cargo.lock', 'Cargo.toml', 'src/lib.rs']);
    expect(netBoxes(opened)).toEqual([]);
  });

  it('has its tracked lock file brought in step, once for each change of a manifest', async () => {
    await using opened = await openTestWorkshop(bench, {
      ...CRATE,
      'Cargo.lock': 'version = 4\n\n[[package]]\nname = "tiny"\nversion = "0.0.9"\n',
    });
    const { workshop, boxes } = opened;
    expect(await workshop.sync()).toEqual({ kind: 'in-step' });
    expect(changed(opened)).toEqual(['Cargo.lock']);
    expect(await workshop.dependencies.lockedPackages()).toEqual([
      { name: 'tiny', version: '0.1.0', dependencies: [] },
    ]);
    const before = boxes.length;
    expect(await workshop.sync()).toEqual({ kind: 'in-step' });
    expect(boxes.length).toBe(before);
    await workshop.copy.write('Cargo.toml', MANIFEST.replace('0.1.0', '0.2.0'));
    await workshop.sync();
    expect(await workshop.dependencies.lockedPackages()).toEqual([
      { name: 'tiny', version: '0.2.0', dependencies: [] },
    ]);
    expect(netBoxes(opened)).toEqual([]);
  });

  it('whose base tracks no lock file gets one that enters no commit and reaches every checkout', async () => {
    await using opened = await openTestWorkshop(bench, { ...CRATE, '.gitignore': 'Cargo.lock\n' });
    const { workshop } = opened;
    await workshop.sync();
    expect(changed(opened)).toEqual([]);
    const lock = await readFile(path.join(workshop.copy.root, 'Cargo.lock'), 'utf8');
    expect(readLock(lock)).toEqual([{ name: 'tiny', version: '0.1.0', dependencies: [] }]);
    const { commit } = await opened.commitWork();
    const checkout = await workshop.verificationCheckout(commit);
    const inCheckout = path.join(checkout.place.project, 'Cargo.lock');
    expect(await readFile(inCheckout, 'utf8')).toBe(lock);
    await writeFile(inCheckout, 'changed by a test');
    expect(await checkout.putBack()).toEqual([]);
    expect(await readFile(inCheckout, 'utf8')).toBe(lock);
    const run = await workshop.cargoAt(checkout.place, {
      args: ['check', '--locked'],
      format: 'plain',
      timeoutMs: 60_000,
    });
    expect(run.exitCode).toBe(0);
    expect(netBoxes(opened)).toEqual([]);
  });

  it('has the lock file that lies nearest to its workspace', async () => {
    const foreign = 'version = 4\n\n[[package]]\nname = "foreign"\nversion = "9.0.0"\n';
    await using opened = await openTestWorkshop(
      bench,
      { 'a/Cargo.lock': foreign, 'rust/Cargo.toml': MANIFEST, 'rust/Cargo.lock': '', 'rust/src/lib.rs': LIB },
      { workingDirectory: 'rust' },
    );
    await opened.workshop.sync();
    expect(await opened.workshop.dependencies.lockedPackages()).toEqual([
      { name: 'tiny', version: '0.1.0', dependencies: [] },
    ]);
  });

  it('cannot read a manifest through a link that the repository has', async () => {
    await using opened = await openTestWorkshop(bench, CRATE, {
      prepare: async (repo) => {
        await symlink('../Cargo.toml', path.join(repo.dir, 'src', 'Cargo.toml'));
        await repo.commit({});
      },
    });
    expect(await opened.workshop.sync()).toEqual({ kind: 'in-step' });
  });
});

describe('a real crate of the registry', () => {
  const marker = 'wrapper-ran';
  let opened: OpenedWorkshop;
  let markers: string;
  beforeAll(async () => {
    markers = await mkdtemp(path.join(tmpdir(), 'ferrule-marker-'));
    const wrapper = `#!/bin/sh\ntouch ${markers}/${marker} /project/${marker} /cargo/${marker}\nexec "$@"\n`;
    opened = await openTestWorkshop(bench, {
      ...CRATE,
      '.cargo/config.toml':
        '[build]\nrustc-wrapper = "/project/wrapper.sh"\nrustc = "/project/wrapper.sh"\n[registry]\nglobal-credential-providers = ["/project/wrapper.sh"]\n',
      'wrapper.sh': wrapper,
      'build.rs': `fn main() { std::fs::write("${markers}/${marker}", "").unwrap(); }\n`,
    });
  });
  afterAll(async () => {
    await opened[Symbol.asyncDispose]();
    await rm(markers, { recursive: true, force: true });
  });

  it('is added and downloaded without running anything of the repository', async () => {
    const run = await opened.workshop.changeDependencies(['add', 'itoa@1']);
    expect(run.text).toContain('Adding itoa');
    expect(run.succeeded).toBe(true);
    expect([...run.changed.keys()].sort()).toEqual(['Cargo.lock', 'Cargo.toml']);
    expect(changed(opened)).toEqual(['Cargo.toml']); // the base tracks no lock
    expect(netBoxes(opened)).toEqual(['add itoa@1', 'fetch']);
    for (const file of [path.join(markers, marker), path.join(opened.scratch, 'cargo', marker)])
      await expect(access(file)).rejects.toThrow('ENOENT');
    const locked = await opened.workshop.dependencies.lockedPackages();
    expect(locked.find(({ name }) => name === 'itoa')).toMatchObject({ source: expect.stringMatching(/^registry\+/) });
  });

  it('then builds in the box without network', async () => {
    await opened.workshop.copy.write(
      'src/lib.rs',
      'pub fn text() -> String { itoa::Buffer::new().format(42u8).into() }\n',
    );
    await using clean = await openTestWorkshop(bench, CRATE);
    expect((await clean.workshop.changeDependencies(['add', 'itoa@1'])).succeeded).toBe(true);
    const before = netBoxes(clean).length;
    await clean.workshop.copy.write(
      'src/lib.rs',
      'pub fn text() -> String { itoa::Buffer::new().format(42u8).into() }\n#[test]\nfn works() { assert_eq!(text(), "42"); }\n',
    );
    const run = await agentCargo(clean.workshop, ['test', '--lib']);
    expect(run.text).toContain('test works ... ok');
    expect(netBoxes(clean).length).toBe(before);
    const { commit } = await clean.commitWork();
    const checkout = await clean.workshop.verificationCheckout(commit);
    const verified = await clean.workshop.cargoAt(checkout.place, {
      args: ['test', '--lib'],
      format: 'plain',
      timeoutMs: 60_000,
    });
    expect(verified.exitCode).toBe(0);
    const removed = await clean.workshop.changeDependencies(['remove', 'itoa']);
    expect(removed.succeeded).toBe(true);
    expect(await clean.workshop.dependencies.lockedPackages()).toEqual([
      { name: 'tiny', version: '0.1.0', dependencies: [] },
    ]);
  });

  it('that does not exist is told in the words of cargo, and nothing changes', async () => {
    await using clean = await openTestWorkshop(bench, CRATE);
    const run = await clean.workshop.changeDependencies(['add', 'ferrule-no-such-crate-4711']);
    expect(run.succeeded).toBe(false);
    expect(run.text).toContain('`ferrule-no-such-crate-4711` could not be found in registry index');
    expect(changed(clean)).toEqual([]);
    expect(clean.workshop.dependencies.unpublishedLock).toBeUndefined();
  });

  it('is out of reach when the policy is locked, and what the base has locked is not', async () => {
    const lock = await readFile(path.join(opened.workshop.copy.root, 'Cargo.lock'), 'utf8');
    await using refusing = await openTestWorkshop(
      bench,
      { ...CRATE, 'Cargo.lock': 'version = 4\n' },
      { dependencyPolicy: 'locked' },
    );
    // A lock file that the model wrote is no permission.
    await refusing.workshop.copy.write('Cargo.lock', lock);
    const adding = refusing.workshop.changeDependencies(['add', 'itoa@1']);
    await expect(adding).rejects.toThrow(/^cargo add would bring itoa 1\.[\d.]+, which the base's Cargo\.lock/);
    expect(changed(refusing)).toEqual(['Cargo.lock']);

    await using allowing = await openTestWorkshop(
      bench,
      { ...CRATE, 'Cargo.lock': lock },
      { dependencyPolicy: 'locked' },
    );
    expect((await allowing.workshop.changeDependencies(['add', 'itoa@1'])).succeeded).toBe(true);
    expect(changed(allowing)).toEqual(['Cargo.toml']);
  });
});

describe('the dependency policy', () => {
  it('none allows to remove and nothing else, and opens no box to say so', async () => {
    await using opened = await openTestWorkshop(bench, CRATE, { dependencyPolicy: 'none' });
    await expect(opened.workshop.changeDependencies(['add', 'itoa'])).rejects.toThrow('input dependencies: none');
    await expect(opened.workshop.changeDependencies(['update'])).rejects.toThrow('input dependencies: none');
    expect(opened.boxes).toEqual([]);
  });

  it('allows paths between members of the repository alone', async () => {
    const member = (name: string) => ({
      [`${name}/Cargo.toml`]: MANIFEST.replace('tiny', name),
      [`${name}/src/lib.rs`]: '',
    });
    await using opened = await openTestWorkshop(
      bench,
      {
        'rust/Cargo.toml': '[workspace]\nmembers = ["a", "b"]\nresolver = "3"\n',
        ...Object.fromEntries(
          Object.entries({ ...member('a'), ...member('b') }).map(([file, text]) => [`rust/${file}`, text]),
        ),
      },
      { workingDirectory: 'rust' },
    );
    const { workshop } = opened;
    for (const folder of ['../../usr/share', '../..', '..', 'c', '/etc'])
      await expect(workshop.changeDependencies(['add', 'b', '--package', 'a', '--path', folder])).rejects.toThrow(
        'names no crate of this repository',
      );
    expect(opened.boxes).toEqual([]);
    expect((await workshop.changeDependencies(['add', 'b', '--package', 'a', '--path', 'b'])).succeeded).toBe(true);
    expect((await workshop.copy.read('rust/a/Cargo.toml')).bytes.toString()).toContain(
      'b = { version = "0.1.0", path = "../b" }',
    );
  });
});

describe('a crate that only an edited manifest brings in', () => {
  const NEEDS = `${MANIFEST}[dependencies]\ntinybase = "1"\n`;
  const MORE = `${NEEDS}[features]\ndefault = ["tinybase/more"]\n`;
  const source = { 'src/lib.rs': 'pub fn one() -> u8 { 1 }\n' };
  const manifest = (name: string) => `[package]\nname = "${name}"\nversion = "1.0.0"\nedition = "2021"\n`;
  const FORBIDDEN = 'would bring tinymore 1.0.0, which the base';
  let registry: CrateRegistry;
  let home: string;
  let lock: string;
  beforeAll(async () => {
    const optional =
      '[dependencies]\ntinymore = { version = "1", optional = true }\n[features]\nmore = ["dep:tinymore"]\n';
    registry = await crateRegistry([
      {
        ...{ name: 'tinybase', version: '1.0.0', deps: ['tinymore'], optional: ['tinymore'] },
        features: { more: ['dep:tinymore'] },
        files: { ...source, 'Cargo.toml': manifest('tinybase') + optional },
      },
      { name: 'tinymore', version: '1.0.0', files: { ...source, 'Cargo.toml': manifest('tinymore') } },
    ]);
    home = await mkdtemp(path.join(tmpdir(), 'ferrule-home-'));
    await writeFile(path.join(home, 'config.toml'), registry.config);
    await using opened = await open({});
    await opened.workshop.sync();
    lock = opened.workshop.dependencies.unpublishedLock?.content.toString('utf8') ?? '';
    expect(readLock(lock).map(({ name }) => name)).toEqual(['tiny', 'tinybase']);
  });
  afterAll(async () => {
    await registry[Symbol.asyncDispose]();
    await rm(home, { recursive: true, force: true });
  });

  /** @param tracked whether git has the lock file */
  const open = async (terms: WorkshopTerms, tracked?: 'tracked') =>
    openTestWorkshop(
      bench,
      { ...source, 'Cargo.toml': NEEDS, ...(tracked && { 'Cargo.lock': lock }) },
      { runnerCargo: await readRunnerCargo({ CARGO_HOME: home }), ...terms },
    );
  const lockNow = ({ workshop }: OpenedWorkshop) => readFile(path.join(workshop.copy.root, 'Cargo.lock'), 'utf8');

  it.each([
    ['none', 'tracked'],
    ['locked', 'tracked'],
    ['none', undefined],
    ['locked', undefined],
  ] as const)('is kept out by %s, also from the disk (lock file: %s)', async (dependencyPolicy, tracked) => {
    await using opened = await open({ dependencyPolicy }, tracked);
    const { workshop } = opened;
    expect(await workshop.syncBase()).toEqual({ kind: 'in-step' });
    const before = await lockNow(opened);
    expect(before).toBe(lock);
    await workshop.copy.write('Cargo.toml', MORE);
    const text = expect.stringContaining(FORBIDDEN);
    expect(await workshop.sync()).toEqual({ kind: 'forbidden', text });
    expect(await lockNow(opened)).toBe(before);
    expect(changed(opened)).toEqual(['Cargo.toml']);
    await expect(agentCargo(workshop, ['check'])).rejects.toThrow(FORBIDDEN);
    // The verification does not ask first: cargo has to do without it there.
    const { commit } = await opened.commitWork();
    const { place } = await workshop.verificationCheckout(commit);
    const run = await workshop.cargoAt(place, { args: ['check'], format: 'plain', timeoutMs: 60_000 });
    expect(run.exitCode).not.toBe(0);
    if (dependencyPolicy === 'locked') await expect(workshop.changeDependencies(['update'])).rejects.toThrow(FORBIDDEN);
    await workshop.copy.write('Cargo.toml', NEEDS);
    expect((await agentCargo(workshop, ['check'])).exitCode).toBe(0);
  });

  it('comes with registry', async () => {
    await using opened = await open({}, 'tracked');
    await opened.workshop.copy.write('Cargo.toml', MORE);
    expect(await opened.workshop.sync()).toEqual({ kind: 'in-step' });
    expect(changed(opened)).toEqual(['Cargo.lock', 'Cargo.toml']);
  });

  it.each(['tracked', undefined] as const)(
    'is no permission where the work starts from commits that have it (lock file: %s)',
    async (tracked) => {
      await using opened = await open({ dependencyPolicy: 'locked', startsFrom: { 'Cargo.toml': MORE } }, tracked);
      await expect(opened.workshop.syncBase()).rejects.toThrow(FORBIDDEN);
      expect(opened.boxes.map(({ command }) => command)).not.toContain('fetch');
    },
  );
});
