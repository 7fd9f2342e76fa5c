// A commit's message: subject, body, and the trailers that outside programs read (docs/contract.md, "Marks"). Whether the
// subject says anything is not judged here.
import { inertLine, inertText } from './inert-words.js';

import type { Spending } from '../report/report.js';
import { plannedValue, requirementHashesValue, spentValue } from './run-trailers.js';
import { trailerValue } from './trailer-value.js';

export interface CommitMessageRequest {
  /** One line, in the model's words. */
  subject: string;
  body?: string;
  /** `hash`: 64 hexadecimal digits. */
  spec: { path: string; hash: string; requirements?: readonly { id: string; hash: string }[] };
  /** Ids of the requirements that the commit serves. */
  requirements: readonly string[];
  /** Address of the workflow run, or `local`. */
  runUrl: string;
  /** By all runs on this text of the spec, up to this commit. */
  spent?: Spending;
  /** What the plan still holds after this commit. */
  planned?: readonly { title: string; requirements: readonly string[] }[];
  /** Only the last commit of a verified run has one. */
  outcome?: 'verified';
  /** Of the commit. It is named beside an outcome, which holds for nothing else. */
  tree?: string;
}

const MAX_SUBJECT_CHARS = 200;

/** The whole message, ending in one newline. The trailers are always its last paragraph, and only ours are in it. */
export function buildCommitMessage(request: CommitMessageRequest): string {
  const { subject, body, spec, requirements, runUrl, spent, planned = [], outcome, tree } = request;
  const hashes = requirementHashesValue(requirements, spec.requirements ?? []);
  const trailers = [
    `Ferrule-Spec: ${trailerValue(spec.path)}`,
    `Ferrule-Spec-Hash: sha256:${trailerValue(spec.hash)}`,
    ...(requirements.length > 0 ? [`Ferrule-Requirements: ${trailerValue(requirements.join(', '))}`] : []),
    ...(hashes === '' ? [] : [`Ferrule-Requirement-Hashes: ${hashes}`]),
    ...(planned.length > 0 ? [`Ferrule-Planned: ${plannedValue(planned)}`] : []),
    `Ferrule-Run: ${trailerValue(runUrl)}`,
    ...(spent === undefined || spent.tokens === 0 ? [] : [`Ferrule-Spent: ${spentValue(spent)}`]),
    ...(outcome ? [`Ferrule-Outcome: ${outcome}`] : []),
    ...(outcome && tree !== undefined ? [`Ferrule-Tree: ${tree}`] : []),
  ];
  const paragraphs = [subjectLine(subject), bodyText(body ?? ''), trailers.join('\n')];
  return `${paragraphs.filter((paragraph) => paragraph !== '').join('\n\n')}\n`;
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
