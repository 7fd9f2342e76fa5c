// Judges the first line of a commit message: factual, in the imperative, short. It refuses praise and emptiness and says
// what to write instead; it does not write messages. Pure.

const MAX_CHARS = 72;

const PRAISE =
  /\b(amazing|awesome|beautiful|blazing(ly)?|brilliant|elegant(ly)?|excellent|fantastic|flawless(ly)?|great|incredible|perfect(ly)?|powerful|seamless(ly)?|stunning|super|world-class|wonderful)\b/i;
const EMPTY =
  /^(wip|misc|stuff|(various|some|several|more|minor|small|general|further)\s+(bug\s?)?(fix(es)?|changes?|improvements?|updates?|tweaks?|cleanups?)|(fix(es)?|update[sd]?|changes?|improvements?|cleanup|refactor(ing)?)(\s+(code|stuff|things|files?|bugs?|issues?))?)$/i;
const EMOJI = /\p{Extended_Pictographic}/u;
/** Words that end like a past or a gerund and are imperatives all the same. */
const IMPERATIVES = new Set([
  'bring',
  'embed',
  'exceed',
  'feed',
  'need',
  'ping',
  'proceed',
  'seed',
  'shed',
  'speed',
  'spring',
  'string',
  'succeed',
  'wed',
]);

/** @returns what is wrong with it and what to do, or `undefined` for a subject that will do */
export function objectionToSubject(subject: string): string | undefined {
  const text = subject.trim();
  if (text === '') return 'The first line is empty. Say what the commit changes.';
  if (text.length > MAX_CHARS)
    return `The first line has ${text.length} characters; at most ${MAX_CHARS} fit. Move detail into the body.`;
  if (EMOJI.test(text)) return 'The first line holds an emoji. Write plain words.';
  const praise = PRAISE.exec(text)?.[0];
  if (praise !== undefined)
    return `'${praise}' praises the work. Say what the commit changes and leave the judgement to the reader.`;
  const bare = text.replace(/^[a-z]+(\([^)]*\))?!?:\s*/i, '').replace(/[.!]+$/, '');
  if (EMPTY.test(bare)) return `'${text}' does not say what was changed. Name the thing and the change.`;
  const first = (/^[A-Za-z]+/.exec(bare)?.[0] ?? '').toLowerCase();
  if (/(ed|ing)$/.test(first) && first.length > 4 && !IMPERATIVES.has(first))
    return `'${first}' is not an imperative. Write what the commit does, such as 'Add …' or 'Return …'.`;
  if (/!$/.test(text)) return 'The first line ends in an exclamation mark. State the fact.';
  return undefined;
}
