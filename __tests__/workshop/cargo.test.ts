// Cargo in the real EXEC box: complete output, diagnostics with paths of the repository, nothing of the host.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { maskOf } from '../support/masking.js';
import { shellWord } from '../../src/workshop/cargo.js';
import { PAGE_CHARS, firstView, paginate } from '../../src/workshop/outputs.js';
import { resultLines } from '../../src/workshop/test-failures.js';
import type { OpenedWorkshop } from '../support/workshop.js';
import { MANIFEST, agentCargo, openTestWorkshop, sharedBench } from '../support/workshop.js';

const SECRET = 'ghs_secret4711';
const NOISY = `
#[test]
fn noisy() {
    for i in 0..50_000 { println!("{i:06} ${'ü'.repeat(45)}"); }
    println!("token ${SECRET} ends");
}
#[test]
fn failing() { assert_eq!(1, 2, "the reason"); }
`;

const bench = sharedBench();
let noisy: OpenedWorkshop;
let nested: OpenedWorkshop;

beforeAll(async () => {
  noisy = await openTestWorkshop(
    bench,
    {
      'Cargo.toml': MANIFEST,
      'src/lib.rs': NOISY,
      'src/main.rs':
        'use std::io::Write;\nfn main() { std::io::stdout().write_all(b"\\xef\\xbb\\xbfone\\r\\ncaf\\xc3").unwrap(); }\n',
    },
    { mask: maskOf(SECRET) },
  );
  nested = await openTestWorkshop(
    bench,
    {
      'rust/Cargo.toml': '[workspace]\nmembers = ["member"]\nresolver = "3"\n',
      'rust/member/Cargo.toml': MANIFEST,
      'rust/member/src/lib.rs': 'pub fn f() -> u8 { "text" }\n',
      'other/readme.md': 'x',
    },
    { workingDirectory: 'rust/member' },
  );
});
afterAll(async () => {
  await noisy[Symbol.asyncDispose]();
  await nested[Symbol.asyncDispose]();
});

describe('a run of cargo', () => {
  it('keeps 5 MB of output whole, in pages, and its first view has errors and results', async () => {
    const run = await agentCargo(noisy.workshop, ['test', '--lib', '--', '--nocapture', '--test-threads=1']);
    expect(run.exitCode).toBe(101);
    const lines = run.text.split('\n').filter((line) => /\d{6} ü{45}$/.test(line));
    expect(lines).toHaveLength(50_000);
    expect(Buffer.byteLength(run.text)).toBeGreaterThan(4_800_000);
    expect(run.text).not.toContain(SECRET);
    expect(run.text).toContain('token *** ends\n');
    expect(run.text).not.toContain('\uFFFD');
    expect(paginate(run.text).join('')).toBe(run.text);
    const view = firstView(run.output, run.text, [], resultLines(run.text));
    expect(view.length).toBeLessThan(PAGE_CHARS + 1_000);
    expect(view).toContain('test result: FAILED. 1 passed; 1 failed');
    expect(run.output).toMatchObject({ chars: run.text.length });
  });

  it('keeps a byte order mark, carriage returns and the broken end of a character', async () => {
    const place = { project: noisy.workshop.copy.root, target: `${noisy.scratch}/agent-target` };
    const run = await noisy.workshop.cargoAt(place, { args: ['run', '--quiet'], format: 'plain', timeoutMs: 60_000 });
    expect(await noisy.workshop.outputs.read(run.output)).toMatch(/\uFEFFone\r\ncaf\uFFFD$/);
  });

  it('names paths of the repository in diagnostics, wherever the workspace lies', async () => {
    const run = await agentCargo(nested.workshop, ['check', '--workspace'], 'messages');
    expect(run.exitCode).toBe(101);
    const [error] = run.diagnostics.filter(({ code }) => code === 'E0308');
    expect(error).toMatchObject({ path: 'rust/member/src/lib.rs', line: 1, package: 'tiny' });
    expect(run.text).toContain('error[E0308]: mismatched types');
    expect(run.text).toContain('Checking tiny v0.1.0 (/project/rust/member)');
    expect(run.text).not.toContain(nested.scratch);
  });

  it('builds in the target directory, also where the repository’s configuration names another folder', async () => {
    const files = { 'Cargo.toml': MANIFEST, 'src/lib.rs': '', '.cargo/config.toml': '[build]\nbuild-dir = "build"\n' };
    await using opened = await openTestWorkshop(bench, files);
    const { text, putBack } = await agentCargo(opened.workshop, ['test', '--lib']);
    expect(text).toContain('unittests src/lib.rs (/target/debug/deps/tiny-');
    expect(putBack).toEqual([]);
  });

  it('runs in the box without network, and ends at its deadline with words of its own', async () => {
    const run = await noisy.workshop.cargoForAgent({ args: ['test', '--lib'], format: 'plain', timeoutMs: 1 });
    expect(run).toMatchObject({ exitCode: null, end: { kind: 'timed-out', afterMs: 1 } });
    expect(await noisy.workshop.outputs.read(run.output)).toContain('[ferrule] cargo test --lib: stopped after');
    expect(new Set(noisy.boxes.map(({ box }) => box))).toEqual(new Set(['exec']));
  });

  it('shows a command that can be pasted into a shell', () => {
    expect(['--features=a,b', "it's", 'a b', '$(x)'].map(shellWord)).toEqual([
      '--features=a,b',
      "'it'\\''s'",
      "'a b'",
      "'$(x)'",
    ]);
  });
});
