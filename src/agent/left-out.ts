// What stands in a long conversation for what was taken out of it. Every stub names the way back: outputs and files are
// kept, so nothing is lost but room. What is taken out, and when, is decided elsewhere.

/** Shorter texts are not worth a stub. */
const MIN_CHARS = 600;
/** With these a stub stays shorter than what is worth a stub. */
const MAX_NAMED_OUTPUTS = 3;
const MAX_HEADER_CHARS = 150;
const MAX_CALL_CHARS = 400;
/** In inputs a mark that no source holds by chance, since a model may copy it from its own earlier calls. */
const INPUT_MARK = '[[left out to save room:';

/** The stub for a tool's result; `undefined` where it would save nothing. */
export function resultStub(call: { name: string; input: unknown } | undefined, text: string): string | undefined {
  if (text.length < MIN_CHARS) return undefined;
  const headers =
    text.match(/^.{1,400} \[output \d{3,}(, page \d+ of \d+)?\]$|^\[output \d{3,}, page \d+ of \d+\]$/gm) ?? [];
  if (headers.length > 0) {
    const named = headers.slice(0, MAX_NAMED_OUTPUTS).map((line) => line.slice(-MAX_HEADER_CHARS));
    return `${named.join('\n')}\n[left out to save room; read_output shows every page again]`;
  }
  const what = [call?.name ?? 'the call', ...inputsOf(call?.input)].join(' ').slice(0, MAX_CALL_CHARS);
  return `[result of ${what} left out to save room (${text.length} characters); make the call again if you need it]`;
}

/** A tool call's input with its long texts left out; `undefined` where there are none. */
export function inputStub(input: unknown): unknown {
  const shorten = (value: unknown): unknown => {
    if (typeof value === 'string' && value.length >= MIN_CHARS) {
      return `${INPUT_MARK} ${value.length} characters, as you wrote them then; read_file shows what the file holds now]]`;
    }
    if (Array.isArray(value)) return value.map(shorten);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, shorten(item)]));
  };
  const stub = shorten(input);
  return JSON.stringify(stub) === JSON.stringify(input) ? undefined : stub;
}

/** Whether a call repeats a stub instead of saying what it means. */
export function holdsInputStub(input: unknown): boolean {
  return JSON.stringify(input ?? null).includes(INPUT_MARK);
}

/** The short inputs of a call, by which it can be made again: a path, lines, a pattern. */
function inputsOf(input: unknown): string[] {
  if (typeof input !== 'object' || input === null) return [];
  return Object.entries(input)
    .filter(([, value]) => typeof value === 'string' || typeof value === 'number')
    .map(([key, value]) => `${key} ${JSON.stringify(value).slice(0, MAX_HEADER_CHARS)}`);
}
