import { describe, expect, it } from '@jest/globals';
import { laneTotals, readRunTime } from '../../src/report/time-spans.js';
import { readStory } from '../../src/report/turns.js';
import { sampleRecord } from '../support/sample-record.js';

const sample = sampleRecord();
const record = { ...sample, usage: { ...sample.usage, durationSeconds: 100 } };
const at = (seconds: number) => new Date(Date.parse(record.run.startedAt) + seconds * 1000).toISOString();
const usage = { inputTokens: 1, outputTokens: 1, cacheReadTokens: 0, cacheWriteTokens: 0 };

/** One turn that is answered after ten seconds and done after twenty, with a call of this tool. */
const storyOf = (tool: string) =>
  readStory(
    [
      { type: 'run', at: at(0) },
      {
        ...{ type: 'answer', turn: 1, durationMs: 5_000, usage, at: at(10) },
        content: [{ type: 'tool_use', id: 'a', name: tool, input: {} }],
      },
      { type: 'results', turn: 1, results: [{ id: 'a', text: 'ok', isError: false }], at: at(20) },
    ]
      .map((line) => JSON.stringify(line))
      .join('\n'),
  );

const totals = (tool: string, of = record) => {
  const time = readRunTime(of, storyOf(tool));
  return time && Object.fromEntries(laneTotals(time).map(({ lane, totalMs }) => [lane, totalMs / 1000]));
};

describe('what follows the last turn', () => {
  it('is the verification after a handover', () => {
    expect(totals('finish')).toEqual({ other: 5, model: 5, files: 10, verification: 80 });
  });

  it('is the verification too where a limit ended the run, whose work was verified all the same', () => {
    expect(totals('cargo')).toEqual({ other: 5, model: 5, cargo: 10, verification: 80 });
  });

  it('is nothing of the kind where none ran', () => {
    expect(totals('cargo', { ...record, verification: undefined })).toEqual({ other: 85, model: 5, cargo: 10 });
  });
});
