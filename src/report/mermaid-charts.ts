// Time and tokens of a run as Mermaid charts, which GitHub draws in a job summary. Nothing but numbers and words of our
// own goes into them: Mermaid has a syntax of its own to break out into. What is counted is in time-spans.ts and
// turn-tokens.ts.
import { section } from './layout.js';
import type { RunRecord } from './record.js';
import { LANE_NAMES, laneTotals, readRunTime, sliceSpans, type Lane, type RunTime, type Span } from './time-spans.js';
import { readTurnTokens, TOKEN_KINDS, type TurnTokens } from './turn-tokens.js';
import type { Story } from './turns.js';
import { duration, wholeNumber } from './wording.js';

/** More could not be told apart at the width of a page. */
const MAX_BARS = 60;
/** Of the whole: a shorter bar would be its frame alone. */
const MIN_SHARE = 1 / 1_000;
/** As many can have their numbers below them. */
const MAX_LABELLED_BARS = 20;
/** Grey for all tokens, green for those from the cache; both can be seen on GitHub's light and dark ground. */
const TOKENS_PALETTE = '#8c959f, #2da44e';

/** Both charts under a heading; an empty text for a run without a conversation. */
export function chartsSection(record: RunRecord, story: Story): string {
  const time = readRunTime(record, story);
  const tokens = readTurnTokens(story);
  return section('Where time and tokens went', [
    ...(time === undefined ? [] : timeChart(time)),
    ...(tokens === undefined ? [] : tokensChart(tokens)),
  ]);
}

function timeChart(time: RunTime): string[] {
  const { spans, totalMs } = time;
  const isWhole = spans.length <= MAX_BARS;
  const bars = isWhole ? spans : sliceSpans(time, Math.floor(MAX_BARS / Object.keys(LANE_NAMES).length));
  const shown = bars.filter(({ fromMs, toMs }) => toMs - fromMs >= totalMs * MIN_SHARE);
  const totals = laneTotals(time);
  const shares = totals.map(
    ({ lane, totalMs: laneMs }) =>
      `${LANE_NAMES[lane]} ${duration(laneMs)} (${Math.round((laneMs / totalMs) * 100)} %)`,
  );
  const sliced = isWhole
    ? ''
    : ' Bars of neighbouring turns are put together: their lengths are true, their number is that of the first turn.';
  const lanes = totals.flatMap(({ lane }) => {
    const tasks = shown.filter((span) => span.lane === lane).map(ganttTask);
    return tasks.length === 0 ? [] : [`  section ${LANE_NAMES[lane]}`, ...tasks];
  });
  const chart = [
    '---',
    'config:',
    '  gantt:',
    '    displayMode: compact',
    '    leftPadding: 110',
    '---',
    'gantt',
    '  dateFormat YYYY-MM-DD HH:mm:ss.SSS',
    `  axisFormat ${totalMs < 3_600_000 ? '%M:%S' : '%H:%M'}`,
    ...lanes,
  ];
  return [
    `**Time**, ${duration(totalMs)} in all: ${shares.join(', ')}.${sliced} Bars have the number of their turn.`,
    mermaid(chart),
  ];
}

/** Mermaid has colours for states of a task and for nothing else; its red would look like a failure. */
const LANE_COLOURS: Readonly<Record<Lane, string>> = {
  model: 'active, ',
  cargo: '',
  files: 'done, ',
  verification: '',
  other: 'done, ',
};

/** A task needs a name: the number of its (first) turn, else a dot. */
function ganttTask({ lane, turns, fromMs, toMs }: Span): string {
  const name = turns === undefined ? '·' : String(turns.first);
  return `  ${name} :${LANE_COLOURS[lane]}${ganttTime(fromMs)}, ${ganttTime(toMs)}`;
}

/**
 * A point of the run as a time of day: Mermaid reads and shows times in the reader's own zone, so the axis counts from 0
 * everywhere. That day has no change of the clocks in any zone.
 */
function ganttTime(ms: number): string {
  return new Date(Date.UTC(2001, 0, 1) + Math.round(ms)).toISOString().replace('T', ' ').replace('Z', '');
}

function tokensChart({ turns, all, highest, cachePercent }: TurnTokens): string[] {
  const size = Math.ceil(turns.length / MAX_BARS);
  const bars = Array.from({ length: Math.ceil(turns.length / size) }, (_, at) => meanOf(turns, at * size, size));
  const first = turns[0]?.number ?? 1;
  const labels = bars.map((_, at) => `"${first + at * size}"`).join(', ');
  const axis =
    bars.length <= MAX_LABELLED_BARS ? `"turn" [${labels}]` : `"turn" ${first} --> ${first + turns.length - 1}`;
  const counts = TOKEN_KINDS.map(({ key, name }) => `${wholeNumber(all[key])} ${name}`).join(', ');
  const chart = [
    '---',
    'config:',
    '  xyChart:',
    '    width: 900',
    '    height: 320',
    '  themeVariables:',
    '    xyChart:',
    '      backgroundColor: "transparent"',
    `      plotColorPalette: "${TOKENS_PALETTE}"`,
    '---',
    'xychart-beta',
    `  x-axis ${axis}`,
    `  y-axis "tokens" 0 --> ${plain(highest)}`,
    `  bar [${bars.map(({ total }) => plain(total)).join(', ')}]`,
    `  bar [${bars.map(({ cached }) => plain(cached)).join(', ')}]`,
  ];
  const mean = size === 1 ? '' : ` Each bar is the mean of ${size} turns.`;
  return [
    `**Tokens per turn**, ${cachePercent} % of the input came from the cache: ${counts}. Green is what came from the cache.${mean}`,
    mermaid(chart),
  ];
}

function meanOf(turns: TurnTokens['turns'], from: number, size: number): { total: number; cached: number } {
  const some = turns.slice(from, from + size);
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  return {
    total: mean(some.map(({ total }) => total)),
    cached: mean(some.map(({ tokens }) => tokens.cacheReadTokens)),
  };
}

/** Digits alone, whatever the number is. */
function plain(count: number): string {
  return String(Math.min(Math.round(count), Number.MAX_SAFE_INTEGER));
}

function mermaid(lines: readonly string[]): string {
  return ['```mermaid', ...lines, '```'].join('\n');
}
