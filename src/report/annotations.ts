// What the final verification found and what is open, each on the line it concerns. Old failures of the base are left
// out. How many are shown, and how one is written for the runner, is platform/log.ts's.
import { clipped } from './markdown-safe.js';
import { type NewDiagnostic, newDiagnostics, newTestFailures, type TestFailure } from './new-failures.js';
import type { DiagnosticRecord, RunRecord } from './record.js';
import { counted, listed } from './wording.js';

export interface Annotation {
  level: 'error' | 'warning' | 'notice';
  title: string;
  text: string;
  /** Relative to the repository. */
  file: string;
  line?: number;
  column?: number;
}

/** Of a compiler's rendering; the whole is in the log and in the report. */
const MAX_TEXT_CHARS = 2_000;

/**
 * Most useful first, within each level: what does not compile, tests that fail, findings that block; then findings that
 * do not, then the compiler's warnings; questions that block before others.
 */
export function annotationsOf(record: RunRecord): Annotation[] {
  const diagnostics = newDiagnostics(record);
  const isError = ({ level }: DiagnosticRecord) => level === 'error';
  return [
    ...diagnostics.filter(({ diagnostic }) => isError(diagnostic)).flatMap(ofDiagnostic),
    ...newTestFailures(record).flatMap(ofTestFailure),
    ...ofAudit(record),
    ...diagnostics.filter(({ diagnostic }) => !isError(diagnostic)).flatMap(ofDiagnostic),
    ...ofQuestions(record),
  ];
}

/** The annotation as one line of plain text, its place left out: the first line of its text tells what it is. */
export function annotationLine({ title, text }: Annotation): string {
  const [first = ''] = text.trim().split('\n');
  return `${title}: ${first.replace(/^(error|warning)(\[[^\]]*\])?: /, '')}`; // the title of a diagnostic says that
}

/** One line that counts what is not shown; empty when there is nothing. */
export function annotationsLeftLine(left: readonly Annotation[]): string {
  const counts = (['error', 'warning', 'notice'] as const)
    .map((level) => ({ level, count: left.filter((each) => each.level === level).length }))
    .filter(({ count }) => count > 0)
    .map(({ level, count }) => counted(count, level));
  return counts.length === 0 ? '' : `Not shown here: ${listed(counts)} more. The report has them all.`;
}

function ofDiagnostic({ gate, diagnostic }: NewDiagnostic): Annotation[] {
  const { level, code, message, path, line, column, rendered } = diagnostic;
  if (path === undefined) return []; // of no place, or in code of another crate
  return [
    {
      level: level === 'error' ? 'error' : 'warning',
      title: `cargo ${gate.name}: ${level}${code === undefined ? '' : `[${code}]`}`,
      text: clipped(rendered.trim() === '' ? message : rendered.trimEnd(), MAX_TEXT_CHARS),
      ...{ file: path, ...(line === undefined ? {} : { line }), ...(column === undefined ? {} : { column }) },
    },
  ];
}

function ofTestFailure({ name, path, line, message }: TestFailure): Annotation[] {
  if (path === undefined) return [];
  return [
    {
      level: 'error',
      title: `Test failed: ${clipped(name, 200)}`,
      text: clipped(message ?? 'The test failed without a message of its own.', MAX_TEXT_CHARS),
      ...{ file: path, ...(line === undefined ? {} : { line }) },
    },
  ];
}

function ofAudit({ audit }: RunRecord): Annotation[] {
  return [...audit]
    .sort((one, other) => Number(other.blocking) - Number(one.blocking))
    .map(({ rule, path, line, text, blocking, liftedBy }) => ({
      level: blocking ? ('error' as const) : ('warning' as const),
      title: `Audit: ${rule}`,
      text: clipped(`${text}${liftedBy === undefined ? '' : ' (a recorded deviation answers for it)'}`, MAX_TEXT_CHARS),
      ...{ file: path, ...(line === undefined ? {} : { line }) },
    }));
}

/** On the line of the requirement, else on the spec as a whole. */
function ofQuestions({ questions, spec }: RunRecord): Annotation[] {
  return [...questions]
    .sort((one, other) => Number(other.blocking) - Number(one.blocking))
    .map(({ number, text, requirement, blocking }) => {
      const stated = spec.requirements.find(({ id }) => id === requirement);
      const about = requirement === undefined ? '' : ` on ${requirement}`;
      return {
        level: 'notice' as const,
        title: `Question ${number}${about}${blocking ? ' (blocking)' : ''}`,
        text: clipped(text, MAX_TEXT_CHARS),
        ...{ file: stated?.file ?? spec.path, ...(stated === undefined ? {} : { line: stated.line }) },
      };
    });
}
