import { describe, expect, it } from '@jest/globals';
import { nameCommits } from '../../src/report/commit-names.js';
import { sampleRecord } from '../support/sample-record.js';

const [OURS, THEIRS, OTHER] = ['a', 'b', 'c'].map((digit) => digit.repeat(40)) as [string, string, string];

describe('a record whose commits got other ids', () => {
  it('names them so wherever it names commits of the run, and leaves others alone', () => {
    const record = sampleRecord({
      increments: [
        { title: 'One', commit: OURS, requirements: [] },
        { title: 'Two', commit: OTHER, requirements: [] },
      ],
      plans: [{ turn: 1, at: '', increments: [{ title: 'One', requirements: [], commit: OURS }] }],
      verification: { commit: OURS, tree: OURS, gates: [] },
      reproduce: [`git checkout ${OURS}`, `cargo test --test ${OURS}`],
    });
    nameCommits(record, new Map([[OURS, THEIRS]]));
    expect(record.increments.map(({ commit }) => commit)).toEqual([THEIRS, OTHER]);
    expect(record.plans?.[0]?.increments[0]?.commit).toBe(THEIRS);
    expect(record.verification).toMatchObject({ commit: THEIRS, tree: OURS });
    expect(record.reproduce).toEqual([`git checkout ${THEIRS}`, `cargo test --test ${OURS}`]);
  });
});
