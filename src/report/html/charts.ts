// Where the time and the tokens of a run went, as drawings without any script. Numbers stand beside them as text.
import type { RunRecord } from '../record.js';
import { duration, wholeNumber } from '../wording.js';
import { safeHtml, NOTHING, type Part } from './markup.js';
import type { Story, Turn } from './turns.js';

const WIDTH = 1000;

interface Span {
  lane: 'model' | 'cargo' | 'files' | 'verification' | 'other';
  title: string;
  fromMs: number;
  toMs: number;
}

const LANES: Record<Span['lane'], string> = {
  model: 'model',
  cargo: 'cargo',
  files: 'other tools',
  verification: 'verification',
  other: 'everything else',
};

/** The run on a line of time, one lane for each thing it did; nothing where the transcript has no times. */
export function timeline(record: RunRecord, story: Story): Part {
  const startMs = Date.parse(record.run.startedAt);
  const endMs = startMs + record.usage.durationSeconds * 1000;
  const spans = spansOf(story, startMs, endMs);
  if (spans.length === 0 || endMs <= startMs) return NOTHING;
  const x = (ms: number) => ((Math.min(Math.max(ms, startMs), endMs) - startMs) / (endMs - startMs)) * WIDTH;
  const lanes = (Object.keys(LANES) as Span['lane'][]).flatMap((lane) => {
    const own = spans.filter((span) => span.lane === lane);
    const total = own.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0);
    if (own.length === 0) return [];
    const share = Math.round((total / (endMs - startMs)) * 100);
    return safeHtml`<div class="lane">
      <span class="lane-name">${LANES[lane]}</span><svg viewBox="0 0 ${WIDTH} 10" preserveAspectRatio="none" aria-hidden="true">
        <rect class="ground" width="${WIDTH}" height="10" />
        ${own.map(({ fromMs, toMs, title }) => safeHtml`<rect class="${lane}" x="${x(fromMs).toFixed(1)}" width="${Math.max(x(toMs) - x(fromMs), 1).toFixed(1)}" height="10"><title>${title}</title></rect>`)}</svg><span class="lane-total">${duration(total)}, ${share} %</span>
    </div> `;
  });
  return safeHtml`<h3>Time</h3>
    <div class="timeline">
      ${lanes}
      <div class="lane axis">
        <span></span><span class="ticks"><span>0</span><span>${duration((endMs - startMs) / 2)}</span><span>${duration(endMs - startMs)}</span></span><span></span>
      </div>
    </div> `;
}

/** Follows the times of the transcript. What lies between an answer's actions and the next answer is no one's turn. */
function spansOf({ turns }: Story, startMs: number, endMs: number): Span[] {
  const spans: Span[] = [];
  const add = (lane: Span['lane'], title: string, fromMs: number, toMs: number) => {
    if (toMs > fromMs) spans.push({ lane, title: `${title}: ${duration(toMs - fromMs)}`, fromMs, toMs });
  };
  let reachedMs = startMs;
  let between: [Span['lane'], string] = ['other', 'Preparation'];
  for (const turn of turns) {
    const { answeredAtMs, number, calls } = turn;
    if (answeredAtMs === undefined) return [];
    const askedAtMs = answeredAtMs - turn.durationMs;
    add(...between, reachedMs, askedAtMs);
    add('model', `Turn ${number}, model`, Math.max(askedAtMs, startMs), answeredAtMs);
    reachedMs = turn.doneAtMs ?? answeredAtMs;
    add(
      usesCargo(turn) ? 'cargo' : 'files',
      `Turn ${number}, ${calls.map(({ name }) => name).join(', ')}`,
      answeredAtMs,
      reachedMs,
    );
    between = calls.some(({ name }) => name === 'finish') ? ['verification', 'Verification'] : ['other', 'Waiting'];
  }
  if (turns.length > 0) add(...between, reachedMs, endMs);
  return spans;
}

function usesCargo({ calls }: Turn): boolean {
  return calls.some(({ name }) => name === 'cargo' || name === 'complete_increment');
}

const PARTS = [
  { key: 'cacheReadTokens', name: 'read from the cache' },
  { key: 'cacheWriteTokens', name: 'written to the cache' },
  { key: 'inputTokens', name: 'in, not cached' },
  { key: 'outputTokens', name: 'out' },
] as const;

/** A bar for each turn, its parts by price; nothing where no tokens were counted (a replay). */
export function tokensChart({ turns }: Story): Part {
  const totals = turns.map(({ usage }) => PARTS.reduce((sum, { key }) => sum + usage[key], 0));
  const highest = totals.reduce((most, each) => Math.max(most, each), 0);
  if (highest === 0) return NOTHING;
  const all = (key: (typeof PARTS)[number]['key']) => turns.reduce((sum, { usage }) => sum + usage[key], 0);
  const tokensIn = all('inputTokens') + all('cacheReadTokens') + all('cacheWriteTokens');
  const share = tokensIn === 0 ? 0 : Math.round((all('cacheReadTokens') / tokensIn) * 100);
  const bars = turns.map((turn, at) => bar(turn, at, highest));
  return safeHtml`<h3>Tokens per turn <small>${share} % of the input came from the cache</small></h3>
    <div class="tokens">
      <span class="highest">${wholeNumber(highest)}</span><svg
        viewBox="0 0 ${turns.length * 10} 100"
        preserveAspectRatio="none"
        role="img"
        aria-label="Tokens of each turn; the highest is ${wholeNumber(highest)}, ${share} % of all input came from the cache"
      >
        ${bars}</svg><span class="ticks"><span>turn ${turns[0]?.number}</span><span>turn ${turns.at(-1)?.number}</span></span>
      <ul class="legend">
        ${PARTS.map(({ key, name }) => safeHtml`<li><span class="swatch ${key}" aria-hidden="true"></span>${name}: ${wholeNumber(all(key))}</li>`)}
      </ul>
    </div> `;
}

function bar({ number, usage }: Turn, at: number, highest: number): Part {
  let top = 100;
  const parts = PARTS.map(({ key }) => {
    const height = (usage[key] / highest) * 100;
    top -= height;
    return usage[key] === 0
      ? NOTHING
      : safeHtml`<rect class="${key}" x="${at * 10 + 1}" y="${top.toFixed(2)}" width="8" height="${height.toFixed(2)}" />`;
  });
  const told = PARTS.map(({ key, name }) => `${wholeNumber(usage[key])} ${name}`).join(', ');
  return safeHtml`<g><title>Turn ${number}: ${told}</title>${parts}</g>`;
}
