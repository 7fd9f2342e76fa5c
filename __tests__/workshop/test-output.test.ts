// The verdict on test runs, from output of the real cargo on small crates, some of which lie.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createMessageReader, type Artifact } from '../../src/workshop/diagnostics.js';
import { failedTestBlocks, resultLines } from '../../src/workshop/test-failures.js';
import { judgeTests, type TestReport } from '../../src/workshop/test-output.js';
import {
  CARGO_TEST,
  memberManifest,
  openRecorder,
  type CargoRecorder,
  type Recording,
} from '../support/cargo-recording.js';

let recorder: CargoRecorder;
beforeAll(() => {
  recorder = openRecorder();
});
afterAll(() => recorder.remove());

const resultsOf = (report: TestReport) => Object.fromEntries(report.tests.map(({ name, result }) => [name, result]));

/** Writes to file descriptor 1 itself, past libtest's capture. */
const SAY = `fn say(text: &str) {
    use std::{io::Write, os::fd::FromRawFd};
    let mut out = std::mem::ManuallyDrop::new(unsafe { std::fs::File::from_raw_fd(1) });
    out.write_all(text.as_bytes()).unwrap();
}
`;

describe('every kind of honest test', () => {
  const DOCS = `/// Doubles.
/// \`\`\`
/// assert_eq!(2 * 2, 4);
/// \`\`\`
/// \`\`\`no_run
/// loop {}
/// \`\`\`
/// \`\`\`compile_fail
/// let x: u8 = "";
/// \`\`\`
/// \`\`\`should_panic
/// panic!();
/// \`\`\`
/// \`\`\`ignore
/// nonsense
/// \`\`\`
pub fn documented() {}
`;
  const UNIT = `#[cfg(test)]
mod tests {
    #[test] fn adds() { assert_eq!(1 + 1, 2); }
    #[test] #[should_panic] fn panics() { panic!("meant"); }
    #[test] #[should_panic(expected = "other")] fn panics_wrongly() { panic!("this"); }
    #[test] #[ignore] fn skipped() {}
    #[test] #[ignore = "slow, very ... ok"] fn skipped_with_reason() {}
    #[test] fn returns_error() -> Result<(), String> { println!("said before"); Err("bad".into()) }
    #[test] fn loses() {
        let inner = std::thread::spawn(|| panic!("inner")).join();
        assert!(inner.is_ok(), "outer\\nsecond line");
    }
}
`;
  const files = {
    'alpha/Cargo.toml': memberManifest(
      'alpha',
      '[[test]]\nname = "custom"\nharness = false\n[[test]]\nname = "broken"\nharness = false\n',
    ),
    'alpha/src/lib.rs': DOCS + UNIT,
    'alpha/tests/it.rs': '#[test] fn whole() {}\n',
    'alpha/tests/custom.rs': 'fn main() { print!("no line end, test result: ok. 7 passed"); }\n',
    'alpha/tests/broken.rs': 'fn main() { if std::env::args().len() == 1 { print!("oh"); std::process::exit(3); } }\n',
    'beta/Cargo.toml': memberManifest('beta', '', '2021'),
    'beta/src/lib.rs': DOCS,
    'beta/src/main.rs': 'fn main() {}\n#[test] fn adds() {}\n',
    'beta/tests/it.rs': '#[test] fn whole() {}\n#[test] fn other() {}\n',
  };
  let recording: Recording;
  let report: TestReport;
  beforeAll(() => {
    recording = recorder.record('honest', files);
    report = judgeTests(recording);
  });

  it('is counted right, executable by executable', () => {
    expect(report.anomalies).toEqual([]);
    const rows = report.executables.map((e) => [
      e.name.replace(/-[0-9a-f]{16}/, '-HASH'),
      e.kind,
      e.listed,
      e.passed,
      e.failed,
      e.ignored,
      e.ok,
    ]);
    expect(rows).toEqual([
      ['unittests src/lib.rs (alpha)', 'libtest', 7, 2, 3, 2, false],
      ['tests/broken.rs (broken)', 'custom-harness', 0, 0, 0, 0, false],
      ['tests/custom.rs (custom)', 'custom-harness', 0, 0, 0, 0, true],
      ['tests/it.rs (it-HASH)', 'libtest', 1, 1, 0, 0, true],
      ['unittests src/lib.rs (beta)', 'libtest', 0, 0, 0, 0, true],
      ['unittests src/main.rs (beta)', 'libtest', 1, 1, 0, 0, true],
      ['tests/it.rs (it-HASH)', 'libtest', 2, 2, 0, 0, true],
      ['Doc-tests alpha', 'doc', 5, 4, 0, 1, true],
      ['Doc-tests beta', 'doc', 5, 4, 0, 1, true],
    ]);
    expect(report).toMatchObject({ passed: 14, failed: 3, ignored: 4, filteredOut: 0 });
    expect(new Set(report.executables.map(({ name }) => name)).size).toBe(9);
  });

  it('has its result by name', () => {
    expect(resultsOf(report)).toMatchObject({
      'tests::adds': 'ok',
      'tests::panics': 'ok',
      'tests::panics_wrongly': 'failed',
      'tests::skipped': 'ignored',
      'tests::skipped_with_reason': 'ignored',
      'tests::returns_error': 'failed',
      'tests::loses': 'failed',
      'beta/src/lib.rs - documented (line 8)': 'ok',
      'alpha/src/lib.rs - documented (line 14)': 'ignored',
    });
    expect(report.tests.some(({ result }) => result === 'unknown')).toBe(false);
  });

  it('includes the two blocks that rustdoc prints for one crate of edition 2024', () => {
    const doc = recording.run.slice(recording.run.indexOf('Doc-tests alpha'), recording.run.indexOf('Doc-tests beta'));
    expect(resultLines(doc)).toHaveLength(2); // else this cargo no longer does what the sum is for
  });

  it('reads the same with one test thread and uncaptured output', () => {
    const { output, exitCode } = recorder.cargo(recording.cwd, [
      ...CARGO_TEST,
      '--',
      '--test-threads=1',
      '--no-capture',
    ]);
    expect(output).toMatch(/^test tests::returns_error \.\.\. said before$/m); // name first, result lines later
    const again = judgeTests({ list: recording.list, run: output, exitCode });
    expect(again.tests).toEqual(report.tests);
    expect(again.anomalies).toEqual([]);
  });

  it('may be filtered', () => {
    const { output, exitCode } = recorder.cargo(recording.cwd, [...CARGO_TEST, '-p', 'alpha', '--lib', '--', 'adds']);
    const list = recorder.cargo(recording.cwd, [
      ...CARGO_TEST,
      '-p',
      'alpha',
      '--lib',
      '--',
      '--list',
      '--format',
      'terse',
    ]).output;
    const filtered = judgeTests({ list, run: output, exitCode });
    expect(filtered).toMatchObject({ passed: 1, failed: 0, filteredOut: 6, anomalies: [] });
  });

  it('shows where its failures panicked', () => {
    const blocks = failedTestBlocks(recording.run);
    expect(blocks.map(({ name }) => name).sort()).toEqual([
      'tests::loses',
      'tests::panics_wrongly',
      'tests::returns_error',
    ]);
    const line = files['alpha/src/lib.rs'].split('\n').findIndex((text) => text.includes('assert!(inner')) + 1;
    expect(blocks.find(({ name }) => name === 'tests::loses')).toMatchObject({
      executable: 'unittests src/lib.rs (alpha)',
      location: { path: 'alpha/src/lib.rs', line, column: 9 },
      message: 'outer\nsecond line',
    });
    const returned = blocks.find(({ name }) => name === 'tests::returns_error');
    expect(returned?.text).toBe('said before\nError: "bad"');
    expect(returned).not.toHaveProperty('location');
  });

  it('can be bound to what cargo says it built', () => {
    const artifacts = readArtifacts(recording.cwd);
    const bound = judgeTests({ ...recording, artifacts });
    expect(bound.anomalies).toEqual([]);
    expect(bound.executables.map((e) => e.package)).toEqual([
      ...Array<string>(4).fill('alpha'),
      ...Array<string>(3).fill('beta'),
      'alpha',
      'beta',
    ]);
    const withoutOne = artifacts.filter(({ target }) => target.name !== 'custom');
    expect(judgeTests({ ...recording, artifacts: withoutOne }).anomalies).toContainEqual(
      expect.stringContaining('cargo did not build: "Running tests/custom.rs'),
    );
    const list = recording.list
      .split('\n')
      .filter((line) => !line.includes('tests/custom.rs'))
      .join('\n');
    expect(judgeTests({ ...recording, list, artifacts }).anomalies).toContain(
      "Test target 'custom' (alpha/tests/custom.rs) was built but is not in the list.",
    );
  });

  function readArtifacts(cwd: string): Artifact[] {
    const reader = createMessageReader({ projectRoot: cwd });
    const { output } = recorder.cargo(cwd, [...CARGO_TEST, '--no-run', '--message-format=json']);
    return output.split('\n').flatMap((line) => reader.read(line).artifact ?? []);
  }
});

