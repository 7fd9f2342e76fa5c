// What people have to read besides the verdict: questions, answers, deviations, assumptions, improvements and the model's
// own words. What is open is counted in the head of the page.
import { ANSWER_BY_SPEC, howToAnswer } from '../answering.js';
import type { RunRecord } from '../record.js';
import { safeHtml, NOTHING, type Part, prose, type Section, section, webLink, withCode } from './markup.js';

export function questionsSection(record: RunRecord): Section | undefined {
  const { questions, answers = [], spec } = record;
  const textOf = (id: string | undefined) => spec.requirements.find((each) => each.id === id)?.text;
  const open = questions.map(
    ({ number, text, requirement, blocking }) =>
      safeHtml`<li class="remark ${blocking ? 'warn' : ''}">
        <h3>
          Question
          ${number}${about(requirement)}${blocking ? safeHtml` <span class="tag warn">blocking</span>` : NOTHING}
        </h3>
        ${quoted(textOf(requirement))} ${prose(text)}
      </li> `,
  );
  const answered = answers.map(
    ({ number, question, answer, author, requirement, blocking }) =>
      safeHtml`<li class="remark">
        <h3>Answered: question ${number}${about(requirement)}${blocking ? ' (blocking)' : ''}</h3>
        ${quoted(question)} ${prose(answer)}
        <p class="note">${author === undefined ? 'by a change of the spec' : `by ${author}`}</p>
      </li> `,
  );
  const body = [...open, ...answered];
  if (body.length === 0) return undefined;
  return section(
    'questions',
    'Questions',
    safeHtml`<ul class="remarks">
        ${body}
      </ul>
      ${questions.length === 0 ? NOTHING : answerNote(record)}`,
  );
}

function answerNote(record: RunRecord): Part {
  const how = howToAnswer(record);
  if (how === undefined) return safeHtml`<p class="note">${withCode(ANSWER_BY_SPEC)}</p>`;
  const { words, url } = how.place;
  return safeHtml`<p class="note">${how.lead} ${webLink(words, url)}: <code>${how.command}</code>${how.rest}</p>`;
}

/** What the model left the spec for, proposes or took for granted; nothing where there is none of a kind. */
export function recordsSection(
  { records }: RunRecord,
  kind: RunRecord['records'][number]['kind'],
): Section | undefined {
  const { id, title, note, tone } = RECORD_KINDS[kind];
  const items = records
    .filter((each) => each.kind === kind)
    .map(
      ({ text, requirement, earlierRun }) =>
        safeHtml`<li class="remark ${tone}">
          ${requirement === undefined ? NOTHING : safeHtml`<h3>${requirement}</h3>`}${prose(text)}
          ${earlierRun === true ? safeHtml`<p class="note">by an earlier run</p>` : NOTHING}
        </li> `,
    );
  if (items.length === 0) return undefined;
  const body = safeHtml`<ul class="remarks">
    ${items}
  </ul>`;
  return section(id, title, body, note);
}

/** Deviations stand apart, since they change the design. */
const RECORD_KINDS = {
  deviation: { id: 'deviations', title: 'Deviations from the spec', note: NOTHING, tone: 'bad' },
  assumption: { id: 'assumptions', title: 'Assumptions', note: NOTHING, tone: 'warn' },
  improvement: { id: 'improvements', title: 'Suggested improvements', note: 'not built', tone: '' },
} as const;

export function summarySection({ summary }: RunRecord): Section | undefined {
  if (summary === undefined || summary.trim() === '') return undefined;
  return section(
    'summary',
    'The model’s own summary',
    safeHtml`<blockquote>${prose(summary)}</blockquote>`,
    'not checked',
  );
}

function about(requirement: string | undefined): Part {
  return requirement === undefined ? NOTHING : safeHtml` on ${requirement}`;
}

function quoted(text: string | undefined): Part {
  return text === undefined ? NOTHING : safeHtml`<blockquote>${prose(text)}</blockquote>`;
}
