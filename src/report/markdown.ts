// Composes report.md, the text of the pull request and the comment. The first level of detail that fits is taken, and a
// text that leaves something out says so; no level cuts blindly. Where the text goes is decided elsewhere.
import { auditSection, deviationsSection } from './audit-sections.js';
import { excerptOutput } from './excerpt.js';
import { type Extent, link } from './layout.js';
import { formatMark } from './mark.js';
import { clipped, codeBlock, foldedBlock, inlineCode, inlineText } from './markdown-safe.js';
import { openList } from './open-section.js';
import { planSection } from './plan-section.js';
import { requirementsSection } from './requirements-section.js';
import { ANSWERED_BY_SPEC, answerFingerprint, formatQuestionsMark } from './questions-mark.js';
import type { GateRecord, RunRecord } from './record.js';
import { formatRecordsMark } from './records-mark.js';
import * as sections from './sections.js';
import { specCheckSection, tasksSection } from './spec-sections.js';
import { totalSpending } from './spending.js';
import { verdictLine } from './verdict.js';
import { counted, GATE_SIGNS } from './wording.js';

/** GitHub refuses bodies above 65,536 characters; the rest is left for what it may add or count differently. */
export const MAX_BODY_CHARS = 60_000;

interface MarkdownOptions {
  /** A command's complete output by its file name in the record. Asked once a file. */
  outputs: (file: string) => string;
  /** UTF-16 units. The last level takes up to 40,000 for a record made of hostile text, some 2,000 for an ordinary one. */
  maxChars: number;
  /** What the reader of a pull request has to know, in plain text: that CI will not start on it, say. */
  pullRequestNotes?: readonly string[];
  /** The text is to stand on a pull request or issue. */
  isPosted?: boolean;
}

interface Level extends Extent {
  /** How many lines of each gate's output are shown; of advisory and passed gates too, or of failed ones only. */
  outputLines: number;
  outputsOf: 'all' | 'failed' | 'none';
  /** Only verdict, notes, what is open and gates. */
  isBrief: boolean;
}

const WHOLE: Level = {
  outputLines: Infinity,
  outputsOf: 'all',
  isBrief: false,
  maxRows: Infinity,
  maxTextChars: Infinity,
  hasLinks: true,
};

/** From everything to the verdict alone; the first that fits is taken. */
const LEVELS: readonly Level[] = [
  WHOLE,
  { ...WHOLE, outputLines: 400 },
  { ...WHOLE, outputLines: 120 },
  { ...WHOLE, outputLines: 120, outputsOf: 'failed', maxRows: 100, maxTextChars: 500 },
  { ...WHOLE, outputLines: 40, outputsOf: 'failed', maxRows: 50, maxTextChars: 300, hasLinks: false },
  { ...WHOLE, outputLines: 0, outputsOf: 'none', maxRows: 20, maxTextChars: 200, hasLinks: false },
  { outputLines: 0, outputsOf: 'none', isBrief: true, maxRows: 5, maxTextChars: 60, hasLinks: false },
];

/**
 * report.md, pull request text or comment, its first line the hidden mark, below it those of questions and records where
 * there are any. Never longer than `maxChars`.
 */
export function renderMarkdown(
  record: RunRecord,
  { outputs, maxChars, pullRequestNotes = [], isPosted = false }: MarkdownOptions,
): string {
  const lines = hiddenLines(record);
  const context = { outputs: once(outputs), pullRequestNotes, isPosted };
  const fits = (text: string) => text.length <= maxChars;
  const render = (marks: string) => firstThatFits((level) => `${marks}\n${renderLevel(record, level, context)}`, fits);
  for (;;) {
    const text = render(lines.join('\n'));
    if (lines.length === 1 || fits(text)) return text;
    lines.pop();
  }
}

/** The hidden lines of a text about the run, the mark first; what can be done without stands last. */
export function hiddenLines(record: RunRecord): string[] {
  const { spec, outcome, usage, records } = record;
  const mark = formatMark({ specPath: spec.path, specHash: spec.hash, outcome, spent: totalSpending(usage) });
  return [mark, questionsMark(record), formatRecordsMark(records)].filter((line) => line !== '');
}

function questionsMark({ questions, answers = [] }: RunRecord): string {
  const answered = answers.map(({ number, question, answer, author, requirement, blocking }) => ({
    ...{ number, text: question, blocking },
    ...(requirement === undefined ? {} : { requirement }),
    answeredBy: author === undefined ? ANSWERED_BY_SPEC : answerFingerprint(answer),
  }));
  return formatQuestionsMark([...questions, ...answered].sort((one, other) => one.number - other.number));
}

