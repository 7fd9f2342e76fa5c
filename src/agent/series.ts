// The series of commits that a run makes: one for each green increment, pushed as it comes, and at the end the candidate
// that is verified. The only way from the work copy into a commit.
import type { Git } from '../platform/git.js';
import type { ChangePolicy, CommitMessageRequest, Publisher, SeriesCommit, WorkCommit } from '../publish/publish.js';
import { writeWorkCommit, writeWorkTree } from '../publish/publish.js';
import type { Baseline, GateResult, GateTerms } from '../verify/verify.js';
import { checkIncrement, describeFailures, failsAsBefore } from '../verify/verify.js';
import type { AgentCargoRun } from '../workshop/workshop.js';
import { showRun } from './show-run.js';
import type { UnreadOutputs } from './unread-outputs.js';
import type { IncrementRequest, IncrementResult } from './tools/tool.js';

export interface SeriesOptions {
  git: Git;
  /** The commit the work copy started from. */
  start: WorkCommit;
  publisher: Publisher;
  /** Asked before a commit is made, so that the model can mend what may not be published. */
  policy: ChangePolicy;
  spec: CommitMessageRequest['spec'];
  runUrl: string;
  /** By all runs on this text of the spec, up to now. */
  spent: () => CommitMessageRequest['spent'];
  /** Told of each new head, with the series up to it, before it is pushed: so it survives the end of the process. */
  keep: (head: WorkCommit, line: readonly SeriesCommit[]) => Promise<void>;
  terms: GateTerms;
  /** What one command of an increment may take now, in milliseconds: none may use up what the verification needs. */
  commandTimeoutMs: () => number;
  /** Settled before the first increment is judged. */
  baseline: Promise<Baseline | undefined>;
  unread: UnreadOutputs;
  warn: (text: string) => void;
}

export class Series {
  /** The last commit of the series: green, or the start. */
  head: WorkCommit;
  /** The commit of the target branch that the head was brought together with, if it was. */
  onto: WorkCommit | undefined;
  /** Commits of the run that became the head with work in them, oldest first. */
  readonly commits: WorkCommit[] = [];
  /** Every commit that was written, by its id; a candidate that failed is among them. */
  private readonly written = new Map<string, SeriesCommit>();
  private readonly merges = new Set<string>();

  constructor(private readonly options: SeriesOptions) {
    this.head = options.start;
  }

  /** True when the run has committed nothing. */
  get isEmpty(): boolean {
    return this.head.commit === this.options.start.commit;
  }

  /** Checks and tests the work; commits and pushes it when nothing new fails. */
  async complete(request: IncrementRequest): Promise<IncrementResult> {
    const { terms } = this.options;
    if ((await this.workTree()) === this.head.tree) return { kind: 'nothing-to-commit' };
    const gates = await checkIncrement(this.terms, await this.options.baseline);
    const { outputs } = terms.workshop;
    await this.options.unread.judged(outputs, gates);
    const failed = await describeFailures(gates, (run) => showRun(outputs, run));
    if (failed !== '') return { kind: 'not-green', text: failed };
    const [subject = '', ...body] = request.commitMessage.split('\n');
    // The tree is taken after the gates: cargo may have brought the lock file in step before them.
    const tree = await this.workTree();
    const objection = await this.options.policy(tree);
    if (objection !== undefined) return { kind: 'not-green', text: objection };
    this.head = await this.write(tree, {
      subject,
      body: body.join('\n'),
      requirements: request.requirements,
      ...(request.planned === undefined ? {} : { planned: request.planned }),
    });
    this.commits.push(this.head);
    await this.push();
    const tests = gates.find((gate) => gate.name === 'test')?.tests;
    return {
      kind: 'committed',
      commit: this.head.commit,
      text: `${['check passed', ...(tests ? [`${tests.passed} tests passed`] : [])].join(', ')}.${warningsIn(gates)}`,
    };
  }

  /** Whether a command of the agent's shows no failure but such as are excused by the baseline. */
  async passes(run: AgentCargoRun): Promise<boolean> {
    return run.exitCode === 0 || failsAsBefore(this.terms, run, await this.options.baseline);
  }

  /** What is to be verified: the head, or with work that no increment completed a commit of all of it. */
  async candidate(title: string): Promise<WorkCommit> {
    const tree = await this.workTree();
    if (tree === this.head.tree) return this.head;
    const body = 'Changes made after the last completed increment.';
    return this.write(tree, { subject: `Complete the work on ${title}`.slice(0, 72), body, requirements: [] });
  }

