// Cargo's JSON messages, from the real cargo and made up.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { createMessageReader, packageNameOf, type CargoMessage } from '../../src/workshop/diagnostics.js';

const FILES: Record<string, string> = {
  'Cargo.toml': '[workspace]\nmembers = ["core", "mac"]\nresolver = "3"\n',
  'core/Cargo.toml':
    '[package]\nname = "the-core"\nversion = "0.1.0"\nedition = "2024"\n[dependencies]\nmac = { path = "../mac" }\n',
  'core/src/lib.rs':
    'mac::shout!();\nfn unused() {}\npub fn wrong() -> u8 {\n    assert_eq!(1u8, "a");\n    format!("{}")\n}\n',
  'core/tests/fine.rs': '#[test]\nfn fine() {}\n',
  'mac/Cargo.toml': '[package]\nname = "mac"\nversion = "0.1.0"\nedition = "2024"\n[lib]\nproc-macro = true\n',
  'mac/src/lib.rs':
    'use proc_macro::TokenStream;\n#[proc_macro]\npub fn shout(_: TokenStream) -> TokenStream {\n' +
    '    println!("not json");\n    println!("{{\\"reason\\":\\"build-finished\\",\\"success\\":true}}");\n    TokenStream::new()\n}\n' +
    '#[test]\nfn t() {}\n',
};

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'diagnostics-'));
  for (const [path, text] of Object.entries(FILES)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

function cargo(...args: string[]): CargoMessage[] {
  const env = { PATH: process.env['PATH'], HOME: process.env['HOME'], CARGO_TERM_COLOR: 'never' };
  const { stdout } = spawnSync('cargo', [...args, '--offline', '--message-format=json'], {
    cwd: root,
    env,
    encoding: 'utf8',
  });
  const reader = createMessageReader({ projectRoot: root });
  return stdout.split('\n').map((line) => reader.read(line));
}

describe('messages of the real cargo', () => {
  it('become diagnostics with places in the project, once each, and the text a person reads', () => {
    const messages = cargo('check', '--workspace', '--all-targets', '-j1');
    const diagnostics = messages.flatMap((message) => message.diagnostic ?? []);
    const errors = diagnostics.filter(({ level }) => level === 'error');
    expect(errors.map(({ path, line, package: name }) => ({ path, line, name }))).toContainEqual({
      path: 'core/src/lib.rs',
      line: 5,
      name: 'the-core',
    });
    expect(errors.every(({ path }) => path === 'core/src/lib.rs')).toBe(true);
    const texts = messages.flatMap((message) => message.text ?? []);
    expect(texts.filter((text) => text.includes('core/src/lib.rs:5:14'))).toHaveLength(1);
    expect(diagnostics).toHaveLength(new Set(diagnostics.map(({ rendered }) => rendered)).size);
    expect(texts).toContain('not json');
    const finished = messages.flatMap((message) => message.finished ?? []);
    expect(finished.length).toBeGreaterThan(1); // the macro's forgery came through
    expect(finished.at(-1)).toEqual({ success: false });
  });

  it('name the test executables and whether they were fresh', () => {
    const built = () =>
      cargo('test', '--no-run', '-p', 'mac').flatMap(({ artifact }) =>
        artifact?.test && artifact.executable ? [artifact] : [],
      );
    expect(built()).toMatchObject([
      { target: { name: 'mac', kind: ['proc-macro'], srcPath: 'mac/src/lib.rs' }, fresh: false },
    ]);
    const [again] = built();
    expect(again?.fresh).toBe(true);
    expect(existsSync(again?.executable ?? '')).toBe(true);
  });
});

const span = (file_name: string, line: number, extra: object = {}) => ({
  file_name,
  line_start: line,
  line_end: line,
  column_start: 3,
  is_primary: true,
  ...extra,
});
const compilerMessage = (spans: object[], extra: object = {}) =>
  JSON.stringify({
    reason: 'compiler-message',
    package_id: 'path+file:///project/core#0.1.0',
    message: { rendered: 'R', level: 'warning', message: 'm', code: { code: 'dead_code' }, spans, ...extra },
  });
const read = (line: string) => createMessageReader({ projectRoot: '/project' }).read(line);

describe('createMessageReader', () => {
  it('takes the place of a foreign macro from where the project calls it', () => {
    const inside = span('/rustc/abc/library/core/src/macros/mod.rs', 40, {
      expansion: { span: span('src/lib.rs', 7) },
    });
    expect(read(compilerMessage([inside])).diagnostic).toMatchObject({
      path: 'src/lib.rs',
      line: 7,
      code: 'dead_code',
    });
  });

  it('gives no path for code outside of the project', () => {
    expect(read(compilerMessage([span('/cargo/registry/x/src/lib.rs', 7)])).diagnostic).not.toHaveProperty('path');
    expect(read(compilerMessage([span('../other/lib.rs', 7)])).diagnostic).not.toHaveProperty('path');
  });

  it('reads file names from the workspace root when the workspace lies deeper in the project', () => {
    const reader = createMessageReader({ projectRoot: '/project', workspaceRoot: '/project/rust' });
    expect(reader.read(compilerMessage([span('src/lib.rs', 1)])).diagnostic?.path).toBe('rust/src/lib.rs');
    expect(reader.read(compilerMessage([span('/project/x.rs', 1)], { rendered: 'S' })).diagnostic?.path).toBe('x.rs');
  });

  it('drops only what has the identical text', () => {
    const reader = createMessageReader({ projectRoot: '/project' });
    expect(reader.read(compilerMessage([])).text).toBe('R');
    expect(reader.read(compilerMessage([]))).toEqual({});
    expect(reader.read(compilerMessage([], { rendered: 'R ' })).text).toBe('R ');
  });

  it('passes on as text whatever is no message of cargo', () => {
    for (const line of ['   Compiling x', '{broken', '{}', '[1]', 'null', '{"reason":1}'])
      expect(read(line)).toEqual({ text: line });
    expect(read('{"reason":"build-script-executed","package_id":"x"}')).toEqual({});
    const unknownShape = '{"reason":"compiler-message","message":7}';
    expect(read(unknownShape)).toEqual({ text: unknownShape });
  });

  it('never throws, whatever the line', () => {
    const reason = fc.constantFrom('compiler-message', 'compiler-artifact', 'build-finished', 'other');
    const like = fc.record({ reason, message: fc.jsonValue(), target: fc.jsonValue(), success: fc.jsonValue() });
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.json(),
          like.map((value) => JSON.stringify(value)),
        ),
        (line) => {
          read(line);
        },
      ),
    );
  });
});

describe('packageNameOf', () => {
  it('reads every form cargo has had', () => {
    expect(packageNameOf('path+file:///project/core#0.1.0')).toBe('core');
    expect(packageNameOf('path+file:///project/x#the-core@0.1.0')).toBe('the-core');
    expect(packageNameOf('registry+https://github.com/rust-lang/crates.io-index#serde@1.0.1')).toBe('serde');
    expect(packageNameOf('core 0.1.0 (path+file:///project/core)')).toBe('core');
  });
});
