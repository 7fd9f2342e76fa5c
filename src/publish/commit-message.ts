// A commit's message: subject, body, and the trailers that outside programs read (contract, section 6). Whether the
// subject says anything is not judged here.
import { inertLine, inertText } from './inert-words.js';

export interface CommitMessageRequest {
  /** One line, in the model's words. */
  subject: string;
  body?: string;
  /** `hash`: 64 hexadecimal digits. */
  spec: { path: string; hash: string };
  /** Ids of the requirements that the commit serves. */
  requirements: readonly string[];
  /** Address of the workflow run, or `local`. */
  runUrl: string;
  /** Only the last commit of a verified run has one. */
  outcome?: 'verified';
}

const MAX_SUBJECT_CHARS = 200;

/** The whole message, ending in one newline. The trailers are always its last paragraph, and only ours are in it. */
export function buildCommitMessage(request: CommitMessageRequest): string {
  const { subject, body, spec, requirements, runUrl, outcome } = request;
  const trailers = [
    `Ferrule-Spec: ${trailerValue(spec.path)}`,
    `Ferrule-Spec-Hash: sha256:${trailerValue(spec.hash)}`,
    ...(requirements.length > 0 ? [`Ferrule-Requirements: ${trailerValue(requirements.join(', '))}`] : []),
    `Ferrule-Run: ${trailerValue(runUrl)}`,
    ...(outcome ? [`Ferrule-Outcome: ${outcome}`] : []),
  ];
  const paragraphs = [subjectLine(subject), bodyText(body ?? ''), trailers.join('\n')];
  return `${paragraphs.filter((paragraph) => paragraph !== '').join('\n\n')}\n`;
}

/** Text as one line, which is what a trailer's value is. Also the form in which values are compared with trailers. */
export function trailerValue(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ').trim();
}

function subjectLine(subject: string): string {
  const line = inertLine(subject, MAX_SUBJECT_CHARS).replace(/^(ferrule-[\w-]+)\s*:/i, '$1 -');
  return line || 'Implement a part of the spec';
}

/** A line that reads like one of our trailers is indented: whoever greps for them must not find the model's words. */
function bodyText(body: string): string {
  return inertText(body.replaceAll(/[\v\f\u{85}]/gu, '\n'))
    .split('\n')
    .map((line) => line.trimEnd())
    .map((line) => (/^\s*(ferrule-[\w-]+|skip-checks)\s*:/i.test(line) ? `    ${line.trimStart()}` : line))
    .join('\n')
    .replaceAll(/\n{3,}/g, '\n\n')
    .trim()
    .replace(/^(ferrule-[\w-]+|skip-checks)\s*:/i, '    $&'); // `trim` took the indentation of the first line
}
