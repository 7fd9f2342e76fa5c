// New test files on the base's code, with the real cargo: which of them need the change that they are to prove.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Baseline, GateTerms, TestsOnBase } from '../../src/verify/verify.js';
import type { AuditSeverities } from '../../src/verify/verify.js';
import { runBaseline, runTestsOnBase } from '../../src/verify/verify.js';
import type { OpenedWorkshop } from '../support/workshop.js';
import { MANIFEST, openTestWorkshop, sharedBench } from '../support/workshop.js';

const LIB = '/// One.\npub fn one() -> u8 {\n    1\n}\n';
const test = (name: string, claim: string, attribute = '') =>
  `${attribute}#[test]\nfn ${name}() {\n    assert_eq!(${claim});\n}\n`;
const FILES = {
  'Cargo.toml': `${MANIFEST}\n[workspace]\nmembers = ["member"]\n`,
  'src/lib.rs': LIB,
  'tests/old.rs': test('moves_later', 'tiny::one() + 1, 2'),
  'tests/changed.rs': test('was_here', 'tiny::one(), 1'),
  'member/Cargo.toml': MANIFEST.replace('tiny', 'member'),
  'member/src/lib.rs': LIB,
};

const bench = sharedBench();
let opened: OpenedWorkshop;
let baseline: Baseline;
let gates: GateTerms;

beforeAll(async () => {
  opened = await openTestWorkshop(bench, FILES);
  const { workshop } = opened;
  const scope = { package: undefined, extraArgs: [] };
  gates = { workshop, deciding: ['test'], advisory: [], scope, timeoutMs: 120_000 };
  await workshop.sync();
  baseline = await runBaseline(gates);
});
afterAll(async () => {
  await opened[Symbol.asyncDispose]();
});

/** The proof for the base with these files written over it (`undefined`: deleted); they are taken back afterwards. */
async function proof(
  work: Record<string, string | undefined>,
  more: { terms?: Partial<GateTerms>; baseline?: undefined; leftMs?: number; auditRules?: AuditSeverities } = {},
): Promise<TestsOnBase & { commands: string[] }> {
  const { workshop, git, head } = opened;
  for (const [file, text] of Object.entries(work))
    await (text === undefined ? workshop.copy.remove(file) : workshop.copy.write(file, text));
  const { tree } = await opened.commitWork();
  const members = await workshop.members();
  const before = opened.boxes.length;
  const result = await runTestsOnBase(
    { ...gates, ...more.terms },
    {
      ...{ git, syntax: workshop.syntax, baseTree: await git.treeOf(head), tree, members },
      auditRules: more.auditRules ?? {},
      baseline: 'baseline' in more ? more.baseline : baseline,
    },
    () => more.leftMs ?? 120_000,
  );
  for (const file of Object.keys(work)) {
    const text = (FILES as Record<string, string>)[file];
    await (text === undefined ? workshop.copy.remove(file) : workshop.copy.write(file, text));
  }
  return { ...result, commands: opened.boxes.slice(before).map(({ command }) => command) };
}

const NEW_CODE = `${LIB}\n/// Two.\npub fn two() -> u8 {\n    2\n}\n`;

