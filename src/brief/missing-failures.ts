// Rule of the spec check about clauses that take something in from outside and say nowhere what happens when that fails.
import type { CheckedSpec, SpecFinding } from './spec-rules.js';

const VERBS: Readonly<Record<string, RegExp>> = {
  parse: /parse[sd]?/,
  read: /reads?/,
  load: /load(?:s|ed)?/,
  open: /open(?:s|ed)?/,
  write: /writes?|written/,
  connect: /connects?/,
  download: /download(?:s|ed)?/,
  fetch: /fetch(?:es|ed)?/,
  decode: /decode[sd]?/,
  deserialise: /deseriali[sz]e[sd]?/,
  receive: /receive[sd]?/,
  send: /sen(?:ds?|t)/,
  import: /import(?:s|ed)?/,
};
const ANY_VERB = Object.values(VERBS)
  .map(({ source }) => source)
  .join('|');
const OUTSIDE =
  'files?|paths?|streams?|sockets?|config(?:uration)?|input|json|toml|yaml|csv|xml|messages?|packets?|requests?|' +
  'responses?|urls?|server|database|disk|network|lines?|bytes|documents?|payloads?|connections?|peers?|hosts?|stdin';
/** As a duty, `must parse the file`, `must be read from disk`, or told at the start, `Parses the file`. */
const TAKES_IN = new RegExp(
  String.raw`(?:\b(?:must|shall|should)\s+(?:be able to\s+|be\s+)?|^(?:(?:it|the \w+)\s+)?)(?<verb>${ANY_VERB})\b(?:\W+\w+){0,6}?\W+(?<what>${OUTSIDE})\b`,
  'i',
);
const FAILURE =
  /\b(?:errors?|err|fail(?:s|ed|ing|ures?)?|invalid|malformed|corrupt(?:ed)?|broken|refus\w+|reject\w*|missing|absent|unreadable|unreachable|unavailable|unwritable|cannot|can['’]t|panics?|aborts?|exceptions?|time[sd]? out|timeouts?|retr(?:y|ies|ied)|ignored?|skip(?:s|ped)?|unknown|illegal|unsupported|not found|exit (?:status|code)|otherwise|unless|unable|truncated|incomplete|Result|None)\b/i;
const FAILURE_HEADING = /\b(?:errors?|failures?|faults?|exceptions?|edge cases)\b/i;

export function missingFailures({ clauses, sentences, documents }: CheckedSpec): SpecFinding[] {
  const told = sentences.filter(({ text }) => FAILURE.test(text) && !text.endsWith('?'));
  // A section on errors speaks for the whole spec.
  if (told.some(({ heading }) => FAILURE_HEADING.test(heading))) return [];
  const code = documents.map(({ text }) => [...text.matchAll(/^```.*?^```/gms)].join('\n')).join('\n');
  if (/\bResult\s*<|\w*Error\b/.test(code)) return [];
  const sections = new Set(told.map(({ file, heading }) => `${file}\0${heading}`));
  return clauses.flatMap(({ sentence, requirement }) => {
    const { verb = '', what = '' } =
      TAKES_IN.exec(sentence.prose.replace(/^[A-Z][A-Z0-9-]*\d[\d.]*\W+/, ''))?.groups ?? {};
    if (verb === '' || sections.has(`${sentence.file}\0${sentence.heading}`)) return [];
    const object = new RegExp(String.raw`\b${what.replace(/s$/i, '')}`, 'i');
    if (told.some(({ text }) => object.test(text))) return [];
    const name =
      Object.keys(VERBS).find((key) => new RegExp(`^(?:${VERBS[key]?.source ?? ''})$`, 'i').test(verb)) ?? verb;
    const text = `'${name}' can fail, and nothing says what happens then. Name the error, or what stands in for the result.`;
    return [{ rule: 'no-failure', file: sentence.file, line: sentence.line, requirement, text }];
  });
}
