// The forms in which a secret is looked for: as it is, backwards, and in the encodings that one line of code makes. How
// texts are searched for them is secret-scan.ts.
import { lettersOf } from './text-letters.js';

export interface Secret {
  /** For people: `input github-token`. */
  name: string;
  value: string;
}

/** One form of a secret, or of a part of it, by its letters and digits. */
export interface Needle {
  /** The secret's name. */
  secret: string;
  form: string;
  codes: Uint8Array;
  /** How many letters in a row count as a sighting; as many as there are where only the whole is one. */
  minMatch: number;
}

/** Fewer letters and digits than this occur by chance, also in an encoding. */
const MIN_LETTERS = 8;
/** Of a secret that is long enough to be random, so many characters in a row count as the secret. */
const PIECE_CHARS = 12;
/** In 12 characters of a random key kinds of character (a-z, A-Z, 0-9) alternate some 7 times, in words hardly ever. */
const MIN_CHANGES = 2;
/** What tells whose key it is stands in documentation too; of a JSON Web Token only the signature is unguessable. */
const PUBLIC_BEGINNING = /^(?:.*\beyJ[\w-]*\.[\w-]*\.|sk-ant-(?:[a-z]+\d*-)?|gh[a-z]_|github_pat_)/;

/** All forms of a secret, and those of its parts that no text holds by chance. */
export function needlesOf({ name, value }: Secret): Needle[] {
  const lines = value.split(/[\r\n]+/).map((line) => line.trim());
  const whole = [...new Set([value.trim(), ...lines])].flatMap((text) => formsOf(text, (letters) => letters.length));
  const parts = lines.flatMap(randomParts).flatMap((text) => formsOf(text, (_, form) => pieceLetters(text, form)));
  return [...whole, ...parts]
    .filter(({ codes, minMatch }) => minMatch >= MIN_LETTERS && codes.length >= minMatch)
    .map((needle) => ({ secret: name, ...needle }));
}

const PLAIN = 'as it is or split up';
const REVERSED = 'backwards';
const HEX = 'in hexadecimal';
const BASE64 = 'in base64';
const DECIMAL = 'as decimal bytes';

function formsOf(text: string, minMatch: (letters: Uint8Array, form: string) => number): Omit<Needle, 'secret'>[] {
  const bytes = Buffer.from(text);
  const decimal = [...bytes].join(' ');
  const texts: [string, string][] = [
    [PLAIN, text],
    [REVERSED, Array.from(text).reverse().join('')],
    [HEX, bytes.toString('hex')],
    [DECIMAL, decimal],
    ...[0, 1, 2].map((offset): [string, string] => [BASE64, innerBase64(bytes, offset)]),
  ];
  return texts.map(([form, written]) => {
    const { codes, length } = lettersOf(written, 'plain');
    const letters = codes.slice(0, length);
    return { form, codes: letters, minMatch: minMatch(letters, form) };
  });
}

/**
 * The base64 of bytes that stand `offset` bytes behind a group of three, without the characters that depend on what
 * stands around them. base64url has the same letters and digits.
 */
function innerBase64(bytes: Buffer, offset: number): string {
  const encoded = Buffer.concat([Buffer.alloc(offset), bytes])
    .toString('base64')
    .replace(/=+$/, '');
  const wholeChars = Math.floor(((offset + bytes.length) * 8) / 6);
  return encoded.slice(Math.ceil((offset * 8) / 6), wholeChars);
}

/** The longest parts in which every 12 characters look random. */
function randomParts(line: string): string[] {
  const text = line.replace(PUBLIC_BEGINNING, '');
  const parts: string[] = [];
  let [start, end] = [0, 0];
  for (let at = 0; at + PIECE_CHARS <= text.length; at++) {
    if (!looksRandom(text.slice(at, at + PIECE_CHARS))) continue;
    if (at > end - PIECE_CHARS + 1 || end === 0) {
      if (end > 0) parts.push(text.slice(start, end));
      start = at;
    }
    end = at + PIECE_CHARS;
  }
  return end === 0 ? parts : [...parts, text.slice(start, end)];
}

function looksRandom(text: string): boolean {
  const kinds = text
    .replaceAll(/[^a-z0-9]/gi, '')
    .replaceAll(/[a-z]/g, 'a')
    .replaceAll(/[A-Z]/g, 'A')
    .replaceAll(/\d/g, '0');
  return Array.from(kinds).filter((kind, at) => at > 0 && kind !== kinds[at - 1]).length >= MIN_CHANGES;
}

/** The fewest letters and digits that 12 characters of the text have in a form. */
function pieceLetters(text: string, form: string): number {
  switch (form) {
    case HEX:
    case DECIMAL:
      return 2 * PIECE_CHARS; // printable bytes have at least two digits
    case BASE64:
      return PIECE_CHARS - 1; // 15 characters at the worst offset, less some that are no letters
    default: {
      const starts = Array.from({ length: text.length - PIECE_CHARS + 1 }, (_, at) => at);
      const counts = starts.map((at) => text.slice(at, at + PIECE_CHARS).replaceAll(/[^a-z0-9]/gi, '').length);
      return Math.max(MIN_LETTERS, Math.min(...counts));
    }
  }
}