  /** Why a candidate may not be published; one with an objection is never accepted. */
  objectionTo(candidate: WorkCommit): Promise<string | undefined> {
    return this.options.policy(candidate.tree);
  }

  /** The candidate was verified: it becomes the head, and is pushed like an increment where it is none yet. */
  async accept(candidate: WorkCommit): Promise<void> {
    if (candidate.commit === this.head.commit) return;
    this.commits.push(candidate);
    this.head = candidate;
    await this.push();
  }

  /** A merge of the head with what others published meanwhile. @param tree of both together */
  mergeOnto(onto: WorkCommit, tree: string, target: string, title: string): Promise<WorkCommit> {
    const subject = `Bring the work on ${title} together with ${target}`.slice(0, 72);
    const body = `What came to ${target} since then touches other paths.`;
    return this.write(tree, { subject, body, requirements: [] }, onto.commit);
  }

  /** The merge was verified: it becomes the head. */
  async acceptMerge(merge: WorkCommit, onto: WorkCommit): Promise<void> {
    this.head = merge;
    this.onto = onto;
    await this.keep();
  }

  /** Ends a verified series with a commit of the same tree that says so, for whoever asks later whether the spec is proven. */
  async close(subject: string, body: string): Promise<void> {
    this.head = await this.write(this.head.tree, { subject, body, requirements: [], outcome: 'verified' });
    await this.keep();
  }

  /** Adds a commit of the same tree, where only a commit gives a pull request on which questions can be answered. */
  async ask(subject: string, body: string): Promise<void> {
    this.head = await this.write(this.head.tree, { subject, body, requirements: [] });
  }

  /** Every commit of the work, oldest first, from the start to the head or to what a merge brought together with others. */
  line(): SeriesCommit[] {
    const whole = this.whole();
    const merge = whole.findIndex(({ commit }) => this.merges.has(commit));
    return merge < 0 ? whole : whole.slice(0, merge);
  }

  /** Whether a commit is the start or one of the series, and not a candidate that failed. */
  holds(commit: string): boolean {
    return [this.options.start.commit, ...this.whole().map(({ commit: id }) => id)].includes(commit);
  }

  private whole(): SeriesCommit[] {
    const line: SeriesCommit[] = [];
    let at = this.written.get(this.head.commit);
    for (; at !== undefined; at = this.written.get(at.parent)) line.unshift(at);
    return line;
  }

  private keep(): Promise<void> {
    return this.options.keep(this.head, this.line());
  }

  /** Keeps and publishes the new head: the machine may be gone before the run ends. */
  private async push(): Promise<void> {
    const { publisher, warn } = this.options;
    await this.keep();
    const pushed = await publisher.pushIncrement(this.head.commit);
    if (pushed.kind === 'moved' || pushed.kind === 'refused')
      warn(
        `The work could not be pushed (${pushed.kind === 'moved' ? 'the branch has moved' : pushed.reason}); it is kept and pushed again at the end.`,
      );
  }

  /** The tree of the work as it is now. */
  workTree(): Promise<string> {
    return writeWorkTree(this.options.git, this.options.start.tree, this.options.terms.workshop.changes());
  }

  private get terms(): GateTerms {
    return { ...this.options.terms, leftMs: this.options.commandTimeoutMs };
  }

  private async write(
    tree: string,
    message: Pick<CommitMessageRequest, 'subject' | 'body' | 'requirements' | 'planned' | 'outcome'>,
    mergedIn?: string,
  ): Promise<WorkCommit> {
    const { git, spec, runUrl } = this.options;
    const now = Math.floor(Date.now() / 1000);
    const spent = this.options.spent();
    const request = { ...message, spec, runUrl, ...(spent && { spent }) };
    const commit = await writeWorkCommit(git, tree, this.head.commit, request, now, mergedIn);
    if (mergedIn !== undefined) this.merges.add(commit.commit);
    this.written.set(commit.commit, commit);
    return commit;
  }
}

const MAX_WARNINGS = 5;

/** Warnings do not keep a commit back, but clippy's gate fails on those in files that the run touched. */
function warningsIn(gates: readonly GateResult[]): string {
  const warnings = gates
    .filter(({ name }) => name === 'check')
    .flatMap(({ diagnostics }) => diagnostics)
    .filter(({ level, path }) => level === 'warning' && path !== undefined);
  const shown = warnings.slice(0, MAX_WARNINGS).map(({ path, line, message }) => `- ${path}:${line}: ${message}`);
  const rest = warnings.length - shown.length;
  return warnings.length === 0
    ? ''
    : ['\nThe compiler warns:', ...shown, ...(rest > 0 ? [`- and ${rest} more`] : [])].join('\n');
}
