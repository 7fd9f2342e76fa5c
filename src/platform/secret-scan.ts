// Finds secrets in text and takes them out: as they are, split up, encoded, or in pieces. Which texts are looked at, and
// what a sighting leads to, is decided elsewhere.
import { needlesOf, type Needle, type Secret } from './secret-needles.js';
import { ESCAPED, lettersOf, walk, type Reading } from './text-letters.js';

/** What was seen; never the text itself. */
export interface Sighting {
  /** The secret's name. */
  secret: string;
  /** How it was written: `in base64`. */
  form: string;
}

export interface SecretScan {
  /** The first sighting in the text. For bytes give their Latin-1 reading: only ASCII matters. */
  find(text: string): Sighting | undefined;
  /** The text with `***` for whatever `find` sees; separators and line ends between its parts stay. Idempotent. */
  mask(text: string): string;
}

/** Between two matched characters of one `***`. Others stay as they are, so that JSON stays JSON and lines stay lines. */
const INSIDE = /^[-_+/=.~]*$/;
/** Of the exact form; shorter ones occur by chance and would blank the log. The inputs refuse such a secret. */
const MIN_MASKED_CHARS = 4;
/** Taking a secret out can join the halves of another one around it. Only hostile text has more layers than this. */
const MAX_PASSES = 20;
const GRAM = 4;
const TABLE_BITS = 20;

/** A match in the letters and digits of a text: indexes into them, end exclusive. */
interface Match {
  start: number;
  end: number;
  needle: Needle;
}

/**
 * Texts are compared by their letters and digits alone, without case: what splits a secret (white space, quotes, commas,
 * zero-width characters, colours, the dashes of base64url) does not matter then. Escapes (`%73`, `\u0073`, `&#115;`,
 * `0x73`) are read in a second pass. Time is linear in the text. What is not found: other ciphers and compression, pieces
 * below 12 characters with other letters or digits between them.
 */
export function createSecretScan(secrets: readonly Secret[]): SecretScan {
  const exact = exactForms(secrets);
  const needles = secrets.flatMap(needlesOf);
  const search = searcher(needles);

  const findExact = (text: string) => exact.find(({ value }) => text.includes(value));
  const searchText = (text: string, reading: Reading) => {
    const { codes, length } = lettersOf(text, reading);
    return search(codes, length);
  };
  const readings = (text: string): readonly Reading[] => (ESCAPED.test(text) ? ['plain', 'escapes'] : ['plain']);

  return {
    find(text) {
      const found = findExact(text);
      if (found !== undefined) return { secret: found.name, form: 'as it is' };
      if (needles.length === 0) return undefined;
      for (const reading of readings(text)) {
        const [match] = searchText(text, reading);
        if (match !== undefined) return { secret: match.needle.secret, form: match.needle.form };
      }
      return undefined;
    },
    mask(text) {
      let masked = exact.reduce((rest, { value }) => withoutExact(rest, value), text);
      if (needles.length === 0) return masked;
      for (let pass = 0; pass < MAX_PASSES; pass++) {
        let isClean = true;
        for (const reading of readings(masked)) {
          const matches = searchText(masked, reading);
          if (matches.length === 0) continue;
          isClean = false;
          masked = withoutMatches(masked, reading, matches);
        }
        if (isClean) return masked;
      }
      return '[This text was left out: it holds a secret in too many layers.]';
    },
  };
}

/** Longest first: of a secret that contains another, the rest would stay. */
function exactForms(secrets: readonly Secret[]): Secret[] {
  const forms = secrets.flatMap(({ name, value }) =>
    [value, ...value.split(/[\r\n]+/).map((line) => line.trim())].map((part) => ({ name, value: part })),
  );
  return forms
    .filter(({ value }) => value.trim().length >= MIN_MASKED_CHARS)
    .sort((one, other) => other.value.length - one.value.length);
}

/** Compares every (shortest needle's) so many-th group of four letters with a table of those that needles hold. */
function searcher(needles: readonly Needle[]): (codes: Uint8Array, length: number) => Match[] {
  const table = new Uint8Array(1 << TABLE_BITS);
  const places = new Map<number, { needle: Needle; at: number }[]>();
  for (const needle of needles) {
    for (let at = 0; at + GRAM <= needle.codes.length; at++) {
      const key = gramAt(needle.codes, at);
      table[slotOf(key)] = 1;
      const known = places.get(key);
      if (known === undefined) places.set(key, [{ needle, at }]);
      else known.push({ needle, at });
    }
  }
  // A match of `minMatch` letters holds a whole group at one of the places looked at.
  const stride = Math.min(...needles.map(({ minMatch }) => minMatch)) - GRAM + 1;
  return (codes, length) => {
    const matches: Match[] = [];
    for (let at = 0; at + GRAM <= length; at += stride) {
      const key = gramAt(codes, at);
      if (table[slotOf(key)] === 0) continue;
      const found = longest(codes, length, at, places.get(key) ?? []);
      if (found === undefined) continue;
      matches.push(found);
      at = Math.max(at, found.end - stride); // the next place looked at is behind the match or within its last letters
    }
    return matches;
  };
}

function longest(
  codes: Uint8Array,
  length: number,
  at: number,
  candidates: readonly { needle: Needle; at: number }[],
): Match | undefined {
  let best: Match | undefined;
  for (const { needle, at: place } of candidates) {
    let before = 0;
    while (before < Math.min(at, place) && codes[at - before - 1] === needle.codes[place - before - 1]) before++;
    let after = GRAM;
    const room = Math.min(length - at, needle.codes.length - place);
    while (after < room && codes[at + after] === needle.codes[place + after]) after++;
    const isLonger = best === undefined || before + after > best.end - best.start;
    if (before + after >= needle.minMatch && isLonger) best = { start: at - before, end: at + after, needle };
  }
  return best;
}

/** The text without the matched characters; a run of them, with what may stand inside it, becomes one `***`. */
function withoutMatches(text: string, reading: Reading, matches: readonly Match[]): string {
  const parts: string[] = [];
  let [letter, next, copied] = [0, 0, 0];
  walk(text, reading, (_, start, end) => {
    while (next < matches.length && letter >= (matches[next]?.end ?? 0)) next++;
    const isMatched = letter >= (matches[next]?.start ?? Infinity);
    letter++;
    if (!isMatched) return;
    const between = text.slice(copied, start);
    if (parts.length === 0 || !INSIDE.test(between)) parts.push(withoutEscape(between), '***');
    copied = end;
  });
  return parts.join('') + text.slice(copied);
}

function withoutExact(text: string, value: string): string {
  if (!text.includes(value)) return text;
  const parts = text.split(value);
  return [...parts.slice(0, -1).map(withoutEscape), ...parts.slice(-1)].join('***');
}

/** A backslash left alone before `***` would be an escape that JSON does not know. */
function withoutEscape(text: string): string {
  let at = text.length;
  while (at > 0 && text[at - 1] === '\\') at--;
  return (text.length - at) % 2 === 0 ? text : text.slice(0, -1);
}

/** 24 bits: four codes of at most six. */
function gramAt(codes: Uint8Array, at: number): number {
  const [a, b, c, d] = [codes[at] ?? 0, codes[at + 1] ?? 0, codes[at + 2] ?? 0, codes[at + 3] ?? 0];
  return (a << 18) | (b << 12) | (c << 6) | d;
}

function slotOf(gram: number): number {
  return (gram ^ (gram >>> 9)) & ((1 << TABLE_BITS) - 1);
}
