// What the final verification found and what is open, each on the line it concerns. Old failures of the base are left
// out. How many are shown, and how one is written for the runner, is platform/log.ts's.
import { clipped } from './markdown-safe.js';
import type { DiagnosticRecord, GateRecord, RunRecord } from './record.js';
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
    ...newTestFailures(record),
    ...ofAudit(record),
    ...diagnostics.filter(({ diagnostic }) => !isError(diagnostic)).flatMap(ofDiagnostic),
    ...ofQuestions(record),
  ];
}

/** One line that counts what no annotation was left for; empty when there is none. */
export function annotationsLeftLine(left: readonly Annotation[]): string {
  const counts = (['error', 'warning', 'notice'] as const)
    .map((level) => ({ level, count: left.filter((each) => each.level === level).length }))
    .filter(({ count }) => count > 0)
    .map(({ level, count }) => counted(count, level));
  return counts.length === 0
    ? ''
    : `Not shown as annotations, of which GitHub shows ten of each type: ${listed(counts)} more. The report has them all.`;
}

interface FoundDiagnostic {
  gate: GateRecord;
  diagnostic: DiagnosticRecord;
}

/** Errors and warnings that the base does not have, each once; those of deciding gates first. */
function newDiagnostics({ verification, baseline }: RunRecord): FoundDiagnostic[] {
  const gates = [...(verification?.gates ?? [])].sort((one, other) => Number(other.deciding) - Number(one.deciding));
  const seen = new Set<string>();
  return gates.flatMap((gate) => {
    const older = olderGate(baseline, gate.name)?.diagnostics ?? [];
    const shown = gate.diagnostics.filter(({ level }) => level === 'error' || level === 'warning');
    return notIn(shown, older, diagnosticKey).flatMap((diagnostic) => {
      const key = `${diagnosticKey(diagnostic)} ${diagnostic.line} ${diagnostic.column}`;
      if (seen.has(key)) return [];
      seen.add(key);
      return [{ gate, diagnostic }];
    });
  });
}

/** Without lines, which move. */
function diagnosticKey({ level, code, path, message }: DiagnosticRecord): string {
  return JSON.stringify([level, code, path, message]);
}

function ofDiagnostic({ gate, diagnostic }: FoundDiagnostic): Annotation[] {
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

function newTestFailures({ verification, baseline }: RunRecord): Annotation[] {
  const failures = gateOf(verification?.gates, 'test')?.tests?.failures ?? [];
  const failedBefore = (baseline?.test?.tests?.names ?? []).filter(({ result }) => result === 'failed');
  // The hash in an executable's name differs from build to build.
  const key = (test: { name: string; executable: string }) =>
    JSON.stringify([test.name, test.executable.replaceAll(/-[0-9a-f]{16}\b/g, '')]);
  return notIn(failures, failedBefore, key).flatMap(({ name, path, line, message }) =>
    path === undefined
      ? []
      : [
          {
            level: 'error' as const,
            title: `Test failed: ${clipped(name, 200)}`,
            text: clipped(message ?? 'The test failed without a message of its own.', MAX_TEXT_CHARS),
            ...{ file: path, ...(line === undefined ? {} : { line }) },
          },
        ],
  );
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

/** On the line of the clause, else on the spec as a whole. */
function ofQuestions({ questions, spec }: RunRecord): Annotation[] {
  return [...questions]
    .sort((one, other) => Number(other.blocking) - Number(one.blocking))
    .map(({ number, text, requirement, blocking }) => {
      const clause = spec.requirements.find(({ id }) => id === requirement);
      const about = requirement === undefined ? '' : ` on ${requirement}`;
      return {
        level: 'notice' as const,
        title: `Question ${number}${about}${blocking ? ' (blocking)' : ''}`,
        text: clipped(text, MAX_TEXT_CHARS),
        ...{ file: clause?.file ?? spec.path, ...(clause === undefined ? {} : { line: clause.line }) },
      };
    });
}

function olderGate(baseline: RunRecord['baseline'], name: string): GateRecord | undefined {
  if (name === 'check' || name === 'test') return baseline?.[name];
  return gateOf(baseline?.gates, name);
}

function gateOf(gates: readonly GateRecord[] | undefined, name: string): GateRecord | undefined {
  return gates?.find((gate) => gate.name === name);
}

/** What occurs in `older` is taken out, as often as it occurs there. */
function notIn<T extends Older, Older>(
  items: readonly T[],
  older: readonly Older[],
  key: (item: Older) => string,
): T[] {
  const left = new Map<string, number>();
  for (const item of older) left.set(key(item), (left.get(key(item)) ?? 0) + 1);
  return items.filter((item) => {
    const count = left.get(key(item)) ?? 0;
    left.set(key(item), count - 1);
    return count <= 0;
  });
}
