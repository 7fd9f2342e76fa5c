// A series of commits on a real workshop, whose pushes end as told; what it kept, pushed and warned of is noted.
import { Series, UnreadOutputs } from '../../src/agent/agent.js';
import type { IncrementPush, Publisher, WorkCommit } from '../../src/publish/publish.js';
import { changePolicy, createPublisher } from '../../src/publish/publish.js';
import type { Baseline, GateTerms } from '../../src/verify/verify.js';
import type { ProtectedPaths, Workshop } from '../../src/workshop/workshop.js';
import type { OpenedWorkshop } from './workshop.js';

export const SERIES_SPEC = { path: 'specs/one.md', hash: 'ab'.repeat(32) };

export interface SeriesTerms {
  push?: IncrementPush;
  isProtected?: ProtectedPaths;
  timeLeftMs?: number;
  baseline?: Baseline;
}

export const gateTerms = (workshop: Workshop): GateTerms => ({
  workshop,
  deciding: ['check', 'test'],
  advisory: [],
  scope: { package: undefined, extraArgs: [] },
  timeoutMs: 300_000,
});

export function testSeries(
  { git, workshop }: OpenedWorkshop,
  start: WorkCommit,
  { push = { kind: 'not-published' }, isProtected = () => undefined, timeLeftMs = 600_000, baseline }: SeriesTerms = {},
) {
  const unread = new UnreadOutputs();
  const warnings: string[] = [];
  const pushes: string[] = [];
  const kept: string[] = [];
  /** What was kept when a push began. */
  const atPush: string[][] = [];
  const none = createPublisher({
    kind: 'none',
    commitWith: 'git',
    git,
    spec: SERIES_SPEC,
    branch: 'ferrule/one',
    base: 'main',
    baseCommit: start.commit,
    pullRequest: { draft: 'until-verified', labels: [], reviewers: [] },
    refusal: () => undefined,
  });
  const publisher: Publisher = {
    ...none,
    pushIncrement: (commit) => {
      atPush.push([...kept]);
      pushes.push(commit);
      return Promise.resolve(push);
    },
  };
  const made = new Series({
    git,
    start,
    publisher,
    policy: changePolicy({ git, start: start.commit, isProtected, dependencies: 'registry' }),
    spec: SERIES_SPEC,
    runUrl: 'local',
    spent: () => ({ tokens: 1200, costUsd: 0.25 }),
    keep: ({ commit }) => Promise.resolve(void kept.push(commit)),
    terms: gateTerms(workshop),
    commandTimeoutMs: () => timeLeftMs,
    baseline: Promise.resolve(baseline),
    unread,
    warn: (text) => warnings.push(text),
  });
  return { made, warnings, pushes, kept, atPush, unread };
}
