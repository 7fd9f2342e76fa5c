// Dependencies, workspace members and whatever takes tests out of the run are not changed by editing a manifest; the rest
// of it is the model's to edit.
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ToolError } from '../../src/errors.js';
import { guardManifest, manifestFindings } from '../../src/workshop/manifest-guard.js';
import { writeFiles } from '../support/temp-repo.js';

const PACKAGE = '[package]\nname = "a"\nversion = "0.1.0"\nedition = "2024"\n';
const BASE = `${PACKAGE}\n[dependencies]\nserde = "1"\n`;

describe('the manifest guard', () => {
  it.each([
    ['a new dependency', `${BASE}itoa = "1"\n`, '[dependencies]'],
    ['another version', BASE.replace('"1"', '"2"'), '[dependencies]'],
    ['another source', BASE.replace('"1"', '{ git = "https://example.com/x" }'), '[dependencies]'],
    ['a removed dependency', BASE.replace('serde = "1"\n', ''), '[dependencies]'],
    ['a dependency as its own table', `${BASE}[dependencies.itoa]\nversion = "1"\n`, '[dependencies]'],
    ['a dotted key', `dependencies.itoa = "1"\n${BASE.replace(/\n\[dep[^]*/, '')}`, '[dependencies]'],
    ['a quoted table', BASE.replace('[dependencies]', '["dependencies"]').replace('"1"', '"3"'), '[dependencies]'],
    ['dev-dependencies', `${BASE}[dev-dependencies]\nitoa = "1"\n`, '[dev-dependencies]'],
    ['dev_dependencies', `${BASE}[dev_dependencies]\nitoa = "1"\n`, '[dev_dependencies]'],
    ['build-dependencies', `${BASE}[build-dependencies]\ncc = "1"\n`, '[build-dependencies]'],
    ['build_dependencies', `${BASE}[build_dependencies]\ncc = "1"\n`, '[build_dependencies]'],
    ['a target’s dependencies', `${BASE}[target.'cfg(unix)'.dependencies]\nlibc = "0.2"\n`, '[target]'],
  ])('refuses %s with the command to call', (_, after, table) => {
    const guard = () => guardManifest('Cargo.toml', BASE, after);
    expect(guard).toThrow(ToolError);
    expect(guard).toThrow(`Cargo.toml: ${table}`);
    expect(guard).toThrow('command "add" or "remove"');
  });

  it('says that no command writes the dependencies of a workspace, and what inherits them', () => {
    const guard = () => guardManifest('Cargo.toml', BASE, `${BASE}[workspace.dependencies]\nitoa = "1"\n`);
    expect(guard).toThrow(/^Cargo\.toml: \[workspace\.dependencies\] stays as it is\. .*"--package" inherits.* record/);
  });

  it.each(['[patch.crates-io]\nserde = { path = "x" }\n', '[replace]\n"serde:1.0.0" = { path = "x" }\n'])(
    'refuses a replaced source: %s',
    (table) => expect(() => guardManifest('Cargo.toml', BASE, BASE + table)).toThrow('is changed by cargo only'),
  );

  it.each([
    ['features', '[features]\ndefault = ["dep:serde"]\n'],
    ['lints', '[lints.clippy]\nunwrap_used = "deny"\n'],
    ['targets', '[[bin]]\nname = "tool"\npath = "src/tool.rs"\n[lib]\ndoctest = true\n'],
    ['profiles', '[profile.release]\nlto = true\n'],
    ['members', '[workspace]\nmembers = ["crates/*"]\nresolver = "3"\n'],
  ])('leaves %s alone', (_, more) => expect(() => guardManifest('Cargo.toml', BASE, BASE + more)).not.toThrow());

  it('leaves package fields, comments and the order of tables alone', () => {
    const after =
      '# about\n[dependencies]\nserde = \'1\' # kept\n\n[package]\nname = "b"\nversion = "0.2.0"\nedition = "2024"\n';
    expect(() => guardManifest('Cargo.toml', BASE, after)).not.toThrow();
  });

  it('takes a new manifest without dependencies, and none with', () => {
    expect(() => guardManifest('b/Cargo.toml', undefined, '[package]\nname = "b"\n[dependencies]\n')).not.toThrow();
    expect(() => guardManifest('b/Cargo.toml', undefined, BASE)).toThrow('b/Cargo.toml: [dependencies]');
  });

  it('refuses a text that is no TOML, in one line, and lets a broken one be mended', () => {
    const guard = () => guardManifest('Cargo.toml', BASE, '[package\nname = 1');
    expect(guard).toThrow(/^Cargo\.toml would not be valid TOML: .*$/);
    expect(() => guardManifest('Cargo.toml', '[package', '[package]\nname = "a"\n')).not.toThrow();
    expect(() => guardManifest('Cargo.toml', '[package', BASE)).toThrow('[dependencies]');
  });
});

