// Gates on crates of other shapes: without tests, several members, own test harness, a sub-folder, a broken base.
import { describe, expect, it } from '@jest/globals';
import type { Baseline, GateTerms, Verification } from '../../src/verify/verify.js';
import { describeBaseline, runBaseline, verify } from '../../src/verify/verify.js';
import type { Files } from '../support/temp-repo.js';
import type { OpenedWorkshop, WorkshopTerms } from '../support/workshop.js';
import { MANIFEST, cargoGatesOnly, openTestWorkshop, sharedBench } from '../support/workshop.js';

const bench = sharedBench();

/** Baseline of the files, then the verification of them with the work written over them. */
async function run(files: Files, work: Record<string, string>, terms: Partial<GateTerms> & WorkshopTerms) {
  const { workingDirectory = '.', ...more } = terms;
  await using opened: OpenedWorkshop = await openTestWorkshop(bench, files, { workingDirectory });
  const { workshop } = opened;
  const gates: GateTerms = {
    workshop,
    deciding: ['test'],
    advisory: [],
    scope: { package: undefined, extraArgs: [] },
    timeoutMs: 120_000,
    ...more,
  };
  await workshop.sync();
  const baseline: Baseline = await runBaseline(gates);
  for (const [file, text] of Object.entries(work)) await workshop.copy.write(file, text);
  const result: Verification = await verify(
    gates,
    await opened.commitWork(),
    baseline,
    cargoGatesOnly(opened, await opened.git.treeOf(opened.head)),
  );
  return { baseline, result, reasons: result.gates.flatMap((gate) => gate.reasons), opened };
}

const LIB = 'pub fn one() -> u8 {\n    1\n}\n';

describe('a crate without any test', () => {
  it('proves nothing, also when the base had none', async () => {
    const { baseline, result, reasons } = await run(
      { 'Cargo.toml': MANIFEST, 'src/lib.rs': LIB },
      { 'src/lib.rs': `${LIB}// more\n` },
      {},
    );
    expect(result.passed).toBe(false);
    expect(reasons).toEqual(['no test ran: nothing is proven by an empty test run']);
    expect(describeBaseline(baseline.gates)).toContain('The gate fails until this is mended:\n  - no test ran');
  });

  it('passes by its doc tests', async () => {
    const doc = '/// ```\n/// assert_eq!(tiny::one(), 1);\n/// ```\n';
    const { result } = await run({ 'Cargo.toml': MANIFEST, 'src/lib.rs': LIB }, { 'src/lib.rs': doc + LIB }, {});
    expect(result.gates[0]?.tests).toMatchObject({ passed: 1, failed: 0 });
    expect(result.passed).toBe(true);
  });
});

describe('a test target with a harness of its own', () => {
  const files = {
    'Cargo.toml': `${MANIFEST}[[test]]\nname = "own"\nharness = false\n`,
    'src/lib.rs': LIB,
    'tests/own.rs': 'fn main() {}\n',
  };
  it('is judged by its exit status', async () => {
    expect((await run(files, { 'src/lib.rs': `${LIB}// more\n` }, {})).result.passed).toBe(true);
    const failing = await run(files, { 'tests/own.rs': 'fn main() {\n    std::process::exit(3);\n}\n' }, {});
    expect(failing.result.passed).toBe(false);
    expect(failing.reasons.join()).toContain('own test harness');
  });
});

describe('a repository whose own cargo configuration', () => {
  it.each([
    ['silences cargo', '[term]\nquiet = true\n'],
    ['makes cargo talk more', '[term]\nverbose = true\n'],
  ])('%s is verified all the same', async (_what, config) => {
    const test = '#[test]\nfn is_one() {\n    assert_eq!(one(), 1);\n}\n';
    const files = { 'Cargo.toml': MANIFEST, 'src/lib.rs': LIB + test, '.cargo/config.toml': config };
    const { result, reasons } = await run(files, { 'src/lib.rs': `${LIB}${test}// more\n` }, {});
    expect(reasons).toEqual([]);
    expect(result).toMatchObject({ passed: true, gates: [{ tests: { passed: 1 } }] });
  });
});

