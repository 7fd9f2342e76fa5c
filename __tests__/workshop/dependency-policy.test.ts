// What is taken over of what cargo wrote, and what is not.
import { describe, expect, it } from '@jest/globals';
import { ToolError } from '../../src/errors.js';
import { checkManifest, checkSources } from '../../src/workshop/dependency-policy.js';

const INDEX = 'registry+https://github.com/rust-lang/crates.io-index';
const locked = (name: string, source?: string) => ({
  name,
  version: '1.0.0',
  dependencies: [],
  ...(source === undefined ? {} : { source }),
});

describe('the sources of a lock file', () => {
  const base = [
    locked('own', 'git+https://git.example/own?branch=main#1111'),
    locked('corp', 'sparse+https://crates.corp/'),
  ];

  it('may be crates.io, the workspace, and what the base has, at whatever commit', () => {
    const after = [
      locked('tiny'),
      locked('itoa', INDEX),
      locked('ryu', 'sparse+https://index.crates.io/'),
      locked('own', 'git+https://git.example/own?branch=main#2222'),
      locked('more', 'sparse+https://crates.corp/'),
    ];
    expect(() => checkSources('update', after, base)).not.toThrow();
  });

  it.each([
    'git+https://evil.example/own?branch=main#1111',
    'git+https://git.example/own?branch=other#1111',
    'git+https://git.example/own#1111',
    'sparse+https://crates.corp/other/',
    'registry+https://github.com/evil/crates.io-index',
    'registry+https://u:hunter2@evil.example/index',
    'path+file:///etc',
  ])('may not be %s', (source) => {
    const check = () => checkSources('add', [locked('itoa', INDEX), locked('bad', source)], base);
    expect(check).toThrow(ToolError);
    expect(check).toThrow('cargo add would bring bad from ');
    expect(check).not.toThrow('hunter2');
    expect(check).not.toThrow('itoa');
  });
});

const PACKAGE = '[package]\nname = "a"\nversion = "0.1.0"\n';
const before = `${PACKAGE}[dependencies]\nserde = "1"\nown = { git = "https://git.example/own" }\n[dev-dependencies]\nmember = { path = "../member" }\n`;
const check =
  (command: string, args: string[], after: string, was = before) =>
  () =>
    checkManifest('a/Cargo.toml', { before: was, after }, command, args);

describe('what cargo add may have changed', () => {
  it.each([
    ['the wanted crate', ['itoa@1'], `${before}\n[build-dependencies]\nitoa = "1"\n`],
    ['under its real name', ['foo_bar'], `${before}\n[build-dependencies]\nfoo-bar = "1"\n`],
    [
      'under another name',
      ['itoa', '--rename', 'text'],
      `${before}[build-dependencies]\ntext = { package = "itoa", version = "1" }\n`,
    ],
    [
      'an optional one with its feature',
      ['itoa', '--optional'],
      `${before}[build-dependencies]\nitoa = { version = "1", optional = true }\n[features]\nitoa = ["dep:itoa"]\n`,
    ],
    ['for a target', ['itoa', '--target', 'cfg(unix)'], `${before}[target.'cfg(unix)'.dependencies]\nitoa = "1"\n`],
    ['from the workspace', ['itoa'], `${before}[build-dependencies]\nitoa.workspace = true\n`],
    ['in the workspace', ['itoa'], `${before}[workspace.dependencies]\nitoa = "1"\n`],
    [
      'features of one that is there',
      ['serde', '-F', 'derive'],
      before.replace('"1"', '{ version = "1", features = ["derive"] }'),
    ],
    [
      'a crate of the repository',
      ['--path', '../member'],
      `${before}[build-dependencies]\nmember = { path = "../member" }\n`,
    ],
    [
      'one that already comes from elsewhere',
      ['own', '--build'],
      `${before}[build-dependencies]\nown = { git = "https://git.example/own" }\n`,
    ],
    ['nothing', ['serde'], before],
  ])('%s', (_, args, after) => expect(check('add', args, after)).not.toThrow());

  it.each([
    ['another crate', ['itoa'], `${before}[build-dependencies]\nitoa = "1"\nevil = "1"\n`, "dependency 'evil'"],
    ['the version of another crate', ['itoa'], before.replace('"1"', '"2"'), "dependency 'serde'"],
    ['one crate less', ['itoa'], before.replace('serde = "1"\n', ''), "dependency 'serde'"],
    ['a git source', ['itoa'], `${before}[build-dependencies]\nitoa = { git = "https://x" }\n`, "source ('git')"],
    ['another git source', ['own'], before.replace('/own', '/evil'), "source ('git')"],
    [
      'another registry',
      ['itoa'],
      `${before}[build-dependencies]\nitoa = { version = "1", registry = "x" }\n`,
      "source ('registry')",
    ],
    [
      'an index',
      ['itoa'],
      `${before}[build-dependencies]\nitoa = { version = "1", registry-index = "x" }\n`,
      "source ('registry-index')",
    ],
    [
      'a path that was not asked for',
      ['itoa'],
      `${before}[build-dependencies]\nitoa = { path = "/etc" }\n`,
      "source ('path')",
    ],
    ['a broken file', ['itoa'], '[package', 'not valid TOML'],
    ['a patch', ['itoa'], `${before}[patch.crates-io]\nserde = { path = "x" }\n`, '[patch]'],
    ['a replacement', ['itoa'], `${before}[replace]\n"serde:1.0.0" = { path = "x" }\n`, '[replace]'],
    ['the package', ['itoa'], before.replace('0.1.0', '0.2.0'), '[package]'],
    ['a build script', ['itoa'], before.replace('[dependencies]', 'build = "x.rs"\n[dependencies]'), '[package]'],
    ['members', ['itoa'], `${before}[workspace]\nmembers = ["x"]\n`, '[workspace]'],
    ['a profile', ['itoa'], `${before}[profile.dev]\nrustflags = ["x"]\n`, '[profile]'],
    ['rustflags of a target', ['itoa'], `${before}[target.x]\nrunner = "evil"\n`, '[target]'],
  ])('but not %s', (_, args, after, words) => {
    expect(check('add', args, after)).toThrow(ToolError);
    expect(check('add', args, after)).toThrow(words);
    expect(check('add', args, after)).toThrow('in a/Cargo.toml, which is not taken over. Nothing was changed.');
  });
});

describe('what cargo remove may have changed', () => {
  it('is what is gone, with what nothing refers to any more', () => {
    const was = `${before}[features]\nx = ["dep:serde"]\n[patch.crates-io]\nserde = { path = "x" }\n`;
    expect(check('remove', ['serde'], `${before.replace('serde = "1"\n', '')}[features]\nx = []\n`, was)).not.toThrow();
  });

  it('but nothing new', () => {
    expect(check('remove', ['serde'], before.replace('serde = "1"', 'serde = "2"'))).toThrow("dependency 'serde'");
    expect(check('remove', ['serde'], before.replace('serde = "1"', 'evil = "1"'))).toThrow("dependency 'evil'");
  });
});

it.each(['update', 'fetch'])('cargo %s changes no manifest', (command) => {
  expect(check(command, [], before.replace('serde = "1"', 'serde = "2"'))).toThrow('more than the lock file');
  expect(check(command, [], `# remark\n${before}`)).not.toThrow();
});
