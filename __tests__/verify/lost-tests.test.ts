// Tests of the base that cargo does not run any more, on a real crate: whatever keeps them from running is found, and
// what was renamed or moved and runs is not.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Baseline, EvidenceTerms, GateTerms } from '../../src/verify/verify.js';
import { runBaseline, verify } from '../../src/verify/verify.js';
import type { OpenedWorkshop } from '../support/workshop.js';
import { MANIFEST, cargoGatesOnly, openTestWorkshop, sharedBench } from '../support/workshop.js';

const one = (name: string, value: number) =>
  `#[test]\nfn ${name}() {\n    let found = tiny::add(${value}, 1);\n    assert_eq!(found, ${value} + 1);\n}\n`;
const inside = (text: string) => text.replaceAll('tiny::', 'crate::');
const LIB =
  '/// Adds.\n///\n/// ```\n/// assert_eq!(tiny::add(1, 1), 2);\n/// ```\npub fn add(a: u8, b: u8) -> u8 {\n    a + b\n}\n\n';
const MACRO =
  'macro_rules! table {\n    ($($name:ident: $value:expr,)*) => { $(\n        #[test]\n        fn $name() { assert_eq!(tiny::add($value, 1), $value + 1); }\n    )* };\n}\n';
const FILES = {
  'Cargo.toml': `${MANIFEST}\n[features]\ndefault = ["std"]\nstd = []\n`,
  'src/lib.rs': `${LIB}#[cfg(test)]\nmod tests;\n`,
  'src/tests.rs': inside(one('adds_one', 10)),
  'tests/alone.rs': one('stands_alone', 20),
  'tests/it/main.rs': 'mod parser;\n\n#[test]\nfn starts() {\n    assert_eq!(tiny::add(30, 1), 31);\n}\n',
  'tests/it/parser.rs': one('parses', 40),
  'tests/std.rs': `#[cfg(feature = "std")]\n${one('with_std', 50)}`,
  'tests/table.rs': `${MACRO}\ntable! {\n    of_sixty: 60,\n    of_seventy: 70,\n}\n`,
};
type Work = Record<string, string | undefined>;

const bench = sharedBench();
let opened: OpenedWorkshop;
let baseline: Baseline;
let baseTree: string;

beforeAll(async () => {
  opened = await openTestWorkshop(bench, FILES);
  await opened.workshop.sync();
  baseTree = await opened.git.treeOf(opened.head);
  baseline = await runBaseline(terms());
});
afterAll(async () => {
  await opened[Symbol.asyncDispose]();
});

const terms = (): GateTerms => ({
  workshop: opened.workshop,
  deciding: ['test'],
  advisory: [],
  scope: { package: undefined, extraArgs: [] },
  timeoutMs: 120_000,
});

/** Verifies the base with this work, and takes it back. */
async function verified(work: Work, more: Partial<EvidenceTerms> = {}, before: Baseline | undefined = baseline) {
  const { copy } = opened.workshop;
  const put = async (file: string, text: string | undefined) => {
    if (text !== undefined) await copy.write(file, text);
    else if (copy.oidOf(file) !== undefined) await copy.remove(file);
  };
  for (const [file, text] of Object.entries(work)) await put(file, text);
  const evidence = { ...cargoGatesOnly(opened, baseTree), deciding: ['audit'] as const, ...more };
  const result = await verify(terms(), await opened.commitWork(), before, evidence);
  for (const file of Object.keys(work)) await put(file, (FILES as Work)[file]);
  const gate = result.gates.find(({ name }) => name === 'test');
  const notRun = result.evidence.findings.filter(({ rule }) => rule === 'test-not-run');
  return { ...result, testGate: gate?.status, notRun };
}

const lib = (declaration: string) => ({ 'src/lib.rs': `${LIB}${declaration}` });
const FEATURES_OFF = FILES['Cargo.toml'].replace('["std"]', '[]');

describe('a test of the base that does not run any more', () => {
  it.each<[string, Work, string, string]>([
    ['its module is declared no more', lib(''), 'src/tests.rs', 'adds_one'],
    ['its module is compiled never', lib('#[cfg(any())]\nmod tests;\n'), 'src/tests.rs', 'adds_one'],
    [
      'its module of a test target is declared no more',
      { 'tests/it/main.rs': FILES['tests/it/main.rs'].replace('mod parser;\n\n', '') },
      'tests/it/parser.rs',
      'parses',
    ],
    [
      'it was moved to where no target finds it',
      { 'tests/alone.rs': undefined, 'tests/a/b.rs': FILES['tests/alone.rs'] },
      'tests/a/b.rs',
      'stands_alone',
    ],
    [
      'it was moved out of the folder',
      { 'tests/alone.rs': undefined, 'old/alone.rs': FILES['tests/alone.rs'] },
      'old/alone.rs',
      'stands_alone',
    ],
    ['the feature it needs is off', { 'Cargo.toml': FEATURES_OFF }, 'tests/std.rs', 'with_std'],
    [
      'the macro that makes it is not compiled',
      { 'tests/table.rs': FILES['tests/table.rs'].replace('table! {', '#[cfg(any())]\ntable! {') },
      'tests/table.rs',
      'of_seventy',
    ],
    [
      'its assertions went to a test that does not run',
      {
        'tests/alone.rs': undefined,
        'old/more.rs': `#[test]\nfn much_more() {\n    let list = vec![1, 2, 3];\n    for each in list {\n        println!("{each} {}", each + 1);\n    }\n    let found = tiny::add(20, 1);\n    assert_eq!(found, 20 + 1);\n}\n`,
      },
      'tests/alone.rs',
      'stands_alone',
    ],
  ])('is found where %s', async (_, work, path, test) => {
    const result = await verified(work);
    expect(result.testGate).toBe('passed');
    expect(result.notRun[0]).toMatchObject({ path, test, blocking: true });
    expect(result.notRun[0]?.text).toContain('passed on the base and does not run any more');
    expect(result.passed).toBe(false);
  });

  it('is lifted by a deviation that names it, and weighs what the workflow says', async () => {
    const handover = (text: string) => () => ({
      ...{ claims: [], waiting: new Map<string, never>() },
      deviations: [{ requirement: 'R1', text }],
    });
    const lifted = await verified(lib(''), { handover: handover('R1 has `adds_one` taken out') });
    expect(lifted.notRun).toMatchObject([{ blocking: false, liftedBy: { requirement: 'R1' } }]);
    expect(lifted.passed).toBe(true);
    expect((await verified(lib(''), { auditRules: { 'test-not-run': 'off' } })).notRun).toEqual([]);
  });
});