describe('a test file that the run added', () => {
  it('is not run on the base when the rule is off', async () => {
    const off = { auditRules: { 'test-proves-nothing-new': 'off' } } as const;
    const { runs, commands } = await proof({ 'tests/two.rs': test('gives_one', 'tiny::one(), 1') }, off);
    expect(runs).toEqual([]);
    expect(commands).toEqual([]);
  });

  it('is as it should be when the base cannot compile it', async () => {
    const { runs, findings } = await proof({
      'src/lib.rs': NEW_CODE,
      'tests/two.rs': test('gives_two', 'tiny::two(), 2'),
    });
    expect(runs).toMatchObject([{ path: 'tests/two.rs', package: 'tiny', result: 'not-built', passed: [] }]);
    expect(findings).toEqual([]);
    expect(await readOutput(runs[0]?.output)).toContain('cannot find function `two` in crate `tiny`');
  });

  it('proves nothing new by each test that passes there, and one file that does not compile hides no other', async () => {
    const { runs, findings } = await proof({
      'src/lib.rs': NEW_CODE,
      'tests/a_two.rs': test('gives_two', 'tiny::two(), 2'),
      'tests/b_one.rs': [
        test('gives_one', 'tiny::one(), 1'),
        test('gives_three', 'tiny::one(), 3'),
        test('is_ignored', 'tiny::one(), 1', '#[ignore]\n'),
      ].join('\n'),
    });
    expect(runs).toMatchObject([
      { path: 'tests/a_two.rs', result: 'not-built' },
      { path: 'tests/b_one.rs', result: 'ran', passed: ['gives_one'], failed: 1 },
    ]);
    expect(findings).toEqual([
      {
        rule: 'test-proves-nothing-new',
        path: 'tests/b_one.rs',
        line: 1,
        text: 'test gives_one passes on the code of the base too: it proves nothing new',
        blocking: false,
      },
    ]);
  });

  it('comes with its new support modules, in which a test is found by file and line', async () => {
    const { runs, findings } = await proof({
      'member/tests/whole.rs': `mod support;\n${test('adds', 'support::sum(), 2')}`,
      'member/tests/support/mod.rs':
        `pub fn sum() -> u8 {\n    member::one() + 1\n}\n\n${test('sums', 'sum(), 2').replace('fn sums', 'pub fn sums')}`.replace(
          'assert_eq!(sum()',
          'assert_eq!(super::support::sum()',
        ),
    });
    expect(runs).toMatchObject([
      { path: 'member/tests/whole.rs', package: 'member', passed: ['adds', 'support::sums'] },
    ]);
    expect(findings.map(({ path, line }) => `${path}:${line ?? 0}`)).toEqual([
      'member/tests/whole.rs:2',
      'member/tests/support/mod.rs:5',
    ]);
  });

  it('is not blamed for a test that only moved there', async () => {
    const { runs, findings } = await proof({
      'tests/old.rs': undefined,
      'tests/moved.rs': FILES['tests/old.rs'],
    });
    expect(runs).toMatchObject([{ path: 'tests/moved.rs', passed: ['moves_later'] }]);
    expect(findings).toEqual([]);
  });

  it('that rewrites sources does not change what the next one runs on', async () => {
    const rewriting =
      '#[test]\nfn rewrites() {\n    std::fs::write("src/lib.rs", "pub fn two() -> u8 { 2 }").unwrap();\n}\n';
    const { runs } = await proof({ 'tests/a.rs': rewriting, 'tests/b.rs': test('gives_two', 'tiny::two(), 2') });
    expect(runs).toMatchObject([
      { path: 'tests/a.rs', result: 'ran' },
      { path: 'tests/b.rs', result: 'not-built' },
    ]);
  });

  it('of another package than the run is limited to is left alone', async () => {
    const { runs } = await proof(
      { 'member/tests/one.rs': test('gives_one', 'member::one(), 1') },
      { terms: { scope: { package: 'tiny', extraArgs: [] } } },
    );
    expect(runs).toEqual([]);
  });

  it('is said to be unknown when no time is left, and nothing is started', async () => {
    const { runs, commands } = await proof({ 'tests/one.rs': test('gives_one', 'tiny::one(), 1') }, { leftMs: 0 });
    expect(runs).toMatchObject([{ path: 'tests/one.rs', result: 'unknown' }]);
    expect(commands).toEqual([]);
  });
});

describe('nothing runs', () => {
  it.each([
    ['where only an existing test file changed', { 'tests/changed.rs': test('was_here', '1, tiny::one()') }, {}],
    ['where the base has no such package', newMember(), {}],
    ['where the base has no crate', { 'tests/one.rs': test('gives_one', 'tiny::one(), 1') }, { baseline: undefined }],
  ])('%s', async (_, work: Record<string, string>, more: { baseline?: undefined }) => {
    expect(await proof(work, more)).toEqual({ runs: [], findings: [], commands: [] });
  });
});

function newMember(): Record<string, string> {
  return {
    'Cargo.toml': FILES['Cargo.toml'].replace('["member"]', '["member", "fresh"]'),
    'fresh/Cargo.toml': MANIFEST.replace('tiny', 'fresh'),
    'fresh/src/lib.rs': LIB,
    'fresh/tests/one.rs': test('gives_one', 'fresh::one(), 1'),
  };
}

function readOutput(file: string | undefined): Promise<string> {
  const output = opened.workshop.outputs.find(/^outputs\/(\d+)/.exec(file ?? '')?.[1] ?? '');
  if (output === undefined) throw new Error(`no output ${file ?? ''}`);
  return opened.workshop.outputs.read(output);
}
