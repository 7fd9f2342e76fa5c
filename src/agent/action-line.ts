// The one line by which people see a tool call: in the log, on a terminal, in the comment that follows the run. Nothing
// is decided here.

const MAX_SUBJECT_CHARS = 120;
const MAX_FAILURE_CHARS = 400;

/** What a call is about: the tool, its most telling input, and how much it is. Takes whatever the model sent as input. */
export function callLine(name: string, input: unknown): string {
  const fields = (typeof input === 'object' && input !== null ? input : {}) as Record<string, unknown>;
  const texts = ['path', 'pattern', 'glob', 'title', 'output', 'question', 'kind', 'command'].map((key) => fields[key]);
  const what = [texts.find(isText), ...listOf(fields.args)].filter(isText).join(' ');
  const shown = what.length > MAX_SUBJECT_CHARS ? `${what.slice(0, MAX_SUBJECT_CHARS - 1)}…` : what;
  return [`${name.slice(0, 100)} ${shown}`, ...extent(fields)].join(' · ').replaceAll(/\s+/g, ' ').trim();
}

/** The same of a call that is over, with what failed. */
export function actionLine(name: string, input: unknown, result: { text: string; isError: boolean }): string {
  const failed = result.isError ? ` · failed: ${failureOf(result.text)}` : '';
  return `${callLine(name, input)}${failed}`.replaceAll(/\s+/g, ' ').trim();
}

/** The first line that tells it, with those that lead to it: `Not committed.`, `Gate test failed (cargo test):`. */
function failureOf(text: string): string {
  const lines = text.split('\n');
  const telling = lines.findIndex((line) => !/^Not committed\.$|:$/.test(line));
  const shown = lines.slice(0, Math.max(telling, 0) + 1).map((line) => line.replace(/^- /, ''));
  const failure = shown.join(' ');
  return failure.length > MAX_FAILURE_CHARS ? `${failure.slice(0, MAX_FAILURE_CHARS - 1)}…` : failure;
}

function extent({ edits, content, increments, requirements, start_line: from, end_line: to }: Record<string, unknown>) {
  const counts = [
    ['edit', listOf(edits).length],
    ['line', isText(content) ? content.replace(/\n$/, '').split('\n').length : 0],
    ['increment', listOf(increments).length],
    ['requirement', listOf(requirements).length],
  ] as const;
  const parts = counts
    .filter(([, count]) => count > 0)
    .map(([noun, count]) => `${count} ${noun}${count === 1 ? '' : 's'}`);
  if (typeof from === 'number' || typeof to === 'number')
    parts.push(typeof to === 'number' ? `lines ${Number(from ?? 1)}–${to}` : `from line ${Number(from)}`);
  return parts;
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? (value as unknown[]) : [];
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}
