// What the run spent against its limits, where the time went, and how to get the same verdict elsewhere.
import type { RunRecord } from '../record.js';
import { totalSpending } from '../spending.js';
import { reproductionNotes, reproductionTitle } from '../reproduction-notes.js';
import { costText, isNothingSpent, tokensText } from '../spending-text.js';
import { stopReasonText } from '../verdict.js';
import { dollars, duration, wholeNumber } from '../wording.js';
import { timeline, tokensChart } from './charts.js';
import { safeHtml, NOTHING, type Part, type Section, section, table, withCode } from './markup.js';
import type { Story } from '../turns.js';

export function expensesSection(record: RunRecord, story: Story): Section | undefined {
  const { usage, stopReason } = record;
  const { limits } = usage;
  const total = totalSpending(usage);
  const tokensIn = usage.inputTokens + usage.cacheReadTokens + usage.cacheWriteTokens;
  const own = `${wholeNumber(tokensIn)} in, ${wholeNumber(usage.outputTokens)} out`;
  const rows: { name: string; told: string; limit: string; share: number }[] = [
    {
      name: 'turns',
      told: wholeNumber(usage.turns),
      limit: wholeNumber(limits.maxTurns),
      share: usage.turns / limits.maxTurns,
    },
    {
      name: 'verification rounds',
      told: wholeNumber(usage.rounds),
      limit: wholeNumber(limits.maxRounds),
      share: usage.rounds / limits.maxRounds,
    },
    {
      name: 'tokens',
      told: tokensText(usage, own),
      limit: wholeNumber(limits.maxTokens),
      share: total.tokens / limits.maxTokens,
    },
    {
      name: 'cost',
      told: costText(usage),
      limit: dollars(limits.maxCostUsd),
      share: (total.costUsd ?? 0) / limits.maxCostUsd,
    },
    {
      name: 'time',
      told: duration(usage.durationSeconds * 1000),
      limit: duration(limits.maxMinutes * 60_000),
      share: usage.durationSeconds / 60 / limits.maxMinutes,
    },
  ];
  const took = safeHtml`<p>Nothing. It took ${duration(usage.durationSeconds * 1000)}.</p>`;
  const cells = rows.map(({ name, told, limit, share }) => [safeHtml`<b>${name}</b>`, told, limit, meter(share)]);
  return section('spent', 'Time, tokens and cost', [
    isNothingSpent(usage) ? took : table(['', 'used', 'limit', 'share'], cells),
    stopReason === undefined
      ? NOTHING
      : safeHtml`<p class="note">The run ended early: ${stopReasonText(stopReason)}.</p>`,
    timeline(record, story),
    tokensChart(story),
  ]);
}

/** A share of a limit as a bar; limits of zero have none. */
function meter(share: number): Part {
  if (!Number.isFinite(share)) return NOTHING;
  const percent = Math.round(share * 100);
  const width = Math.min(Math.max(percent, 0), 100);
  return safeHtml`<span class="meter"><svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
      <rect class="ground" width="100" height="8" />
      <rect class="${percent >= 100 ? 'full' : 'used'}" width="${width}" height="8" />
    </svg>
    ${percent} %</span>`;
}

export function reproduceSection(record: RunRecord): Section | undefined {
  const { reproduce, toolchain, environment, spec, agent, run } = record;
  const facts = [
    ['rustc', toolchain.rustc],
    ['cargo', toolchain.cargo],
    ['host', toolchain.host],
    ['sandbox', environment.sandbox],
    ['runner', environment.runnerOs],
    ['ferrule', environment.ferrule],
    ['agent', agent.name],
    ['agent file, sha256', agent.hash],
    ['spec, sha256', spec.hash],
    ['run', run.id],
  ].filter(([, value]) => value !== '');
  const commands =
    reproduce.length === 0
      ? NOTHING
      : safeHtml`<div class="commands">
          <pre tabindex="0" role="region" aria-label="Commands"><code>${reproduce.join('\n')}</code></pre>
        </div>`;
  const list = safeHtml`<dl class="facts wide">
    ${facts.map(
      ([name, value]) =>
        safeHtml`<div>
          <dt>${name}</dt>
          <dd>${value}</dd>
        </div> `,
    )}
  </dl>`;
  const notes = reproductionNotes(record).map((text) => safeHtml`<p class="note">${withCode(text)}</p>`);
  return section('reproduce', reproductionTitle(record), [commands, notes, list]);
}
