import { describe, expect, it } from '@jest/globals';
import { readCargoArgs } from '../../src/inputs/cargo-args.js';

describe('cargo-args', () => {
  it('are split as a shell would', () => {
    expect(readCargoArgs(`--features 'tls json'\n--no-default-features --target="x86_64-unknown-linux-musl"`)).toEqual([
      '--features',
      'tls json',
      '--no-default-features',
      '--target=x86_64-unknown-linux-musl',
    ]);
  });

  it('keep the commas of a feature list', () => {
    expect(readCargoArgs('--features tls,json')).toEqual(['--features', 'tls,json']);
  });

  it.each([
    '--config build.rustc="x"',
    '--config=net.offline=false',
    '-Z unstable-options',
    '-Zunstable-options',
    '--manifest-path other/Cargo.toml',
    '--target-dir /tmp/x',
    '-C other',
    '+nightly',
    '--message-format=json',
    '--no-fail-fast',
    '--no-run',
    '--lib',
    '--quiet',
    '-q',
    'some_test_name',
    '-- --ignored',
    '--features tls some_test_name',
    'toString',
  ])('are refused when they move, reconfigure or narrow the run: %s', (text) => {
    expect(() => readCargoArgs(text)).toThrow("Input 'cargo-args' has the value");
  });

  it.each(['--features', '--features --release', '--release=true', `--features "tls`])(
    'are refused when a value is missing or too many: %s',
    (text) => {
      expect(() => readCargoArgs(text)).toThrow("Input 'cargo-args' has the value");
    },
  );

  it('are refused with the option that was probably meant', () => {
    expect(() => readCargoArgs('--all-feature')).toThrow("Did you mean '--all-features'?");
  });
});
