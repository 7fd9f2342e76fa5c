// Numbers, lists, durations and states as words, the same in every rendering. Which facts are told is decided elsewhere.
import type { GateRecord, LedgerEntry, RunRecord } from './record.js';

/** Sign and words of a requirement's state. */
export const REQUIREMENT_STATUS: Readonly<Record<LedgerEntry['status'], { sign: string; words: string }>> = {
  proven: { sign: '✔', words: 'proven' },
  partly: { sign: '◐', words: 'partly proven' },
  unproven: { sign: '✘', words: 'not proven' },
  'not-met': { sign: '✘', words: 'not met' },
  untestable: { sign: '–', words: 'declared untestable' },
};

/** What the model said of a requirement. */
export const CLAIM_WORDS: Readonly<Record<NonNullable<RunRecord['claims']>[number]['status'], string>> = {
  met: 'met',
  partly: 'partly met',
  'not-met': 'not met',
  untestable: 'untestable',
};

/** How a test ended that a requirement names. */
export const TEST_WORDS: Readonly<Record<LedgerEntry['tests'][number]['result'], string>> = {
  ok: 'ok',
  failed: 'failed',
  ignored: 'ignored',
  'not-run': 'did not run',
};

export const GATE_SIGNS: Readonly<Record<GateRecord['status'], string>> = {
  passed: '✔',
  failed: '✘',
  unavailable: '–',
};

/** `1 test`, `3 tests`. */
export function counted(count: number, noun: string): string {
  return `${wholeNumber(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** `12,345` */
export function wholeNumber(count: number): string {
  return count.toLocaleString('en-US', { maximumFractionDigits: 0 });
}

/** `a`, `a and b`, `a, b and c`. */
export function listed(words: readonly string[]): string {
  const last = words.at(-1) ?? '';
  return words.length < 2 ? last : `${words.slice(0, -1).join(', ')} and ${last}`;
}

/** `40 ms`, `1.4 s`, `12 s`, `3 min 5 s`, `2 h 1 min`. */
export function duration(durationMs: number): string {
  if (durationMs < 1000) return `${Math.round(durationMs)} ms`;
  if (durationMs < 9_950) return `${(durationMs / 1000).toFixed(1)} s`;
  const seconds = Math.round(durationMs / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** `$0.42`: to the cent, and never nothing for something. */
export function dollars(costUsd: number): string {
  return costUsd > 0 && costUsd < 0.01 ? 'under $0.01' : `$${costUsd.toFixed(2)}`;
}

/** A git object's name as people quote it. */
export function shortId(objectId: string): string {
  return objectId.slice(0, 7);
}
