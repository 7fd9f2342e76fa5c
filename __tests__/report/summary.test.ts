import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { MAX_SUMMARY_BYTES, renderSummary, type RunRecord } from '../../src/report/report.js';
import { recordOf } from '../support/hostile-record.js';
import { hostileText } from '../support/hostile-text.js';
import { markdownBreaches } from '../support/markdown-breaches.js';
import { barCount, mermaidBreaches, mermaidCharts } from '../support/mermaid-lines.js';
import { SAMPLE_TURNS, transcriptOf, type SampleTurn } from '../support/page-sources.js';
import { sampleOutputs, sampleRecord } from '../support/sample-record.js';

/** The sample, lasting as long as its transcript of so many turns. */
function longRun(turns: number, changes: Partial<RunRecord> = {}) {
  const cycle = (_: unknown, at: number) => SAMPLE_TURNS[at === turns - 1 ? 3 : at % 3] as SampleTurn;
  const record = sampleRecord(changes);
  const usage = { ...record.usage, durationSeconds: turns * 17 + 20 };
  return { record: { ...record, usage }, transcript: transcriptOf(Array.from({ length: turns }, cycle)) };
}

describe('renderSummary', () => {
  it('has the verdict under the title of the spec', () => {
    const lines = renderSummary(sampleRecord(), { outputs: sampleOutputs, transcript: '' }).split('\n');
    expect(lines[0]).toBe('## Ferrule: Ledger entries');
    expect(lines[2]).toMatch(/^\*\*Verified: /);
  });

  it('stays below the size at which GitHub drops it, counted in bytes', () => {
    const { record, transcript } = longRun(300);
    const text = renderSummary(record, { outputs: () => '😀\n'.repeat(300_000), transcript });
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(MAX_SUMMARY_BYTES);
    expect(text).toContain('shortened');
    expect(mermaidCharts(text)).toHaveLength(2);
  });

  it('holds complete outputs that a comment could not hold', () => {
    const sources = { outputs: () => 'line\n'.repeat(50_000), transcript: '' };
    expect(renderSummary(sampleRecord({ verification: undefined }), sources)).not.toContain('shortened');
    expect(renderSummary(sampleRecord(), sources)).toContain('complete, 50,000 lines');
  });

  it('draws where the time went, a bar for each thing that took some, and says the sums', () => {
    const { record, transcript } = longRun(4);
    const text = renderSummary(record, { outputs: sampleOutputs, transcript });
    expect(text).toContain(
      '**Time**, 1 min 28 s in all: model 36 s (41 %), cargo 12 s (14 %), other tools 12 s (14 %), verification 20 s (23 %), everything else 8.0 s (9 %).',
    );
    const [gantt] = mermaidCharts(text);
    expect(gantt?.lines.slice(gantt.lines.indexOf('  section cargo'))).toEqual([
      '  section cargo',
      '  2 :2001-01-01 00:00:30.000, 2001-01-01 00:00:36.000',
      '  3 :2001-01-01 00:00:46.000, 2001-01-01 00:00:52.000',
      '  section other tools',
      '  1 :done, 2001-01-01 00:00:14.000, 2001-01-01 00:00:20.000',
      '  4 :done, 2001-01-01 00:01:02.000, 2001-01-01 00:01:08.000',
      '  section verification',
      '  · :2001-01-01 00:01:08.000, 2001-01-01 00:01:28.000',
      '  section everything else',
      '  · :done, 2001-01-01 00:00:00.000, 2001-01-01 00:00:05.000',
      '  · :done, 2001-01-01 00:00:20.000, 2001-01-01 00:00:21.000',
      '  · :done, 2001-01-01 00:00:36.000, 2001-01-01 00:00:37.000',
      '  · :done, 2001-01-01 00:00:52.000, 2001-01-01 00:00:53.000',
    ]);
  });

  it('draws the tokens of each turn, and of them those from the cache', () => {
    const { record, transcript } = longRun(3);
    const text = renderSummary(record, { outputs: sampleOutputs, transcript });
    expect(text).toContain('**Tokens per turn**, 83 % of the input came from the cache: 23,400 read from the cache,');
    expect(mermaidCharts(text)[1]?.lines.slice(-4)).toEqual([
      '  x-axis "turn" ["1", "2", "3"]',
      '  y-axis "tokens" 0 --> 10741',
      '  bar [8747, 9744, 10741]',
      '  bar [6900, 7800, 8700]',
    ]);
  });

  it.each([1, 59, 61, 300, 2000])('keeps its charts readable, at most 60 bars, for a run of %i turns', (turns) => {
    const { record, transcript } = longRun(turns);
    const text = renderSummary(record, { outputs: sampleOutputs, transcript });
    const charts = mermaidCharts(text);
    expect(charts.map(({ kind }) => kind)).toEqual(['gantt', 'xychart-beta']);
    for (const chart of charts) expect(barCount(chart)).toBeLessThanOrEqual(60);
    expect(mermaidBreaches(text)).toEqual([]);
  });

  it('shows the true time of each lane also where bars are put together', () => {
    const { record, transcript } = longRun(300);
    const [gantt] = mermaidCharts(renderSummary(record, { outputs: sampleOutputs, transcript }));
    const section = (gantt?.lines ?? [])
      .join('\n')
      .split('  section ')
      .find((part) => part.startsWith('model'));
    const times = [...(section ?? '').matchAll(/2001-[\d-]+ [\d:.]+/g)].map(([time]) => Date.parse(`${time}Z`));
    const shown = times.reduce((sum, time, at) => sum + (at % 2 === 0 ? -time : time), 0);
    expect(shown).toBe(300 * 9_000);
  });

  it('draws nothing where there was no conversation, and no tokens where none were counted', () => {
    const { record, transcript } = longRun(3);
    const replayed = transcript.replaceAll(/"(\w+Tokens)":\d+/g, '"$1":0');
    const kinds = (text: string) =>
      mermaidCharts(renderSummary(record, { outputs: sampleOutputs, transcript: text })).map(({ kind }) => kind);
    expect([kinds(''), kinds(replayed)]).toEqual([[], ['gantt']]);
  });

  it('leaves the charts out before it grows too long', () => {
    const { record, transcript } = longRun(60);
    const text = renderSummary(record, { outputs: sampleOutputs, transcript }, 3_000);
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(3_000);
    expect(mermaidCharts(text)).toEqual([]);
    expect(text).toContain('**Verified: ');
  });
});

