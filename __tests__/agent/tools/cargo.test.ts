import { describe, expect, it } from '@jest/globals';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { ToolContext } from '../../../src/agent/agent.js';
import type { UseTool } from '../../support/scripted-agent.js';
import { scriptedAgent, toolUser } from '../../support/scripted-agent.js';
import type { Files } from '../../support/temp-repo.js';
import type { OpenedWorkshop, WorkshopTerms } from '../../support/workshop.js';
import { MANIFEST, openTestWorkshop, sharedBench } from '../../support/workshop.js';

const bench = sharedBench();

interface Used extends AsyncDisposable {
  opened: OpenedWorkshop;
  use: UseTool;
  cargo(command: string, ...args: string[]): Promise<string>;
}

async function workshopWith(
  files: Files,
  more: { terms?: WorkshopTerms; context?: Partial<ToolContext> } = {},
): Promise<Used> {
  const opened = await openTestWorkshop(bench, files, more.terms);
  const { context } = scriptedAgent(opened.workshop, [], { context: more.context ?? {} });
  const use = toolUser(context);
  return {
    opened,
    use,
    cargo: (command, ...args) => use('cargo', { command, args }),
    [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose](),
  };
}

const LIB =
  '/// One.\npub fn one() -> u8 {\n    1\n}\n\n#[cfg(test)]\nmod tests {\n    #[test]\n    fn is_one() {\n        assert_eq!(super::one(), 1);\n    }\n}\n';
const CRATE = { 'Cargo.toml': MANIFEST, 'src/lib.rs': LIB };
const commandOf = (text: string) => text.replace(/^failed: /, '').split(': ')[0];
const readIn = ({ opened }: Used, file: string) => readFile(path.join(opened.workshop.copy.root, file), 'utf8');

