// Lays pending specs out in waves for GitHub's matrix: what a wave needs was done in an earlier one. How the plan is
// shown is plan-text.ts; nothing is run here.
import { createHash } from 'node:crypto';
import { specSlug } from '../publish/publish.js';
import { counted, dollars } from '../report/report.js';
import { decideStart } from './start.js';
import type { FleetSpec, Standing } from './standing.js';
import { leftAlone } from './standing.js';

export interface PlanTerms {
  /** Branch that pull requests go to. */
  base: string;
  /** Of one run of the plan. */
  maxSpecs: number | undefined;
  /** Dollars: of one spec, and of all specs of the plan. */
  maxCostUsd: number;
  maxTotalCostUsd: number | undefined;
}

/** An entry of the matrix, under the names that the workflow reads. */
interface PlannedSpec {
  spec: string;
  /** Branch to start from and to open the pull request against. */
  base: string;
  /** Unlike that of any other spec, and fit for the name of an artifact. */
  id: string;
}

/**
 * Specs that cannot start from the branch that an earlier run left, by the path of that run's spec: the branch lacks what
 * they need, or has another text of them.
 */
export type Misfits = ReadonlyMap<string, ReadonlySet<string>>;

export interface SpecNote {
  spec: string;
  /** A sentence without its full stop. */
  reason: string;
}

export interface FleetPlan {
  waves: PlannedSpec[][];
  /** Could start, but this run has no room: the next one takes them up. */
  leftOver: SpecNote[];
  /** Have to wait for prerequisites, of this run or of people. */
  waiting: SpecNote[];
  refused: SpecNote[];
  /** Proven, verified in an open pull request, or left alone by their authors' word. */
  unchanged: SpecNote[];
  /** The most that one spec of the plan may cost, in dollars. */
  maxCostUsd: number;
}

/** Jobs are static in a workflow: it has this many for waves. */
export const MAX_WAVES = 6;
/** https://docs.github.com/actions/reference/limits: a matrix makes at most 256 jobs. */
const MAX_JOBS = 256;
/**
 * The outputs of a job together are at most 1 MiB in UTF-16 (same page): 2 bytes × 70,000 × 6 waves stay below, with room
 * for the lists of what is not run (plan-text.ts).
 */
const MAX_WAVE_CHARS = 70_000;

interface Candidate {
  spec: string;
  stackedOn: string | undefined;
  /** The spec below it whose branch is there already, and which it ends up on. */
  root: string | undefined;
  /** The wave it would be in if there were room for all. */
  level: number;
}

/** @param specs prerequisites before those that need them; only `isSelected` ones are planned */
export function planWaves(specs: readonly FleetSpec[], terms: PlanTerms, misfits: Misfits = new Map()): FleetPlan {
  const standings = new Map(specs.map(({ path, standing }) => [path, standing]));
  const { candidates, waiting } = findCandidates(specs, standings, terms.base, misfits);
  const selected = specs.filter(({ isSelected }) => isSelected);
  return {
    ...placeInWaves(candidates, standings, terms),
    waiting,
    refused: selected.flatMap(({ path: spec, standing }) =>
      standing.kind === 'refused' ? [{ spec, reason: standing.reason }] : [],
    ),
    unchanged: selected.flatMap(({ path: spec, standing }) => {
      const reason = leftAlone(standing);
      return reason === undefined ? [] : [{ spec, reason }];
    }),
    maxCostUsd: Math.min(terms.maxCostUsd, terms.maxTotalCostUsd ?? Infinity),
  };
}

function findCandidates(
  specs: readonly FleetSpec[],
  standings: ReadonlyMap<string, Standing>,
  base: string,
  misfits: Misfits,
): { candidates: Candidate[]; waiting: SpecNote[] } {
  const candidates = new Map<string, Candidate>();
  const held = openStacks(specs, base);
  const waiting: SpecNote[] = [];
  const ground = {
    isOnBase: (path: string) => isOnBase(standings.get(path)),
    heldBy: (path: string) => held.get(path),
  };
  for (const { path, dependsOn, standing, isSelected } of specs) {
    if (standing.kind !== 'pending' || !isSelected) continue;
    const start = decideStart(dependsOn, ground);
    if (start.kind === 'waits') {
      waiting.push({ spec: path, reason: start.reason });
      continue;
    }
    const stackedOn = start.kind === 'stacked' ? start.on : undefined;
    const below = stackedOn === undefined ? undefined : candidates.get(stackedOn);
    const root = stackedOn !== undefined && hasBranch(standings.get(stackedOn)) ? stackedOn : below?.root;
    if (root !== undefined && misfits.get(root)?.has(path)) {
      const branch = baseOf(root, standings) ?? '';
      const reason = `It depends on ${stackedOn ?? root}, and ${branch} has not all that it needs, or another text of it`;
      waiting.push({ spec: path, reason });
      continue;
    }
    const level = (below?.level ?? 0) + 1;
    candidates.set(path, { spec: path, stackedOn, root, level });
    held.set(path, new Set([path, ...(held.get(stackedOn ?? '') ?? [])]));
  }
  return { candidates: [...candidates.values()], waiting };
}

