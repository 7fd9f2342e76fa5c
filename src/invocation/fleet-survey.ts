// How far every spec of an invocation or a plan is: read from one commit, its history and our pull requests, in a number of
// git processes and requests that does not grow with each spec. What is made of it is the plan's and the fleet's affair.
import { repositoryPath, summariseSpec, type SpecSummary } from '../brief/brief.js';
import { messageOf, UserError } from '../errors.js';
import type { FleetSpec, SpecSelection, SpecText, Standing, Work } from '../fleet/fleet.js';
import { findProofs, findWork, orderSpecs, selectSpecs } from '../fleet/fleet.js';
import { isShallow, readHistory } from '../platform/git-history.js';
import type { SourceTree, TreeFile } from '../platform/source-tree.js';
import { indexTree } from '../platform/source-tree.js';
import { branchName, listAttempts } from '../publish/publish.js';
import { describeGitHubError } from '../platform/github.js';
import type { World } from '../run/run.js';

/** What a survey looks at. `inputs.spec`: paths and globs; `inputs.branch`: the template of work branches. */
export type SurveyWorld = Pick<World, 'git' | 'remote' | 'github' | 'base' | 'log'> & {
  inputs: Pick<World['inputs'], 'spec' | 'branch'>;
};

export interface Survey {
  /**
   * Prerequisites before those that need them, also prerequisites that nobody selected. Else what no run has worked on in
   * vain yet comes first: specs that never end well must not keep the others back.
   */
  specs: FleetSpec[];
  /** Paths that the input names itself, not by a glob. */
  named: ReadonlySet<string>;
  /** Of every spec that the input selects, also where this event does not ask for it, and of all prerequisites. */
  files: readonly string[];
}

interface ReadSpec {
  path: string;
  /** 64 hexadecimal digits; empty where it cannot be read. */
  hash: string;
  dependsOn: string[];
  status: string;
  problem: string | undefined;
}

/** @param choose which of the selected specs are meant; all of them when absent */
export async function surveySpecs(
  world: SurveyWorld,
  choose: (selection: SpecSelection) => Promise<readonly string[]> = ({ specs }) => Promise.resolve(specs),
): Promise<Survey> {
  const { git, base, inputs, log } = world;
  const tree = await git.sourceTree(base.commit);
  const selected = selectSpecs(inputs.spec, tree.files);
  for (const glob of selected.emptyGlobs)
    log.warning(`Input 'spec': '${glob}' matches no Markdown file of the commit.`);
  const wanted = await choose(selected);
  const read = await readWithPrerequisites(git, tree, wanted);
  const standingOf = await judgeStandings(world, read, orderSpecs(read).cycles);
  const isSelected = new Set(wanted);
  const specs = [...read.values()].map((spec): FleetSpec => {
    const { path, hash, dependsOn } = spec;
    return { path, hash, dependsOn, isSelected: isSelected.has(path), standing: standingOf(spec) };
  });
  const isTried = ({ standing }: FleetSpec) =>
    standing.kind === 'pending' && (standing.unfinished !== undefined || standing.isAttempted === true);
  const inTurn = [...specs.filter((spec) => !isTried(spec)), ...specs.filter(isTried)];
  const byPath = new Map(inTurn.map((spec) => [spec.path, spec]));
  const files = textsOf(tree, [...selected.specs, ...read.keys()]);
  return { named: selected.named, files, specs: orderSpecs(byPath).order.flatMap((path) => byPath.get(path) ?? []) };
}

/** The specs, what they depend on, what that depends on, …; each depth is read at once. */
async function readWithPrerequisites(
  git: World['git'],
  tree: SourceTree,
  wanted: readonly string[],
): Promise<Map<string, ReadSpec>> {
  const index = indexTree(tree);
  const read = new Map<string, ReadSpec>();
  for (let next = [...wanted]; next.length > 0;) {
    const contents = await readContents(
      git,
      next.flatMap((path) => index.get(path) ?? []),
    );
    const partOf = (path: string): SourceTree => ({
      // What is not there by this name is looked for in the whole tree, for the hint in the refusal.
      files: index.get(path) ?? tree.files,
      read: (file) => Promise.resolve(contents.get(file)),
    });
    for (const path of next) read.set(path, await readOne(partOf(path), path));
    const needed = next.flatMap((path) => read.get(path)?.dependsOn ?? []);
    next = [...new Set(needed)].filter((path) => !read.has(path));
  }
  for (const spec of read.values()) {
    const missing = spec.dependsOn.map((path) => read.get(path)).find((other) => other?.hash === '');
    if (missing !== undefined && spec.problem === undefined)
      spec.problem = `'${spec.path}' depends on '${missing.path}'. ${missing.problem ?? ''}`;
  }
  return read;
}

