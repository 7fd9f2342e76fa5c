// The hidden line of our pull request texts and comments that holds every question that the runs of a spec have asked, so
// that the next run knows them by number. Like the mark above it, it counts only together with who wrote it, which is
// not asked here.
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { encodedLine, readEncodedLine } from './encoded-line.js';
import { clipped } from './markdown-safe.js';

/** What `answeredBy` holds when a change of the spec was the answer. */
export const ANSWERED_BY_SPEC = 'spec';
/** More than GitHub's limit leaves for a report would be no help; some forty questions at full length fit. */
const MAX_MARK_CHARS = 12_000;
/** Longest text of a question in the mark: the first at which all of them fit. */
const TEXT_LIMITS = [2_000, 500, 200, 60];
const MAX_QUESTIONS = 1_000;

const askedQuestion = z.object({
  number: z.int().positive().max(100_000),
  text: z.string().max(4_000),
  requirement: z.string().max(500).optional(),
  blocking: z.boolean(),
  answeredBy: z
    .string()
    .regex(/^(spec|[0-9a-f]{16})$/)
    .optional(),
});
const askedQuestions = z.array(askedQuestion).min(1).max(MAX_QUESTIONS);

/** `answeredBy`: fingerprint of the answer that a run was given, or `spec`; absent while the question is open. */
export type AskedQuestion = z.infer<typeof askedQuestion>;

/** Short enough for the mark, and different for a different answer. */
export function answerFingerprint(answer: string): string {
  return createHash('sha256').update(answer).digest('hex').slice(0, 16);
}

/**
 * `<!-- ferrule-questions <base64url JSON> -->`, or an empty text without questions. Texts are shortened, with a note, to
 * keep it below 12,000 characters; of more questions than fit, answered ones are left out first, then the oldest.
 */
export function formatQuestionsMark(questions: readonly AskedQuestion[]): string {
  if (questions.length === 0) return '';
  const kept = questions.slice(-MAX_QUESTIONS);
  for (const limit of TEXT_LIMITS) {
    const mark = encoded(kept, limit);
    if (mark.length <= MAX_MARK_CHARS) return mark;
  }
  for (;;) {
    const answered = kept.findIndex(({ answeredBy }) => answeredBy !== undefined);
    kept.splice(Math.max(answered, 0), 1);
    const mark = encoded(kept, TEXT_LIMITS.at(-1) ?? 0);
    if (mark.length <= MAX_MARK_CHARS) return kept.length === 0 ? '' : mark;
  }
}

/**
 * The questions of a text that begins with our mark: none when it has no line of theirs, `undefined` when that line
 * cannot be read, which means that somebody changed it.
 */
export function parseQuestionsMark(text: string): AskedQuestion[] | undefined {
  const questions = readEncodedLine(text, 'questions', askedQuestions);
  if (questions === 'none') return [];
  if (questions === 'unreadable') return undefined;
  const isNumbered = new Set(questions.map(({ number }) => number)).size === questions.length;
  return isNumbered ? questions : undefined;
}

function encoded(questions: readonly AskedQuestion[], maxTextChars: number): string {
  const entries = questions.map(({ text, requirement, ...rest }) => ({
    ...rest,
    text: clipped(text, maxTextChars),
    ...(requirement === undefined ? {} : { requirement: requirement.slice(0, 500) }),
  }));
  return encodedLine('questions', entries);
}
