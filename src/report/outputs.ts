// The action's outputs and exit status, computed from the records of a run (docs/contract.md). Setting them is done
// elsewhere.
import { OUTCOMES, type GateRecord, type RunRecord } from './record.js';

/** Outputs that are added up over the specs of a run. */
const SUMMED = [
  'tests-passed',
  'tests-failed',
  'tests-ignored',
  'tests-new',
  'requirements-total',
  'requirements-proven',
  'questions',
  'turns',
  'rounds',
  'input-tokens',
  'output-tokens',
  'cache-read-tokens',
  'cache-write-tokens',
  'cost-usd',
  'duration-seconds',
];

/** Those of a run's outputs that say where its result is. */
const OF_PUBLICATION = [
  ...['outcome', 'commit', 'tree', 'branch', 'pull-request-number', 'pull-request-url', 'comment-url', 'results'],
];

/**
 * Every output of the action by name, empty where there is nothing to say. Several records: the outputs of the first one
 * with the worst outcome, sums of the counts, and `results` with one object per spec holding the same names and `spec`.
 * No record at all, an empty glob, is `unchanged`.
 */
export function actionOutputs(records: readonly RunRecord[], reportDir: string): Record<string, string> {
  const worst = worstRecord(records);
  const outputs = worst === undefined ? { outcome: 'unchanged' } : outputsOf(worst);
  const each = records.map((record) => ({ spec: record.spec.path, ...outputsOf(record) }));
  const sums = records.length < 2 ? {} : Object.fromEntries(SUMMED.map((name) => [name, sum(each, name)]));
  return { ...outputs, ...sums, results: JSON.stringify(each), 'report-dir': reportDir };
}

/** Every output of the action that publishes, from the records of what it published. */
export function publicationOutputs(records: readonly RunRecord[]): Record<string, string> {
  const outputs = actionOutputs(records, '');
  return Object.fromEntries(OF_PUBLICATION.map((name) => [name, outputs[name] ?? '']));
}

/** Every output of the action that sums a fleet up. */
export function fleetOutputs(records: readonly RunRecord[], refusedByPlan = 0): Record<string, string> {
  const outputs = actionOutputs(records, '');
  const count = String(records.length);
  const verified = String(records.filter(({ outcome }) => outcome === 'verified').length);
  return {
    outcome: refusedByPlan > 0 ? 'refused' : (outputs.outcome ?? ''),
    count,
    verified,
    'cost-usd': outputs['cost-usd'] ?? '',
  };
}

/**
 * 0 when every spec is verified or unchanged, or waits for an answer that an earlier run asked for: such a run made no
 * turn. 1 for everything else, and whatever cargo said after an alarm, and for a result that could not be delivered.
 */
export function exitStatus(records: readonly RunRecord[]): 0 | 1 {
  return records.every(isGreen) ? 0 : 1;
}

/** The first record with the worst outcome: refused, stopped, unverified, needs-answer, verified, unchanged. */
function worstRecord(records: readonly RunRecord[]): RunRecord | undefined {
  return OUTCOMES.map((outcome) => records.find((record) => record.outcome === outcome)).find(Boolean);
}

function isGreen({ outcome, usage, publication, alarms }: RunRecord): boolean {
  if (alarms !== undefined || publication.undelivered) return false;
  return outcome === 'verified' || outcome === 'unchanged' || (outcome === 'needs-answer' && usage.turns === 0);
}

function outputsOf(record: RunRecord): Record<string, string> {
  const { verification, publication, usage } = record;
  const gates = verification?.gates ?? [];
  const test = gates.find(({ name }) => name === 'test');
  return {
    outcome: record.outcome,
    'stop-reason': record.stopReason ?? '',
    commit: publication.commit ?? verification?.commit ?? '',
    tree: verification?.tree ?? '',
    branch: publication.branch ?? '',
    'pull-request-number': text(publication.pullRequest?.number),
    'pull-request-url': publication.pullRequest?.url ?? '',
    'comment-url': publication.comment?.url ?? '',
    'check-exit-code': exitCode(gates.find(({ name }) => name === 'check')),
    'test-exit-code': exitCode(test),
    'tests-passed': text(test?.tests?.passed),
    'tests-failed': text(test?.tests?.failed),
    'tests-ignored': text(test?.tests?.ignored),
    'tests-new': text(test?.tests?.new),
    'requirements-total': text(record.spec.requirements.length),
    'requirements-proven': text(record.ledger.filter(({ status }) => status === 'proven').length),
    questions: text(record.questions.length),
    turns: text(usage.turns),
    rounds: text(usage.rounds),
    'input-tokens': text(usage.inputTokens),
    'output-tokens': text(usage.outputTokens),
    'cache-read-tokens': text(usage.cacheReadTokens),
    'cache-write-tokens': text(usage.cacheWriteTokens),
    'cost-usd': text(usage.costUsd),
    'duration-seconds': text(usage.durationSeconds),
  };
}

/** Sum of the known values. One unknown cost makes the sum unknown; counts of a verification that did not run are none. */
function sum(each: readonly Record<string, string>[], name: string): string {
  const values = each.map((outputs) => outputs[name] ?? '');
  if (name === 'cost-usd' && values.includes('')) return '';
  const known = values.filter((value) => value !== '');
  return known.length === 0 ? '' : text(known.reduce((total, value) => total + Number(value), 0));
}

function exitCode(gate: GateRecord | undefined): string {
  return text(gate?.exitCode);
}

/** A number without the noise of binary fractions. */
function text(value: number | null | undefined): string {
  return value === null || value === undefined ? '' : String(Number(value.toFixed(6)));
}
