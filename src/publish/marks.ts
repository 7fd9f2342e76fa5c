// The marks that a run leaves and later runs read: the hidden first line of our pull requests and comments, and the
// trailers of our commits (contract, section 6). Anyone can type a mark; who typed it is the caller's question.
import { trailerValue } from './commit-message.js';

export interface Mark {
  specPath: string;
  /** 64 hexadecimal digits. */
  specHash: string;
  outcome: string;
}

const LINE = /^<!-- ferrule ((?:[a-z][a-z-]*=\S+ )+)-->\s*$/;
/** GitHub's limit for a body, in characters. */
const MAX_BODY_CHARS = 65_536;
const CUT_NOTE =
  '\n\n_This text reached the size limit of GitHub; the complete report is among the files of the run._\n';

/** The mark's line, without a newline. In a path, what would end the value or the comment is percent-encoded. */
export function buildMark({ specPath, specHash, outcome }: Mark): string {
  const wellFormed = specPath.replaceAll(/\p{Surrogate}/gu, '\uFFFD');
  const encoded = wellFormed.replaceAll(/[%<>"\s\p{C}]/gu, (character) => encodeURIComponent(character));
  return `<!-- ferrule spec=${encoded} hash=${specHash} outcome=${outcome} -->`;
}

/** The mark in the first line of a body; `undefined` when there is none. Keys we do not know are passed over. */
export function parseMark(body: string): Mark | undefined {
  const [firstLine = ''] = body.split('\n', 1);
  const pairs = LINE.exec(firstLine)?.[1]?.trim().split(' ');
  if (!pairs) return undefined;
  const values = new Map(
    pairs.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)] as const),
  );
  const [spec, specHash, outcome] = [values.get('spec'), values.get('hash'), values.get('outcome')];
  if (spec === undefined || specHash === undefined || outcome === undefined) return undefined;
  if (/%(?![0-9a-f]{2})/i.test(spec)) return undefined;
  try {
    return { specPath: decodeURIComponent(spec), specHash, outcome };
  } catch {
    return undefined; // percent-encoded bytes that are no UTF-8: no mark of ours
  }
}

/** A body with its mark as the first line (one that is there already is replaced), cut to what GitHub takes. */
export function markedBody(mark: Mark, body: string): string {
  const unmarked = parseMark(body) ? body.slice(body.indexOf('\n') + 1 || body.length) : body;
  const whole = `${buildMark(mark)}\n${unmarked}`;
  if (whole.length <= MAX_BODY_CHARS) return whole;
  const kept = whole.slice(0, MAX_BODY_CHARS - CUT_NOTE.length);
  return `${kept.slice(0, Math.max(kept.lastIndexOf('\n'), 0)) || kept}${CUT_NOTE}`;
}

/** Our trailers by name (`Ferrule-Spec`, …), read from the message's last paragraph only. */
export function readTrailers(message: string): Map<string, string> {
  const lastParagraph =
    message
      .replaceAll('\r\n', '\n')
      .trimEnd()
      .split(/\n\s*\n/)
      .at(-1) ?? '';
  const trailers = new Map<string, string>();
  for (const line of lastParagraph.split('\n')) {
    const found = /^(Ferrule-[A-Za-z-]+): *(.*)$/.exec(line);
    if (found?.[1] !== undefined) trailers.set(found[1], (found[2] ?? '').trim());
  }
  return trailers;
}

/** True when the commit ended a verified run of exactly this spec text. */
export function isVerifiedCommit(message: string, specPath: string, specHash: string): boolean {
  const trailers = readTrailers(message);
  return (
    trailers.get('Ferrule-Spec') === trailerValue(specPath) &&
    trailers.get('Ferrule-Spec-Hash') === `sha256:${specHash}` &&
    trailers.get('Ferrule-Outcome') === 'verified'
  );
}