/** Markdown of the files, by path: one process for all. */
async function readContents(git: World['git'], files: readonly TreeFile[]): Promise<Map<string, Buffer>> {
  const regular = files.filter(isMarkdown);
  const contents = new Map<string, Buffer>();
  let at = 0;
  for await (const content of git.readBlobs(regular.map(({ oid }) => oid)))
    contents.set(regular[at++]?.path ?? '', content);
  return contents;
}

function isMarkdown({ path, mode }: TreeFile): boolean {
  return mode.startsWith('100') && /\.(md|markdown)$/i.test(path);
}

/** The paths that hold the texts of specs: of each that is a file itself, of each that is a folder its Markdown. */
export function textsOf(tree: SourceTree, specs: readonly string[]): string[] {
  const index = indexTree(tree);
  const files = specs.flatMap((spec) => index.get(spec.replace(/\/+$/, '')) ?? []);
  return [...new Set(files.filter(isMarkdown).map(({ path }) => path))];
}

async function readOne(tree: SourceTree, path: string): Promise<ReadSpec> {
  const unread = { path, hash: '', dependsOn: [], status: '' };
  try {
    const { hash, frontMatter } = await summariseSpec(tree, path);
    return { ...unread, hash: hash.replace(/^sha256:/, ''), ...readPlace(path, frontMatter) };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { ...unread, problem: error.message };
  }
}

function readPlace(
  path: string,
  { dependsOn, status = '' }: SpecSummary['frontMatter'],
): Pick<ReadSpec, 'dependsOn' | 'status' | 'problem'> {
  const own = { dependsOn: [], status: status.toLowerCase() };
  try {
    return { ...own, dependsOn: [...new Set(dependsOn.map(repositoryPath))], problem: undefined };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { ...own, problem: `'depends-on' of '${path}': ${error.message}` };
  }
}

async function judgeStandings(
  world: SurveyWorld,
  read: ReadonlyMap<string, ReadSpec>,
  cycles: ReadonlyMap<string, string>,
): Promise<(spec: ReadSpec) => Standing> {
  const branchOf = (path: string) => branchName(world.inputs.branch, path);
  const isOpen = ({ problem, status, path }: ReadSpec) =>
    problem === undefined && !cycles.has(path) && status !== 'draft' && status !== 'implemented';
  const open = [...read.values()].filter(isOpen);
  const proofs = await proofsOf(world, open);
  const work = await workOf(
    world,
    open.filter(({ path }) => !proofs.has(path)).map(({ path, hash }) => ({ path, hash, branch: branchOf(path) })),
  );
  const isAttempted = await attemptsOf(world);
  return ({ path, hash, problem, status }) => {
    if (problem !== undefined) return { kind: 'refused', reason: problem };
    const cycle = cycles.get(path);
    if (cycle !== undefined)
      return { kind: 'refused', reason: `Specs depend on each other in a circle: ${cycle}. Remove one 'depends-on'.` };
    if (status === 'draft' || status === 'implemented') return { kind: status };
    const proof = proofs.get(path);
    if (proof !== undefined) return { kind: 'proven', by: `commit ${proof.slice(0, 12)}` };
    const found = work.get(path);
    switch (found?.kind) {
      case 'merged':
        return { kind: 'proven', by: `pull request #${found.pullRequest}` };
      case 'verified':
        return found;
      case 'unfinished':
        return { kind: 'pending', branch: found.branch, unfinished: { pullRequest: found.pullRequest } };
      case undefined:
        return { kind: 'pending', branch: branchOf(path), ...(isAttempted({ path, hash }) && { isAttempted: true }) };
    }
  };
}

/** Texts that runs have spent on without a commit. Only the order hangs on it. */
async function attemptsOf({ git, remote, log }: SurveyWorld): Promise<(spec: SpecText) => boolean> {
  try {
    if (remote !== undefined) return await listAttempts(git, remote);
  } catch (error) {
    log.warning(`Which specs were tried in vain is unknown: ${messageOf(error)}`);
  }
  return () => false;
}

/** Proofs in the commits, also in the history that a shallow clone lacks. */
async function proofsOf(
  { git, remote, base }: Pick<World, 'git' | 'remote' | 'base'>,
  specs: readonly SpecText[],
): Promise<Map<string, string>> {
  const proofs = await findProofs(git, base.commit, specs);
  const open = specs.filter(({ path }) => !proofs.has(path));
  if (open.length === 0 || remote === undefined || !(await isShallow(git))) return proofs;
  const history = await readHistory(git, remote, [base.commit], 'recent');
  if (history === undefined) return proofs;
  return new Map([...proofs, ...(await findProofs(history, base.commit, open))]);
}

async function workOf(
  { git, github, base, log }: SurveyWorld,
  specs: readonly (SpecText & { branch: string })[],
): Promise<Map<string, Work>> {
  if (github === undefined) return new Map();
  const work = await findWork({ github, git, base, specs });
  if (work.kind === 'ok') return work.value;
  log.warning(`Whether pull requests hold these specs is unknown: ${describeGitHubError(work.error)}.`);
  return new Map();
}
