// Which arguments the model may give to cargo: an allowlist, attacked.
import { describe, expect, it } from '@jest/globals';
import { ToolError } from '../../src/errors.js';
import type { CargoCommand } from '../../src/workshop/cargo-args.js';
import { CARGO_COMMANDS, checkCargoArgs } from '../../src/workshop/cargo-args.js';

describe('every cargo command refuses', () => {
  const escapes = [
    ['--config', 'build.rustc-wrapper="./evil"'],
    ['--config=build.rustc="./evil"'],
    ['-Z', 'unstable-options'],
    ['-Zunstable-options'],
    ['--manifest-path', '/etc/Cargo.toml'],
    ['--manifest-path=../x/Cargo.toml'],
    ['--target-dir', '/tmp'],
    ['--target-dir=/tmp'],
    ['--lockfile-path', '/tmp/Cargo.lock'],
    ['+nightly'],
    ['--git', 'https://example.com/x'],
    ['--git=https://example.com/x'],
    ['--branch=x'],
    ['--registry', 'evil'],
    ['--registry=evil'],
    ['--index', 'https://example.com'],
    ['--index=https://example.com'],
    ['-C', '/tmp'],
    ['-C/tmp'],
    ['--message-format=short'],
    ['--out-dir=/tmp'],
    ['--artifact-dir', '/tmp'],
    ['--no-such-option'],
    ['-p=x'],
    ['--help'],
    ['src/a\0'],
    ['a\nb'],
    ['x'.repeat(501)],
    Array.from({ length: 65 }, () => '-v'),
  ];

  it.each(CARGO_COMMANDS)('what leads out of the run: %s', (command) => {
    for (const args of escapes) expect(() => checkCargoArgs(command, args)).toThrow(ToolError);
  });

  it.each(CARGO_COMMANDS)("the same after '--': %s", (command) => {
    for (const arg of [
      '-Zunstable-options',
      '-C',
      '-Clinker=./evil',
      '--config=x',
      '+nightly',
      'a\nb',
      'x'.repeat(501),
    ])
      expect(() => checkCargoArgs(command, ['--', arg])).toThrow(ToolError);
  });
});

describe('cargo arguments', () => {
  const allowed: [CargoCommand, string[], string[]?][] = [
    ['check', []],
    ['check', ['--workspace', '--all-targets', '-v']],
    ['check', ['--features=a,b', '-p', 'core'], ['--features', 'a,b', '-p', 'core']],
    ['build', ['--bin', 'tool', '--release', '--profile', 'bench']],
    ['test', ['store::tests']],
    ['test', ['--lib', 'a', '--', '--nocapture', '--test-threads=1', '--skip', 'b', '--exact', 'c']],
    ['test', ['--test', 'it', '--no-fail-fast', '--doc', '--no-run']],
    ['clippy', ['--no-deps', '--', '-D', 'warnings', '-Wclippy::pedantic', '--allow=dead_code']],
    ['doc', ['--no-deps', '--document-private-items']],
    ['fmt', ['--check']],
    ['tree', ['-e', 'normal', '--depth', '1', '-i', 'serde', '-d']],
    [
      'add',
      ['serde@1.0', 'itoa', '--features', 'derive', '--dev', '--rename=s'],
      ['serde@1.0', 'itoa', '--features', 'derive', '--dev', '--rename', 's'],
    ],
    ['add', ['core', '--path', '../core', '--target', 'cfg(unix)']],
    ['remove', ['serde', '--build']],
    ['update', ['serde', '--precise', '1.0.1']],
    ['new', ['crates/core', '--lib', '--name', 'the-core', '--edition', '2024']],
    ['new', ['.', '--bin']],
    ['explain', ['E0308']],
  ];
  it.each(allowed)('of honest use are taken: %s %j', (command, args, passedOn = args) => {
    expect(checkCargoArgs(command, args)).toEqual(passedOn);
  });

  const refused: [CargoCommand, string[], string][] = [
    ['check', ['core'], "'core' is not understood"],
    ['check', ['--', 'x'], "after '--' are not taken"],
    ['check', ['--package', '--config'], "'--package' needs a value"],
    ['check', ['--package=-Zx'], "'--package' needs a value"],
    ['check', ['--package='], "'--package' needs a value"],
    ['check', ['--package'], "'--package' needs a value"],
    ['test', ['--', '--format', 'json', '-Z', 'unstable-options'], "'-Z' is not available after '--'"],
    ['clippy', ['--', '--cap-lints', 'allow'], "'--cap-lints' is not available after '--'"],
    ['add', ['./core'], "'./core' is not understood"],
    ['add', ['serde@git+https://example.com/x'], 'is not understood'],
    ['add', ['https://example.com/x'], 'is not understood'],
    ['add', ['; id'], 'is not understood'],
    ['add', ['@'], 'is not understood'],
    ['add', ['x'.repeat(65)], 'is not understood'],
    ['add', ['core', '--path', '/etc'], 'names a member of the repository'],
    ['add', ['core', '--path=/etc'], 'names a member of the repository'],
    ['new', ['/tmp/x'], 'is not understood'],
    ['new', ['x', '--vcs', 'git'], "option '--vcs' is not available"],
    ['explain', ['E0308 --config x'], 'is not understood'],
    ['fmt', ['--', '--config', 'x'], "after '--' are not taken"],
  ];
  it.each(refused)('of other use are refused, with what is allowed: %s %j', (command, args, reason) => {
    expect(() => checkCargoArgs(command, args)).toThrow(reason);
    expect(() => checkCargoArgs(command, args)).toThrow('Allowed: ');
  });
});