describe('a workspace', () => {
  const member = (name: string, lib: string) => ({
    [`${name}/Cargo.toml`]: MANIFEST.replace('tiny', name),
    [`${name}/src/lib.rs`]: lib,
  });
  const test = (claim: string) => `#[test]\nfn holds() {\n    assert!(${claim});\n}\n`;
  const files = {
    'Cargo.toml': '[workspace]\nmembers = ["a", "b"]\nresolver = "3"\n',
    ...member('a', test('1 < 2')),
    ...member('b', test('1 < 2')),
  };

  it('is judged whole, or by one package', async () => {
    const work = { 'b/src/lib.rs': test('2 < 1'), 'a/src/lib.rs': `// more\n${test('1 < 2')}` };
    const whole = await run(files, work, {});
    expect(whole.result.passed).toBe(false);
    expect(whole.reasons).toEqual([expect.stringMatching(/^test holds failed \(unittests src\/lib\.rs \(b\)\)$/)]);
    const one = await run(files, work, {
      scope: { package: 'a', extraArgs: [] },
      deciding: ['check', 'test', 'fmt', 'clippy'],
    });
    expect(one.result.passed).toBe(true);
    expect(one.result.gates.map(({ command }) => command)).toEqual([
      'cargo check --package a --all-targets',
      'cargo test --package a --no-fail-fast',
      'cargo fmt --package a --check',
      'cargo clippy --package a --all-targets',
    ]);
  });

  it('in a sub-folder has its touched files recognised', async () => {
    const nested = Object.fromEntries(Object.entries(files).map(([file, text]) => [`rust/${file}`, text]));
    const bad = `pub fn bad()   -> u8 {\n    return 1;\n}\n${test('1 < 2')}`;
    const { result } = await run(
      nested,
      { 'rust/a/src/lib.rs': bad },
      { workingDirectory: 'rust', deciding: ['fmt', 'clippy'] },
    );
    expect(result.gates.map(({ status }) => status)).toEqual(['failed', 'failed']);
    expect(result.gates[1]?.reasons.join()).toContain('(rust/a/src/lib.rs:2)');
    const member_ = await run(
      nested,
      { 'rust/a/src/lib.rs': bad },
      { workingDirectory: 'rust/a', deciding: ['clippy'] },
    );
    expect(member_.reasons.join()).toContain('(rust/a/src/lib.rs:2)');
  });
});

describe('a base that does not compile', () => {
  const broken = (...wrong: string[]) => wrong.map((name) => `pub fn ${name}() -> u8 {\n    "text"\n}\n`).join('');
  it('has its errors excused by what they are, not by how many there were', async () => {
    const files = {
      'Cargo.toml': MANIFEST,
      'src/lib.rs': `mod other;\n${LIB}`,
      'src/other.rs': `${broken('a')}pub fn b() -> u8 {\n    missing()\n}\n`,
    };
    const better = await run(files, { 'src/other.rs': broken('a') }, { deciding: ['check', 'clippy'] });
    expect(better.reasons).toEqual([]);
    expect(better.result.gates[0]).toMatchObject({ exitCode: 101, olderFailures: [expect.stringContaining('E0308')] });
    const worse = await run(files, { 'src/lib.rs': `mod other;\n${broken('one')}` }, { deciding: ['check'] });
    expect(worse.reasons).toEqual([expect.stringContaining('(src/lib.rs:3)')]);
  });

  it('proves nothing while its tests cannot be built', async () => {
    const files = {
      'Cargo.toml': MANIFEST,
      'src/lib.rs': LIB,
      'tests/broken.rs': '#[test]\nfn x() {\n    missing();\n}\n',
    };
    const { result } = await run(files, { 'src/lib.rs': `${LIB}// more\n` }, {});
    expect(result.passed).toBe(false);
  });
});
