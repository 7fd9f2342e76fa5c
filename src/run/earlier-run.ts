// What earlier runs of a spec left for this one besides commits: open questions, answers that came since, what was recorded
// about the work, and whether there is anything to do before another answer comes. GitHub is asked in publish/answers.ts.
import type { Note, Question } from '../agent/agent.js';
import { isSameNote } from '../agent/agent.js';
import type { EarlierProgress } from '../brief/brief.js';
import { UserError } from '../errors.js';
import type { Inputs } from '../inputs/inputs.js';
import type { GitHub } from '../platform/github.js';
import type { AnswersPlace, AnswersRead, EarlierWork, PublishKind } from '../publish/publish.js';
import { readAnswers } from '../publish/publish.js';
import type { AnswerRecord, Outcome, QuestionRecord, RunRecord, Spending } from '../report/report.js';
import { ANSWERED_BY_SPEC, laterSpending, totalSpending } from '../report/report.js';

export interface EarlierRun {
  /** Asked and not answered. */
  questions: Question[];
  answers: AnswerRecord[];
  /** The highest number that a question of the spec ever had; 0 without any. */
  lastNumber: number;
  /** What was recorded for the reviewer about the work that is there. */
  notes: Note[];
  /** The last run ended waiting for an answer to this text of the spec, and none has come since. */
  isWaiting: boolean;
  /** By the runs on this text of the spec, as the last report says. */
  spent?: Spending;
  /** What the last run on this text of the spec ended with, as its report says. */
  reported?: Outcome;
  pullRequest?: NonNullable<RunRecord['publication']['pullRequest']>;
}

const NOTHING: EarlierRun = { questions: [], answers: [], lastNumber: 0, notes: [], isWaiting: false };
const SPEC_CHANGED =
  'The spec was changed after this question was asked. Take the answer from its present text; if that leaves the question open, ask it again.';

export interface EarlierRunRequest {
  inputs: Pick<Inputs, 'resume' | 'onQuestion'>;
  github: GitHub | undefined;
  kind: PublishKind;
  /** The run publishes nothing itself, so its token may not be able to read what another job published. */
  isPublishedElsewhere: boolean;
  /** Of the event's pull request or issue, where reports go that are not on a pull request of the work branch. */
  eventNumber: number | undefined;
  /** Where the last report is looked for: on the pull request of the first branch that has one. */
  branches: readonly string[];
  /** The branch that pull requests are opened against. */
  base: string;
  /** `hash`: 64 hexadecimal digits. */
  spec: { path: string; hash: string };
  /** Takes secrets out of a text. */
  mask: (text: string) => string;
  warn: (text: string) => void;
}

/**
 * Reads questions and answers from where reports of this spec go. With `resume: never` they count all the same: what
 * people answered does not depend on whose commits a run builds on, but then no run ends for want of an answer.
 * @throws UserError when they cannot be read
 */
export async function readEarlierRun(request: EarlierRunRequest): Promise<EarlierRun> {
  const { inputs, github, kind, spec, mask, warn } = request;
  if (github === undefined || kind === 'none') return NOTHING;
  const places = placesOfReports(request);
  const identity = places.length === 0 ? '' : await github.identity();
  let read: AnswersRead = { kind: 'none' };
  for (const place of places) {
    read = await readAnswers({ github, identity, specPath: spec.path, place, mask });
    if (read.kind !== 'none') break;
  }
  if (read.kind === 'none') return NOTHING;
  if (read.kind === 'unreadable') {
    const sentence = `Questions of earlier runs: ${read.reason}`;
    if (!request.isPublishedElsewhere) throw new UserError(sentence);
    warn(`${sentence} This run knows nothing of them.`);
    return NOTHING;
  }
  read.warnings.forEach(warn);
  const earlier = settle(read, spec.hash, inputs.onQuestion);
  const mayWait = inputs.resume === 'auto' && inputs.onQuestion === 'pause';
  return { ...earlier, isWaiting: earlier.isWaiting && mayWait };
}

function placesOfReports({ kind, eventNumber, branches, base }: EarlierRunRequest): AnswersPlace[] {
  if (kind !== 'pull-request') return eventNumber === undefined ? [] : [{ number: eventNumber }];
  return branches.map((branch, i) => {
    const isLast = i === branches.length - 1;
    return { branch, base, ...(isLast && eventNumber !== undefined ? { askedOn: eventNumber } : {}) };
  });
}

