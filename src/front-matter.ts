// The only user of gray-matter: splits YAML front matter from a Markdown text. What the keys mean, and whether their
// values are of the right type, is the business of the callers.
import matter from 'gray-matter';
import { messageOf } from './errors.js';

/** The block between the fences as it stands in the file, for callers that can make sense of text that is not YAML. */
export interface UnparsedFrontMatter {
  block: string;
  body: string;
  /** 1-based line of the file on which the body starts. */
  bodyStartLine: number;
}

type FrontMatter =
  | { kind: 'parsed'; data: Record<string, unknown>; body: string; bodyStartLine: number }
  | { kind: 'none'; body: string }
  /** `reason` is one line. `unparsed` is there only when a plain `---` block failed as YAML. */
  | { kind: 'invalid'; reason: string; unparsed?: UnparsedFrontMatter };

const MAX_BLOCK_CHARS = 64 * 1024;
const MAX_VALUES = 10_000;
const MAX_DEPTH = 32;

// gray-matter evaluates `---js` blocks unless every code-running engine is replaced; the fence is judged below before
// gray-matter sees anything, these functions are the second wall. An options object also switches off its cache, which
// leaks data changed by one caller into the next call and turns invalid YAML into `{}` on the second reading.
const ENGINES = Object.fromEntries(
  ['js', 'javascript', 'json', 'coffee', 'coffeescript', 'cson', 'toml'].map((name) => [name, refuseEngine]),
);

function refuseEngine(): never {
  throw new Error('only YAML is read');
}

/**
 * Reads the front matter of a Markdown text. `data` is a copy that belongs to the caller: strings, numbers, booleans,
 * null, dates (YAML 1.1 turns `2024-01-01` into one), lists and plain objects; a key `__proto__` is dropped.
 */
export function parseFrontMatter(text: string): FrontMatter {
  const source = text.startsWith('\uFEFF') ? text.slice(1) : text;
  const opening = /^---([^\r\n]*)(?:\r?\n|$)/.exec(source);
  const info = opening?.[1]?.trim() ?? '';
  if (!opening || info.startsWith('-') || /\s/.test(info)) return { kind: 'none', body: source };
  if (info !== '' && !/^ya?ml$/i.test(info)) {
    return { kind: 'invalid', reason: `front matter in the language '${info.slice(0, 30)}' is not read, only YAML is` };
  }
  const rest = source.slice(opening[0].length);
  const closing = /^---[ \t]*\r?(?:\n|$)/m.exec(rest);
  if (!closing) return readUnclosed(source, rest);
  const block = rest.slice(0, closing.index);
  const body = rest.slice(closing.index + closing[0].length);
  const bodyStartLine = countLineBreaks(opening[0] + block + closing[0]) + 1;
  if (block.length > MAX_BLOCK_CHARS) {
    return { kind: 'invalid', reason: `front matter has ${block.length} characters, more than ${MAX_BLOCK_CHARS}` };
  }
  return readBlock({ block, body, bodyStartLine }, source);
}

function readBlock(unparsed: UnparsedFrontMatter, source: string): FrontMatter {
  let loaded: unknown;
  try {
    // Only the block is handed over: gray-matter ends it at any line that merely begins with `---`.
    loaded = matter(`---\n${unparsed.block}\n---\n`, { language: 'yaml', engines: ENGINES }).data;
  } catch (error) {
    // js-yaml throws for bad YAML, which is an expected state of a file.
    return { kind: 'invalid', reason: `front matter is not valid YAML: ${yamlReason(error)}`, unparsed };
  }
  // Text between two thematic breaks reads as one YAML string: that is Markdown, not front matter.
  if (typeof loaded === 'string') return { kind: 'none', body: source };
  if (loaded !== undefined && loaded !== null && (typeof loaded !== 'object' || Array.isArray(loaded))) {
    return { kind: 'invalid', reason: 'front matter is not a list of `key: value` lines' };
  }
  const copied = copyPlain(loaded ?? {}, { left: MAX_VALUES }, 0);
  if (copied.kind === 'refused') return { kind: 'invalid', reason: `front matter ${copied.reason}` };
  const { body, bodyStartLine } = unparsed;
  return { kind: 'parsed', data: copied.value as Record<string, unknown>, body, bodyStartLine };
}

function readUnclosed(source: string, rest: string): FrontMatter {
  // A lone `---` on top is a thematic break; followed by a key it is front matter somebody forgot to close.
  if (!/^[A-Za-z_][\w-]*:(?:\s|$)/.test(rest)) return { kind: 'none', body: source };
  return { kind: 'invalid', reason: 'front matter opened on line 1 is never closed by a line `---`' };
}

type Copied = { kind: 'copied'; value: unknown } | { kind: 'refused'; reason: string };

// YAML aliases make small files with huge or circular contents; whoever walks or prints the data later would hang.
function copyPlain(value: unknown, budget: { left: number }, depth: number): Copied {
  budget.left -= 1;
  if (budget.left < 0) return { kind: 'refused', reason: `holds more than ${MAX_VALUES} values` };
  if (depth > MAX_DEPTH) return { kind: 'refused', reason: `is nested more than ${MAX_DEPTH} levels deep` };
  if (value instanceof Date) return { kind: 'copied', value: new Date(value) };
  if (Array.isArray(value)) {
    const items: unknown[] = [];
    for (const item of value as unknown[]) {
      const copied = copyPlain(item, budget, depth + 1);
      if (copied.kind === 'refused') return copied;
      items.push(copied.value);
    }
    return { kind: 'copied', value: items };
  }
  if (value !== null && typeof value === 'object') {
    if (value instanceof Uint8Array) return { kind: 'refused', reason: 'holds binary data' };
    const entries: [string, unknown][] = [];
    for (const [key, item] of Object.entries(value)) {
      if (key === '__proto__') continue;
      const copied = copyPlain(item, budget, depth + 1);
      if (copied.kind === 'refused') return copied;
      entries.push([key, copied.value]);
    }
    return { kind: 'copied', value: Object.fromEntries(entries) };
  }
  return { kind: 'copied', value };
}

function yamlReason(error: unknown): string {
  const { reason, mark } = error as { reason?: unknown; mark?: { line?: unknown } };
  if (typeof reason !== 'string') return messageOf(error).split('\n')[0] ?? 'unknown reason';
  // js-yaml counts from 0 and its first line is the rest of the opening fence.
  return typeof mark?.line === 'number' ? `${reason} (line ${mark.line + 1})` : reason;
}

function countLineBreaks(text: string): number {
  return text.split('\n').length - 1;
}