describe('a run that silences what judges it', () => {
  it.each<[string, Work, string]>([
    [
      'lints by its manifest',
      { 'Cargo.toml': `${FILES['Cargo.toml']}\n[lints.clippy]\nall = "allow"\n` },
      'lint-silenced',
    ],
    ['rustfmt by its configuration', { 'rustfmt.toml': 'disable_all_formatting = true\n' }, 'tool-configured'],
  ])('is not verified: %s', async (_, work, rule) => {
    const result = await verified(work);
    expect(result.evidence.findings).toMatchObject([{ rule, blocking: true }]);
    expect(result.testGate).toBe('passed');
    expect(result.passed).toBe(false);
  });
});

describe('what a command left in the work copy', () => {
  it('does not reach the question which files are of a library', async () => {
    const { copy } = opened.workshop;
    await mkdir(path.join(copy.root, '.cargo'));
    await writeFile(path.join(copy.root, '.cargo/config.toml'), '[build\n');
    expect((await opened.workshop.members()).map(({ name }) => name)).toEqual(['tiny']);
    await mkdir(path.join(copy.root, '.cargo'), { recursive: true });
    await writeFile(path.join(copy.root, '.cargo/config.toml'), '[build\n');
    // A binary at such a place is told from the library by cargo alone, not by the layout.
    const result = await verified({
      'Cargo.toml': `${FILES['Cargo.toml']}\n[[bin]]\nname = "tool"\npath = "src/tool.rs"\n`,
      'src/tool.rs': 'fn main() {\n    std::env::args().next().unwrap();\n}\n',
    });
    expect(result.evidence.findings.filter(({ path }) => path === 'src/tool.rs')).toEqual([]);
    await rm(path.join(copy.root, '.cargo'), { recursive: true, force: true });
  });
});

describe('nothing is lost', () => {
  const alone = FILES['tests/alone.rs'];
  it.each<[string, Work]>([
    ['a test has another name', { 'tests/alone.rs': alone.replace('stands_alone', 'stands_by_itself') }],
    ['a test is in another target', { 'tests/alone.rs': undefined, 'tests/lonely.rs': alone }],
    ['a test is in a module of its target', { 'tests/alone.rs': `mod deep {\n${alone}}\n` }],
    [
      'a test went into another target as a module',
      {
        'tests/alone.rs': undefined,
        'tests/it/alone.rs': alone,
        'tests/it/main.rs': `mod alone;\n${FILES['tests/it/main.rs']}`,
      },
    ],
    [
      'a module of tests is inline now',
      { ...lib(`#[cfg(test)]\nmod checks {\n${FILES['src/tests.rs']}}\n`), 'src/tests.rs': undefined },
    ],
    [
      'a module of tests has another name',
      { ...lib('#[cfg(test)]\nmod checks;\n'), 'src/tests.rs': undefined, 'src/checks.rs': FILES['src/tests.rs'] },
    ],
    ['a module is brought in by its path', lib('#[cfg(test)]\n#[path = "tests.rs"]\nmod checks;\n')],
    ['the example of an item stands on another line', { 'src/lib.rs': `//! A crate.\n\n${FILES['src/lib.rs']}` }],
    [
      'an item went with its example',
      { 'src/lib.rs': FILES['src/lib.rs'].replaceAll('add(', 'sum('), ...renamedCalls() },
    ],
    [
      'a row of a table of tests has another name',
      { 'tests/table.rs': FILES['tests/table.rs'].replace('of_sixty', 'of_60') },
    ],
    [
      'two tests became one that asserts both',
      {
        'tests/alone.rs': undefined,
        'tests/it/main.rs': FILES['tests/it/main.rs'].replace(
          '31);\n',
          '31);\n    let found = tiny::add(20, 1);\n    assert_eq!(found, 20 + 1);\n',
        ),
      },
    ],
  ])('where %s', async (_, work) => {
    const result = await verified(work);
    expect(result.testGate).toBe('passed');
    expect(result.notRun).toEqual([]);
  });

  it('to a test that was deleted, which has a rule of its own', async () => {
    const { evidence } = await verified({ 'tests/alone.rs': undefined });
    expect(evidence.findings.map(({ rule }) => rule)).toEqual(['test-deleted']);
  });

  it('where the base was not built', async () => {
    const unbuilt: Baseline = { gates: [] };
    expect((await verified(lib(''), {}, unbuilt)).notRun).toEqual([]);
  });
});

/** Every file that calls `add`, with its calls by another name. */
function renamedCalls(): Work {
  const callers = Object.entries(FILES).filter(([path]) => path.endsWith('.rs') && path !== 'src/lib.rs');
  return Object.fromEntries(callers.map(([path, text]) => [path, text.replaceAll('::add(', '::sum(')]));
}
