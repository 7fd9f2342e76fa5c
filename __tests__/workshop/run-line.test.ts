import { describe, expect, it } from '@jest/globals';
import type { CargoRun } from '../../src/workshop/workshop.js';
import { runLine } from '../../src/workshop/workshop.js';

const RUN: CargoRun = {
  command: 'cargo test --workspace',
  end: { kind: 'exited', code: 0 },
  exitCode: 0,
  durationMs: 3_140,
  diagnostics: [],
  output: {
    id: '003',
    file: 'outputs/003-cargo-test.log',
    pages: 1,
    lines: 1,
    bytes: 1,
  } as unknown as CargoRun['output'],
};
const result = (passed: number, failed: number, ignored: number) =>
  `test result: ${failed > 0 ? 'FAILED' : 'ok'}. ${passed} passed; ${failed} failed; ${ignored} ignored; 0 measured; 0 filtered out`;

describe('the line of a cargo command', () => {
  it('sums the tests of all executables', () => {
    expect(runLine(RUN, [result(5, 0, 0), result(7, 0, 2)])).toBe(
      'cargo test --workspace: passed · 12 tests · 2 ignored · 3.1 s',
    );
  });

  it('names the failures and how the command ended', () => {
    const failed: CargoRun = { ...RUN, end: { kind: 'exited', code: 101 }, exitCode: 101 };
    expect(runLine(failed, [result(5, 2, 0), 'test result: forged'])).toBe(
      'cargo test --workspace: exit code 101 · 2 of 7 tests failed · 3.1 s',
    );
    const late: CargoRun = { ...RUN, end: { kind: 'timed-out', afterMs: 900_000 }, exitCode: null };
    expect(runLine(late, [])).toContain('stopped after 900 s, its time limit');
  });

  it('counts errors and warnings of the compiler', () => {
    const diagnostic = (level: string) => ({ level }) as CargoRun['diagnostics'][number];
    const diagnostics = [diagnostic('error'), diagnostic('warning'), diagnostic('error')];
    const failed: CargoRun = { ...RUN, command: 'cargo check', end: { kind: 'exited', code: 101 }, exitCode: 101 };
    expect(runLine({ ...failed, diagnostics }, [])).toBe('cargo check: exit code 101 · 2 errors · 1 warning · 3.1 s');
  });

  it('does not say passed of a command that warns, which a gate can fail on', () => {
    const diagnostics = [{ level: 'warning' } as CargoRun['diagnostics'][number]];
    expect(runLine({ ...RUN, command: 'cargo clippy', diagnostics }, [])).toBe(
      'cargo clippy: exit code 0 · 1 warning · 3.1 s',
    );
  });
});
