// Properties of the reading of test output: made-up honest runs, with noise in the places where tests can print.
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { readSegment } from '../../src/workshop/libtest-segment.js';
import { failedTestBlocks, resultLines } from '../../src/workshop/test-failures.js';
import { judgeTests } from '../../src/workshop/test-output.js';
import { splitAtHeaders } from '../../src/workshop/test-segments.js';

type Outcome = 'ok' | 'FAILED' | 'ignored';
interface HonestTest {
  outcome: Outcome;
  noise: string;
}
interface HonestExecutable {
  tests: HonestTest[];
  oneThread: boolean;
}

const header = (index: number) =>
  `     Running unittests src/lib.rs (/target/debug/deps/crate${index}-0123456789abcde${index})`;
const nameOf = (executable: number, test: number) => `module${executable}::case_${test}`;

/** What cargo prints for the list and for the run of such executables. */
function print(executables: readonly HonestExecutable[]): { list: string; run: string; exitCode: number } {
  let list = '   Compiling x v0.1.0\n';
  let run = '    Finished `test` profile\n';
  let exitCode = 0;
  executables.forEach(({ tests, oneThread }, index) => {
    list += `${header(index)}\n${tests.map((_, at) => `${nameOf(index, at)}: test\n`).join('')}`;
    run += `${header(index)}\n\nrunning ${tests.length} tests\n`;
    tests.forEach(({ outcome, noise }, at) => {
      const start = `test ${nameOf(index, at)} ... `;
      if (!oneThread) run += `${noise}${start}${outcome}\n`;
      else run += outcome === 'ignored' ? `${start}ignored\n` : `${start}${noise}${outcome}\n`;
    });
    const failed = tests.flatMap(({ outcome }, at) => (outcome === 'FAILED' ? [nameOf(index, at)] : []));
    const count = (outcome: Outcome) => tests.filter((test) => test.outcome === outcome).length;
    if (failed.length > 0) {
      const blocks = failed.map((name) => `---- ${name} stdout ----\nsaid\n\n`).join('');
      run += `\nfailures:\n\n${blocks}\nfailures:\n${failed.map((name) => `    ${name}\n`).join('')}`;
      exitCode = 101;
    }
    const verdict = failed.length > 0 ? 'FAILED' : 'ok';
    run += `\ntest result: ${verdict}. ${count('ok')} passed; ${failed.length} failed; ${count('ignored')} ignored; 0 measured; 0 filtered out; finished in 0.01s\n\n`;
    if (failed.length > 0) run += `error: test failed, to rerun pass \`-p crate${index} --lib\`\n`;
  });
  return { list, run, exitCode };
}

const imitation = fc.constantFrom(
  'test result: ok. 99 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s\n',
  '\ntest result: FAILED. 0 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out\n\n',
  'test invented ... ok\n',
  'test invented ... ',
  'test ',
  'running 7 tests\n',
  '\nfailures:\n    invented\n',
  '     Running fake\n',
  '   Doc-tests: none\n',
  'error: test failed, to rerun pass `--lib`\n',
  'ok\n',
  'FAILED\n',
  ' ... ok\n',
  '\r\n',
);
const harmless = fc
  .array(fc.oneof(imitation, fc.string({ maxLength: 12 }), fc.constant('\n')), { maxLength: 5 })
  .map((parts) => parts.join(''));
/** Noise that also speaks of listed tests and of executables that cargo did not run. */
const lying = fc
  .array(
    fc.oneof(
      imitation,
      fc
        .tuple(fc.nat(2), fc.nat(4), fc.constantFrom('ok', 'FAILED', 'ignored, why', ''))
        .map(([e, t, word]) => `test ${nameOf(e, t)} ... ${word}\n`),
      fc.constant('     Running tests/fake.rs (/target/debug/deps/fake-aaaaaaaaaaaaaaaa)\n'),
    ),
    { maxLength: 5 },
  )
  .map((parts) => parts.join(''));

const executables = (noise: fc.Arbitrary<string>) =>
  fc.array(
    fc.record({
      tests: fc.array(fc.record({ outcome: fc.constantFrom<Outcome>('ok', 'FAILED', 'ignored'), noise }), {
        maxLength: 5,
      }),
      oneThread: fc.boolean(),
    }),
    { minLength: 1, maxLength: 3 },
  );

const countsOf = (tests: readonly HonestTest[]) => ({
  passed: tests.filter(({ outcome }) => outcome === 'ok').length,
  failed: tests.filter(({ outcome }) => outcome === 'FAILED').length,
  ignored: tests.filter(({ outcome }) => outcome === 'ignored').length,
});

