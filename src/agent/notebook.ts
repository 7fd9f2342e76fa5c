// What the model told the harness in the course of a run: plan, questions, records, claims. Inputs to the report, never
// to the verdict.

export interface PlannedIncrement {
  title: string;
  requirements: string[];
}

export interface CompletedIncrement extends PlannedIncrement {
  commit: string;
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
}

export interface Claim {
  id: string;
  status: 'met' | 'partly' | 'not-met' | 'untestable';
  code: string[];
  tests: string[];
  note: string | undefined;
}

/** What `finish` handed over. */
export interface Handover {
  summary: string;
  claims: Claim[];
}

export class Notebook {
  plan: PlannedIncrement[] = [];
  readonly increments: CompletedIncrement[] = [];
  readonly questions: Question[] = [];
  readonly notes: Note[] = [];
  handover: Handover | undefined;

  /** @param requirementIds the spec's; what the model names must be one of them */
  constructor(readonly requirementIds: readonly string[]) {}

  /** Those of the ids that the spec does not have. */
  unknownIds(ids: readonly string[]): string[] {
    return ids.filter((id) => !this.requirementIds.includes(id));
  }

  ask(text: string, requirement: string | undefined, blocking: boolean): Question {
    const question = { number: this.questions.length + 1, text, requirement, blocking };
    this.questions.push(question);
    return question;
  }
}