/** Sorts what was asked into answered and open. A changed spec answers what was open before. */
function settle(
  read: Extract<AnswersRead, { kind: 'read' }>,
  specHash: string,
  onQuestion: 'pause' | 'assume',
): EarlierRun {
  const isSameSpec = read.mark.specHash === specHash;
  const given = new Map(read.answers.map((answer) => [answer.number, answer]));
  const questions: Question[] = [];
  const answers: AnswerRecord[] = [];
  for (const { number, text, requirement, blocking, answeredBy } of read.questions) {
    const about = { number, blocking, ...(requirement === undefined ? {} : { requirement }) };
    const answer = given.get(number);
    if (answer !== undefined) answers.push({ ...about, question: text, answer: answer.text, author: answer.author });
    else if (!isSameSpec || answeredBy === ANSWERED_BY_SPEC)
      answers.push({ ...about, question: text, answer: SPEC_CHANGED });
    else questions.push({ number, text, requirement, blocking: blocking && onQuestion === 'pause' });
  }
  return {
    questions,
    answers,
    lastNumber: Math.max(0, ...read.questions.map(({ number }) => number)),
    notes: read.records.map(earlierNote),
    // Whoever closed the pull request wants no answer from there; a run that still lacks one asks again on its own.
    isWaiting:
      isSameSpec &&
      !read.isClosed &&
      read.mark.outcome === 'needs-answer' &&
      questions.some(({ blocking }) => blocking) &&
      !read.answers.some(({ isNew }) => isNew),
    ...(isSameSpec && read.mark.spent !== undefined ? { spent: read.mark.spent } : {}),
    ...(isSameSpec ? { reported: read.mark.outcome } : {}),
    ...(read.pullRequest === undefined ? {} : { pullRequest: read.pullRequest }),
  };
}

/**
 * Adds what the report of a run says whose folder is gone on from: it spent more than its last commit tells and recorded
 * what belongs to its commits, and where nothing was published nobody else knows what it asked. Its answers came from
 * GitHub and are read there.
 */
export function withReport(published: EarlierRun, record: RunRecord, onQuestion: 'pause' | 'assume'): EarlierRun {
  const spent = laterSpending(published.spent, totalSpending(record.usage));
  const isNew = (note: Note) => !published.notes.some((known) => isSameNote(known, note));
  const notes = [...published.notes, ...record.records.map(earlierNote).filter(isNew)];
  const withSpent = { ...published, notes, ...(spent === undefined ? {} : { spent }) };
  if (published.lastNumber > 0) return withSpent;
  const questions = record.questions.map(({ requirement, blocking, ...rest }) => ({
    ...rest,
    requirement,
    blocking: blocking && onQuestion === 'pause',
  }));
  return { ...withSpent, questions, lastNumber: Math.max(0, ...questions.map(({ number }) => number)) };
}

/** Questions in the record's shape. @param mask takes secrets out: the record's marks are encoded, out of its later reach */
export function questionRecords(questions: readonly Question[], mask = (text: string) => text): QuestionRecord[] {
  return questions.map(({ text, requirement, ...rest }) => ({
    ...rest,
    text: mask(text),
    ...(requirement === undefined ? {} : { requirement }),
  }));
}

function earlierNote({ kind, text, requirement }: RunRecord['records'][number]): Note {
  return { kind, text, requirement, earlierRun: true };
}

/**
 * Those notes that still say something of the work gone on from. About a clause whose text is gone or was changed nothing
 * is: it is open again, and a deviation from its old words excuses nothing in the new ones.
 * @param requirementIds of the spec's present text
 * @param earlier absent where the run starts anew: then no work is there to be told of
 */
export function notesOnWork(
  notes: readonly Note[],
  requirementIds: readonly string[],
  earlier: Pick<EarlierWork, 'stale'> | undefined,
): Note[] {
  if (earlier === undefined) return [];
  const isPresent = (id: string) => requirementIds.includes(id) && !earlier.stale.includes(id);
  return notes.filter(({ requirement }) => requirement === undefined || isPresent(requirement));
}

/** Notes in the record's shape. @param mask takes secrets out: the record's marks are encoded, out of its later reach */
export function noteRecords(notes: readonly Note[], mask: (text: string) => string): RunRecord['records'] {
  return notes.map(({ text, requirement, ...rest }) => ({
    ...rest,
    text: mask(text),
    ...(requirement === undefined ? {} : { requirement }),
  }));
}

/** Ends a run that can only wait: the record says for what, and nothing is published. */
export function recordWaiting(record: RunRecord, { questions, pullRequest }: EarlierRun): void {
  const numbers = questions.filter(({ blocking }) => blocking).map(({ number }) => number);
  const which = numbers.length === 1 ? `question ${numbers.join()}` : `questions ${numbers.join(', ')}`;
  record.outcome = 'needs-answer';
  record.message = `No answer to ${which} has come since the last run, so nothing was spent.`;
  if (pullRequest) record.publication.pullRequest = pullRequest;
}

/** Which requirements an earlier run's commits serve by their messages, and which are left. */
export function progressOf(
  requirementIds: readonly string[],
  { served, stale, planned }: Pick<EarlierWork, 'served' | 'stale' | 'planned'>,
  { questions, answers }: EarlierRun,
): Omit<EarlierProgress, 'outdatedFiles'> {
  const asked = (list: readonly { requirement?: string | undefined; blocking: boolean }[]) =>
    new Set(list.filter(({ blocking }) => blocking).map(({ requirement }) => requirement));
  const [waiting, answered] = [asked(questions), asked(answers)];
  // What waited for an answer is open again, whatever was committed for it meanwhile.
  const isServed = (id: string) => served.includes(id) && !waiting.has(id) && !answered.has(id);
  return {
    served: requirementIds.filter(isServed),
    open: requirementIds.filter((id) => !isServed(id) && !waiting.has(id)),
    waiting: requirementIds.filter((id) => waiting.has(id)),
    changed: requirementIds.filter((id) => stale.includes(id)),
    planned,
  };
}