const BENCH = '[[bench]]\nname = "speed"\n';
const GATED = '[[test]]\nname = "old"\nrequired-features = ["slow"]\n[features]\n';

describe('what takes tests out of the run', () => {
  it.each([
    ['autotests', PACKAGE, `${PACKAGE}autotests = false\n`, '[package] autotests'],
    ['autobins', PACKAGE, `${PACKAGE}autobins = false\n`, '[package] autobins'],
    ['autoexamples', PACKAGE, `${PACKAGE}autoexamples = false\n`, '[package] autoexamples'],
    ['autobenches', PACKAGE, `${PACKAGE}autobenches = false\n`, '[package] autobenches'],
    ['autolib', PACKAGE, `${PACKAGE}autolib = false\n`, '[package] autolib'],
    [
      'the older name of the table',
      PACKAGE,
      `${PACKAGE.replace('package', 'project')}autotests = false\n`,
      '[package] autotests',
    ],
    [
      'an edition',
      `${PACKAGE}[[test]]\nname = "old"\n`,
      `${PACKAGE.replace('2024', '2015')}[[test]]\nname = "old"\n`,
      '[package] autotests',
    ],
    ['[lib] test', PACKAGE, `${PACKAGE}[lib]\ntest = false\n`, '[lib] test'],
    ['[lib] doctest', PACKAGE, `${PACKAGE}[lib]\ndoctest = false\n`, '[lib] doctest'],
    ['a crate type without doc tests', PACKAGE, `${PACKAGE}[lib]\ncrate-type = ["cdylib"]\n`, '[lib] doctest'],
    ['[lib] harness', PACKAGE, `${PACKAGE}[lib]\nharness = false\n`, '[lib] harness'],
    ['[lib] path', PACKAGE, `${PACKAGE}[lib]\npath = "src/empty.rs"\n`, '[lib] path'],
    ['a test that is not run', PACKAGE, `${PACKAGE}[[test]]\nname = "old"\ntest = false\n`, "[[test]] 'old': test"],
    [
      'a test without harness',
      PACKAGE,
      `${PACKAGE}[[test]]\nname = "old"\nharness = false\n`,
      "[[test]] 'old': harness",
    ],
    ['a binary that is not tested', PACKAGE, `${PACKAGE}[[bin]]\nname = "a"\ntest = false\n`, "[[bin]] 'a': test"],
    [
      'another file under a test’s name',
      PACKAGE,
      `${PACKAGE}[[test]]\nname = "old"\npath = "tests/x.rs"\n`,
      "[[test]] 'old': another path",
    ],
    [
      'a test’s file under another name',
      PACKAGE,
      `${PACKAGE}[[test]]\nname = "x"\npath = "tests/old.rs"\n`,
      "[[test]] 'x': another path",
    ],
    ['a removed test', `${PACKAGE}[[test]]\nname = "old"\n`, PACKAGE, "[[test]] 'old' would no longer be a test"],
    [
      'an example that was tested',
      `${PACKAGE}[[example]]\nname = "e"\ntest = true\n`,
      `${PACKAGE}[[example]]\nname = "e"\n`,
      "[[example]] 'e': test",
    ],
    ['a benchmark’s harness', PACKAGE + BENCH, `${PACKAGE}${BENCH}harness = false\n`, "[[bench]] 'speed': harness"],
    ['a feature nobody turns on', PACKAGE, `${PACKAGE}${GATED}slow = []\n`, "[[test]] 'old': required-features"],
    [
      'a default feature less',
      `${PACKAGE}${GATED}default = ["all"]\nall = ["slow"]\nslow = []\n`,
      `${PACKAGE}${GATED}default = []\nall = ["slow"]\nslow = []\n`,
      "[[test]] 'old': required-features",
    ],
  ])('is refused: %s', (_, before, after, words) => {
    const guard = () => guardManifest('a/Cargo.toml', before, after);
    expect(guard).toThrow(ToolError);
    expect(guard).toThrow(`a/Cargo.toml: ${words}`);
    expect(guard).toThrow('No cargo command changes it.');
    expect(manifestFindings('a/Cargo.toml', before, after)).toEqual([expect.stringContaining(words)]);
  });

  it('is refused in a new manifest too', () => {
    const guard = () => guardManifest('b/Cargo.toml', undefined, `${PACKAGE}autotests = false\n`);
    expect(guard).toThrow('[package] autotests');
    expect(() => guardManifest('b/Cargo.toml', undefined, `${PACKAGE}[lib]\ntest = false\n`)).toThrow('[lib] test');
  });

  it.each([
    ['a target at its usual place', PACKAGE, `${PACKAGE}[[test]]\nname = "new"\npath = "tests/new/main.rs"\n`],
    ['a benchmark with its own harness', PACKAGE, `${PACKAGE}${BENCH}harness = false\n`],
    ['tests that come back', `${PACKAGE}autotests = false\n[lib]\ntest = false\n`, `${PACKAGE}[lib]\ntest = true\n`],
    ['what says the default', PACKAGE, `${PACKAGE}autotests = true\nbuild = "build.rs"\n[lib]\npath = "src/lib.rs"\n`],
    ['what was so before', `${PACKAGE}[lib]\ntest = false\n`, `${PACKAGE}[lib]\ntest = false\nname = "b"\n`],
    [
      'a binary of a default feature',
      PACKAGE,
      `${PACKAGE}[[bin]]\nname = "b"\nrequired-features = ["cli"]\n[features]\ndefault = ["cli"]\ncli = []\n`,
    ],
    [
      'other default features',
      `${PACKAGE}[features]\ndefault = ["x"]\nx = []\n`,
      `${PACKAGE}[features]\ndefault = []\nx = []\n`,
    ],
    ['one more crate type', PACKAGE, `${PACKAGE}[lib]\ncrate-type = ["cdylib", "rlib"]\n`],
  ])('is not found in %s', (_, before, after) => {
    expect(() => guardManifest('Cargo.toml', before, after)).not.toThrow();
    expect(manifestFindings('Cargo.toml', before, after)).toEqual([]);
  });
});

