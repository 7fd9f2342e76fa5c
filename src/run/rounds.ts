// The rounds of a run: conversation, then verification on a clean checkout, until the gates pass, the rounds are used up
// or the conversation ends early. How the agent was set up is implementation.ts, what is made of the end conclusion.ts.
import type { Agent, Budget, ConversationEnd, Notebook, Series, UnreadOutputs } from '../agent/agent.js';
import type { VerificationReserve } from '../agent/agent.js';
import { showRun } from '../agent/agent.js';
import { asError } from '../errors.js';
import { noteRecords } from './earlier-run.js';
import { followTarget } from './follow-target.js';
import { gateLines } from './gate-lines.js';
import type { Ready } from './preparation.js';
import { requirementRecords } from './spec-remarks.js';
import type { WorkCommit } from '../publish/publish.js';
import type { RunRecord, StopReason } from '../report/report.js';
import type { Baseline, EvidenceGate, EvidenceTerms, Verification } from '../verify/verify.js';
import { EVIDENCE_GATES, countdown, describeFailures, describeJudgedGates, verify } from '../verify/verify.js';
import { DiskSpaceError } from '../workshop/workshop.js';
import type { Brief, World } from './world.js';

/** What a run works with. */
interface Work {
  agent: Agent;
  series: Series;
  notebook: Notebook;
  unread: UnreadOutputs;
  baseline: Promise<Baseline | undefined>;
  reserve: VerificationReserve;
  budget: Budget;
  record: RunRecord;
  /** Whether a tree holds more than the base brought into step with itself. */
  isChanged: (tree: string) => boolean;
}

export interface RoundsEnd {
  /** Why the conversation ended early; `undefined` when it came to its end. */
  stop: { reason: StopReason; message: string } | undefined;
  /** The last verification that ran. */
  verification: Verification | undefined;
  /** Something that must not happen; told once the work is saved. */
  defect?: Error;
}

/** What comes after a handover. */
type Next =
  | { kind: 'end'; end: RoundsEnd }
  /** The model is told the text and works on; after the last round the run ends as `orElse` says. */
  | { kind: 'again'; text: string; orElse: RoundsEnd['stop'] };

const NOTHING_CHANGED =
  'Nothing has been changed yet, so there is nothing to verify. Implement the spec, or ask about what keeps you from it.';

export class Rounds {
  private readonly evidence: EvidenceTerms;
  /** The last verification that ran. */
  private verification: Verification | undefined;
  private round = 0;

  constructor(
    private readonly world: World,
    private readonly brief: Brief,
    private readonly ready: Ready,
    private readonly work: Work,
  ) {
    this.evidence = evidenceTerms(world, brief, ready, work.notebook);
  }

  /** Works to the end of the rounds. Never throws: what breaks them is in the end. */
  async run(): Promise<RoundsEnd> {
    try {
      return await this.workAndVerify();
    } catch (error) {
      const { signal } = this.world;
      if (signal.aborted && error === signal.reason) return this.ended(stopOf({ kind: 'cancelled' }));
      if (error instanceof DiskSpaceError) return this.ended({ reason: 'disk', message: error.message });
      // What there is is saved and published; the caller tells of the defect afterwards.
      const defect = asError(error);
      return {
        stop: { reason: 'defect', message: `Ferrule failed: ${defect.message}` },
        verification: undefined,
        defect,
      };
    }
  }

  private async workAndVerify(): Promise<RoundsEnd> {
    const { agent } = this.work;
    const { maxRounds } = this.world.inputs;
    for (let round = 1; ; round++) {
      this.round = round;
      const stop = stopOf(await agent.work());
      if (stop !== undefined) return this.stopped(stop);
      const next = await this.afterHandover(round);
      if (next.kind === 'end') return next.end;
      if (round >= maxRounds) return this.ended(next.orElse);
      agent.tell(next.text);
    }
  }

  /** A limit or a failing model ended the conversation: what became green is still worth a verdict. */
  private async stopped(stop: NonNullable<RoundsEnd['stop']>): Promise<RoundsEnd> {
    const { series, isChanged } = this.work;
    const isWorthIt = stop.reason !== 'cancelled' && isChanged(series.head.tree);
    return isWorthIt ? this.settle(await this.verify(series.head), stop) : this.ended(stop);
  }

  private async afterHandover(round: number): Promise<Next> {
    const { series, isChanged, budget } = this.work;
    const timeoutMs = Math.max(1, budget.timeLeftMs());
    const synced = await this.ready.workshop.sync({ signal: this.world.signal, timeoutMs });
    const candidate = await series.candidate(this.brief.spec.title);
    if (!isChanged(candidate.tree)) return this.afterNothing(candidate);
    const objection = synced.kind === 'forbidden' ? synced.text : await series.objectionTo(candidate);
    if (objection !== undefined)
      return {
        kind: 'again',
        text: `${objection} Take that back, then call finish again.`,
        orElse: { reason: 'rounds', message: objection },
      };
    const verified = (this.verification = await this.verify(candidate));
    // Green by cargo is worth a commit on the branch, also where the claims about it do not hold yet.
    if (verified.gates.every((gate) => !gate.deciding || gate.status === 'passed')) await series.accept(candidate);
    // No round can bring back a tool that the toolchain lacks.
    const isUnavailable = verified.gates.some(({ deciding, status }) => deciding && status === 'unavailable');
    if (verified.passed || verified.onlyWaiting || isUnavailable)
      return { kind: 'end', end: await this.settle(verified, undefined) };
    return {
      kind: 'again',
      text: await this.describe(verified, round),
      orElse: { reason: 'rounds', message: `The verification failed in the last of ${round} rounds.` },
    };
  }

