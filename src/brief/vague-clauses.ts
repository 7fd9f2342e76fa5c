// Rules of the spec check about clauses that no test can decide: words that measure nothing, duties without an outcome,
// points that were left open.
import type { CheckedSpec, SpecFinding } from './spec-rules.js';
import type { SpecSentence } from './spec-sentences.js';

const VAGUE = new RegExp(
  String.raw`\b(?:` +
    [
      'fast|quick(?:ly)?|rapid(?:ly)?|performant|high[- ]performance|efficient(?:ly)?|lightweight|scalable',
      'user[- ]friendly|intuitive(?:ly)?|easy|easily|convenient(?:ly)?|seamless(?:ly)?|nice(?:ly)?|modern|state[- ]of[- ]the[- ]art',
      'appropriate(?:ly)?|suitabl[ey]|reasonabl[ey]|sufficient(?:ly)?|adequate(?:ly)?|properly|meaningful(?:ly)?|sensibl[ey]',
      'robust(?:ly)?|graceful(?:ly)?|flexibl[ey]',
      'as (?:needed|appropriate|necessary)|(?:if|where|when|whenever) (?:possible|appropriate|necessary|feasible|needed)',
      'as (?:soon|fast|quickly|small|few|little) as possible|in a timely manner|best[- ]effort',
      String.raw`etc|and so (?:on|forth)`,
    ].join('|') +
    String.raw`)\b`,
  'gi',
);
/** What follows says what is meant: `robust: no input makes it panic`. */
const EXPLAINED = /[:(]|\b(?:i\.e\.|that is|meaning)/gi;
const OPEN_POINT =
  /\bTB[DC]\b|\bTODO\b|\bFIXME\b|\?\?\?|\[NEEDS CLARIFICATION\b|\bto be (?:decided|determined|clarified)\b/;
/** An author's id in front is no number of the clause. */
const LEADING_ID = /^[[(]?[A-Z][A-Z0-9-]*\d[\d.]*[a-z]?[\])]?[\s:.–—-]*/;
const DUTY_ONLY =
  /\b(?:must|shall|should)\s+(?:be able to\s+)?(support|handle|manage|consider|deal with|take care of|take into account|address|facilitate|ensure|care about|care for)\s+((?:[\w'’-]+\s*){1,6})\.?$/i;
/** Words after which more is said than that there is something to deal with. */
const OUTCOME =
  /\b(?:by|so|such|returns?|with|as|when|if|within|without|into|from|to|that|which|only|no|not|each|every|exactly|for|in|of|per|up|at|least|most)\b/i;

export function vagueClauses({ clauses }: CheckedSpec): SpecFinding[] {
  return clauses.flatMap(({ sentence, requirement }) => {
    const clause = withoutId(sentence.text);
    if (/\d/.test(clause)) return [];
    const explanation = [...sentence.prose.matchAll(EXPLAINED)].at(-1)?.index ?? -1;
    const words = [...sentence.prose.matchAll(VAGUE)]
      .filter(({ index }) => index > explanation)
      .map(([word]) => `'${word.toLowerCase()}'`);
    if (words.length === 0) return [];
    const text = `${[...new Set(words)].join(', ')}: no test can decide that. Say what can be seen or measured.`;
    return [{ rule: 'vague-word', ...at(sentence), requirement, text }];
  });
}

export function dutiesWithoutOutcome({ clauses }: CheckedSpec): SpecFinding[] {
  const count = new Map<string, number>();
  for (const { requirement } of clauses) count.set(requirement, (count.get(requirement) ?? 0) + 1);
  return clauses.flatMap(({ sentence, requirement }) => {
    const [, duty = '', what = ''] = DUTY_ONLY.exec(withoutId(sentence.prose)) ?? [];
    const isAllThatIsSaid = count.get(requirement) === 1 && sentence.code.length === 0;
    if (duty === '' || !isAllThatIsSaid || OUTCOME.test(what) || /\d/.test(what)) return [];
    const text = `'${duty.toLowerCase()}' names a duty, but no outcome that a test could look at. Say what happens then.`;
    return [{ rule: 'no-outcome', ...at(sentence), requirement, text }];
  });
}

export function openPoints({ sentences }: CheckedSpec): SpecFinding[] {
  return sentences.flatMap((sentence) => {
    const [mark] = OPEN_POINT.exec(sentence.prose) ?? [];
    const { requirement } = sentence;
    if (mark === undefined || (requirement === undefined && !mark.startsWith('['))) return [];
    const text = `'${mark.replace('[', '')}': this point is still open. The agent will have to ask.`;
    const about = requirement === undefined ? {} : { requirement: requirement.id };
    return [{ rule: 'open-point', ...at(sentence), ...about, text }];
  });
}

function withoutId(text: string): string {
  return text.replace(LEADING_ID, '');
}

function at({ file, line }: SpecSentence): { file: string; line: number } {
  return { file, line };
}
