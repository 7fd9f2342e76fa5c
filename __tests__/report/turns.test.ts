import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readStory } from '../../src/report/turns.js';
import { SAMPLE_TURNS, transcriptOf } from '../support/page-sources.js';

describe('readStory', () => {
  it('puts every result beside the call it belongs to', () => {
    const { turns, brief, unreadableLines } = readStory(transcriptOf(SAMPLE_TURNS));
    expect(brief?.text).toBe('Implement this spec.');
    expect(unreadableLines).toBe(0);
    expect(turns.map(({ words }) => words)).toEqual(SAMPLE_TURNS.map(({ words }) => words));
    expect(turns[1]?.calls.map(({ name, result }) => [name, result?.isError])).toEqual([
      ['edit_file', false],
      ['cargo', true],
    ]);
    expect(turns[1]?.notes).toEqual([SAMPLE_TURNS[1]?.note]);
  });

  it('knows when a turn was answered and done', () => {
    const [first] = readStory(transcriptOf(SAMPLE_TURNS)).turns;
    expect((first?.doneAtMs ?? 0) - (first?.answeredAtMs ?? 0)).toBe(6_000);
  });

  it('reads transcripts that do not say when, and calls that were not carried out', () => {
    const answer = {
      type: 'answer',
      turn: 1,
      durationMs: 5,
      content: [{ type: 'tool_use', id: 'a', name: 'plan', input: null }],
      usage: {},
    };
    const { turns } = readStory(JSON.stringify(answer));
    expect(turns).toMatchObject([{ answeredAtMs: undefined, calls: [{ name: 'plan', input: { input: null } }] }]);
    expect(turns[0]?.calls[0]).not.toHaveProperty('result');
  });

  it('counts lines it cannot read and never throws', () => {
    expect(readStory('{"type":"answer"}\nnonsense\n\n').unreadableLines).toBe(2);
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => expect(readStory(text).turns).toEqual([])));
  });
});
