// The short texts about a run: how far it is while it goes on, and at its end the verdict where the whole report is
// a pull request's text or where there is none. When they are written, and where, is decided elsewhere.
import { bullets, link } from './layout.js';
import { clipped, inlineCode, inlineText } from './markdown-safe.js';
import { hiddenLines } from './markdown.js';
import { planItems } from './plan-section.js';
import type { RunRecord } from './record.js';
import { costOfLimit, tokensOfLimit } from './spending-text.js';
import { totalSpending } from './spending.js';
import { verdictLine } from './verdict.js';
import { counted, dollars, duration, wholeNumber } from './wording.js';

/** What a run is doing at this moment. */
interface LiveState {
  /** `turn 7 · edit_file src/ring.rs`; may quote what the model or cargo said. */
  step: string;
  /** When the step began. */
  since: Date;
  /** How the last command of cargo ended: `cargo test --workspace: passed, 12 tests`. */
  lastCargo?: string;
}

/** Also where every character needs eight to be shown as it is, the text stays below GitHub's limit. */
const EXTENT = { maxRows: 20, maxTextChars: 100, hasLinks: false };
const MAX_STEP_CHARS = 300;

/**
 * The text of a run that goes on, marks included. It says nothing that changes by itself, so an unchanged run has an
 * unchanged text; whoever finds it after the run was killed reads when it was last seen, and where.
 */
export function renderLive(record: RunRecord, live: LiveState): string {
  const { spec, run, questions } = record;
  const { maxMinutes } = record.usage.limits;
  const step = inlineText(clipped(live.step, MAX_STEP_CHARS));
  const log = run.url === undefined ? '' : ` ${link('Log of the run', run.url)}.`;
  const open = questions.filter(({ blocking }) => blocking).length;
  const asked = `${counted(questions.length, 'question')} so far${open === 0 ? '' : `, ${open} of them blocking`}.`;
  return written(record, [
    `**Ferrule is at work on** ${named(spec)}`,
    `Now, since ${time(live.since)}: ${step}`,
    bullets(planItems(record, EXTENT), EXTENT),
    live.lastCargo === undefined ? '' : `Last build: ${inlineText(clipped(live.lastCargo, MAX_STEP_CHARS))}`,
    spent(record, `started at ${time(new Date(run.startedAt))}, at most ${wholeNumber(maxMinutes)} minutes`),
    questions.length === 0 ? '' : asked,
    `This text follows the run and is replaced at its end. If it stays as it is, the run was ended from outside; what it completed is kept, and the next run goes on from there.${log}`,
  ]);
}

/** The run's moment and what counts towards its limits, as plain text on one line for a terminal's status line. */
export function renderStatus({ usage }: RunRecord, step: string): string {
  const { tokens, costUsd } = totalSpending(usage);
  const cost = usage.costUsd === null || costUsd === undefined ? [] : [dollars(costUsd)];
  return [step, `${wholeNumber(tokens)} tokens`, ...cost].join(' · ');
}

/** The verdict in short, marks included, for a comment whose readers find the whole report elsewhere. */
export function renderAnswer(record: RunRecord): string {
  const { run } = record;
  const log = run.url === undefined ? '' : `${link('Log of the run', run.url)}.`;
  return written(record, [
    `**${inlineText(clipped(verdictLine(record), 1_500))}**`,
    `Spec: ${named(record.spec)}`,
    spent(record, duration(record.usage.durationSeconds * 1000)),
    log,
  ]);
}

/** A line for each run that left no report where it was asked for; without marks, which belong to reports. */
export function renderReply(records: readonly RunRecord[]): string {
  const lines = records.map((record) => {
    const spec = record.spec.path === '' ? '' : `${inlineCode(clipped(record.spec.path, 300))}: `;
    return `${spec}${inlineText(clipped(verdictLine(record), 1_500))}`;
  });
  const url = records.find(({ run }) => run.url !== undefined)?.run.url;
  const log = url === undefined ? '' : `${link('Log of the run', url)}.`;
  const [only = ''] = lines;
  return [lines.length === 1 ? only : bullets(lines, EXTENT), log].filter((part) => part !== '').join('\n\n');
}

function named({ path, title }: RunRecord['spec']): string {
  return `${inlineCode(clipped(path, 300))}${title === '' ? '' : `, ${inlineText(clipped(title, 300))}`}`;
}

function written(record: RunRecord, parts: readonly string[]): string {
  return `${hiddenLines(record).join('\n')}\n${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function spent({ usage }: RunRecord, time: string): string {
  const turn = `turn ${wholeNumber(usage.turns)} of ${wholeNumber(usage.limits.maxTurns)}`;
  const parts = [turn, tokensOfLimit(usage), costOfLimit(usage), time];
  return `Spent: ${parts.join(' · ')}`;
}

function time(at: Date): string {
  return `${at.toISOString().slice(11, 19)} UTC`;
}
