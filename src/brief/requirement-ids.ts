// How requirements get their names: ids the author wrote, and slugs of headings for those without one. Which text is a
// requirement is decided in requirements.ts.

/** Where an author's id was found; tables and prose demand more certainty than lists and headings. */
export type IdPlace = 'list-item' | 'table-row' | 'heading' | 'paragraph';

interface AuthorId {
  id: string;
  /** Length of the id and its separator at the start of the text. */
  length: number;
}

/** One heading of a spec, outermost parents first in `parents`. */
export interface HeadingPlace {
  text: string;
  depth: number;
  parents: readonly { text: string; depth: number }[];
  /** File name without folder and ending. */
  fileStem: string;
}

const ID = String.raw`[A-Z][A-Z0-9]{0,11}(?:-[A-Z][A-Z0-9]{0,11}){0,3}-?\d{1,6}(?:[.-]\d{1,4}){0,3}[a-z]?`;
const BRACKETED = new RegExp(String.raw`^(?:\[(${ID})\]|\((${ID})\))\s*(?:[:.–—-]\s+|:|$)?`);
const SEPARATED = new RegExp(String.raw`^(${ID})(?:\s*:\s*|[.)](?:\s+|$)|\s+[-–—|]\s+|\s*[–—]\s*)`);
const SPACED = new RegExp(String.raw`^(${ID})(?:\s+|$)`);

// Prefixes that are requirement ids even when nothing but a space follows.
const REQUIREMENT_PREFIXES = new Set(
  'R RQ REQ FR NFR AC SC BR UR SR TR IR DR CR QR US UC EC INV CON PERF SEC'.split(' '),
);
// What looks like an id but is a standard, a type, a priority, a question, a task or a version.
const OTHER_PREFIXES = new Set(
  (
    'UTF SHA ISO RFC HTTP HTTPS IP IPV AES RSA MD CRC BASE ASCII TLS SSL TCP UDP EC2 S3 X86 X ARM I U F E2E H ' +
    'P Q T V CHK CVE CWE PEP WIN ES OAUTH UUID BLAKE ED'
  ).split(' '),
);

/**
 * The author's id at the start of a text, in the forms `R1:`, `R1.`, `R1 –`, `[R1]`, `**R1**` and `R1 text`.
 * @param isSetApart the id alone is bold, linked or code, so that any separator will do
 */
export function findAuthorId(text: string, place: IdPlace, isSetApart: boolean): AuthorId | undefined {
  const bracketed = BRACKETED.exec(text);
  const separated = SEPARATED.exec(text);
  const spaced = SPACED.exec(text);
  const match = bracketed ?? separated ?? spaced;
  const id = match?.[1] ?? match?.[2];
  if (!match || id === undefined) return undefined;
  const prefix = /^[A-Z]+/.exec(id)?.[0] ?? '';
  if (OTHER_PREFIXES.has(prefix)) return undefined;
  const isKnown = REQUIREMENT_PREFIXES.has(prefix);
  const isExplicit = bracketed !== null || separated !== null || isSetApart;
  // The first column of a table is often an error code or a model number.
  const isAccepted = place === 'table-row' ? isKnown : place === 'paragraph' ? isExplicit : isKnown || isExplicit;
  return isAccepted ? { id, length: match[0].length } : undefined;
}

/** Lower case words joined by `-`, as GitHub makes anchors; `spec` when nothing is left. */
export function slug(text: string): string {
  const words = text
    .toLowerCase()
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');
  return words.join('-').slice(0, 80).replace(/-+$/, '') || 'spec';
}

// Headings that stand under each of several requirements: alone they would name nothing.
const REPEATED_HEADINGS = new Set(['acceptance-criteria', 'acceptance-scenarios', 'acceptance-tests', 'criteria']);

/**
 * Gives each heading, in the order of the spec, a slug of its own: its text; when that is taken, or says nothing by
 * itself, with its parent's in front; then with its file's; then with a number. Sections added below change nothing.
 */
export function headingSlugs(headings: readonly HeadingPlace[]): string[] {
  const taken = new Set<string>();
  return headings.map((heading) => {
    const own = slug(heading.text);
    const parent = heading.parents.at(-1);
    // The title of the document is no useful parent: every section has it.
    const parentSlug = parent && parent.depth > 1 ? `${slug(parent.text)}-${own}` : undefined;
    const candidates = [own, parentSlug, `${slug(heading.fileStem)}-${own}`].filter((name) => name !== undefined);
    if (REPEATED_HEADINGS.has(own) && parentSlug !== undefined) candidates.shift();
    const free = candidates.find((name) => !taken.has(name)) ?? numbered(candidates[0] ?? own, taken);
    taken.add(free);
    return free;
  });
}

/** `name-2`, `name-3`, …: the first that is not taken. */
export function numbered(name: string, taken: ReadonlySet<string>): string {
  for (let number = 2; ; number++) {
    const candidate = `${name}-${number}`;
    if (!taken.has(candidate)) return candidate;
  }
}
