// What a run leaves open, counted: what a reader has to decide on before anything else. Plain text; each rendering
// escapes and links it in its own way.
import type { GateRecord, RunRecord } from './record.js';
import { counted, listed } from './wording.js';

/** More ids than this help nobody in one line. */
const MAX_IDS = 12;

export interface OpenPoint {
  /** The part of the report that tells more: a gate by its name, else a section. */
  place: { gate: string } | { section: CountedPoint['section'] };
  /** What it is: `clippy`, `2 requirements`. */
  what: string;
  /** The rest of the sentence: `failed: …`, `not proven: R1 and R2`. */
  rest: string;
  /** The first of what was counted, in the words of the report; a gate's own messages are no part of it. */
  quotes: readonly Quote[];
  /** How many more there are. */
  moreQuotes: number;
}

interface Quote {
  /** Whose text it is: `Question 2 on R1`; may be empty. */
  about: string;
  text: string;
}

interface CountedPoint {
  section: 'requirements' | 'questions' | 'deviations' | 'audit';
  count: number;
  noun: string;
  rest: string;
  quotes: Quote[];
}

/** Of a point; the rest is in its section. */
const MAX_QUOTES = 3;

/** Failed gates first; empty when nothing is open. */
export function openPoints(record: RunRecord): OpenPoint[] {
  const { questions, records, audit, verification } = record;
  const open = openRequirements(record);
  const ids = `${listed(open.slice(0, MAX_IDS))}${open.length > MAX_IDS ? ' …' : ''}`;
  const deviations = records.filter(({ kind }) => kind === 'deviation');
  const blocking = audit.filter((finding) => finding.blocking);
  const failed = (verification?.gates ?? []).filter(
    (gate) => gate.deciding && gate.status !== 'passed' && !isCounted(gate, record),
  );
  const isBlocking = questions.some((question) => question.blocking);
  const countedPoints: CountedPoint[] = [
    { section: 'requirements', count: open.length, noun: 'requirement', rest: `not proven: ${ids}`, quotes: [] },
    {
      section: 'questions',
      count: questions.length,
      noun: 'question',
      rest: `to the architect${isBlocking ? ', blocking' : ''}`,
      quotes: questions.map(({ number, requirement, text }) => ({
        about: `Question ${number}${requirement === undefined ? '' : ` on ${requirement}`}`,
        text,
      })),
    },
    {
      ...{ section: 'deviations', count: deviations.length, noun: 'deviation', rest: 'from the spec' },
      quotes: deviations.map(({ requirement = '', text }) => ({ about: requirement, text })),
    },
    {
      ...{ section: 'audit', count: blocking.length, noun: 'blocking finding', rest: 'of the audit' },
      quotes: blocking.map(({ rule, path, line, text }) => ({
        about: `${rule} at ${path}${line === undefined ? '' : `:${line}`}`,
        text,
      })),
    },
  ];
  return [
    ...failed.map(({ name, status, reasons: [reason] }) => ({
      place: { gate: name },
      what: name,
      rest: `${status === 'failed' ? 'failed' : 'could not run'}${reason === undefined ? '' : `: ${reason}`}`,
      ...{ quotes: [], moreQuotes: 0 },
    })),
    ...countedPoints
      .filter(({ count }) => count > 0)
      .map(({ section, count, noun, rest, quotes }) => ({
        ...{ place: { section }, what: counted(count, noun), rest },
        quotes: quotes.slice(0, MAX_QUOTES),
        moreQuotes: Math.max(quotes.length - MAX_QUOTES, 0),
      })),
  ];
}

/** How many of a gate's reasons the open points tell already, from the first on. */
export function reasonsTold(gate: GateRecord, record: RunRecord): number {
  if (!gate.deciding || gate.status === 'passed') return 0;
  return isCounted(gate, record) ? gate.reasons.length : 1;
}

/** Whether what the gate found is counted as requirements or findings. */
function isCounted({ name }: GateRecord, record: RunRecord): boolean {
  if (name === 'ledger') return openRequirements(record).length > 0;
  return name === 'audit' && record.audit.some(({ blocking }) => blocking);
}

function openRequirements({ ledger }: RunRecord): string[] {
  return ledger.filter(({ status }) => status !== 'proven' && status !== 'untestable').map(({ id }) => id);
}
