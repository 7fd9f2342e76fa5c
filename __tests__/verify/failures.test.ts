// What counts as a failure and when it is older than the run, on results that no crate gives on demand.
import { describe, expect, it } from '@jest/globals';
import type { CommandEnd } from '../../src/platform/command.js';
import { checkFailures, clippyFailures, fmtFailures, newFailures, testFailures } from '../../src/verify/failures.js';
import { gateRecord } from '../../src/verify/gate-record.js';
import type { GateResult } from '../../src/verify/gate-result.js';
import { gateCommand, listTestsCommand, missingTool, unformattedFiles } from '../../src/verify/gates.js';
import type { CargoRun, Diagnostic } from '../../src/workshop/workshop.js';
import { judgeTests } from '../../src/workshop/workshop.js';

const exited = (code: number): CommandEnd => ({ kind: 'exited', code });
const TIMED_OUT: CommandEnd = { kind: 'timed-out', afterMs: 5_000 };

function runOf(end: CommandEnd, diagnostics: Partial<Diagnostic>[] = []): CargoRun {
  return {
    command: 'cargo clippy',
    end,
    exitCode: end.kind === 'exited' ? end.code : null,
    durationMs: 1,
    diagnostics: diagnostics.map((each) => ({
      level: 'error',
      message: 'm',
      rendered: `error: ${each.message ?? 'm'}\n`,
      ...each,
    })),
    output: { id: '001', file: 'outputs/001-x.log', lines: 1, chars: 1 },
  };
}

const keys = (failures: readonly { key: string }[]) => failures.map(({ key }) => key);

describe('a failure', () => {
  it('is new when it occurs more often than before', () => {
    const [one, other] = [
      { key: 'a', text: 'a' },
      { key: 'b', text: 'b' },
    ] as const;
    expect(newFailures([one, one, other], [one, other])).toEqual([one]);
    expect(newFailures([one], [one, one])).toEqual([]);
  });

  it('of which nothing is known but that the command failed is never excused', () => {
    const before = checkFailures(runOf(exited(101)), '');
    expect(before).toHaveLength(1);
    expect(newFailures(checkFailures(runOf(exited(101)), ''), before)).toHaveLength(1);
  });

  it('does not hide that a command was stopped, whatever it had said before', () => {
    const warning = { level: 'warning', path: 'src/a.rs', message: 'old' } as const;
    const before = clippyFailures(runOf(exited(0), [warning]), '', undefined);
    const now = clippyFailures(runOf(TIMED_OUT, [warning]), '', new Set(['src/a.rs']));
    expect(newFailures(now, before).map(({ text }) => text)).toEqual([
      'cargo clippy ended with stopped after 5 s, its time limit',
    ]);
    const error = { path: 'src/a.rs', message: 'old' };
    const errors = checkFailures(runOf(exited(101), [error]), '');
    expect(newFailures(checkFailures(runOf(TIMED_OUT, [error]), ''), errors)).toHaveLength(1);
    const diff = 'Diff in /project/src/a.rs:1:\n';
    const unformatted = fmtFailures(runOf(exited(1)), diff, undefined);
    expect(newFailures(fmtFailures(runOf(TIMED_OUT), diff, new Set()), unformatted)).toHaveLength(1);
  });

  it('keeps its key when lines move, and is not the count of the others', () => {
    const at = (line: number) => ({ code: 'E0308', path: 'src/a.rs', message: 'mismatched', line });
    const count = (n: number) => ({ message: `aborting due to ${n} previous errors` });
    const before = checkFailures(runOf(exited(101), [at(1), at(5), count(2)]), '');
    expect(newFailures(checkFailures(runOf(exited(101), [at(9), count(1)]), ''), before)).toEqual([]);
  });

  it("is cargo's own error too, told apart from those that the compiler rendered", () => {
    const text = [
      'error: rendered',
      'error: could not compile `a` (lib) due to 1 previous error',
      'error: failed to run custom build command for `a v0.1.0 (/project)`',
    ].join('\n');
    const found = checkFailures(runOf(exited(101), [{ message: 'rendered', path: 'src/a.rs' }]), text);
    expect(keys(found)).toEqual([
      'error  src/a.rs rendered',
      'error: failed to run custom build command for `a v0.1.0 (/project)`',
    ]);
    expect(checkFailures(runOf(exited(0)), 'error: printed by a macro')).toEqual([]);
  });
});

