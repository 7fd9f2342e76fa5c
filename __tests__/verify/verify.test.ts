// Gates on real crates with the real cargo: what fails them, what is older than the run, and who cannot talk them round.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Baseline, CargoGate, GateTerms } from '../../src/verify/verify.js';
import {
  checkIncrement,
  describeBaseline,
  describeFailures,
  gateRecord,
  runBaseline,
  verify,
} from '../../src/verify/verify.js';
import type { OpenedWorkshop } from '../support/workshop.js';
import { MANIFEST, cargoGatesOnly, openTestWorkshop, sharedBench } from '../support/workshop.js';

const GATES: readonly CargoGate[] = ['check', 'test', 'fmt', 'clippy'];
const LIB = 'pub mod legacy;\n\n/// Adds.\npub fn add(a: u8, b: u8) -> u8 {\n    a + b\n}\n';
const GOOD_TEST = '#[test]\nfn adds() {\n    assert_eq!(tiny::add(1, 2), 3);\n}\n';
const BUILD = 'fn main() {\n    println!("cargo:rerun-if-changed=build.rs");\n}\n';
const FILES = {
  'build.rs': BUILD,
  'Cargo.toml': MANIFEST,
  'src/lib.rs': LIB,
  // Unformatted, and clippy warns of needless_return.
  'src/legacy.rs': 'pub fn old()   -> u8 {\n    return 1;\n}\n',
  'tests/old.rs': '#[test]\nfn broken() {\n    panic!("always did");\n}\n\n#[test]\nfn fine() {}\n',
  'tests/base.rs': '#[test]\nfn adds_in_the_base() {\n    assert_eq!(tiny::add(2, 2), 4);\n}\n',
};

const bench = sharedBench();
let opened: OpenedWorkshop;
let baseline: Baseline;

const termsOf = ({ workshop }: OpenedWorkshop, more: Partial<GateTerms> = {}): GateTerms => ({
  workshop,
  deciding: GATES,
  advisory: [],
  scope: { package: undefined, extraArgs: [] },
  timeoutMs: 120_000,
  ...more,
});

beforeAll(async () => {
  opened = await openTestWorkshop(bench, FILES);
  await opened.workshop.sync();
  baseline = await runBaseline(termsOf(opened));
});
afterAll(async () => {
  await opened[Symbol.asyncDispose]();
});

/** Verifies the base with these files written (`undefined`: deleted), and takes them back afterwards. */
async function verified(work: Record<string, string>, more: Partial<GateTerms> = {}) {
  const { copy } = opened.workshop;
  for (const [file, text] of Object.entries(work)) await copy.write(file, text);
  const result = await verify(
    termsOf(opened, more),
    await opened.commitWork(),
    baseline,
    cargoGatesOnly(opened, await opened.git.treeOf(opened.head)),
  );
  for (const file of Object.keys(work)) {
    const before = (FILES as Record<string, string>)[file];
    if (before === undefined) await copy.remove(file);
    else await copy.write(file, before);
  }
  const gate = (name: CargoGate) => {
    const found = result.gates.find((each) => each.name === name);
    if (found === undefined) throw new Error(`gate ${name} did not run`);
    return found;
  };
  const failed = result.gates.filter(({ status }) => status === 'failed').map(({ name }) => name);
  return { ...result, gate, failed };
}

describe('the baseline', () => {
  it('knows what failed before the run', () => {
    expect(baseline.gates.map(({ name, exitCode }) => [name, exitCode])).toEqual([
      ['check', 0],
      ['test', 101],
      ['fmt', 1],
      ['clippy', 0],
    ]);
    const text = describeBaseline(baseline.gates);
    expect(text).toContain('cargo check --workspace --all-targets: passed.');
    expect(text).toContain('test broken failed (tests/old.rs (old))');
    expect(text).toContain('2 tests passed, 1 failed');
  });
});

