// Runs the test files that a run added on the code of the base: a new test that passes there proves nothing of the
// change. Only integration test files can be told from code; unit tests inside `src`, changed test files and doc tests
// are not judged here. It decides nothing.
import type { Git } from '../platform/git.js';
import type { SourceTree, TreeFile } from '../platform/source-tree.js';
import type { CargoRun, CheckedOut, RustSyntax, WorkspaceMember } from '../workshop/workshop.js';
import { judgeTests } from '../workshop/workshop.js';
import type { AuditSeverities, Finding } from './audit-rules.js';
import { readChange } from './change-sources.js';
import type { Baseline, GateTerms } from './gate-result.js';
import { itemReader } from './rust-items.js';
import type { PlacedTest } from './test-pairs.js';
import { pairTests } from './test-pairs.js';
import { findTests } from './test-functions.js';
import type { TimeLeftMs } from './time-left.js';

interface BaseRun {
  /** The test file, relative to the repository. */
  path: string;
  package: string;
  /** `not-built`: it does not compile there or is no target there, which is what a test of new code should give. */
  result: 'not-built' | 'ran' | 'unknown';
  /** Names of the tests that pass on the base. */
  passed: string[];
  /** Tests that ran and did not pass, ignored ones left out. */
  failed: number;
  /** File with cargo's complete output; absent when nothing was started. */
  output?: string;
}

export interface TestsOnBase {
  runs: BaseRun[];
  /** New tests that pass on the base. */
  findings: Finding[];
}

interface TestsOnBaseTerms {
  git: Git;
  syntax: RustSyntax;
  baseTree: string;
  /** The verified tree. */
  tree: string;
  /** Of the verified tree. */
  members: readonly WorkspaceMember[];
  /** What the workflow sets for the rule `test-proves-nothing-new`; it never blocks, as the verdict is older. */
  auditRules: AuditSeverities;
  /** Undefined where the base has no crate: then nothing runs. */
  baseline: Baseline | undefined;
}

interface AddedTarget {
  name: string;
  package: string;
  path: string;
}

/**
 * Lays the added test files over the base's tree, with the base's manifests, and runs each one alone, so that one which
 * does not compile hides no other. A test that needs a dependency the run added does not compile there.
 */
export async function runTestsOnBase(
  gateTerms: GateTerms,
  terms: TestsOnBaseTerms,
  leftMs: TimeLeftMs,
): Promise<TestsOnBase> {
  const { git, baseTree, baseline } = terms;
  if (baseline === undefined || terms.auditRules['test-proves-nothing-new'] === 'off')
    return { runs: [], findings: [] };
  const [before, after] = await Promise.all([git.sourceTree(baseTree), git.sourceTree(terms.tree)]);
  const members = membersOfBase(terms.members, before, gateTerms.scope.package);
  const added = addedTestFiles(members, before, after);
  const targets = addedTargets(members, new Set(added.map((file) => file.path)));
  if (targets.length === 0) return { runs: [], findings: [] };
  const tree = await git.writeTree(
    baseTree,
    added.map(({ path, oid, mode }) => ({ path, content: { oid, mode } })),
  );
  const runs = await runTargets(gateTerms, targets, tree, leftMs);
  return { runs, findings: await findingsOf(runs, added, terms, baseline) };
}

/** Members that the base has too, within the run's scope. */
function membersOfBase(
  members: readonly WorkspaceMember[],
  base: SourceTree,
  only: string | undefined,
): WorkspaceMember[] {
  const paths = new Set(base.files.map((file) => file.path));
  return members.filter(({ name, manifestPath }) => paths.has(manifestPath) && (only === undefined || only === name));
}

/** Files below a member's `tests` that only the result has. */
function addedTestFiles(members: readonly WorkspaceMember[], before: SourceTree, after: SourceTree): TreeFile[] {
  const paths = new Set(before.files.map((file) => file.path));
  const folders = members.map(testFolder);
  // A file of the base in the place of a folder keeps that place.
  const isFree = (path: string) => !path.split('/').some((_, at, parts) => paths.has(parts.slice(0, at + 1).join('/')));
  return after.files.filter(
    ({ path, mode }) => mode.startsWith('100') && folders.some((folder) => path.startsWith(folder)) && isFree(path),
  );
}

function addedTargets(members: readonly WorkspaceMember[], added: ReadonlySet<string>): AddedTarget[] {
  return members.flatMap((member) =>
    member.targets
      .filter(({ kind, srcPath }) => kind.includes('test') && added.has(srcPath))
      .map(({ name, srcPath }) => ({ name, package: member.name, path: srcPath })),
  );
}

