// Dependency tables change through cargo alone; everything else of a manifest is the model's to edit.
import { describe, expect, it } from '@jest/globals';
import { ToolError } from '../../src/errors.js';
import { guardManifest } from '../../src/workshop/manifest-guard.js';

const BASE = '[package]\nname = "a"\nversion = "0.1.0"\n\n[dependencies]\nserde = "1"\n';

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
    ['dependencies of the workspace', `${BASE}[workspace.dependencies]\nitoa = "1"\n`, '[workspace.dependencies]'],
  ])('refuses %s with the command to call', (_, after, table) => {
    const guard = () => guardManifest('Cargo.toml', BASE, after);
    expect(guard).toThrow(ToolError);
    expect(guard).toThrow(`Cargo.toml: ${table}`);
    expect(guard).toThrow('command "add" or "remove"');
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
