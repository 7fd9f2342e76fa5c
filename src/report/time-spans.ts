// Where the time of a run went, as spans read from the transcript's times. Both timelines, of report.html and of the job
// summary, are drawn from these; how they look is decided there.
import type { RunRecord } from './record.js';
import type { Story, Turn } from './turns.js';

export type Lane = 'model' | 'cargo' | 'files' | 'verification' | 'other';

/** What each lane is called, in the order in which they are shown. */
export const LANE_NAMES: Readonly<Record<Lane, string>> = {
  model: 'model',
  cargo: 'cargo',
  files: 'other tools',
  verification: 'verification',
  other: 'everything else',
};

export interface Span {
  lane: Lane;
  /** Number of the first and the last turn it belongs to; absent before, between and after turns. */
  turns?: { first: number; last: number };
  /** What it was. Names of tools as the model called them: text from outside. */
  what: string;
  /** Milliseconds since the run began. */
  fromMs: number;
  toMs: number;
}

const VERIFICATION: Pick<Span, 'lane' | 'what'> = { lane: 'verification', what: 'Verification' };

export interface RunTime {
  /** In the order of time, none overlapping. */
  spans: Span[];
  totalMs: number;
}

/**
 * Follows the times of the transcript; what lies between an answer's actions and the next answer is no one's turn.
 * `undefined` where the transcript has no times, or there was no conversation.
 */
export function readRunTime(record: RunRecord, { turns }: Story): RunTime | undefined {
  const startMs = Date.parse(record.run.startedAt);
  const totalMs = record.usage.durationSeconds * 1000;
  const spans: Span[] = [];
  const within = (ms: number) => Math.min(Math.max(ms - startMs, 0), totalMs);
  const add = (span: Pick<Span, 'lane' | 'what' | 'turns'>, from: number, to: number) => {
    const [fromMs, toMs] = [within(from), within(to)];
    if (toMs > fromMs) spans.push({ ...span, fromMs, toMs });
  };
  let reachedMs = startMs;
  let between: Pick<Span, 'lane' | 'what'> = { lane: 'other', what: 'Preparation' };
  for (const turn of turns) {
    const { answeredAtMs, number, calls } = turn;
    if (answeredAtMs === undefined) return undefined;
    const askedAtMs = answeredAtMs - turn.durationMs;
    const own = { turns: { first: number, last: number } };
    add(between, reachedMs, askedAtMs);
    add({ ...own, lane: 'model', what: 'model' }, Math.max(askedAtMs, reachedMs), answeredAtMs);
    reachedMs = turn.doneAtMs ?? answeredAtMs;
    const names = calls.map(({ name }) => name).join(', ');
    add({ ...own, lane: usesCargo(turn) ? 'cargo' : 'files', what: names }, answeredAtMs, reachedMs);
    const isHandedOver = calls.some(({ name }) => name === 'finish');
    between = isHandedOver ? VERIFICATION : { lane: 'other', what: 'Waiting' };
  }
  // Where a limit ended the conversation nothing was handed over, and the last commit was verified all the same.
  if (record.verification !== undefined) between = VERIFICATION;
  if (turns.length > 0) add(between, reachedMs, startMs + totalMs);
  return spans.length === 0 ? undefined : { spans, totalMs };
}

/** Milliseconds of each lane that has any. */
export function laneTotals({ spans }: RunTime): { lane: Lane; totalMs: number }[] {
  return (Object.keys(LANE_NAMES) as Lane[])
    .map((lane) => ({ lane, totalMs: sumOf(spans.filter((span) => span.lane === lane)) }))
    .filter(({ totalMs }) => totalMs > 0);
}

/**
 * The run in `count` slices of about the same length: in each the spans of a lane are put together into one, and the lanes
 * stand one after the other. So lengths are true, and the order within a slice is not.
 */
export function sliceSpans({ spans, totalMs }: RunTime, count: number): Span[] {
  return Array.from({ length: count }, (_, slice) => {
    const own = spans.filter(({ fromMs }) => Math.floor((fromMs / totalMs) * count) === slice);
    let reachedMs = own[0]?.fromMs ?? 0;
    return (Object.keys(LANE_NAMES) as Lane[]).flatMap((lane) => {
      const together = own.filter((span) => span.lane === lane);
      if (together.length === 0) return [];
      const fromMs = reachedMs;
      reachedMs += sumOf(together);
      return [{ lane, what: LANE_NAMES[lane], fromMs, toMs: reachedMs, ...turnsOf(together) }];
    });
  }).flat();
}

function turnsOf(spans: readonly Span[]): Pick<Span, 'turns'> {
  const [first, last] = [spans.find(({ turns }) => turns)?.turns, spans.findLast(({ turns }) => turns)?.turns];
  return first === undefined || last === undefined ? {} : { turns: { first: first.first, last: last.last } };
}

function sumOf(spans: readonly Span[]): number {
  return spans.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0);
}

function usesCargo({ calls }: Turn): boolean {
  return calls.some(({ name }) => name === 'cargo' || name === 'complete_increment');
}