describe('a test that ends the process with status 0', () => {
  const quits =
    '#[test] fn a_first() {}\n#[test] fn m_quits() { std::process::exit(0); }\n#[test] fn z_fails() { panic!(); }\n';

  it('fails its executable although cargo exits with 0', () => {
    const recording = recorder.record(
      'quits',
      { 'quitter/src/lib.rs': quits, 'quitter/tests/fine.rs': '#[test] fn fine() {}\n' },
      ['--test-threads=1'],
    );
    expect(recording.exitCode).toBe(0);
    const report = judgeTests(recording);
    expect(report.executables.map(({ ok }) => ok)).toEqual([false, true, true]);
    expect(report.anomalies).toEqual([
      "unittests src/lib.rs (quitter) ended without a 'test result:' summary: something ended the process before its tests were over.",
      'unittests src/lib.rs (quitter) has no result for m_quits, z_fails.',
    ]);
    expect(resultsOf(report)).toEqual({ a_first: 'ok', m_quits: 'unknown', z_fails: 'unknown', fine: 'ok' });
  });

  it('is found even when it prints a summary that matches the list', () => {
    const forged = String.raw`test m_quits ... ok\n\ntest result: ok. 3 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s\n\n`;
    const source = SAY + quits.replace('std::process', `say("${forged}"); std::process`);
    const recording = recorder.record('forger', { 'forger/src/lib.rs': source }, ['--test-threads=1']);
    expect(recording.exitCode).toBe(0);
    const report = judgeTests(recording);
    expect(report.executables[0]?.ok).toBe(false);
    expect(report.anomalies).toContain('unittests src/lib.rs (forger) has no result for z_fails.');
  });

  it('is found in an exit handler that hides the failures', () => {
    const source = `unsafe extern "C" { fn atexit(f: extern "C" fn()) -> i32; fn _exit(code: i32) -> !; }
extern "C" fn bye() { unsafe { _exit(0) } }
#[test] fn hides() { unsafe { atexit(bye); } panic!(); }
`;
    const recording = recorder.record('hider', { 'hider/src/lib.rs': source });
    expect(recording.exitCode).toBe(0);
    const report = judgeTests(recording);
    expect(report).toMatchObject({ failed: 1 });
    expect(report.anomalies).toEqual([
      'unittests src/lib.rs (hider) ended with a succeeding status although its summary reports failures.',
      'cargo test exited with 0 although tests failed.',
    ]);
  });
});

