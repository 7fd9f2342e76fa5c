// The specs of one invocation, one after the other: prerequisites first, each from where its prerequisites are, together
// within what the invocation may spend. What one run does is run.ts.
import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { UserError } from '../errors.js';
import type { FleetSpec, Start } from '../fleet/fleet.js';
import { decideStart, isOnBase, leftAlone, openStacks } from '../fleet/fleet.js';
import type { Survey } from './fleet-survey.js';
import { fetchTip } from './pinned-commits.js';
import { specsThatFit, unchangedSpecs } from './stacked-start.js';
import { ReportFolder } from '../platform/report-folder.js';
import { specSlug } from '../publish/publish.js';
import type { RunRecord } from '../report/report.js';
import { dollars } from '../report/report.js';
import type { Decision, Folders, SpecEnd, World } from '../run/run.js';
import { runSpec } from '../run/run.js';

export interface RunResult extends SpecEnd {
  /** Where the run's files are. */
  folder: ReportFolder;
}

/** With less of the total than this part of a spec's limit left, a run would end before it made anything. */
const USABLE_PART = 1 / 20;
const WAYS_OUT =
  "Nothing was spent. Run it again once that is done, set 'base' to a branch that holds it, or write 'status: implemented' into a spec that was done without Ferrule.";

/** @returns one result for each selected spec, but for those that `max-specs` leaves to the next invocation */
export async function runFleet(world: World, survey: Survey, folders: Folders): Promise<RunResult[]> {
  const fleet = new Fleet(world, survey);
  const selected = survey.specs.filter(({ isSelected }) => isSelected);
  const results: RunResult[] = [];
  for (const spec of selected) {
    const decision = await fleet
      .decide(spec)
      .catch((defect: unknown): FleetDecision => ({ kind: 'broken', defect, world }));
    if (decision.kind === 'next-time') continue;
    const result = await runOne(decision.world, spec.path, decision, selected.length > 1, folders);
    fleet.ended(spec, result.record);
    results.push(result);
  }
  fleet.sayLeftOver();
  return results;
}

