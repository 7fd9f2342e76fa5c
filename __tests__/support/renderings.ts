// Each Markdown rendering of a recorded run, by the name of the file in which it is kept.
import { ciNote } from '../../src/publish/publish.js';
import {
  annotationsLeftLine,
  annotationsOf,
  MAX_BODY_CHARS,
  renderAnswer,
  renderMarkdown,
  renderSummary,
  type Annotation,
} from '../../src/report/report.js';
import type { RecordedRun } from './recorded-runs.js';

const MAX_OF_A_LEVEL = 10;

export const RENDERINGS: Readonly<Record<string, (run: RecordedRun) => string>> = {
  'pull-request.md': ({ record, outputs }) => {
    // When it is written, nothing is published yet.
    const publication = { kind: record.publication.kind, warnings: [] };
    const isPushed = record.publication.commit !== undefined;
    const note = isPushed ? ciNote('github-actions[bot]', publication.kind) : '';
    const options = { outputs, maxChars: MAX_BODY_CHARS, isPosted: true, pullRequestNotes: note === '' ? [] : [note] };
    return renderMarkdown({ ...record, publication }, options);
  },
  // Beside a pull request, whose text is the whole; elsewhere the comment is that text itself.
  'comment.md': ({ record }) => renderAnswer(record),
  'summary.md': ({ record, outputs, transcript }) => renderSummary(record, { outputs, transcript }),
  'annotations.md': ({ record }) => annotationsText(annotationsOf(record)),
};

/** As GitHub lists them below a run: ten of each type, the rest counted. */
function annotationsText(annotations: readonly Annotation[]): string {
  const isShown = (each: Annotation) =>
    annotations.filter(({ level }) => level === each.level).indexOf(each) < MAX_OF_A_LEVEL;
  const shown = annotations.filter(isShown).map(({ level, title, text, file, line, column }) => {
    const place = [file, line, column].filter((part) => part !== undefined).join(':');
    return `${level}: ${title}\n${place}\n${text.replaceAll(/^/gm, '    ')}\n`;
  });
  const left = annotationsLeftLine(annotations.filter((each) => !isShown(each)));
  const blocks = ['```text', ...(shown.length === 0 ? ['(none)'] : shown), ...(left === '' ? [] : [left]), '```'];
  return `${blocks.join('\n')}\n`;
}