describe('text from outside', () => {
  it('never leaves its block in a summary, nor gets into a chart', () => {
    const numbers = fc.record({ turn: fc.integer({ min: 1 }), tokens: fc.double(), durationMs: fc.double() });
    fc.assert(
      fc.property(hostileText, numbers, (text, { turn, tokens, durationMs }) => {
        const calls = [{ name: text, input: { path: text }, text, isError: true }];
        const transcript = transcriptOf([...SAMPLE_TURNS, { words: text, calls, note: text }]);
        const lines = transcript
          .trimEnd()
          .split('\n')
          .map((line) => JSON.parse(line) as { type: string });
        const odd = lines.map((line) =>
          line.type !== 'answer'
            ? line
            : {
                ...line,
                turn,
                durationMs,
                usage: { inputTokens: tokens, outputTokens: 1, cacheReadTokens: tokens, cacheWriteTokens: 0 },
              },
        );
        const sources = { outputs: () => text, transcript: odd.map((line) => JSON.stringify(line)).join('\n') };
        const summary = renderSummary({ ...recordOf(text, 1), run: sampleRecord().run }, sources);
        expect(markdownBreaches(summary)).toEqual([]);
        expect(mermaidBreaches(summary)).toEqual([]);
        expect(Buffer.byteLength(summary)).toBeLessThanOrEqual(MAX_SUMMARY_BYTES);
      }),
      { numRuns: 50 },
    );
  });
});
