// What earlier runs of a spec asked on GitHub, and what people answered since. A question counts only in a text of our own
// account, an answer only from somebody with write access; anything in doubt does not count. What a run makes of them is
// decided elsewhere.
import type { Comment, GitHub, PullRequest } from '../platform/github.js';
import { describeGitHubError, isOwnAccount } from '../platform/github.js';
import type { AskedQuestion, Mark, NotedRecord } from '../report/report.js';
import { answerFingerprint, parseMark, parseQuestionsMark, parseRecordsMark } from '../report/report.js';
import { parseAnswers } from './answer-text.js';

/**
 * Where reports of the spec go: the pull request of its branch, else the pull request or issue where the run was asked
 * for; or a known one.
 */
export type AnswersPlace = { branch: string; base: string; askedOn?: number } | { number: number };

interface AnswersRequest {
  github: GitHub;
  identity: string;
  specPath: string;
  place: AnswersPlace;
  /** Takes secrets out of a text. */
  mask: (text: string) => string;
}

interface GivenAnswer {
  number: number;
  question: string;
  requirement?: string;
  blocking: boolean;
  /** At most 4,000 characters. */
  text: string;
  /** Login. */
  author: string;
  /** No earlier run was given this text. */
  isNew: boolean;
}

export type AnswersRead =
  /** No report of ours about this spec is there. */
  | { kind: 'none' }
  /** One is there or may be, but cannot be read: to go on would ask under numbers that are in use. */
  | { kind: 'unreadable'; reason: string }
  | {
      kind: 'read';
      /** Of the report: what the last run ended with, on which text of the spec. */
      mark: Mark;
      /** The open one that belongs to the spec's branch. */
      pullRequest?: { number: number; url: string; draft: boolean };
      /** The report is that of a pull request which somebody closed or merged. */
      isClosed: boolean;
      /** All that were ever asked, answered or not. */
      questions: AskedQuestion[];
      /** One for each answered question, the latest. */
      answers: GivenAnswer[];
      /** What the model recorded for the reviewer. */
      records: NotedRecord[];
      warnings: string[];
    };

const MAX_NAMES = 10;

/** Finds our report, the questions in it, and the answers in the comments around it. */
export async function readAnswers(request: AnswersRequest): Promise<AnswersRead> {
  const found = await findReport(request);
  if (found.kind !== 'found') return found;
  const { mark, pullRequest, number, isClosed } = found;
  const questions = parseQuestionsMark(found.text);
  const records = parseRecordsMark(found.text);
  if (questions === undefined) return changedLine('questions', number);
  if (records === undefined) return changedLine('records', number);
  const read = {
    kind: 'read' as const,
    mark,
    records,
    isClosed,
    ...(pullRequest === undefined ? {} : { pullRequest }),
  };
  if (questions.length === 0) return { ...read, questions, answers: [], warnings: [] };
  const comments = found.comments ?? (await request.github.listComments(number));
  if (comments.kind === 'failed') return unreadable(describeGitHubError(comments.error));
  return { ...read, questions, ...(await collectAnswers(request, questions, comments.value)) };
}

type Report =
  | { kind: 'none' }
  | { kind: 'unreadable'; reason: string }
  | {
      kind: 'found';
      /** Of the pull request or issue. */
      number: number;
      text: string;
      mark: Mark;
      pullRequest?: { number: number; url: string; draft: boolean };
      isClosed: boolean;
      comments?: Awaited<ReturnType<GitHub['listComments']>>;
    };

/**
 * On a known pull request or issue our comment; else what the open pull request of the branch says, or the last one that was
 * closed: what was asked, answered and spent there is not forgotten with it. Without either, the comment where the run was
 * asked for: a run that made no pull request leaves its report there.
 */
async function findReport(request: AnswersRequest): Promise<Report> {
  const { github, place } = request;
  if ('number' in place) return reportBeside(request, place.number);
  const open = await github.findPullRequest(place);
  if (open.kind === 'failed') return unreadable(describeGitHubError(open.error));
  if (open.value !== undefined) {
    const { number, url, draft } = open.value;
    const report = await reportOn(request, open.value);
    if (report.kind !== 'none')
      return report.kind === 'found' ? { ...report, pullRequest: { number, url, draft } } : report;
  }
  const closed = await github.findClosedPullRequest(place);
  if (closed.kind === 'failed') return unreadable(describeGitHubError(closed.error));
  if (closed.value === undefined)
    return place.askedOn === undefined ? { kind: 'none' } : reportBeside(request, place.askedOn);
  const report = await reportOn(request, closed.value);
  return report.kind === 'found' ? { ...report, isClosed: true } : report;
}

