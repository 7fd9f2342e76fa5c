// The marks that a run leaves and later runs read: the hidden first line of our pull requests and comments, whose form is
// the report's, and the trailers of our commits (docs/contract.md, "Marks"). Anyone can type a mark; who did is not asked here.
import { formatMark, inlineText, parseMark, type Mark } from '../report/report.js';
import { trailerValue } from './trailer-value.js';

/** GitHub's own limit for a body, in characters; the report keeps well below it. */
const GITHUB_MAX_BODY_CHARS = 65_536;
const CUT_NOTE =
  '\n\n_This text reached the size limit of GitHub; the complete report is among the files of the run._\n';

/**
 * A body with its mark as the first line, cut to what GitHub takes. One that is there already is replaced, but for what it
 * says was spent.
 */
export function markedBody(mark: Mark, body: string): string {
  const written = parseMark(body);
  const unmarked = written ? body.slice(body.indexOf('\n') + 1 || body.length) : body;
  const whole = `${formatMark(written?.spent === undefined ? mark : { ...mark, spent: written.spent })}\n${unmarked}`;
  if (whole.length <= GITHUB_MAX_BODY_CHARS) return whole;
  const kept = whole.slice(0, GITHUB_MAX_BODY_CHARS - CUT_NOTE.length);
  return `${kept.slice(0, Math.max(kept.lastIndexOf('\n'), 0)) || kept}${CUT_NOTE}`;
}

/** A body with a plain sentence, quoted, above what people see of it. */
export function notedBody(body: string, sentence: string): string {
  return quotedAbove(body, inlineText(sentence));
}

/**
 * A body with one line of Markdown, quoted, above what people see of it; the hidden lines stay where they are looked for.
 */
export function quotedAbove(body: string, markdown: string): string {
  const hidden = /^(?:<!-- ferrule[^\n]*\n)*/.exec(body)?.[0] ?? '';
  return `${hidden}> ${markdown}\n\n${body.slice(hidden.length)}`;
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

/** True for a commit that a run of this spec made, on whatever text of it. */
export function isCommitOf(message: string, specPath: string): boolean {
  return readTrailers(message).get('Ferrule-Spec') === trailerValue(specPath);
}

/**
 * True when the commit ended a verified run of exactly this spec text, by its message. A squash or a rebase keeps the
 * message on another tree: where nobody has looked at that since, `verifiedTree` has to be asked too.
 */
export function isVerifiedCommit(message: string, specPath: string, specHash: string): boolean {
  const trailers = readTrailers(message);
  return (
    trailers.get('Ferrule-Spec') === trailerValue(specPath) &&
    trailers.get('Ferrule-Spec-Hash') === `sha256:${specHash}` &&
    trailers.get('Ferrule-Outcome') === 'verified'
  );
}

/** The tree that a verified run names in its last commit. */
export function verifiedTree(message: string): string | undefined {
  return readTrailers(message).get('Ferrule-Tree');
}