function testFolder({ manifestPath }: WorkspaceMember): string {
  return manifestPath.replace(/Cargo\.toml$/, 'tests/');
}

async function runTargets(
  terms: GateTerms,
  targets: readonly AddedTarget[],
  tree: string,
  leftMs: TimeLeftMs,
): Promise<BaseRun[]> {
  const unknown = (target: AddedTarget): BaseRun => ({
    ...{ path: target.path, package: target.package, result: 'unknown', passed: [], failed: 0 },
  });
  if (leftMs() === 0) return targets.map(unknown);
  const checkout = await terms.workshop.verificationCheckout(tree);
  const runs: BaseRun[] = [];
  try {
    for (const target of targets)
      runs.push(
        leftMs() === 0 || terms.signal?.aborted
          ? unknown(target)
          : { ...unknown(target), ...(await runTarget(terms, checkout, target, leftMs)) },
      );
  } finally {
    await checkout.dispose();
  }
  return runs;
}

async function runTarget(
  { workshop, scope, timeoutMs, signal }: GateTerms,
  checkout: CheckedOut,
  target: AddedTarget,
  leftMs: TimeLeftMs,
): Promise<Partial<BaseRun>> {
  const cargo = async (more: readonly string[]) => {
    const which = ['--package', target.package, '--test', target.name, '--no-fail-fast'];
    const run = await workshop.cargoAt(checkout.place, {
      args: ['test', ...which, ...scope.extraArgs, ...more],
      format: 'plain',
      timeoutMs: Math.max(1, Math.min(timeoutMs, leftMs())),
      ...(signal === undefined ? {} : { signal }),
    });
    await checkout.putBack();
    return run;
  };
  const read = (run: CargoRun) => workshop.outputs.read(run.output);
  // Listed first: what does not compile is then compiled once.
  const list = await cargo(['--', '--list', '--format', 'terse']);
  if (list.exitCode !== 0)
    return { output: list.output.file, result: list.exitCode === null ? 'unknown' : 'not-built' };
  const run = await cargo([]);
  const output = run.output.file;
  if (run.exitCode === null) return { output };
  const { tests } = judgeTests({ list: await read(list), run: await read(run), exitCode: run.exitCode });
  return {
    output,
    result: 'ran',
    passed: tests.filter(({ result }) => result === 'ok').map(({ name }) => name),
    failed: tests.filter(({ result }) => result !== 'ok' && result !== 'ignored').length,
  };
}

/** One finding for each test that passes and was not moved there from a file of the base. */
async function findingsOf(
  runs: readonly BaseRun[],
  added: readonly TreeFile[],
  { git, syntax, baseTree, tree }: TestsOnBaseTerms,
  baseline: Baseline,
): Promise<Finding[]> {
  if (runs.every(({ passed }) => passed.length === 0)) return [];
  const { base, head, changed } = await readChange(git, baseTree, tree);
  const read = itemReader(syntax);
  const testsOf = (texts: ReadonlyMap<string, string>): PlacedTest[] =>
    [...texts]
      .filter(([path]) => path.endsWith('.rs') && changed.has(path))
      .flatMap(([path, text]) => findTests(syntax, read(text)).tests.map((test) => ({ path, test })));
  const tests = testsOf(head);
  const older = new Set(pairTests(testsOf(base), tests).map((pair) => pair.head));
  const files = new Set(added.map(({ path }) => path));
  const known = new Set(baseline.gates.flatMap((gate) => gate.tests?.tests ?? []).map(({ name }) => name));
  return runs.flatMap(({ path, passed }) =>
    passed.flatMap((name) => {
      const own = tests.filter((each) => files.has(each.path) && isTestNamed(name, each.test.name));
      const placed = own.find((each) => each.path === path) ?? own[0];
      const isOlder = placed === undefined ? known.has(name) : older.has(placed);
      if (isOlder) return [];
      return [
        {
          rule: 'test-proves-nothing-new' as const,
          blocking: false,
          path: placed?.path ?? path,
          text: `test ${name} passes on the code of the base too: it proves nothing new`,
          ...(placed === undefined ? {} : { line: placed.test.line }),
        },
      ];
    }),
  );
}

/** A printed name has the modules above the file in front, and the case of a table behind. */
function isTestNamed(printed: string, name: string): boolean {
  return printed === name || printed.endsWith(`::${name}`) || printed.startsWith(`${name}::`);
}
