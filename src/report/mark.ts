// The hidden first line of our pull request texts and comments, by which a later run finds them (docs/contract.md, "Marks").
// Whose mark counts is decided by whoever reads it: anyone can type one.
import { OUTCOMES, type Outcome } from './record.js';
import { readSpending, writtenCost, type Spending } from './spending.js';

export interface Mark {
  specPath: string;
  /** SHA-256 in hexadecimal. */
  specHash: string;
  outcome: Outcome;
  /** What all runs on this text of the spec have spent; absent where nothing was counted. */
  spent?: Spending;
}

/**
 * `<!-- ferrule spec=<path> hash=<hex> outcome=<outcome> tokens=<count> cost=<dollars> -->`, the path percent-encoded
 * where a comment needs it, the last two only where something was spent.
 */
export function formatMark(mark: Mark): string {
  const hash = mark.specHash.replace(/^sha256:/, '');
  return `<!-- ferrule spec=${encodePath(mark.specPath)} hash=${hash} outcome=${mark.outcome}${spentKeys(mark.spent)} -->`;
}

function spentKeys(spent: Spending | undefined): string {
  if (spent === undefined || spent.tokens === 0) return '';
  const cost = spent.costUsd === undefined ? '' : ` cost=${writtenCost(spent.costUsd)}`;
  return ` tokens=${spent.tokens}${cost}`;
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
  const spent = readSpending(values.get('tokens'), values.get('cost'));
  return { specPath, specHash, outcome, ...(spent === undefined ? {} : { spent }) };
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