describe('a verification', () => {
  it('passes when nothing fails that did not fail before, and counts what did', async () => {
    const result = await verified({
      'src/lib.rs': `${LIB}\n/// Doubles.\npub fn double(a: u8) -> u8 {\n    add(a, a)\n}\n`,
      'tests/new.rs': GOOD_TEST,
    });
    expect(result.failed).toEqual([]);
    expect(result.passed).toBe(true);
    expect(result.gate('test')).toMatchObject({
      exitCode: 101,
      olderFailures: [expect.stringContaining('test broken failed')],
    });
    const record = gateRecord(result.gate('test'), baseline);
    expect(record.tests).toMatchObject({ passed: 3, failed: 1, new: 1 });
    expect(record).toMatchObject({ name: 'test', status: 'passed', deciding: true, exitCode: 101, reasons: [] });
  });

  it('names the test that hung when the time limit ended it', async () => {
    const hangs = '#[test]\nfn hangs() {\n    loop {\n        std::thread::yield_now();\n    }\n}\n';
    const result = await verified({ 'tests/new.rs': hangs }, { deciding: ['test'], timeoutMs: 20_000 });
    expect(result.failed).toEqual(['test']);
    const reasons = result.gate('test').reasons.join('\n');
    expect(reasons).toContain('test hangs has no result (tests/new.rs (new))');
    expect(reasons).toContain('stopped after 20 s, its time limit');
  });

  it('fails on a test that fails now, by its name, and tells the model the whole of it', async () => {
    const result = await verified({ 'tests/new.rs': GOOD_TEST.replace('3', '4') });
    expect(result.failed).toEqual(['test']);
    expect(result.passed).toBe(false);
    expect(result.gate('test').reasons).toEqual(['test adds failed (tests/new.rs (new))']);
    const text = await describeFailures(result.gates, (run) => opened.workshop.outputs.read(run.output));
    expect(text).toContain('Gate test failed (cargo test --workspace --no-fail-fast):\n- test adds failed');
    expect(text).toContain('assertion `left == right` failed');
  });

  it('fails on a test that ends the process with status 0 before another one fails', async () => {
    const exit =
      '#[test]\nfn a_exits() {\n    std::process::exit(0);\n}\n\n#[test]\nfn b_fails() {\n    panic!();\n}\n';
    const result = await verified({ 'tests/exit.rs': exit });
    expect(result.failed).toEqual(['test']);
    expect(result.gate('test').reasons.join('\n')).toContain("ended without a 'test result:' summary");
  });

  it('fails on a test that rewrites a source, which the next gates see as it was', async () => {
    const rewrite =
      '#[test]\nfn rewrites() {\n    std::fs::write("src/lib.rs", "fn   nonsense(").unwrap();\n    std::fs::remove_file("Cargo.toml").unwrap();\n}\n';
    const result = await verified({ 'tests/rewrite.rs': rewrite });
    expect(result.failed).toEqual(['test']);
    expect(result.gate('test').reasons).toContain('the command changed src/lib.rs, which it was to verify');
    expect(result.gate('test').reasons).toContain('the command changed Cargo.toml, which it was to verify');
    expect(result.gate('clippy').exitCode).toBe(0);
  });

  it('passes with a test that writes other files, and removes them', async () => {
    const honest =
      '#[test]\nfn writes() {\n    std::fs::create_dir_all("out/deep").unwrap();\n    std::fs::write("out/deep/log.txt", "x").unwrap();\n}\n';
    const result = await verified({ 'tests/writes.rs': honest });
    expect(result.failed).toEqual([]);
    expect(result.passed).toBe(true);
  });

  it('does not let a test switch the later gates off by a planted configuration', async () => {
    const plant = `#[test]
fn plants() {
    std::fs::create_dir_all(".cargo").unwrap();
    std::fs::write(
        ".cargo/config.toml",
        "[alias]\\nclippy = \\"check\\"\\nfmt = \\"version\\"\\n[build]\\nrustflags = [\\"--cap-lints=allow\\"]\\n",
    )
    .unwrap();
    std::fs::write("rustfmt.toml", "disable_all_formatting = true\\n").unwrap();
}
`;
    const bad = `${LIB}\npub fn more()   -> u8 {\n    return 2;\n}\n`;
    const result = await verified({ 'tests/plant.rs': plant, 'src/lib.rs': bad });
    expect(result.failed).toEqual(['fmt', 'clippy']);
    expect(result.gate('fmt').reasons).toEqual(['src/lib.rs is not formatted']);
    expect(result.gate('clippy').reasons).toEqual([
      expect.stringMatching(/^warning\[clippy::needless_return\]: .* \(src\/lib\.rs:9\)$/),
    ]);
  });

  it('judges a file by all its warnings once it is touched, older ones still excused', async () => {
    const touched = FILES['src/legacy.rs'].replace('old()   ->', 'old() ->');
    const result = await verified({ 'src/legacy.rs': touched });
    expect(result.failed).toEqual([]);
    expect(result.gate('clippy').olderFailures).toHaveLength(1);
    const twice = await verified({ 'src/legacy.rs': `${touched}pub fn again() -> u8 {\n    return 1;\n}\n` });
    expect(twice.failed).toEqual(['clippy']);
    expect(twice.gate('clippy').reasons).toHaveLength(1);
  });

  it('fails on code that does not compile, with the place, and does not repeat the same errors', async () => {
    const result = await verified({ 'src/lib.rs': `${LIB}\npub fn wrong() -> u8 {\n    "text"\n}\n` });
    expect(result.failed).toEqual(['check', 'test', 'clippy']);
    expect(result.gate('check').diagnostics[0]).toMatchObject({ code: 'E0308', path: 'src/lib.rs', line: 9 });
    expect(result.gate('check').reasons).toEqual(['error[E0308]: mismatched types (src/lib.rs:9)']);
    const text = await describeFailures(result.gates, (run) => opened.workshop.outputs.read(run.output));
    expect(text).toContain('[the same errors as above; output ');
  });

  it('is not passed by a build script that fails while older warnings are all that clippy prints', async () => {
    const { workshop } = opened;
    const result = await verified(
      { 'build.rs': 'fn main() {\n    panic!("no");\n}\n' },
      { deciding: ['check', 'clippy'] },
    );
    expect(result.failed).toEqual(['check', 'clippy']);
    expect(result.gate('clippy').reasons.join('\n')).toContain('failed to run custom build command for `tiny');
    expect(await workshop.outputs.read(result.gate('check').run.output)).toContain('build.rs');
  });

  it('is not passed by commands that were stopped at their time limit', async () => {
    const result = await verified({}, { timeoutMs: 1, deciding: GATES });
    expect(result.failed).toEqual([...GATES]);
    expect(result.gate('fmt').reasons.join()).toContain('its time limit');
    expect(result.passed).toBe(false);
  });

  it('is not passed by gates that never ran, as in a cancelled run', async () => {
    const result = await verified({}, { signal: AbortSignal.abort() });
    expect(result.gates).toEqual([]);
    expect(result.passed).toBe(false);
    expect((await verified({}, { deciding: [], advisory: ['fmt'] })).passed).toBe(false);
  });

  it('runs advisory gates and lets them decide nothing', async () => {
    const work = { 'src/lib.rs': LIB.replace('a + b', 'a  +  b') };
    const result = await verified(work, { deciding: ['check'], advisory: ['fmt', 'doc'] });
    expect(result.failed).toEqual(['fmt']);
    expect(result.gate('doc').status).toBe('passed');
    expect(result.passed).toBe(true);
  });
});

