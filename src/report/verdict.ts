// The one sentence that tells how a run ended. It repeats what the record says and adds no judgement of its own.
import type { GateRecord, RunRecord, StopReason } from './record.js';
import { counted, listed, shortId } from './wording.js';

const STOPPED_BY: Record<StopReason, string> = {
  turns: 'the limit of turns was reached',
  tokens: 'the limit of tokens was reached',
  cost: 'the cost limit was reached',
  time: 'the time limit was reached',
  rounds: 'the limit of verification rounds was reached',
  'model-error': 'the model could not be reached or gave no usable answer',
  refusal: 'the model declined to go on',
  cancelled: 'the run was cancelled',
  loop: 'the model repeated the same failing step',
  disk: "the runner's disk is almost full",
  defect: 'a defect of Ferrule ended it',
};

/** Plain text on one line, not escaped for anything: it may quote the spec's path or the message of a failure. */
export function verdictLine(record: RunRecord): string {
  const alarm = (record.alarms ?? []).slice(0, 1);
  return [opening(record), requirementsSentence(record), endedEarly(record), undelivered(record), ...alarm]
    .filter((sentence) => sentence !== '')
    .join(' ')
    .replace(/\s+/g, ' ');
}

/** How the run ended early, in words. */
export function stopReasonText(reason: StopReason): string {
  return STOPPED_BY[reason];
}

function opening(record: RunRecord): string {
  switch (record.outcome) {
    case 'verified':
      return `Verified${olderFailures(record)}: ${sentence(passedGates(record) || record.message)}`;
    case 'unverified':
      return notVerified(record);
    case 'needs-answer':
      return `${needsAnswer(record)} ${sentence(capitalised(passedGates(record)) || waitingMessage(record))}`.trim();
    case 'stopped':
      return `Stopped before a verification: ${sentence(stopCause(record))}`;
    case 'unchanged':
      return `Unchanged: ${sentence(record.message)}`;
    case 'refused':
      return `Refused: ${sentence(record.message)}${record.usage.turns === 0 ? ' Nothing was spent.' : ''}`;
  }
}

function notVerified(record: RunRecord): string {
  const gates = decidingGates(record).filter(({ status }) => status !== 'passed');
  if (gates.length === 0 || record.verification === undefined) return `Not verified: ${sentence(record.message)}`;
  const failures = listed(gates.map(failure));
  return `Not verified${olderFailures(record)}: ${failures} at tree ${shortId(record.verification.tree)}.`;
}

function needsAnswer({ questions }: RunRecord): string {
  return `Needs an answer: ${counted(questions.length, 'question')} ${questions.length === 1 ? 'is' : 'are'} open.`;
}

/** Why a run waits that verified nothing; what one that did says stands in its gates. */
function waitingMessage({ message, verification }: RunRecord): string {
  return verification === undefined ? message : '';
}

function stopCause({ stopReason, message }: RunRecord): string {
  if (stopReason === undefined) return message;
  return message === '' ? STOPPED_BY[stopReason] : `${STOPPED_BY[stopReason]}. ${message}`;
}

function passedGates(record: RunRecord): string {
  const names = decidingGates(record).flatMap((gate) => (gate.status === 'passed' ? [gate.name] : []));
  if (record.verification === undefined || names.length === 0) return '';
  const tests = testsClause(record);
  return `${listed(names)} passed at tree ${shortId(record.verification.tree)}${tests === '' ? '' : ` (${tests})`}`;
}

function testsClause(record: RunRecord): string {
  const tests = record.verification?.gates.find(({ name }) => name === 'test')?.tests;
  if (tests === undefined) return '';
  const ran = tests.passed + tests.failed;
  if (ran === 0) return tests.ignored === 0 ? 'no tests' : `no test ran, ${tests.ignored} ignored`;
  const isNew = tests.new === 0 ? 'none of them new' : `${tests.new} of them new`;
  return [counted(ran, 'test'), isNew, ...(tests.ignored === 0 ? [] : [`${tests.ignored} ignored`])].join(', ');
}

function failure(gate: GateRecord): string {
  if (gate.status === 'unavailable') return `${gate.name} could not run`;
  const newlyFailed = (gate.tests?.failed ?? 0) - gate.olderFailures.length;
  if (newlyFailed > 0) return `${gate.name} failed (${counted(newlyFailed, 'test')})`;
  const errors = gate.diagnostics.filter(({ level }) => level === 'error').length;
  if (errors > 0) return `${gate.name} failed (${counted(errors, 'error')})`;
  if (gate.exitCode !== null && gate.exitCode !== 0) return `${gate.name} failed (exit code ${gate.exitCode})`;
  return `${gate.name} failed`;
}

function olderFailures(record: RunRecord): string {
  const count = decidingGates(record).reduce((sum, gate) => sum + gate.olderFailures.length, 0);
  return count === 0 ? '' : `, ${counted(count, 'older failure')}`;
}

function requirementsSentence({ outcome, spec, ledger }: RunRecord): string {
  if (outcome === 'refused' || outcome === 'unchanged' || spec.hash === '') return ''; // '': nobody has read it
  if (spec.requirements.length === 0) return 'The spec states no requirements.';
  if (ledger.length === 0)
    return `Not checked one by one: the spec's ${counted(spec.requirements.length, 'requirement')}.`;
  const proven = ledger.filter(({ status }) => status === 'proven').length;
  const untestable = ledger.filter(({ status }) => status === 'untestable').length;
  const rest = untestable === 0 ? '' : `, ${untestable} declared untestable`;
  return `${proven} of ${counted(ledger.length, 'requirement')} proven${rest}.`;
}

function endedEarly({ outcome, stopReason }: RunRecord): string {
  if (stopReason === undefined || outcome === 'stopped' || outcome === 'refused') return '';
  return `The run ended early: ${STOPPED_BY[stopReason]}.`;
}

function undelivered({ publication, alarms }: RunRecord): string {
  return publication.undelivered && alarms === undefined
    ? "It could not be published: the whole work is in change.patch of the report folder, for git apply; a run that is given the folder as 'resume-from' goes on from its commits."
    : '';
}

function decidingGates({ verification }: RunRecord): GateRecord[] {
  return (verification?.gates ?? []).filter(({ deciding }) => deciding);
}

function sentence(text: string): string {
  const trimmed = text.trim();
  return trimmed === '' || /[.!?]$/.test(trimmed) ? trimmed : `${trimmed}.`;
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