  /** A handover of nothing is an end where all that is open waits for an answer. */
  private async afterNothing(candidate: WorkCommit): Promise<Next> {
    const { notebook } = this.work;
    if (this.world.inputs.onQuestion === 'pause') {
      if (notebook.isAllWaiting) return { kind: 'end', end: { stop: undefined, verification: undefined } };
      const asBefore = notebook.waitingRequirements().size > 0 ? await this.verify(candidate) : undefined;
      if (asBefore?.onlyWaiting) return { kind: 'end', end: { stop: undefined, verification: asBefore } };
    }
    return { kind: 'again', text: NOTHING_CHANGED, orElse: undefined };
  }

  private ended(stop: RoundsEnd['stop']): RoundsEnd {
    return { stop, verification: this.verification };
  }

  private async verify(subject: WorkCommit, baseTree = this.ready.mergeBase.tree): Promise<Verification> {
    const { world, ready, work } = this;
    const touched = new Set(await world.git.changedPaths(baseTree, subject.tree));
    work.record.usage.rounds = this.round; // one that is never verified is not counted
    const name = `verification, round ${this.round}`;
    const announcement = `Verifying tree ${subject.tree.slice(0, 12)} on a clean checkout.`;
    ready.progress.enter({ name, announcement });
    const baseline = await work.baseline;
    const leftMs = countdown(work.reserve.verificationMs(work.budget.timeLeftMs()));
    const evidence = { ...this.evidence, baseTree };
    const verified = await verify({ ...ready.terms, leftMs }, { ...subject, touched }, baseline, evidence);
    world.signal.throwIfAborted(); // what a cancellation cut short is no verdict
    work.reserve.took(verified.gates);
    for (const line of gateLines(verified)) world.log.info(line);
    return verified;
  }

  /** The end of a run with a verdict, which it keeps when it is cancelled while it follows its target. */
  private async settle(verified: Verification, stop: RoundsEnd['stop']): Promise<RoundsEnd> {
    const verification = await this.follow(verified);
    return { stop: this.world.signal.aborted ? stopOf({ kind: 'cancelled' }) : stop, verification };
  }

  private async follow(verified: Verification): Promise<Verification> {
    const { world, brief, ready, work } = this;
    if (!verified.passed || work.notebook.questions.some(({ blocking }) => blocking)) return verified;
    const terms = { ...work, verify: (subject: WorkCommit, baseTree: string) => this.verify(subject, baseTree) };
    return followTarget(world, brief, ready, verified, terms);
  }

  /** What the model is told of a verification that failed. */
  private async describe({ gates, evidence }: Verification, round: number): Promise<string> {
    const { outputs } = this.ready.workshop;
    await this.work.unread.judged(outputs, gates);
    const parts = [
      `The verification on a clean checkout failed (round ${round} of ${this.world.inputs.maxRounds}).`,
      await describeFailures(gates, (cargoRun) => showRun(outputs, cargoRun)),
      describeJudgedGates(evidence.gates),
      'Mend it, then call finish again.',
    ];
    return parts.filter((part) => part !== '').join('\n\n');
  }
}

/** What the ledger is judged by: the notebook is read at the moment of each verification. */
function evidenceTerms(world: World, brief: Brief, ready: Ready, notebook: Notebook): EvidenceTerms {
  const isJudged = (name: string): name is EvidenceGate => (EVIDENCE_GATES as readonly string[]).includes(name);
  return {
    git: world.git,
    syntax: ready.workshop.syntax,
    baseTree: ready.mergeBase.tree,
    requirements: requirementRecords(brief.spec),
    auditRules: world.inputs.auditRules,
    handover: () => ({
      claims: notebook.handover?.claims,
      waiting: notebook.waitingRequirements(),
      // As the record holds them, which names the one that lifted a finding by its text.
      deviations: noteRecords(notebook.notes, world.mask).filter(({ kind }) => kind === 'deviation'),
    }),
    deciding: world.inputs.gates.filter(isJudged),
    advisory: world.inputs.advisoryGates.filter(isJudged),
  };
}

function stopOf(end: ConversationEnd): RoundsEnd['stop'] {
  switch (end.kind) {
    case 'finished':
    case 'unfinished':
      return undefined;
    case 'limit':
      return {
        reason: end.limit,
        message: [`The limit on ${end.limit} was reached.`, ...(end.detail === undefined ? [] : [end.detail])].join(
          ' ',
        ),
      };
    case 'cancelled':
      return { reason: 'cancelled', message: 'The run was cancelled.' };
    case 'refusal':
    case 'model-error':
    case 'loop':
      return { reason: end.kind, message: end.message };
  }
}
