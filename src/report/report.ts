// The door of the room `report`: the record of a run and every rendering of it. All renderings are pure: record in, text
// out; report.html also reads its own style sheet and script. Nothing is decided or written here.
export { answerPlace } from './answering.js';
export { annotationLine, annotationsLeftLine, annotationsOf, type Annotation } from './annotations.js';
export { emptyRecord } from './empty-record.js';
export { renderPage, type PageSources } from './html/page.js';
export { renderFleetSummary, type NotRun, type SpecNotRun } from './fleet-summary.js';
export { MAX_BODY_CHARS, renderMarkdown } from './markdown.js';
export { clipped, inlineText } from './markdown-safe.js';
export { nameCommits } from './commit-names.js';
export { formatMark, parseMark, type Mark } from './mark.js';
export {
  ANSWERED_BY_SPEC,
  answerFingerprint,
  formatQuestionsMark,
  parseQuestionsMark,
  type AskedQuestion,
} from './questions-mark.js';
export { formatRecordsMark, parseRecordsMark, type NotedRecord } from './records-mark.js';
export { renderAnswer, renderLive, renderReply, renderStatus } from './live-text.js';
export { openLines } from './open-lines.js';
export { actionOutputs, exitStatus, fleetOutputs, publicationOutputs } from './outputs.js';
export {
  baselineRecord,
  reportJson,
  reportJsonSchema,
  runRecordSchema,
  OUTCOMES,
  type AnswerRecord,
  type DiagnosticRecord,
  type GateRecord,
  type LedgerEntry,
  type Outcome,
  type PublicationRecord,
  type QuestionRecord,
  type RunRecord,
  type StopReason,
} from './record.js';
export { laterSpending, readSpending, totalSpending, writtenCost, type Spending } from './spending.js';
export { renderSummaries } from './summaries.js';
export { MAX_SUMMARY_BYTES, renderSummary, type SummarySources } from './summary.js';
export { verdictLine } from './verdict.js';
export { counted, dollars, listed, REQUIREMENT_STATUS } from './wording.js';
