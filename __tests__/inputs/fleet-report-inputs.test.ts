import { describe, expect, it } from '@jest/globals';
import { readFleetReportInputs } from '../../src/inputs/inputs.js';

const read = (texts: Record<string, string>) =>
  readFleetReportInputs((name) => ({ reports: 'records', ...texts })[name] ?? '');

describe('the inputs of fleet-report', () => {
  it('take the lists of the plan as they are, and none for none', () => {
    const notes = [{ spec: 'a.md', reason: 'No file' }];
    const { notRun } = read({ refused: JSON.stringify(notes), 'left-over': '[]' });
    expect(notRun).toEqual({ refused: notes, leftOver: [], waiting: [] });
  });

  it.each(['x', '{}', '[{"spec":1}]', '["a.md"]'])('refuse %s, which is no list of the plan, by name', (text) => {
    expect(() => read({ waiting: text })).toThrow(
      /^Input 'waiting' has the value .* Expected the plan's output 'waiting'/,
    );
  });
});
