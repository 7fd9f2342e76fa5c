// The head of the page: how the run ended, what that rests on and what is open. It repeats the record and judges nothing.
import { clipped } from '../markdown-safe.js';
import { verdictCommit } from '../verdict-commit.js';
import { verdictLine } from '../verdict.js';
import type { GateRecord, RunRecord } from '../record.js';
import { commitUrl } from '../source-links.js';
import { costText } from '../spending-text.js';
import { type OpenPoint, openPoints } from '../open-points.js';
import { counted, duration, GATE_SIGNS, shortId } from '../wording.js';
import { safeHtml, NOTHING, type Part, webLink, withCode } from './markup.js';

/** Of a question, deviation or finding; its section has all of it. */
const MAX_QUOTE_CHARS = 600;

export const OUTCOME_WORDS: Record<
  RunRecord['outcome'],
  { words: string; tone: 'good' | 'bad' | 'warn' | 'quiet'; sign: string }
> = {
  verified: { words: 'Verified', tone: 'good', sign: '✔' },
  unverified: { words: 'Not verified', tone: 'bad', sign: '✘' },
  'needs-answer': { words: 'Needs an answer', tone: 'warn', sign: '?' },
  stopped: { words: 'Stopped', tone: 'warn', sign: '◼' },
  refused: { words: 'Refused', tone: 'warn', sign: '⊘' },
  unchanged: { words: 'Unchanged', tone: 'quiet', sign: '=' },
};

export function verdictBanner(record: RunRecord): Part {
  const { tone, sign } = OUTCOME_WORDS[record.outcome];
  const { spec, alarms = [], publication } = record;
  const notes = [...alarms.slice(1), ...publication.warnings]; // the first alarm stands in the line
  // Up to the first colon the line is made of our own words: "Not verified, 2 older failures".
  const line = verdictLine(record);
  const [head, sentence] = [line.slice(0, line.indexOf(': ')), line.slice(line.indexOf(': ') + 2)];
  return safeHtml`<section id="verdict" class="verdict ${tone}" aria-labelledby="verdict-title" tabindex="-1">
    <p class="eyebrow">${spec.title === '' ? NOTHING : safeHtml`<code>${spec.path}</code>`}</p>
    <h1>${spec.title === '' ? spec.path : spec.title}</h1>
    <h2 id="verdict-title"><span class="sign" aria-hidden="true">${sign}</span> ${head}</h2>
    <p class="sentence">${capitalised(sentence)}</p>
    ${gateStrip(record)} ${openList(record)}
    ${notes.map((text) => safeHtml`<p class="note">${text}</p>`)} ${facts(record)}
  </section> `;
}

function gateStrip({ verification }: RunRecord): Part {
  const gates = verification?.gates ?? [];
  if (gates.length === 0) return NOTHING;
  return safeHtml`<ul class="gate-strip" aria-label="Gates">
    ${gates.map(
      (gate) =>
        safeHtml`<li>
          <a class="${gateTone(gate)}" href="#${gateId(gate.name)}"><span aria-hidden="true">${gateSign(gate)}</span> <b>${gate.name}</b> ${gateWord(gate)}</a>
        </li> `,
    )}
  </ul>`;
}

/** `passed`, `3 tests failed`, `27 tests`: what a gate found, in two words. */
export function gateWord(gate: GateRecord): string {
  const { status, tests } = gate;
  const advisory = gate.deciding ? '' : ', advisory';
  if (status === 'unavailable') return `could not run${advisory}`;
  if (tests !== undefined && tests.passed + tests.failed > 0)
    return `${tests.failed === 0 ? `${counted(tests.passed, 'test')} passed` : `${tests.failed} of ${counted(tests.passed + tests.failed, 'test')} failed`}${advisory}`;
  return `${status}${advisory}`;
}

export function gateTone({ status, deciding }: GateRecord): string {
  if (status === 'passed') return 'good';
  return deciding ? 'bad' : 'warn';
}

