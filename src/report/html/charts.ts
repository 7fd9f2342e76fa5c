// Where the time and the tokens of a run went, as drawings without any script. Numbers stand beside them as text; they
// are read from the transcript in time-spans.ts and turn-tokens.ts.
import type { RunRecord } from '../record.js';
import { LANE_NAMES, laneTotals, readRunTime, type Span } from '../time-spans.js';
import { readTurnTokens, TOKEN_KINDS, type TurnTokens } from '../turn-tokens.js';
import type { Story } from '../turns.js';
import { duration, wholeNumber } from '../wording.js';
import { safeHtml, NOTHING, type Part } from './markup.js';

const WIDTH = 1000;

/** The run on a line of time, one lane for each thing it did; nothing where the transcript has no times. */
export function timeline(record: RunRecord, story: Story): Part {
  const time = readRunTime(record, story);
  if (time === undefined) return NOTHING;
  const { spans, totalMs } = time;
  const x = (ms: number) => (ms / totalMs) * WIDTH;
  const bar = ({ lane, fromMs, toMs, what, turns }: Span) => {
    const title = `${turns === undefined ? '' : `Turn ${turns.first}, `}${what}: ${duration(toMs - fromMs)}`;
    return safeHtml`<rect class="${lane}" x="${x(fromMs).toFixed(1)}" width="${Math.max(x(toMs - fromMs), 1).toFixed(1)}" height="10"><title>${title}</title></rect>`;
  };
  const lanes = laneTotals(time).map(({ lane, totalMs: laneMs }) => {
    const share = Math.round((laneMs / totalMs) * 100);
    return safeHtml`<div class="lane">
      <span class="lane-name">${LANE_NAMES[lane]}</span><svg viewBox="0 0 ${WIDTH} 10" preserveAspectRatio="none" aria-hidden="true">
        <rect class="ground" width="${WIDTH}" height="10" />
        ${spans.filter((span) => span.lane === lane).map(bar)}</svg><span class="lane-total">${duration(laneMs)}, ${share} %</span>
    </div> `;
  });
  return safeHtml`<h3>Time</h3>
    <div class="timeline">
      ${lanes}
      <div class="lane axis">
        <span></span><span class="ticks"><span>0</span><span>${duration(totalMs / 2)}</span><span>${duration(totalMs)}</span></span><span></span>
      </div>
    </div> `;
}

/** A bar for each turn, its parts by price; nothing where no tokens were counted (a replay). */
export function tokensChart(story: Story): Part {
  const counted = readTurnTokens(story);
  if (counted === undefined) return NOTHING;
  const { turns, all, highest, cachePercent } = counted;
  const bars = turns.map((turn, at) => tokensBar(turn, at, highest));
  return safeHtml`<h3>Tokens per turn <small>${cachePercent} % of the input came from the cache</small></h3>
    <div class="tokens">
      <span class="highest">${wholeNumber(highest)}</span><svg
        viewBox="0 0 ${turns.length * 10} 100"
        preserveAspectRatio="none"
        role="img"
        aria-label="Tokens of each turn; the highest is ${wholeNumber(highest)}, ${cachePercent} % of all input came from the cache"
      >
        ${bars}</svg><span class="ticks"><span>turn ${turns[0]?.number}</span><span>turn ${turns.at(-1)?.number}</span></span>
      <ul class="legend">
        ${TOKEN_KINDS.map(({ key, name }) => safeHtml`<li><span class="swatch ${key}" aria-hidden="true"></span>${name}: ${wholeNumber(all[key])}</li>`)}
      </ul>
    </div> `;
}

function tokensBar({ number, tokens }: TurnTokens['turns'][number], at: number, highest: number): Part {
  let top = 100;
  const parts = TOKEN_KINDS.map(({ key }) => {
    const height = (tokens[key] / highest) * 100;
    top -= height;
    return tokens[key] === 0
      ? NOTHING
      : safeHtml`<rect class="${key}" x="${at * 10 + 1}" y="${top.toFixed(2)}" width="8" height="${height.toFixed(2)}" />`;
  });
  const told = TOKEN_KINDS.map(({ key, name }) => `${wholeNumber(tokens[key])} ${name}`).join(', ');
  return safeHtml`<g><title>Turn ${number}: ${told}</title>${parts}</g>`;
}
