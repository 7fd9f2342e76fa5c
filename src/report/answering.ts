// Where people answer the questions of a run and how, in the words that every rendering uses.
import type { RunRecord } from './record.js';

interface HowToAnswer {
  lead: string;
  /** What stands after the lead; a link where it has an address. */
  place: { words: string; url?: string };
  command: string;
  rest: string;
}

/** What a report says where nothing on GitHub takes an answer. */
export const ANSWER_BY_SPEC = 'Answer by changing the spec, or in the input `instructions`.';

/** @param isPosted the text is to stand on the pull request or issue itself, whose comments are read */
export function howToAnswer({ publication, questions: [first] }: RunRecord, isPosted = false): HowToAnswer | undefined {
  const place = isPosted && publication.kind !== 'none' ? { words: 'here' } : answerPlace(publication);
  if (place === undefined || first === undefined) return undefined;
  const isAskedOn = !isPosted && publication.kind === 'pull-request' && publication.pullRequest === undefined;
  return {
    lead: 'Answer in a comment',
    place,
    command: `/ferrule answer ${first.number} <text>`,
    rest: `, or change the spec. The next run${isAskedOn ? ' asked for there' : ''} reads the answers of people with write access.`,
  };
}

/** The place whose comments a next run reads; nothing where the result reached none. */
export function answerPlace({
  kind,
  pullRequest,
  comment,
}: RunRecord['publication']): HowToAnswer['place'] | undefined {
  if (kind === 'none') return undefined;
  if (pullRequest !== undefined) return { words: `on pull request ${pullRequest.number}`, url: pullRequest.url };
  return comment === undefined ? undefined : { words: 'below this report on GitHub', url: comment.url };
}