describe('what is compiled', () => {
  it.each([
    ['another build script', `${PACKAGE}build = "tools/gen.rs"\n`, '[package] build'],
    ['no build script', `${PACKAGE}build = false\n`, '[package] build'],
    ['rustflags', `${PACKAGE}[profile.dev]\nrustflags = ["--cfg", "skip"]\n`, 'rustflags of a profile'],
    [
      'a package’s rustflags',
      `${PACKAGE}[profile.test.package."*"]\nrustflags = ["-Awarnings"]\n`,
      'rustflags of a profile',
    ],
    ['a build override', `${PACKAGE}[profile.dev.build-override]\nrustflags = ["-g"]\n`, 'rustflags of a profile'],
  ])('is not changed by %s', (_, after, words) => {
    expect(() => guardManifest('Cargo.toml', PACKAGE, after)).toThrow(`Cargo.toml: ${words}`);
    expect(() => guardManifest('Cargo.toml', undefined, after)).toThrow(`Cargo.toml: ${words}`);
  });
});

describe('the members of a workspace', () => {
  const workspace = (more: string) => `[workspace]\nresolver = "3"\n${more}`;
  const two = workspace('members = ["crates/a", "crates/b"]\n');

  it.each([
    ['a removed one', workspace('members = ["crates/a"]\n')],
    ['one more', workspace('members = ["crates/a", "crates/b", "crates/c"]\n')],
    ['no list', workspace('')],
    ['no workspace', PACKAGE],
  ])('are changed by cargo new only: %s', (_, after) => {
    const guard = () => guardManifest('Cargo.toml', two, after);
    expect(guard).toThrow('Cargo.toml: [workspace] members is changed by cargo only.');
    expect(guard).toThrow('command "new" (for example args ["crates/core", "--lib"])');
  });

  it.each(['exclude', 'default-members'])('are not left out by %s', (key) => {
    expect(() => guardManifest('Cargo.toml', two, `${two}${key} = ["crates/b"]\n`)).toThrow(`[workspace] ${key}`);
  });

  it('are set by a new manifest, and by a package that becomes a workspace', () => {
    const members = 'members = ["crates/*"]\nexclude = ["crates/old"]\n';
    expect(() => guardManifest('Cargo.toml', undefined, workspace(members))).not.toThrow();
    expect(() => guardManifest('Cargo.toml', PACKAGE, `${PACKAGE}${workspace(members)}`)).not.toThrow();
  });

  it('leave everything else of the workspace to the model', () => {
    const after = `${two}[workspace.package]\nedition = "2024"\n[workspace.lints.rust]\nunsafe_code = "forbid"\n`;
    expect(() => guardManifest('Cargo.toml', two, after)).not.toThrow();
  });

  it('are compared over a whole change, where the manifest may have been deleted and written anew', () => {
    const findings = (after: string) => manifestFindings('Cargo.toml', two, after);
    expect(findings(workspace('members = ["crates/a", "crates/b", "crates/c"]\n'))).toEqual([]);
    expect(findings(workspace('members = ["crates/*", ""]\n'))).toEqual([]);
    expect(findings(workspace('members = ["crates/a"]\nexclude = ["crates/b"]\n'))).toEqual([
      "[workspace] members: 'crates/b' would no longer be built and tested",
      "[workspace] exclude: 'crates/b' would be left out",
    ]);
  });
});