async function runOne(
  world: World,
  spec: string,
  decision: Decision,
  isOneOfMany: boolean,
  folders: Folders,
): Promise<RunResult> {
  const report = isOneOfMany ? path.join(folders.report, specSlug(spec)) : folders.report;
  const scratch = path.join(folders.scratch, specSlug(spec));
  await mkdir(scratch, { recursive: true });
  try {
    const folder = await ReportFolder.create(report, world.mask);
    return { ...(await runSpec(world, spec, decision, folder, scratch)), folder };
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

type FleetDecision = (Decision & { world: World }) | { kind: 'next-time' };
type Branch = World['base'];

/** What an invocation knows of its specs as they end one by one. */
class Fleet {
  private readonly standings: ReadonlyMap<string, FleetSpec['standing']>;
  /** Verified branches that another spec may start from, with all the specs they hold. */
  private readonly held: Map<string, Set<string>>;
  /** Of those, what this invocation saw itself. */
  private readonly branches = new Map<string, Branch>();
  private readonly leftOver: string[] = [];
  /** Specs that are on the base as they were reviewed, once that was asked for. */
  private reviewed: ReadonlySet<string> | undefined;
  private started = 0;
  private spentUsd = 0;

  constructor(
    private readonly world: World,
    private readonly survey: Survey,
  ) {
    this.standings = new Map(survey.specs.map((spec) => [spec.path, spec.standing]));
    // On a pull request results go to its branch, which nobody else's work belongs on.
    this.held =
      world.context.pullRequest === undefined
        ? openStacks(survey.specs, world.base.branch)
        : new Map<string, Set<string>>();
  }

  async decide(spec: FleetSpec): Promise<FleetDecision> {
    const { world } = this;
    const { standing } = spec;
    if (standing.kind === 'refused') return this.skip('refused', standing.reason);
    if (!(await this.isReviewed(spec)))
      return this.wait(
        spec,
        `Branch ${world.base.branch} has another text of it, or of what it depends on, than the commit of this run`,
      );
    if (standing.kind !== 'pending' && standing.kind !== 'verified')
      return this.skip('unchanged', leftAlone(standing) ?? '');
    const start = decideStart(spec.dependsOn, {
      isOnBase: (other) => isOnBase(this.standings.get(other)),
      heldBy: (other) => this.held.get(other),
    });
    if (start.kind !== 'base' && standing.kind === 'verified') return this.skip('unchanged', leftAlone(standing) ?? '');
    if (start.kind === 'waits') return this.wait(spec, start.reason);
    const { maxSpecs, maxTotalCostUsd, maxCostUsd } = world.inputs;
    if (maxSpecs !== undefined && this.started >= maxSpecs) {
      this.leftOver.push(spec.path);
      return { kind: 'next-time' };
    }
    const costLeftUsd = maxTotalCostUsd === undefined ? undefined : maxTotalCostUsd - this.spentUsd;
    if (costLeftUsd !== undefined && costLeftUsd < Math.min(maxTotalCostUsd ?? 0, maxCostUsd) * USABLE_PART)
      return {
        ...this.skip(
          'stopped',
          `Not started: of max-total-cost-usd, ${dollars(maxTotalCostUsd ?? 0)}, ${dollars(costLeftUsd)} are left.`,
        ),
        stopReason: 'cost',
      };
    const base = await this.baseOf(spec, start);
    if ('reason' in base) return this.wait(spec, base.reason);
    this.started++;
    return { kind: 'run', world: { ...world, base, costLeftUsd } };
  }

  /** Counts what a run spent, and notes the branch that later specs may start from. */
  ended({ path: spec, dependsOn }: FleetSpec, { outcome, publication, usage }: RunRecord): void {
    const { world } = this;
    this.spentUsd += usage.costUsd ?? 0;
    if (usage.costUsd === null && usage.turns > 0 && world.inputs.maxTotalCostUsd !== undefined)
      world.log.warning(
        "The model's price is unknown, so its cost cannot count towards max-total-cost-usd; max-tokens holds.",
      );
    const { branch, commit } = publication;
    if (branch === undefined || commit === undefined || (outcome !== 'verified' && outcome !== 'unchanged')) return;
    if (world.context.pullRequest !== undefined && branch !== world.base.branch) return;
    this.branches.set(spec, { branch, commit });
    this.held.set(spec, new Set([spec, ...dependsOn.flatMap((other) => [...(this.held.get(other) ?? [])])]));
  }

  sayLeftOver(): void {
    if (this.leftOver.length === 0) return;
    const { maxSpecs } = this.world.inputs;
    this.world.log.info(`Left for the next run, as max-specs is ${maxSpecs ?? 0}: ${this.leftOver.join(', ')}.`);
  }

  private skip(outcome: RunRecord['outcome'], message: string) {
    return { kind: 'skip' as const, world: this.world, outcome, message };
  }

  /** Who asked for this very spec has to know; one of a glob waits for its turn. */
  private wait({ path: spec }: FleetSpec, reason: string): FleetDecision {
    return this.survey.named.has(spec)
      ? this.skip('refused', `${reason}. ${WAYS_OUT}`)
      : this.skip('unchanged', `${reason}; it is taken up when that is done.`);
  }

  /**
   * On a work branch, which a plan may name as the base, a spec and those that it depends on can be older than in the
   * commit of the event, or rewritten by the run that made the branch.
   */
  private async isReviewed({ path: spec }: FleetSpec): Promise<boolean> {
    const { git, base, context, trustedCommit } = this.world;
    // The head of a pull request is there to be worked on as it is.
    if (base.commit === trustedCommit || base.branch === context.pullRequest?.headRef) return true;
    return (this.reviewed ??= await unchangedSpecs(git, this.survey.specs, [trustedCommit, base.commit])).has(spec);
  }

  private async baseOf(
    spec: FleetSpec,
    start: Exclude<Start, { kind: 'waits' }>,
  ): Promise<Branch | { reason: string }> {
    const { git, remote, base } = this.world;
    if (start.kind === 'base') return base;
    const standing = this.standings.get(start.on);
    const known = this.branches.get(start.on);
    const branch = known?.branch ?? (standing?.kind === 'verified' ? standing.branch : undefined);
    if (branch === undefined || remote === undefined) return { reason: `The branch of ${start.on} is not known` };
    try {
      // A commit that GitHub made for us is not here yet.
      const commit =
        (known && (await git.resolve(known.commit))) ??
        (await fetchTip(git, remote, branch, `The branch of ${start.on}`));
      return (await specsThatFit(this.world, [spec], { branch, commit })).has(spec.path)
        ? { branch, commit }
        : { reason: `It depends on ${start.on}, and ${branch} has not all that it needs, or another text of it` };
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      return { reason: error.message.replace(/\.$/, '') };
    }
  }
}