describe('a run that tells cargo that nothing changed', () => {
  // Everything below `folder` becomes newer than any source: what the base built then counts as fresh.
  const age = (folder: string) => `fn age(path: &std::path::Path) {
    let later = std::time::SystemTime::now() + std::time::Duration::from_secs(31_000_000);
    for entry in std::fs::read_dir(path).unwrap().flatten() {
        if entry.path().is_dir() {
            age(&entry.path());
        } else if let Ok(file) = std::fs::File::options().append(true).open(entry.path()) {
            let _ = file.set_modified(later);
        }
    }
}

fn age_all() {
    age(std::path::Path::new("${folder}"));
}
`;

  it('does not have the tests of the base run in the place of its own', async () => {
    const result = await verified({
      'build.rs': `${age('/target/debug')}\n${BUILD.replace('}', '    age_all();\n}')}`,
      'src/lib.rs': LIB.replace('a + b', 'panic!("{a}{b}")'),
    });
    expect(result.gate('check').exitCode).toBe(0);
    expect(result.failed).toContain('test');
    expect(result.gate('test').reasons).toEqual([expect.stringContaining('test adds_in_the_base failed')]);
  });

  it('does not have the diagnostics of the base replayed for its own', async () => {
    const result = await verified({
      'tests/ages.rs': `${age('/target/debug/.fingerprint')}\n#[test]\nfn ages() {\n    age_all();\n}\n`,
      'src/lib.rs': `${LIB}\n/// Two.\npub fn two() -> u8 {\n    return 2;\n}\n`,
    });
    expect(result.gate('test').status).toBe('passed');
    expect(result.failed).toEqual(['clippy']);
  });
});

describe('an increment', () => {
  const complete = () => checkIncrement(termsOf(opened), baseline);
  const { lib, test } = { lib: 'src/lib.rs', test: 'tests/new.rs' };

  it('is judged where the agent works, by the same rules', async () => {
    const { copy } = opened.workshop;
    await copy.write(test, GOOD_TEST);
    expect((await complete()).map(({ name, status }) => [name, status])).toEqual([
      ['check', 'passed'],
      ['test', 'passed'],
    ]);
    await copy.write(test, '#[test]\nfn rewrites() {\n    std::fs::write("src/lib.rs", "").unwrap();\n}\n');
    const rewritten = await complete();
    expect(rewritten.at(-1)).toMatchObject({ name: 'test', status: 'failed' });
    expect(rewritten.at(-1)?.reasons).toContain('the command changed src/lib.rs, which it was to verify');
    expect(await readFile(path.join(copy.root, lib), 'utf8')).toBe(LIB);
    await copy.write(lib, 'fn wrong(');
    expect((await complete()).map(({ name, status }) => [name, status])).toEqual([['check', 'failed']]);
    await copy.write(lib, LIB);
    await copy.remove(test);
  });
});
