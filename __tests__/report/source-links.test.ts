import { describe, expect, it } from '@jest/globals';
import { renderMarkdown, type RunRecord } from '../../src/report/report.js';
import { sampleOutputs, sampleRecord } from '../support/sample-record.js';

const whole = { outputs: sampleOutputs, maxChars: Infinity };

describe('a report', () => {
  it('links code and tests at the verified commit, where it is pushed', () => {
    const tests = [
      { name: 'tests::a', result: 'ok' as const, path: 'tests/a (1).rs', line: 7 },
      { name: 'b', result: 'not-run' as const },
    ];
    const text = 'It must.';
    const ledger = [
      { id: 'R1', text, status: 'partly' as const, claimed: null, code: ['src/a.rs:1-3', '../x.rs:2'], tests },
      { id: 'R2', text, status: 'not-met' as const, claimed: null, code: ['src/b.rs'], tests: [] },
    ];
    const { verification, run } = sampleRecord();
    const record = (onBranch: boolean, changes: Partial<RunRecord> = {}) =>
      renderMarkdown(
        sampleRecord({ ledger, ...(verification && { verification: { ...verification, onBranch } }), ...changes }),
        whole,
      );
    const blob = `https://github.com/acme/ledger/blob/${'c5d6e7f8'.repeat(5)}`;
    const linked = record(true);
    expect(linked).toContain(`Spec: [\`specs/ledger.md\`](${blob}/specs/ledger.md), Ledger entries`);
    expect(linked).toContain(
      `### Requirements\n\n◐ 1 partly proven · ✘ 1 not met, of 2.\n\n| id | requirement | status | code | tests | note |\n` +
        `| --- | --- | --- | --- | --- | --- |\n` +
        `| [R1](${blob}/specs/ledger.md?plain=1#L12) | It must. | ◐ partly proven | [\`src/a.rs:1-3\`](${blob}/src/a.rs#L1-L3) \`../x.rs:2\` | ` +
        `[\`tests::a\`](${blob}/tests/a%20%281%29.rs#L7) ok, \`b\` did not run |  |\n` +
        `| [R2](${blob}/specs/ledger.md?plain=1#L14) | It must. | ✘ not met | [\`src/b.rs\`](${blob}/src/b.rs) |  |  |\n`,
    );
    expect(linked).toContain(`**Question 1 on [R1](${blob}/specs/ledger.md?plain=1#L12):** Is zero a positive amount?`);
    const { publication, spec } = sampleRecord();
    const requirements = spec.requirements.map((each) => ({ ...each, file: 'specs/ledger/a.md' }));
    const inFolder = record(true, { spec: { ...spec, path: 'specs/ledger', requirements } });
    expect(inFolder).toContain(`[R2](${blob}/specs/ledger/a.md?plain=1#L14)`);
    const unlinked = [
      record(false),
      record(true, { publication: { ...publication, kind: 'none' } }),
      record(true, { publication: { ...publication, undelivered: true } }),
      record(true, { run: { ...run, url: 'https://evil.example/)/actions/runs/1' } }),
    ];
    expect(unlinked.filter((each) => each.includes('/blob/'))).toEqual([]);
  });
});