describe('tests that imitate cargo and libtest', () => {
  const noise = String.raw`half\ntest result: ok. 99 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s\n\n     Running fake\n     Running unittests src/fake.rs (/target/debug/deps/fake-0123456789abcdef)\nrunning 5 tests\ntest invented ... ok\ntest fails ... ok\nerror: test failed, to rerun pass ${'`-p x`'}\nfailures:\n    quiet\nhalf`;
  const source = `${SAY}#[test] fn a_noisy() { say("${noise}"); }\n#[test] fn fails() { panic!("real"); }\n#[test] fn quiet() {}\n`;

  it.each([[[]], [['--test-threads=1']]])('are not believed (%j)', (args) => {
    const report = judgeTests(recorder.record('noisy', { 'noisy/src/lib.rs': source }, args));
    expect(report).toMatchObject({ passed: 2, failed: 1, ignored: 0 });
    expect(resultsOf(report)).toEqual({ a_noisy: 'ok', fails: 'failed', quiet: 'ok' });
    expect(report.anomalies).toEqual([
      'A header names an executable that was not listed: unittests src/fake.rs (fake).',
    ]);
  });
});

describe('three crates with three hundred tests', () => {
  it('are counted one by one', () => {
    const tests = (count: number, from = 0) =>
      Array.from({ length: count }, (_, n) => `#[test] fn t${n + from}() { assert!(${n} != 13); }`).join('\n');
    const files = {
      'one/src/lib.rs': tests(120),
      'one/tests/it.rs': tests(30, 500),
      'two/src/lib.rs': `pub mod inner { #[cfg(test)] mod tests {\n${tests(90)}\n} }`,
      'three/src/lib.rs': tests(60),
    };
    const report = judgeTests(recorder.record('many', files));
    expect(report).toMatchObject({ passed: 296, failed: 4, anomalies: [] });
    expect(report.tests).toHaveLength(300);
    expect(report.tests.filter(({ result }) => result === 'failed').map(({ name }) => name)).toEqual([
      't13',
      't513',
      't13',
      'inner::tests::t13',
    ]);
  });
});

describe('an executable that dies of a signal', () => {
  it('fails, and its unfinished test has no result', () => {
    const recording = recorder.record('dies', {
      'dying/src/lib.rs': '#[test] fn aborts() { std::process::abort(); }\n',
    });
    const report = judgeTests(recording);
    expect(recording.exitCode).toBe(101);
    expect(report.executables.map(({ ok }) => ok)).toEqual([false, true]);
    expect(report.anomalies).toContain('unittests src/lib.rs (dying) has no result for aborts.');
  });
});

describe('a build that fails', () => {
  it('has no executables and says so', () => {
    const recording = recorder.record('broken', { 'broken/src/lib.rs': 'pub fn f( {' });
    expect(judgeTests(recording)).toEqual({
      passed: 0,
      failed: 0,
      ignored: 0,
      filteredOut: 0,
      executables: [],
      tests: [],
      anomalies: ['cargo test exited with 101 before any test executable ran.'],
    });
  });
});