/** Our pull request's own text; on one that is somebody else's, our comment. */
async function reportOn(request: AnswersRequest, { number, body, author }: PullRequest): Promise<Report> {
  const mark = ownMark(request, { body, author });
  return mark === undefined
    ? reportBeside(request, number)
    : { kind: 'found', number, text: body, mark, isClosed: false };
}

async function reportBeside(request: AnswersRequest, number: number): Promise<Report> {
  const comments = await request.github.listComments(number);
  if (comments.kind === 'failed') return unreadable(describeGitHubError(comments.error));
  // The same choice as when the comment is written: the last one.
  const own = comments.value.findLast((comment) => ownMark(request, comment) !== undefined);
  const mark = own && ownMark(request, own);
  if (own === undefined || mark === undefined) return { kind: 'none' };
  return { kind: 'found', number, text: own.body, mark, isClosed: false, comments };
}

function ownMark(
  { identity, specPath }: AnswersRequest,
  { body, author }: Pick<Comment, 'body' | 'author'>,
): Mark | undefined {
  const mark = isOwnAccount(identity, author) ? parseMark(body) : undefined;
  return mark?.specPath === specPath ? mark : undefined;
}

async function collectAnswers(
  { github, identity, mask }: AnswersRequest,
  questions: readonly AskedQuestion[],
  comments: readonly Comment[],
): Promise<{ answers: GivenAnswer[]; warnings: string[] }> {
  const byNumber = new Map(questions.map((question) => [question.number, question]));
  const known = new Set(byNumber.keys());
  const answers = new Map<number, GivenAnswer>();
  const cut = new Map<number, string>();
  const mayAnswer = new Map<string, boolean>();
  const strangers: string[] = [];
  const warnings: string[] = [];
  for (const { author, body } of comments) {
    // Bots repeat what others wrote; our own reports are no answers, but the token's owner may write some.
    if (author.isBot || (isOwnAccount(identity, author) && parseMark(body) !== undefined)) continue;
    const written = parseAnswers(body, known);
    if (written.length === 0) continue;
    const { login } = author;
    if (!mayAnswer.has(login)) {
      const permission = await github.permissionOf(login);
      const isTrusted = permission.kind === 'ok' && ['admin', 'write'].includes(permission.value);
      mayAnswer.set(login, isTrusted);
      if (permission.kind === 'failed')
        warnings.push(`Answers of ${login} were not counted: ${describeGitHubError(permission.error)}`);
      else if (!isTrusted) strangers.push(login);
    }
    if (!mayAnswer.get(login)) continue;
    for (const { number, text: asWritten, isCut } of written) {
      const question = byNumber.get(number);
      if (question === undefined) {
        warnings.push(`${login} answers question ${number}, but no question of this spec has that number.`);
        continue;
      }
      const text = mask(asWritten);
      const { text: asked, requirement, blocking, answeredBy } = question;
      const about = { number, question: asked, blocking, ...(requirement === undefined ? {} : { requirement }) };
      answers.set(number, { ...about, text, author: login, isNew: answerFingerprint(text) !== answeredBy });
      if (isCut) cut.set(number, `The answer of ${login} to question ${number} was cut to 4,000 characters.`);
      else cut.delete(number);
    }
  }
  const sorted = [...answers.values()].sort((one, other) => one.number - other.number);
  return { answers: sorted, warnings: [...warnings, ...cut.values(), ...strangersNote(strangers)] };
}

function changedLine(name: 'questions' | 'records', number: number): { kind: 'unreadable'; reason: string } {
  return {
    kind: 'unreadable',
    reason: `The hidden line 'ferrule-${name}' of the report on #${number} was changed and cannot be read. Restore it from the edit history, or delete the line to give its ${name} up.`,
  };
}

function strangersNote(logins: readonly string[]): string[] {
  if (logins.length === 0) return [];
  const named = logins.slice(0, MAX_NAMES).join(', ');
  const rest = logins.length > MAX_NAMES ? ` and ${logins.length - MAX_NAMES} more` : '';
  return [`Answers of people without write access were not counted: ${named}${rest}.`];
}

function unreadable(failure: string): { kind: 'unreadable'; reason: string } {
  const sentence = failure.charAt(0).toUpperCase() + failure.slice(1);
  return { kind: 'unreadable', reason: `${sentence.replace(/\.$/, '')}. Run again when GitHub answers.` };
}
