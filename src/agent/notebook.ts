// What the model told the harness in the course of a run: plan, questions, records, claims. Inputs to the report, never
// to the verdict.

interface PlannedIncrement {
  title: string;
  requirements: string[];
}

interface CompletedIncrement extends PlannedIncrement {
  commit: string;
}

/** The plan as it was set or revised once. */
interface PlanVersion {
  turn: number;
  /** ISO 8601. */
  at: string;
  /** With the commit of those that were completed while this version held. */
  increments: (PlannedIncrement & { commit?: string })[];
}

export interface Question {
  number: number;
  text: string;
  requirement: string | undefined;
  blocking: boolean;
}

export interface Note {
  kind: 'improvement' | 'deviation' | 'assumption';
  text: string;
  requirement: string | undefined;
  /** Recorded by an earlier run, from whose work this one goes on. */
  earlierRun?: true;
}

interface Claim {
  id: string;
  status: 'met' | 'partly' | 'not-met' | 'untestable';
  code: string[];
  tests: string[];
  note: string | undefined;
}

/** What `finish` handed over. */
interface Handover {
  summary: string;
  claims: Claim[];
}

export function isSameNote(one: Note, other: Note): boolean {
  return one.kind === other.kind && one.text === other.text && one.requirement === other.requirement;
}

/** Of earlier runs of the spec. */
interface LeftEarlier {
  /** Still open. */
  questions: readonly Question[];
  /** The highest number that any question had. */
  lastNumber: number;
  /** About work that this run goes on from. */
  notes: readonly Note[];
}

export class Notebook {
  /** Every version of the plan, the one that holds last. */
  readonly plans: PlanVersion[] = [];
  readonly increments: CompletedIncrement[] = [];
  /** What is open: of earlier runs, then of this one. */
  readonly questions: Question[];
  /** Of earlier runs, then of this one. */
  readonly notes: Note[];
  handover: Handover | undefined;
  /** Whether the model was told once that its handover leaves requirements out. */
  wasReminded = false;

  /**
   * @param requirementIds the spec's; what the model names must be one of them
   * @param earlier what earlier runs left
   */
  constructor(
    readonly requirementIds: readonly string[],
    private readonly earlier: LeftEarlier = { questions: [], lastNumber: 0, notes: [] },
  ) {
    this.questions = earlier.questions.map((question) => ({ ...question }));
    this.notes = [...earlier.notes];
  }

  /** What is planned and not completed. */
  get openIncrements(): readonly PlannedIncrement[] {
    return (this.plans.at(-1)?.increments ?? []).filter(({ commit }) => commit === undefined);
  }

  /** Sets the plan, or revises it: what was open is replaced, what is completed stays. */
  revisePlan(increments: readonly PlannedIncrement[], turn: number): void {
    const at = new Date().toISOString();
    this.plans.push({ turn, at, increments: increments.map((increment) => ({ ...increment })) });
  }

  /** Notes a committed increment, and ticks it off where it was planned. */
  complete(increment: CompletedIncrement): void {
    this.increments.push(increment);
    const planned = this.plans
      .at(-1)
      ?.increments.find(({ title, commit }) => title === increment.title && commit === undefined);
    if (planned !== undefined) planned.commit = increment.commit;
  }

  /** Those of the ids that the spec does not have. */
  unknownIds(ids: readonly string[]): string[] {
    return ids.filter((id) => !this.requirementIds.includes(id));
  }

  /** Requirements that a blocking question leaves open, with the question's number. */
  waitingRequirements(): Map<string, number> {
    const waiting = new Map<string, number>();
    for (const { requirement, blocking, number } of this.questions)
      if (blocking && requirement !== undefined) waiting.set(requirement, number);
    return waiting;
  }

  /** True when a blocking question leaves every requirement open, or concerns the spec as a whole. */
  get isAllWaiting(): boolean {
    const waiting = this.waitingRequirements();
    const isWhole = this.questions.some(({ blocking, requirement }) => blocking && requirement === undefined);
    return isWhole || (waiting.size > 0 && this.requirementIds.every((id) => waiting.has(id)));
  }

  /** Notes something for the report; what an earlier run noted in the same words stays one note. */
  note(note: Note): void {
    if (!this.notes.some((each) => isSameNote(each, note))) this.notes.push(note);
  }

  /** Notes a question under the next number; one that is open already keeps its number, and stays blocking if it was. */
  ask(text: string, requirement: string | undefined, blocking: boolean): Question {
    const again = this.questions.find((open) => open.requirement === requirement && open.text.trim() === text.trim());
    if (again !== undefined) {
      again.blocking ||= blocking;
      return again;
    }
    const number = Math.max(this.earlier.lastNumber, ...this.questions.map((open) => open.number)) + 1;
    const question = { number, text, requirement, blocking };
    this.questions.push(question);
    return question;
  }
}
