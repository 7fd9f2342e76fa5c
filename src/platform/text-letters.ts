// Reads a text as its ASCII letters and digits, without case and without whatever stands between them; escapes can be
// read as the characters they mean. What the letters are compared with is decided elsewhere.

/**
 * `plain`: as it stands. `escapes`: `%73`, `\x73`, `\u0073`, `\u{73}`, `&#115;`, `&#x73;`, `=73` and `0x73` are one
 * letter, and `\n` and its like are none.
 */
export type Reading = 'plain' | 'escapes';

// Repetitions are bounded: a text of nothing but backslashes must not cost more than another.
const ESCAPE =
  /%([0-9a-f]{2})|\\{1,4}x([0-9a-f]{2})|\\{1,4}u\{0{0,4}([0-9a-f]{2})\}|\\{1,4}u00([0-9a-f]{2})|&#x0{0,4}([0-9a-f]{2});|=([0-9a-f]{2})|0x([0-9a-f]{2})(?![0-9a-f])|&#0{0,4}(\d{2,3});|\\{1,4}[nrtbfv0e]/iy;
/** Such an escape somewhere in the text. */
export const ESCAPED = new RegExp(ESCAPE.source, 'i');
const BEGINS_ESCAPE = new Set(Array.from('%\\&=0', (character) => character.charCodeAt(0)));
const [ESC, BRACKET] = [0x1b, 0x5b];

/** 1 to 36, by character code; 0 for everything that is passed over. */
const CODES = new Uint8Array(128);
for (const [at, letter] of Array.from('0123456789abcdefghijklmnopqrstuvwxyz').entries()) {
  CODES[letter.charCodeAt(0)] = at + 1;
  CODES[letter.toUpperCase().charCodeAt(0)] = at + 1;
}

/** The codes of the text's letters and digits. The array may be longer than they are. */
export function lettersOf(text: string, reading: Reading): { codes: Uint8Array; length: number } {
  const codes = new Uint8Array(text.length);
  let length = 0;
  walk(text, reading, (code) => {
    codes[length++] = code;
  });
  return { codes, length };
}

/** Where each letter or digit stands in the text: index and the end of what is read as this one letter. */
export function walk(text: string, reading: Reading, take: (code: number, start: number, end: number) => void): void {
  const withEscapes = reading === 'escapes';
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit >= 128) continue;
    if (unit === ESC && text.charCodeAt(at + 1) === BRACKET) {
      at = endOfSequence(text, at + 2); // a colour's letters and digits are not the text's
      continue;
    }
    if (withEscapes && BEGINS_ESCAPE.has(unit)) {
      ESCAPE.lastIndex = at;
      const found = ESCAPE.exec(text);
      if (found !== null) {
        const value = meaningOf(found);
        const end = at + found[0].length;
        const code = value < 128 ? (CODES[value] ?? 0) : 0;
        if (code !== 0) take(code, at, end);
        at = value === ESC && text.charCodeAt(end) === BRACKET ? endOfSequence(text, end + 1) : end - 1;
        continue;
      }
    }
    const code = CODES[unit] ?? 0;
    if (code !== 0) take(code, at, at + 1);
  }
}

/** The code of the character that an escape means; NaN for those of white space. */
function meaningOf(escape: RegExpExecArray): number {
  const decimal = escape[8];
  if (decimal !== undefined) return Number(decimal);
  return /^\\+e$/i.test(escape[0]) ? ESC : parseInt(escape.slice(1, 8).join(''), 16);
}

/** The last character of a control sequence: the first one from `@` on. An unfinished one ends where it breaks off. */
function endOfSequence(text: string, from: number): number {
  let at = from;
  while (at < text.length && text.charCodeAt(at) >= 0x20 && text.charCodeAt(at) < 0x40) at++;
  return text.charCodeAt(at) >= 0x40 && text.charCodeAt(at) < 0x7f ? at : at - 1;
}
