// The one line by which the log shows a tool call. Nothing is decided here.

/** What a call was about, on one line: the tool and its most telling input. Takes whatever the model sent as input. */
export function actionLine(name: string, input: unknown, result: { text: string; isError: boolean }): string {
  const fields = (typeof input === 'object' && input !== null ? input : {}) as Record<string, unknown>;
  const texts = ['path', 'pattern', 'glob', 'title', 'output', 'question', 'kind', 'command'].map((key) => fields[key]);
  const args = Array.isArray(fields.args) ? (fields.args as unknown[]) : [];
  const what = [texts.find(isText), ...args].filter(isText).join(' ');
  const failed = result.isError ? ` · failed: ${result.text.split('\n')[0] ?? ''}` : '';
  return `${name.slice(0, 100)} ${what.slice(0, 120)}${failed}`.replaceAll(/\s+/g, ' ').trim();
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}