describe('cargo check, build, test and clippy', () => {
  it('cover the whole workspace and all targets when the model names none, as the gates do', async () => {
    await using crate = await workshopWith(CRATE);
    expect(commandOf(await crate.cargo('check'))).toBe('cargo check --workspace --all-targets');
    expect(commandOf(await crate.cargo('clippy', '--', '-W', 'clippy::pedantic'))).toBe(
      'cargo clippy --workspace --all-targets -- -W clippy::pedantic',
    );
    expect(commandOf(await crate.cargo('build'))).toBe('cargo build --workspace');
    expect(commandOf(await crate.cargo('test', 'is_one', '--', '--nocapture'))).toBe(
      'cargo test --workspace --no-fail-fast is_one -- --nocapture',
    );
    expect(commandOf(await crate.cargo('check', '--package=tiny', '--lib'))).toBe('cargo check --package tiny --lib');
  });

  it("keep to the run's package and add its cargo-args, but not against features the model chose", async () => {
    const scope = { package: 'tiny', extraArgs: ['--all-features'] };
    await using crate = await workshopWith(CRATE, { context: { scope } });
    expect(commandOf(await crate.cargo('check'))).toBe('cargo check --package tiny --all-targets --all-features');
    expect(commandOf(await crate.cargo('test', '--no-default-features'))).toBe(
      'cargo test --package tiny --no-fail-fast --no-default-features',
    );
  });

  it('give the exit code, the time and the output, and count as failed when cargo does', async () => {
    await using crate = await workshopWith({ ...CRATE, 'src/lib.rs': 'pub fn one() -> u8 { "x" }\n' });
    const text = await crate.cargo('check');
    expect(text).toMatch(/^failed: cargo check .*: exit code 101 after \d+\.\d s \[output 001\]\n/);
    expect(text).toContain('error[E0308]: mismatched types');
    expect(text).toContain('src/lib.rs:1:22');
    expect(text).not.toMatch(/ferrule-test|\/tmp\//);
  });

  it('are told when tests changed files, which then are as they were', async () => {
    const test = '#[test]\nfn spoils() {\n    std::fs::write("src/lib.rs", "broken").unwrap();\n}\n';
    await using crate = await workshopWith({ ...CRATE, 'tests/spoil.rs': test });
    const text = await crate.cargo('test');
    expect(text).toContain('Tests or build scripts had changed src/lib.rs; the files are as you left them');
    expect(await readIn(crate, 'src/lib.rs')).toBe(LIB);
  });

  it('are stopped at their time limit and say so', async () => {
    const test = '#[test]\nfn hangs() {\n    std::thread::sleep(std::time::Duration::from_secs(600));\n}\n';
    await using crate = await workshopWith(
      { ...CRATE, 'tests/hang.rs': test },
      { context: { commandTimeoutMs: () => 8_000 } },
    );
    expect(await crate.cargo('test')).toContain('stopped after 8 s, its time limit');
  });

  it.each<[string, string, string[]]>([
    ['another manifest', 'check', ['--manifest-path', '/etc/Cargo.toml']],
    ['configuration', 'build', ['--config', 'build.rustc-wrapper="x"']],
    ['another target folder', 'check', ['--target-dir=/tmp/x']],
    ['a toolchain', 'check', ['+nightly']],
    ['a git dependency', 'add', ['--git', 'https://example.com/x']],
    ['an argument with a line end', 'test', ['a\nb']],
  ])('take no %s, and say what they take', async (_case, command, args) => {
    await using crate = await workshopWith(CRATE);
    expect(await crate.cargo(command, ...args)).toMatch(/^refused: cargo \w+: .*Allowed: --/s);
  });
});

describe('long output', () => {
  it('of 5 MB is in no single result; its pages together are all of it', async () => {
    const test =
      '#[test]\nfn prints() {\n    for i in 0..100_000 {\n        println!("line {i:06} of a very talkative test, padded to fifty");\n    }\n    panic!("the end");\n}\n';
    await using crate = await workshopWith({ ...CRATE, 'tests/talk.rs': test });
    const text = await crate.cargo('test');
    expect(text.length).toBeLessThan(40_000);
    expect(text).toContain('test result: FAILED. 0 passed; 1 failed');
    expect(text).toContain('test result: ok. 1 passed');
    const pages = Number(/in (\d+) pages/.exec(text)?.[1]);
    expect(pages).toBeGreaterThan(300);
    const seen: string[] = [];
    for (let page = 1; page <= pages; page++) {
      const shown = await crate.use('read_output', { output: '001', page });
      expect(shown.length).toBeLessThan(17_000);
      seen.push(shown.slice(shown.indexOf('\n') + 1));
    }
    const numbers = [...seen.join('').matchAll(/^line (\d{6}) of a very/gm)].map((match) => Number(match[1]));
    expect(numbers).toEqual(Array.from({ length: 100_000 }, (_, i) => i));
  });

  it('has no page beyond its last and no output that was never made', async () => {
    await using crate = await workshopWith(CRATE);
    expect(await crate.use('read_output', { output: '001', page: 1 })).toBe(
      'refused: There is no output 001. There are: none yet.',
    );
    await crate.cargo('tree');
    expect(await crate.use('read_output', { output: '1', page: 1 })).toContain(
      '[output 001, page 1 of 1]\ntiny v0.1.0',
    );
    expect(await crate.use('read_output', { output: '001', page: 2 })).toBe('refused: Output 001 has 1 pages.');
    expect(await crate.use('read_output', { output: '../../etc/passwd', page: 1 })).toContain('There are: 001.');
  });
});

describe('cargo fmt', () => {
  it('is work of the run, and the model reads again before it edits what was reformatted', async () => {
    await using crate = await workshopWith({ ...CRATE, 'src/lib.rs': 'pub fn one()->u8{1}\n' });
    await crate.use('read_file', { path: 'src/lib.rs' });
    expect(await crate.cargo('fmt')).toContain('Reformatted: src/lib.rs. Read a file again before editing it.');
    const edit = () => crate.use('edit_file', { path: 'src/lib.rs', edits: [{ old_text: 'one', new_text: 'uno' }] });
    expect(await edit()).toContain('has changed since it was read (cargo fmt');
    await crate.use('read_file', { path: 'src/lib.rs' });
    expect(await edit()).toBe('Changed src/lib.rs (1 edit).');
    expect(crate.opened.workshop.changes().map((change) => change.path)).toEqual(['src/lib.rs']);
  });

  it('with --check changes nothing and fails', async () => {
    await using crate = await workshopWith({ ...CRATE, 'src/lib.rs': 'pub fn one()->u8{1}\n' });
    expect(await crate.cargo('fmt', '--check')).toMatch(/^failed: .*Diff in/s);
    expect(crate.opened.workshop.changes()).toEqual([]);
  });
});

describe('cargo new', () => {
  it('makes the crate in place, in an empty repository', async () => {
    await using repo = await workshopWith({ 'spec.md': '# Spec\n' });
    const text = await repo.cargo('new', '.', '--lib', '--name', 'fresh');
    expect(text).toContain('Written: Cargo.toml, src/lib.rs.');
    expect(repo.opened.workshop.copy.list()).toEqual(['Cargo.toml', 'spec.md', 'src/lib.rs']);
    expect(await repo.cargo('check')).toContain('exit code 0');
  });

  it('makes a member in a folder, which joins the workspace', async () => {
    await using repo = await workshopWith({ 'Cargo.toml': '[workspace]\nmembers = []\nresolver = "2"\n' });
    const text = await repo.cargo('new', 'crates/core', '--lib');
    expect(text).toMatch(
      /Written: Cargo\.toml, .*crates\/core\/Cargo\.toml.*crates\/core\/src\/lib\.rs|Written: Cargo\.toml, crates/,
    );
    expect(await readIn(repo, 'Cargo.toml')).toContain('crates/core');
    const changed = repo.opened.workshop.changes().map((change) => change.path);
    expect(changed).toEqual(['Cargo.toml', 'crates/core/Cargo.toml', 'crates/core/src/lib.rs']);
  });

  it('takes nothing over that a test or build script has left in the folder', async () => {
    await using repo = await workshopWith({ 'spec.md': '# Spec\n' });
    await writeFile(path.join(repo.opened.workshop.copy.root, 'build.rs'), 'fn main() {}\n');
    await repo.cargo('new', '.', '--lib', '--name', 'fresh');
    expect(repo.opened.workshop.copy.list()).not.toContain('build.rs');
  });

  it.each<[string, string[], string]>([
    ['no folder', ['--lib'], 'refused: cargo new needs a folder in args'],
    ['a file', ['spec.md'], 'refused: spec.md is a file; cargo new needs a folder'],
    ['a folder outside', ['../x'], "refused: '../x' is outside the repository"],
    ['a protected folder', ['.cargo/x'], 'is protected'],
    ['a name that cargo refuses', ['1abc'], 'failed: cargo new --vcs none 1abc: exit code 101'],
    ['a name of a keyword below a new folder', ['a/b/fn'], 'failed: cargo new --vcs none a/b/fn: exit code 101'],
  ])('with %s changes nothing', async (_case, args, expected) => {
    await using repo = await workshopWith({ 'spec.md': '# Spec\n' });
    expect(await repo.cargo('new', ...args)).toContain(expected);
    expect(repo.opened.workshop.changes()).toEqual([]);
  });
});

describe('cargo explain, doc and tree', () => {
  it('explain an error code in full', async () => {
    await using crate = await workshopWith(CRATE);
    const text = await crate.cargo('explain', 'E0382');
    expect(text).toMatch(/^cargo --explain E0382: exit code 0/);
    expect(text).toContain('A variable was used after its contents have been moved elsewhere.');
    expect(await crate.cargo('explain')).toContain('needs one error code in args, such as ["E0382"]');
    expect(await crate.cargo('explain', '--version')).toMatch(/^refused: /);
  });

  it('build documentation with its warnings', async () => {
    await using crate = await workshopWith({ ...CRATE, 'src/lib.rs': '//! See [`Nothing`].\n' });
    const text = await crate.cargo('doc');
    expect(commandOf(text)).toBe('cargo doc --workspace --no-deps');
    expect(text).toContain('unresolved link to `Nothing`');
  });

  it('show the tree of dependencies', async () => {
    await using crate = await workshopWith(CRATE);
    expect(await crate.cargo('tree', '--depth', '1')).toMatch(/exit code 0 .*\ntiny v0\.1\.0 \(\/project\)/);
  });
});

describe('dependencies', () => {
  it('come by cargo add, are outlined, and go by cargo remove', async () => {
    await using crate = await workshopWith(CRATE);
    await crate.use('read_file', { path: 'Cargo.toml' });
    const added = await crate.cargo('add', 'itoa@1');
    expect(added).toMatch(
      /^cargo add itoa@1: changed .*Cargo\.toml.*; read a file again before editing it \[output 001\]\n/,
    );
    expect(await crate.use('write_file', { path: 'Cargo.toml', content: MANIFEST })).toContain(
      'has changed since it was read',
    );
    const outline = await crate.use('outline', { path: 'crate:itoa' });
    expect(outline).toMatch(/## itoa 1\.\d+\.\d+: src\/lib\.rs/);
    expect(outline).toContain('pub struct Buffer');
    const other = await crate.use('outline', { path: 'crate:itoa/src/lib.rs' });
    expect(other.match(/^## /gm)).toHaveLength(1);
    expect(await crate.use('outline', { path: 'crate:itoa/src/none.rs' })).toMatch(
      /has no file src\/none\.rs\. .*src\/lib\.rs/,
    );
    expect(await crate.cargo('remove', 'itoa')).toContain('cargo remove itoa: changed');
    expect(await readIn(crate, 'Cargo.toml')).not.toContain('itoa');
  });

  it('that do not exist change nothing, and the output is kept', async () => {
    await using crate = await workshopWith(CRATE);
    const text = await crate.cargo('remove', 'itoa');
    expect(text).toMatch(/^failed: cargo remove itoa: exit code 101; nothing was changed \[output 001\]\n/);
    expect(await crate.use('read_output', { output: '001', page: 1 })).toContain('itoa');
    expect(crate.opened.workshop.changes()).toEqual([]);
  });

  it('are refused where the run allows none', async () => {
    await using crate = await workshopWith(CRATE, { terms: { dependencyPolicy: 'none' } });
    expect(await crate.cargo('add', 'itoa')).toContain('refused: cargo add is not allowed in this run');
  });
});