// The rules restate cargo's; here cargo says itself which tests it would run.
describe('cargo agrees', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'ferrule-manifest-'));
    await writeFiles(folder, {
      'src/lib.rs': '',
      'src/empty.rs': '',
      'src/main.rs': 'fn main() {}',
      'tests/old.rs': '',
      'tests/x.rs': '',
    });
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const tested = async (manifest: string) => {
    await writeFiles(folder, { 'Cargo.toml': manifest });
    const args = ['metadata', '--no-deps', '--offline', '--format-version', '1'];
    const { stdout } = spawnSync('cargo', args, { cwd: folder, encoding: 'utf8' });
    const { packages } = JSON.parse(stdout) as {
      packages: { targets: { name: string; kind: string[]; src_path: string; test: boolean; doctest: boolean }[] }[];
    };
    return (packages[0]?.targets ?? [])
      .filter(({ test }) => test)
      .map(({ kind, src_path, doctest }) => `${kind.join()} ${path.basename(src_path)}${doctest ? ' doc' : ''}`);
  };

  it.each([
    `${PACKAGE}autotests = false\n`,
    `${PACKAGE}autobins = false\n`,
    `${PACKAGE}autolib = false\n`,
    `${PACKAGE.replace('2024', '2015')}[[test]]\nname = "x"\n`,
    `${PACKAGE}[lib]\ntest = false\n`,
    `${PACKAGE}[lib]\ndoctest = false\n`,
    `${PACKAGE}[lib]\ncrate-type = ["cdylib"]\n`,
    `${PACKAGE}[lib]\npath = "src/empty.rs"\n`,
    `${PACKAGE}[[test]]\nname = "old"\ntest = false\n`,
    `${PACKAGE}[[bin]]\nname = "a"\ntest = false\n`,
    `${PACKAGE}[[test]]\nname = "old"\npath = "tests/x.rs"\n`,
  ])('that something is lost: %j', async (manifest) => {
    const before = await tested(PACKAGE);
    const after = await tested(manifest);
    expect(before).toHaveLength(4);
    expect(before.filter((target) => !after.includes(target))).not.toEqual([]);
    expect(() => guardManifest('Cargo.toml', PACKAGE, manifest)).toThrow(ToolError);
  });
});
