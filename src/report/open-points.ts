// What a run leaves open, counted: what a reader has to decide on before anything else. Plain text; each rendering
// escapes and links it in its own way.
import type { RunRecord } from './record.js';
import { counted, listed } from './wording.js';

/** More ids than this help nobody in one line. */
const MAX_IDS = 12;

export interface OpenPoint {
  /** The part of the report that tells more: a gate by its name, else a section. */
  place: { gate: string } | { section: 'requirements' | 'questions' | 'deviations' | 'audit' };
  /** What it is: `clippy`, `2 requirements`. */
  what: string;
  /** The rest of the sentence: `failed: …`, `not proven: R1 and R2`. */
  rest: string;
}

/** Failed gates first; empty when nothing is open. */
export function openPoints({ ledger, questions, records, audit, verification }: RunRecord): OpenPoint[] {
  const open = ledger.filter(({ status }) => status !== 'proven' && status !== 'untestable').map(({ id }) => id);
  const ids = `${listed(open.slice(0, MAX_IDS))}${open.length > MAX_IDS ? ' …' : ''}`;
  const deviations = records.filter(({ kind }) => kind === 'deviation').length;
  const blocking = audit.filter((finding) => finding.blocking).length;
  // What these two found is counted below.
  const isCounted = (gate: string) => (gate === 'ledger' && open.length > 0) || (gate === 'audit' && blocking > 0);
  const failed = (verification?.gates ?? []).filter(
    ({ name, deciding, status }) => deciding && status !== 'passed' && !isCounted(name),
  );
  const isBlocking = questions.some((question) => question.blocking);
  const countedPoints = [
    { section: 'requirements', count: open.length, noun: 'requirement', rest: `not proven: ${ids}` },
    {
      section: 'questions',
      count: questions.length,
      noun: 'question',
      rest: `to the architect${isBlocking ? ', blocking' : ''}`,
    },
    { section: 'deviations', count: deviations, noun: 'deviation', rest: 'from the spec' },
    { section: 'audit', count: blocking, noun: 'blocking finding', rest: 'of the audit' },
  ] as const;
  return [
    ...failed.map(({ name, status, reasons: [reason] }) => ({
      place: { gate: name },
      what: name,
      rest: `${status === 'failed' ? 'failed' : 'could not run'}${reason === undefined ? '' : `: ${reason}`}`,
    })),
    ...countedPoints
      .filter(({ count }) => count > 0)
      .map(({ section, count, noun, rest }) => ({ place: { section }, what: counted(count, noun), rest })),
  ];
}
