// Whether a spec can start from the branch of another run. That branch is a model's work which nobody has reviewed: what a
// spec asks for is read there only where it says the same as in the reviewed commit.
import { isDeepStrictEqual } from 'node:util';
import { summariseSpec } from '../brief/brief.js';
import { UserError } from '../errors.js';
import type { FleetSpec, Misfits } from '../fleet/fleet.js';
import { decideStart, isOnBase } from '../fleet/fleet.js';
import type { Git } from '../platform/git.js';
import type { SourceTree } from '../platform/source-tree.js';
import type { World } from '../run/run.js';
import type { SurveyWorld } from './fleet-survey.js';
import { surveySpecs } from './fleet-survey.js';
import { fetchTip } from './pinned-commits.js';

/**
 * Paths of the specs that say the same in both commits, as does all they depend on. Front matter counts: it names
 * prerequisites, package and model, and can say that a spec is done.
 * @param specs prerequisites first, as a survey has them
 */
export async function unchangedSpecs(
  git: Git,
  specs: readonly Pick<FleetSpec, 'path' | 'dependsOn'>[],
  commits: readonly [string, string],
): Promise<Set<string>> {
  const [one, other] = [await git.sourceTree(commits[0]), await git.sourceTree(commits[1])];
  const unchanged = new Set<string>();
  for (const { path, dependsOn } of specs) {
    if (!dependsOn.every((needed) => unchanged.has(needed))) continue;
    const summary = await summaryIn(one, path);
    if (summary !== undefined && isDeepStrictEqual(summary, await summaryIn(other, path))) unchanged.add(path);
  }
  return unchanged;
}

async function summaryIn(tree: SourceTree, spec: string) {
  try {
    return await summariseSpec(tree, spec);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return undefined;
  }
}

/**
 * Paths of the specs that can start from `branch`: their prerequisites are done there, by commits and not by what a pull
 * request says, and they are what they are in the world's base.
 * @param isDoneFirst prerequisites that a plan has done there before
 */
export async function specsThatFit(
  world: SurveyWorld,
  specs: readonly FleetSpec[],
  branch: World['base'],
  isDoneFirst: (path: string) => boolean = () => false,
): Promise<Set<string>> {
  const there = await surveySpecs({ ...world, base: branch, inputs: { ...world.inputs, spec: [] } }, () =>
    Promise.resolve(specs.map(({ path }) => path)),
  );
  const standings = new Map(there.specs.map(({ path, standing }) => [path, standing]));
  const unchanged = await unchangedSpecs(world.git, there.specs, [world.base.commit, branch.commit]);
  const isDone = (path: string) => isOnBase(standings.get(path)) || isDoneFirst(path);
  const fits = ({ path, dependsOn }: FleetSpec) =>
    unchanged.has(path) && decideStart(dependsOn, { isOnBase: isDone, heldBy: () => undefined }).kind === 'base';
  return new Set(specs.filter(fits).map(({ path }) => path));
}

/**
 * Of a plan: the branches that earlier runs left and pending specs would stand on, each by its spec with those that do not
 * fit there. Each of these branches is fetched.
 */
export async function findMisfits(world: SurveyWorld, specs: readonly FleetSpec[]): Promise<Misfits> {
  const misfits = new Map<string, Set<string>>();
  const { git, remote } = world;
  if (remote === undefined) return misfits;
  const standings = new Map(specs.map(({ path, standing }) => [path, standing]));
  for (const { path, standing } of specs) {
    const isUnfinished = standing.kind === 'pending' && standing.unfinished !== undefined;
    if (standing.kind !== 'verified' && !isUnfinished) continue;
    const above = pendingAbove(path, specs);
    if (above.length === 0) continue;
    const commit = await tipOf(() => fetchTip(git, remote, standing.branch, `The branch of ${path}`));
    // The run of an unfinished spec whose branch is gone starts afresh.
    if (commit === undefined && isUnfinished) continue;
    const fitting =
      commit === undefined
        ? new Set<string>()
        : await specsThatFit(
            world,
            above,
            { branch: standing.branch, commit },
            (other) => standings.get(other)?.kind === 'pending',
          );
    misfits.set(path, new Set(above.map((spec) => spec.path).filter((other) => !fitting.has(other))));
  }
  return misfits;
}

/** The selected specs that wait for `path`, directly or not. */
function pendingAbove(path: string, specs: readonly FleetSpec[]): FleetSpec[] {
  const above = new Set([path]);
  for (const spec of specs) if (spec.dependsOn.some((needed) => above.has(needed))) above.add(spec.path);
  return specs.filter(
    (spec) => spec.path !== path && spec.isSelected && spec.standing.kind === 'pending' && above.has(spec.path),
  );
}

async function tipOf(fetch: () => Promise<string>): Promise<string | undefined> {
  try {
    return await fetch();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return undefined;
  }
}