describe('the fmt gate', () => {
  const DIFF =
    'Diff in /project/src/a.rs:1:\n x\nDiff in /project/b/c d.rs at line 3:\n x\nDiff in /project/src/a.rs:9:\n';

  it('reads the files that rustfmt would change, once each', () => {
    expect(unformattedFiles(DIFF)).toEqual(['src/a.rs', 'b/c d.rs']);
  });

  it('judges touched files alone, and what rustfmt cannot read', () => {
    expect(keys(fmtFailures(runOf(exited(1)), DIFF, new Set(['src/a.rs'])))).toEqual(['fmt src/a.rs']);
    expect(fmtFailures(runOf(exited(1)), DIFF, new Set(['src/z.rs']))).toEqual([]);
    const parse = `${DIFF}error: expected item, found \`x\`\n --> /project/src/z.rs:1:1\n`;
    expect(keys(fmtFailures(runOf(exited(1)), parse, new Set(['src/z.rs'])))).toEqual([
      'error: expected item, found `x`',
    ]);
    const missing = 'Error writing files: failed to resolve mod `x`: /project/src/x.rs does not exist\n';
    expect(fmtFailures(runOf(exited(1)), missing, new Set())).toHaveLength(1);
    expect(fmtFailures(runOf(exited(1)), '', new Set())).toHaveLength(1);
  });
});

describe('the test gate', () => {
  it('fails on output that contradicts itself, whatever the baseline was', () => {
    const header = '     Running unittests src/lib.rs (/target/debug/deps/a-0123456789abcdef)\n';
    const tests = judgeTests({
      list: `${header}x: test\n`,
      run: `${header}\nrunning 1 test\n`,
      exitCode: 0,
    });
    const found = testFailures(runOf(exited(0)), tests);
    expect(newFailures(found, found).length).toBeGreaterThan(0);
  });
});

describe('a documentation test', () => {
  const DOC = '   Doc-tests a\n';
  const ran = (results: readonly (readonly [line: number, result: 'ok' | 'FAILED'])[]) => {
    const names = results.map(([line, result]) => [`src/lib.rs - f (line ${line})`, result] as const);
    const failed = names.filter(([, result]) => result === 'FAILED').length;
    const exitCode = failed > 0 ? 101 : 0;
    const lines = names.map(([name, result]) => `test ${name} ... ${result}`);
    const summary = `test result: ${failed > 0 ? 'FAILED' : 'ok'}. ${names.length - failed} passed; ${failed} failed; 0 ignored; 0 measured; 0 filtered out`;
    const last = failed > 0 ? '\nerror: doctest failed, to rerun pass `--doc`' : '';
    const tests = judgeTests({
      list: DOC + names.map(([name]) => `${name}: test\n`).join(''),
      run: `${DOC}\nrunning ${names.length} tests\n${lines.join('\n')}\n\n${summary}${last}\n`,
      exitCode,
    });
    const run = runOf(exited(exitCode));
    const failures = testFailures(run, tests);
    const gate: GateResult = {
      ...{ name: 'test', deciding: true, status: 'passed', run, tests, failures, diagnostics: [] },
      ...{ command: run.command, exitCode, durationMs: 1, reasons: [], olderFailures: [] },
    };
    return { failures, gate };
  };

  it('that failed before is no new failure on another line, and one more is', () => {
    const before = ran([
      [9, 'FAILED'],
      [20, 'ok'],
    ]);
    expect(
      newFailures(
        ran([
          [12, 'FAILED'],
          [23, 'ok'],
        ]).failures,
        before.failures,
      ),
    ).toEqual([]);
    expect(
      newFailures(
        ran([
          [12, 'FAILED'],
          [23, 'FAILED'],
        ]).failures,
        before.failures,
      ),
    ).toHaveLength(1);
  });

  it('that only moved is not new, a second one of the same item is', () => {
    const before = { gates: [ran([[9, 'ok']]).gate] };
    const newOnes = (now: Parameters<typeof ran>[0]) => gateRecord(ran(now).gate, before).tests?.new;
    expect(newOnes([[30, 'ok']])).toBe(0);
    expect(
      newOnes([
        [9, 'ok'],
        [15, 'ok'],
      ]),
    ).toBe(1);
  });
});

describe('gate commands', () => {
  it('keep their flags from baseline to verification and list exactly what the test gate runs', () => {
    const scope = { package: undefined, extraArgs: ['--all-features'] };
    expect(gateCommand('test', scope).args).toEqual(['test', '--workspace', '--no-fail-fast', '--all-features']);
    expect(listTestsCommand(scope).args).toEqual([
      ...gateCommand('test', scope).args,
      '--',
      '--list',
      '--format',
      'terse',
    ]);
    expect(gateCommand('fmt', scope).args).toEqual(['fmt', '--all', '--check']);
    expect(gateCommand('doc', { package: 'a', extraArgs: [] }).args).toEqual(['doc', '--package', 'a', '--no-deps']);
  });

  it('need clippy and rustfmt where they say so', () => {
    const none = { hasClippy: false, hasRustfmt: false };
    expect(['check', 'test', 'fmt', 'clippy', 'doc'].map((gate) => missingTool(gate, none))).toEqual([
      undefined,
      undefined,
      'rustfmt',
      'clippy',
      undefined,
    ]);
    expect(missingTool('clippy', { hasClippy: true, hasRustfmt: true })).toBeUndefined();
  });
});
