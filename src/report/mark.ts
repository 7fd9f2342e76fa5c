// The hidden first line of our pull request texts and comments, by which a later run finds them (contract, section 6).
// Whose mark counts is decided by whoever reads it: anyone can type one.
import { OUTCOMES, type Outcome } from './record.js';

export interface Mark {
  specPath: string;
  /** SHA-256 in hexadecimal. */
  specHash: string;
  outcome: Outcome;
}

/** `<!-- ferrule spec=<path> hash=<hex> outcome=<outcome> -->`, the path percent-encoded where a comment needs it. */
export function formatMark(mark: Mark): string {
  const hash = mark.specHash.replace(/^sha256:/, '');
  return `<!-- ferrule spec=${encodePath(mark.specPath)} hash=${hash} outcome=${mark.outcome} -->`;
}

/** The mark in the first line of a text; further keys are passed over. `undefined` when there is none. */
export function parseMark(text: string): Mark | undefined {
  const line = /^<!-- ferrule (.*) -->[ \t]*(?:\r?\n|$)/.exec(text)?.[1];
  if (line === undefined) return undefined;
  const values = new Map(
    line.split(' ').map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
  );
  const specPath = decodePath(values.get('spec'));
  const specHash = values.get('hash');
  const outcome = OUTCOMES.find((known) => known === values.get('outcome'));
  if (specPath === undefined || specHash === undefined || outcome === undefined) return undefined;
  return { specPath, specHash, outcome };
}

function encodePath(path: string): string {
  const wellFormed = path.replace(/\p{Surrogate}/gu, '\uFFFD');
  return wellFormed
    .replace(/[\s%<>"\p{C}]/gu, encodeURIComponent)
    .replaceAll('--', '-%2D')
    .replace(/-$/, '%2D');
}

function decodePath(encoded: string | undefined): string | undefined {
  if (encoded === undefined) return undefined;
  try {
    return decodeURIComponent(encoded);
  } catch {
    return undefined; // typed by someone, not written by us
  }
}