/** The body of a report without the mark, at the first level of detail that `fits` accepts, else at the last. */
export function renderBody(
  record: RunRecord,
  outputs: (file: string) => string,
  fits: (text: string) => boolean,
): string {
  const context = { outputs: once(outputs), pullRequestNotes: [], isPosted: false };
  return firstThatFits((level) => renderLevel(record, level, context), fits);
}

function firstThatFits(render: (level: Level) => string, fits: (text: string) => boolean): string {
  let text = '';
  for (const level of LEVELS) {
    text = render(level);
    if (fits(text)) break;
  }
  return text;
}

interface Context {
  outputs: (file: string) => string;
  pullRequestNotes: readonly string[];
  isPosted: boolean;
}

function renderLevel(record: RunRecord, level: Level, context: Context): string {
  const verdict = inlineText(clipped(verdictLine(record), Math.min(level.maxTextChars * 5, 2000)));
  const parts = [
    `**${verdict}**`,
    sections.specLine(record, level),
    sections.publicationLine(record, level),
    quotedNotes(record.publication.warnings, level),
    openList(record, level),
    quotedNotes(context.pullRequestNotes, level),
    sections.gatesSection(record, level),
    ...(level.isBrief ? [] : details(record, level, context)),
    level === WHOLE ? '' : leftOut(record),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function quotedNotes(notes: readonly string[], level: Level): string {
  const quoted = notes.slice(0, level.maxRows).map((note) => `> ${inlineText(clipped(note, level.maxTextChars * 2))}`);
  return quoted.join('\n>\n');
}

function leftOut(record: RunRecord): string {
  return `This text is shortened to fit. The whole report is \`report.md\` and \`report.json\`, the complete output of every command is in \`outputs/\`, all in ${reportFolder(record)}.`;
}

/** Where the files of a run are to be had; the log has every command's complete output too. */
function reportFolder({ run: { url } }: RunRecord): string {
  if (url === undefined) return 'the report folder of the run';
  return `the report folder of the run (${link('artifacts', `${url}#artifacts`)}, ${link('log', url)})`;
}

function details(record: RunRecord, level: Level, { outputs, isPosted }: Context): string[] {
  return [
    sections.questionsSection(record, level, isPosted),
    sections.answersSection(record, level),
    sections.sourceWarningsSection(record, level),
    deviationsSection(record, level),
    planSection(record, level),
    requirementsSection(record, level),
    tasksSection(record, level),
    sections.recordsSections(record, level),
    auditSection(record, level),
    sections.newTestsSection(record, level),
    sections.publicApiSection(record, level),
    sections.dependenciesSection(record, level),
    sections.modelSummarySection(record, level),
    specCheckSection(record, level),
    outputsSection(record, level, outputs),
    sections.usageSection(record),
    sections.reproduceSection(record, level),
  ];
}

function outputsSection(record: RunRecord, level: Level, outputs: Context['outputs']): string {
  const { verification } = record;
  if (level.outputsOf === 'none') return '';
  const gates = (verification?.gates ?? []).filter(
    ({ status, output }) => output !== '' && (level.outputsOf === 'all' || status !== 'passed'),
  );
  const blocks = gates.map((gate) => outputBlock(gate, outputs(gate.output), level, reportFolder(record)));
  return blocks.length === 0 ? '' : ['### Output', ...blocks].join('\n\n');
}

function outputBlock(gate: GateRecord, output: string, level: Level, folder: string): string {
  const { text, shownLines, totalLines, isComplete } = excerptOutput(output, level.outputLines);
  const extent = isComplete
    ? `complete, ${counted(totalLines, 'line')}`
    : `${shownLines} of ${counted(totalLines, 'line')}`;
  const where = isComplete ? '' : `\n\nThe whole output is ${inlineCode(gate.output)} in ${folder}.`;
  const title = `${GATE_SIGNS[gate.status]} ${gate.name} ${gate.status}: ${clipped(gate.command, level.maxTextChars)} (${extent})`;
  return foldedBlock(title, totalLines === 0 ? 'The command printed nothing.' : `${codeBlock(text)}${where}`);
}

function once(outputs: (file: string) => string): (file: string) => string {
  const known = new Map<string, string>();
  return (file) => {
    const text = known.get(file) ?? outputs(file);
    known.set(file, text);
    return text;
  };
}