export function gateSign({ status }: GateRecord): string {
  return GATE_SIGNS[status];
}

/** The id of a gate's place on the page; names of gates are our own words. */
export function gateId(name: string): string {
  return `gate-${name.replace(/[^\w-]+/g, '-')}`;
}

function openList(record: RunRecord): Part {
  const points = openPoints(record);
  if (points.length === 0)
    return record.outcome === 'verified' ? safeHtml`<p class="open">Nothing is open.</p>` : NOTHING;
  const id = ({ place }: OpenPoint) => ('gate' in place ? gateId(place.gate) : place.section);
  return safeHtml`<div class="open">
    <h3>Open</h3>
    <ul>
      ${points.map((point) => safeHtml`<li><a href="#${id(point)}">${point.what}</a> ${point.rest}${quotes(point)}</li>`)}
    </ul>
  </div>`;
}

function quotes({ quotes: quoted, moreQuotes }: OpenPoint): Part {
  if (quoted.length === 0) return NOTHING;
  return safeHtml`<ul>
    ${quoted.map(
      ({ about, text }) =>
        safeHtml`<li>${about === '' ? NOTHING : `${about}: `}${withCode(clipped(text, MAX_QUOTE_CHARS))}</li>`,
    )}
    ${moreQuotes === 0 ? NOTHING : safeHtml`<li>… and ${moreQuotes} more below</li>`}
  </ul>`;
}

function facts(record: RunRecord): Part {
  const { verification, publication, usage, model, run } = record;
  const verified = verdictCommit(record)?.verified;
  const { pullRequest, comment, branch, commit } = publication;
  const shown: [string, Part][] = [
    [
      'tree',
      verification === undefined
        ? NOTHING
        : safeHtml`<code title="${verification.tree}">${shortId(verification.tree)}</code>`,
    ],
    [
      'commit',
      commit === undefined
        ? unpushed(verification?.commit)
        : verified === undefined
          ? commitName(commit, record)
          : safeHtml`${commitName(commit, record)} <small>same tree as the verified ${commitName(verified, record)}</small>`,
    ],
    ['branch', branch === undefined ? NOTHING : safeHtml`<code>${branch}</code>`],
    [
      'pull request',
      pullRequest === undefined
        ? NOTHING
        : webLink(`${pullRequest.number}${pullRequest.draft ? ' (draft)' : ''}`, pullRequest.url),
    ],
    ['comment', comment === undefined ? NOTHING : webLink('on GitHub', comment.url)],
    [
      'workflow run',
      run.url === undefined ? NOTHING : webLink(/\/runs\/(\d+)/.exec(run.url)?.[1] ?? 'on GitHub', run.url),
    ],
    ['model', model === '' ? NOTHING : model],
    ['turns', usage.turns === 0 ? NOTHING : usage.turns],
    ['cost', usage.costUsd === null && usage.earlier === undefined ? 'unknown' : costText(usage)],
    ['time', duration(usage.durationSeconds * 1000)],
    ['started', safeHtml`<time datetime="${run.startedAt}">${run.startedAt.slice(0, 16).replace('T', ' ')} UTC</time>`],
  ];
  const known = shown.filter(([, value]) => value !== undefined);
  return safeHtml`<dl class="facts">
    ${known.map(
      ([name, value]) =>
        safeHtml`<div>
          <dt>${name}</dt>
          <dd>${value}</dd>
        </div> `,
    )}
  </dl>`;
}

function commitName(id: string, record: RunRecord): Part {
  return webLink(objectName(id), commitUrl(record, id));
}

function unpushed(id: string | undefined): Part {
  return id === undefined ? NOTHING : safeHtml`${objectName(id)} <small>not pushed</small>`;
}

function objectName(id: string): Part {
  return safeHtml`<code title="${id}">${shortId(id)}</code>`;
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