describe('an honest run', () => {
  it('is read completely, whatever its tests print about anything else', () => {
    fc.assert(
      fc.property(executables(harmless), (honest) => {
        const report = judgeTests(print(honest));
        expect(report.anomalies).toEqual([]);
        expect(report).toMatchObject(countsOf(honest.flatMap(({ tests }) => tests)));
        const word = { ok: 'ok', FAILED: 'failed', ignored: 'ignored' };
        expect(report.tests.map(({ result }) => result)).toEqual(
          honest.flatMap(({ tests }) => tests.map(({ outcome }) => word[outcome])),
        );
      }),
      { numRuns: 300 },
    );
  });

  it('keeps its counts and its failures by name, even when tests print results of each other and headers', () => {
    fc.assert(
      fc.property(executables(lying), (honest) => {
        const report = judgeTests(print(honest));
        expect(report.executables).toMatchObject(honest.map(({ tests }) => countsOf(tests)));
        const failed = honest.flatMap(({ tests }, e) =>
          tests.flatMap(({ outcome }, t) => (outcome === 'FAILED' ? [nameOf(e, t)] : [])),
        );
        expect(report.tests.filter(({ result }) => result === 'failed').map(({ name }) => name)).toEqual(failed);
      }),
      { numRuns: 300 },
    );
  });

  it('is never believed with the header of a listed executable in a test’s output', () => {
    fc.assert(
      fc.property(executables(harmless), fc.nat(2), fc.nat(4), fc.nat(2), (honest, e, t, other) => {
        const liar = honest[e % honest.length]?.tests;
        const test = liar?.[t % liar.length];
        fc.pre(test !== undefined && test.outcome !== 'ignored');
        test.noise += `${header(other % honest.length)}\n`;
        expect(judgeTests(print(honest)).anomalies).not.toEqual([]);
      }),
    );
  });

  it('is never believed when its end is missing', () => {
    fc.assert(
      fc.property(executables(harmless), fc.nat(), (honest, cut) => {
        fc.pre(honest.at(-1)?.tests.length !== 0); // an empty executable looks like a custom harness that says nothing
        const { list, run } = print(honest);
        const last = run.lastIndexOf('test result: ');
        expect(judgeTests({ list, run: run.slice(0, cut % last), exitCode: 0 }).anomalies).not.toEqual([]);
      }),
    );
  });
});

describe('readSegment', () => {
  const summary = (passed: number, filteredOut = 0) =>
    `test result: ok. ${passed} passed; 0 failed; 0 ignored; 0 measured; ${filteredOut} filtered out; finished in 0.00s`;

  it('adds up several blocks only where rustdoc prints them', () => {
    const lines = ['test a ... ok', '', summary(1), '', '', 'test b ... ok', '', summary(1), ''];
    expect(readSegment(lines, ['a', 'b'], true)).toMatchObject({ summary: { passed: 2 }, results: ['ok', 'ok'] });
    const single = readSegment(lines, ['a', 'b'], false);
    expect(single).toMatchObject({ wrongTotal: 1 });
    expect(single).not.toHaveProperty('summary');
  });

  it('gives every one of several tests with the same name its own result', () => {
    const lines = [
      'test a ... ok',
      'test a ... FAILED',
      '',
      'failures:',
      '    a',
      '',
      summary(1).replace('0 failed', '1 failed'),
    ];
    expect([...readSegment(lines, ['a', 'a'], true).results].sort()).toEqual(['failed', 'ok']);
  });

  it('reads benchmarks, run as tests or measured', () => {
    const measured = 'test result: ok. 1 passed; 0 failed; 0 ignored; 1 measured; 0 filtered out; finished in 0.40s';
    const lines = ['test a ... ok', 'test b ... bench:           0.29 ns/iter (+/- 0.01)', '', measured];
    expect(readSegment(lines, ['a', 'b'], false)).toMatchObject({
      summary: { passed: 1, measured: 1 },
      results: ['ok', 'ok'],
    });
  });

  it('sees results that come after the summary', () => {
    expect(readSegment(['test a ... ok', '', summary(2), 'test b ... ok'], ['a', 'b'], false).lateResults).toBe(true);
  });
});

describe('any text at all', () => {
  it('is read without an exception', () => {
    const fragment = fc.oneof(
      imitation,
      fc.constant(`${header(0)}\n`),
      fc.constant('   Doc-tests x\n'),
      fc.constant('a: test\n'),
      fc.string({ unit: 'binary' }),
    );
    const text = fc.array(fragment, { maxLength: 20 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(text, text, fc.option(fc.integer()), (list, run, exitCode) => {
        judgeTests({ list, run, exitCode });
        failedTestBlocks(run);
        resultLines(run);
        splitAtHeaders(run, () => true);
      }),
    );
  });

  it('takes time in proportion to its length, also as a single line', () => {
    const started = performance.now();
    for (const piece of ['test ', ' ... ', 'test a ... ', '     Running ', '(', 'a\n', 'test a ... ok\n']) {
      judgeTests({ list: `${header(0)}\na: test\n`, run: `${header(0)}\n${piece.repeat(1_000_000)}`, exitCode: 0 });
    }
    expect(performance.now() - started).toBeLessThan(20_000);
  });
});
