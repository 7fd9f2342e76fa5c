// The run turn by turn: what the model said, which actions it took and what came of them. Differences and results are
// texts of the page that open on demand.
import { counted, duration, wholeNumber } from '../wording.js';
import { signs } from './change.js';
import { FileVersions } from './file-versions.js';
import { safeHtml, NOTHING, type Part, prose, type Section, section } from './markup.js';
import type { PageOutputs } from './page-outputs.js';
import { type PageTexts, textView } from './page-texts.js';
import type { Call, Story, Turn } from '../turns.js';

interface Page {
  texts: PageTexts;
  outputs: PageOutputs;
}

const WHOLE = 'transcript.jsonl';
/** Inputs that the summary of an action already shows, or that its difference shows. */
const SHOWN_ELSEWHERE = new Set(['path', 'content', 'edits']);

export function storySection(story: Story, page: Page): Section | undefined {
  if (story.turns.length === 0) return undefined;
  const versions = new FileVersions();
  const turns = story.turns.map((turn) => turnArticle(turn, versions, page));
  const unreadable =
    story.unreadableLines === 0
      ? NOTHING
      : safeHtml`<p class="note">
          ${counted(story.unreadableLines, 'line')} of the transcript could not be read and are not shown.
        </p>`;
  return section(
    'story',
    'The story',
    [briefDetails(story, page), turns, unreadable],
    counted(story.turns.length, 'turn'),
  );
}

function briefDetails({ brief }: Story, { texts }: Page): Part {
  if (brief === undefined) return NOTHING;
  const system = texts.addWithinLimit('plain', 'The system prompt', brief.system, WHOLE);
  const first = texts.addWithinLimit('plain', 'The first message', brief.text, WHOLE);
  return safeHtml`<details class="action brief">
    <summary>What the model was told at the start</summary>
    <div class="body">
      <h4>System prompt</h4>
      ${textView(system)}
      <h4>First message</h4>
      ${textView(first)}
    </div>
  </details> `;
}

function turnArticle(turn: Turn, versions: FileVersions, page: Page): Part {
  const { number, words, thinking, calls, notes, usage, durationMs } = turn;
  const tokensIn = usage.inputTokens + usage.cacheReadTokens + usage.cacheWriteTokens;
  const spent =
    tokensIn + usage.outputTokens === 0 ? '' : `${wholeNumber(tokensIn)} in, ${wholeNumber(usage.outputTokens)} out`;
  return safeHtml`<article id="turn-${number}" class="turn" aria-labelledby="turn-${number}-title" tabindex="-1">
    <header>
      <h3 id="turn-${number}-title"><a href="#turn-${number}">Turn ${number}</a></h3>
      <span class="extra">${[durationMs >= 100 ? duration(durationMs) : '', spent].filter((text) => text !== '').join(' · ')}</span>
    </header>
    ${thinking === '' ? NOTHING : thoughts(number, thinking, page)} ${words.trim() === '' ? NOTHING : prose(words)}
    ${calls.map((call, at) => action(call, `Turn ${number}, action ${at + 1}`, versions.after(call), page))}
    ${notes.map(note)}
  </article> `;
}

function thoughts(number: number, thinking: string, { texts }: Page): Part {
  const text = texts.addWithinLimit('plain', `Turn ${number}, thinking`, thinking, WHOLE);
  return safeHtml`<details class="action">
    <summary><span class="what">Thinking</span></summary>
    <div class="body">${textView(text)}</div>
  </details> `;
}

function action(call: Call, title: string, change: ReturnType<FileVersions['after']>, { texts, outputs }: Page): Part {
  const { name, input, result } = call;
  const what = subject(call);
  const label = `${title}: ${name} ${what}`.trim();
  const [tone, sign, state] =
    result === undefined ? ['warn', '–', 'not run'] : result.isError ? ['bad', '✘', 'failed'] : ['good', '✔', 'done'];
  const output = outputs.idOfNumber(/^[^\n]*\[output (\d+)\]/.exec(result?.text ?? '')?.[1] ?? '');
  const rest = remainingInput(input, what, change !== undefined);
  const parts: Part[] = [
    rest === '' ? NOTHING : textView(texts.addWithinLimit('plain', `${label}, input`, rest, WHOLE)),
    change === undefined ? NOTHING : textView(texts.addWithinLimit('diff', `${label}, change`, change.diff, WHOLE)),
    result === undefined || (change !== undefined && !result.text.includes('\n'))
      ? NOTHING
      : safeHtml`<h4>Result, as the model was given it</h4>
          ${textView(texts.addWithinLimit('output', `${label}, result`, result.text, WHOLE))}`,
    output === undefined ? NOTHING : safeHtml`<p class="note"><a href="#${output}">The complete output</a></p>`,
  ];
  return safeHtml`<details class="action">
    <summary>
      <span class="sign ${tone}" role="img" aria-label="${state}">${sign}</span>
      <span class="what"><b>${name}</b> ${what === '' ? NOTHING : safeHtml`<code>${what}</code>`}</span>
      <span class="extra">${change === undefined ? NOTHING : signs(change.added, change.removed)} ${outcome(call)}</span>
    </summary>
    <div class="body">${parts}</div>
  </details> `;
}

/** What a call was about: its most telling input, on one line. */
function subject({ name, input }: Call): string {
  const [from, to] = [input.start_line, input.end_line];
  const lines = typeof from === 'number' ? `lines ${from} to ${typeof to === 'number' ? to : 'the end'}` : '';
  const args = Array.isArray(input.args) ? input.args.filter((each) => typeof each === 'string') : [];
  const texts = [
    input.path,
    input.pattern,
    input.glob,
    input.title,
    input.output,
    input.question,
    input.text,
    input.command,
  ];
  const first = texts.find((each) => typeof each === 'string');
  const words = [...(first === undefined ? [] : [first]), ...(name === 'cargo' ? args : []), lines].join(' ');
  const line = words.replace(/\s+/g, ' ').trim();
  return line.length > 160 ? `${line.slice(0, 160)} …` : line;
}

/** The inputs that are shown nowhere else, one below the other. */
function remainingInput(input: Call['input'], shown: string, hasChange: boolean): string {
  return Object.entries(input)
    .filter(
      ([key, value]) =>
        !(hasChange && SHOWN_ELSEWHERE.has(key)) && value !== shown && key !== 'start_line' && key !== 'end_line',
    )
    .filter(
      ([, value]) => !(Array.isArray(value) && value.every((each) => typeof each === 'string' && shown.includes(each))),
    )
    .map(([key, value]) => `${key}: ${typeof value === 'string' ? value : JSON.stringify(value, null, 2)}`)
    .join('\n\n');
}

/** How it ended, in the words of the harness: of a failure or a cargo run the first line, else nothing. */
function outcome({ name, result }: Call): Part {
  if (result === undefined) return 'not run';
  const first = result.text.split('\n', 1)[0] ?? '';
  if (name === 'cargo')
    return /: ([^:]* after [\d.]+ s) \[output/.exec(first)?.[1] ?? (result.isError ? clip(first) : NOTHING);
  return result.isError || name === 'complete_increment' ? clip(first) : NOTHING;
}

function clip(text: string): string {
  return text.length > 140 ? `${text.slice(0, 140)} …` : text;
}

/** The harness's own count of what was spent stands in every note; the turn's head and the charts show it better. */
function note(text: string): Part {
  const told = text.replace(/\s*\[harness: turn \d+ of [^\]]*\]\s*$/, '');
  return told === ''
    ? NOTHING
    : safeHtml`<div class="told">
        <h4>Told by the harness</h4>
        ${prose(told)}
      </div>`;
}
