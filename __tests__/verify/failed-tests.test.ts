import { expect, it } from '@jest/globals';
import { failedTests } from '../../src/verify/failed-tests.js';
import type { TestReport } from '../../src/workshop/workshop.js';

const UNITS = 'unittests src/lib.rs (a)';
const OTHER = 'tests/b.rs (b)';

function report(tests: TestReport['tests']): TestReport {
  return { passed: 0, failed: 0, ignored: 0, filteredOut: 0, executables: [], anomalies: [], tests };
}

const block = (name: string, at: string, message: string) =>
  `---- ${name} stdout ----\n\nthread '${name}' panicked at ${at}:\n${message}\nnote: run with\n`;
const running = (title: string, blocks: string) =>
  `     Running ${title.replace(')', '-0123456789abcdef)').replace('(', '(target/debug/deps/')}\n\nfailures:\n\n${blocks}\ntest result: FAILED.\n`;

const WORKSPACE = {
  files: ['src/lib.rs', 'rust/src/lib.rs', 'rust/a/src/lib.rs'],
  folders: ['rust', 'rust/a'],
  places: new Map(),
};

it('gives the place of the panic in the repository, also from a subfolder', () => {
  const output = block('tests::x', 'src/lib.rs:9:5', 'left: 1');
  const member = block('tests::y', 'a/src/lib.rs:3:1', 'right');
  const tests = report([
    { name: 'tests::x', executable: UNITS, result: 'failed' },
    { name: 'tests::y', executable: UNITS, result: 'failed' },
    { name: 'tests::ok', executable: UNITS, result: 'ok' },
  ]);
  expect(failedTests(tests, output + member, WORKSPACE)).toEqual([
    { name: 'tests::x', executable: UNITS, place: { path: 'rust/src/lib.rs', line: 9 }, message: 'left: 1' },
    { name: 'tests::y', executable: UNITS, place: { path: 'rust/a/src/lib.rs', line: 3 }, message: 'right' },
  ]);
});

it('falls back to where the test stands', () => {
  const places = new Map([['tests::x', { path: 'rust/src/lib.rs', line: 4 }]]);
  const tests = report([
    { name: 'tests::x', executable: UNITS, result: 'unknown' },
    { name: 'tests::z', executable: UNITS, result: 'failed' },
  ]);
  const output = block('tests::z', '/rustc/abc/library/core/src/option.rs:1:1', 'none');
  expect(failedTests(tests, output, { ...WORKSPACE, places }).map(({ place }) => place)).toEqual([
    { path: 'rust/src/lib.rs', line: 4 },
    undefined,
  ]);
});

it('keeps tests of one name in two executables apart', () => {
  const output =
    running(UNITS, block('same', 'src/lib.rs:1:1', 'one')) + running(OTHER, block('same', 'src/lib.rs:2:1', 'two'));
  const tests = report([
    { name: 'same', executable: UNITS, result: 'failed' },
    { name: 'same', executable: OTHER, result: 'failed' },
  ]);
  expect(failedTests(tests, output, WORKSPACE).map(({ message }) => message)).toEqual(['one', 'two']);
});