function hasBranch(standing: Standing | undefined): boolean {
  return standing?.kind === 'verified' || (standing?.kind === 'pending' && standing.unfinished !== undefined);
}

export function isOnBase(standing: Standing | undefined): boolean {
  return standing?.kind === 'proven' || standing?.kind === 'implemented';
}

/** By path, the specs whose verified work waits to be merged: each with those whose open work its pull request stands on. */
export function openStacks(specs: readonly FleetSpec[], base: string): Map<string, Set<string>> {
  const byBranch = new Map<string, { path: string; base: string }>();
  for (const { path, standing } of specs)
    if (standing.kind === 'verified') byBranch.set(standing.branch, { path, base: standing.base });
  const stacks = new Map<string, Set<string>>();
  for (const [branch, { path }] of byBranch) {
    const held = new Set<string>();
    let at: string | undefined = branch;
    while (at !== undefined && at !== base) {
      const below = byBranch.get(at);
      at = below === undefined || held.has(below.path) ? undefined : below.base;
      if (below !== undefined) held.add(below.path);
    }
    // What does not lead to the base was made for another one.
    if (at === base) stacks.set(path, held);
  }
  return stacks;
}

function placeInWaves(
  candidates: readonly Candidate[],
  standings: ReadonlyMap<string, Standing>,
  terms: PlanTerms,
): Pick<FleetPlan, 'waves' | 'leftOver'> {
  const { limit, reason: limitReason } = limitOf(terms);
  const waves: { entries: PlannedSpec[]; chars: number }[] = [];
  const placed = new Map<string, number>();
  const leftOver: SpecNote[] = [];
  const ordered = [...candidates].sort((a, b) => a.level - b.level);
  const planned = new Set(ordered.map(({ spec }) => spec));
  for (const { spec, stackedOn } of ordered) {
    const isBelowPlanned = stackedOn !== undefined && planned.has(stackedOn);
    const below = stackedOn === undefined ? undefined : placed.get(stackedOn);
    if (isBelowPlanned && below === undefined) {
      leftOver.push({ spec, reason: `${stackedOn}, which it depends on, is left over` });
      continue;
    }
    if (placed.size >= limit) {
      leftOver.push({ spec, reason: limitReason });
      continue;
    }
    const entry = { spec, base: baseOf(stackedOn, standings) ?? terms.base, id: entryId(spec) };
    const chars = JSON.stringify(entry).length + 1;
    let wave = below === undefined ? 0 : below + 1;
    const isFull = () => {
      const { entries = [], chars: used = 0 } = waves[wave] ?? {};
      return entries.length >= MAX_JOBS || used + chars > MAX_WAVE_CHARS;
    };
    while (wave < MAX_WAVES && isFull()) wave++;
    if (wave >= MAX_WAVES) {
      leftOver.push({ spec, reason: `a run has ${MAX_WAVES} waves of at most ${MAX_JOBS} jobs` });
      continue;
    }
    const { entries, chars: used } = (waves[wave] ??= { entries: [], chars: 0 });
    entries.push(entry);
    waves[wave] = { entries, chars: used + chars };
    placed.set(spec, wave);
  }
  return { waves: waves.map(({ entries }) => entries), leftOver };
}

/** So that the plan's specs together cannot cost more than the total, each may cost its own limit. */
function limitOf({ maxSpecs = Infinity, maxCostUsd, maxTotalCostUsd }: PlanTerms): { limit: number; reason: string } {
  const affordable =
    maxTotalCostUsd === undefined
      ? Infinity
      : Math.floor(maxTotalCostUsd / Math.min(maxCostUsd, maxTotalCostUsd) + 1e-9);
  return affordable < maxSpecs
    ? {
        limit: affordable,
        reason: `max-total-cost-usd of ${dollars(maxTotalCostUsd ?? 0)} covers ${counted(affordable, 'spec')} at ${dollars(Math.min(maxCostUsd, maxTotalCostUsd ?? Infinity))} each`,
      }
    : { limit: maxSpecs, reason: `max-specs is ${maxSpecs}` };
}

function baseOf(stackedOn: string | undefined, standings: ReadonlyMap<string, Standing>): string | undefined {
  const standing = standings.get(stackedOn ?? '');
  return standing?.kind === 'verified' || standing?.kind === 'pending' ? standing.branch : undefined;
}

function entryId(spec: string): string {
  const hash = createHash('sha256').update(spec).digest('hex').slice(0, 8);
  return `${Array.from(specSlug(spec)).slice(0, 60).join('')}-${hash}`;
}
