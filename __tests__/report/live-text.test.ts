import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  parseMark,
  parseQuestionsMark,
  renderAnswer,
  renderLive,
  renderReply,
  renderStatus,
} from '../../src/report/report.js';
import { recordOf } from '../support/hostile-record.js';
import { hostileText } from '../support/hostile-text.js';
import { markdownBreaches } from '../support/markdown-breaches.js';
import { sampleRecord } from '../support/sample-record.js';

const since = new Date('2026-11-22T09:41:07Z');
const underWay = sampleRecord({
  outcome: 'stopped',
  plans: [
    {
      ...{ turn: 2, at: '2026-11-22T09:31:00Z' },
      increments: [
        { title: 'Validated entries', requirements: ['R1'], commit: 'c5d6e7f8'.repeat(5) },
        { title: 'Currencies', requirements: ['R2'] },
      ],
    },
  ],
});

describe('the text of a run that goes on', () => {
  const live = { step: 'turn 7 · edit_file src/entry.rs · 2 edits', since, lastCargo: 'cargo test: passed · 12 tests' };
  const text = renderLive(underWay, live);

  it('shows the plan as a checklist, the step with its time, the last build, and what is spent of what', () => {
    expect(text.split('\n').slice(3)).toEqual([
      '**Ferrule is at work on** `specs/ledger.md`, Ledger entries',
      '',
      'Now, since 09:41:07 UTC: turn 7 · edit_file src/entry.rs · 2 edits',
      '',
      '- [x] Validated entries (`c5d6e7f`) – R1, R2, builds on its own',
      '- [ ] Currencies – R2',
      '',
      'Last build: cargo test: passed · 12 tests',
      '',
      'Spent: turn 31 of 200 · 439,134 of 20,000,000 tokens · $0.84 of $10.00 · started at 09:30:00 UTC, at most 60 minutes',
      '',
      '1 question so far.',
      '',
      expect.stringMatching(/^This text follows the run .*\[Log of the run\]\(https:\/\/github\.com\/acme\//),
      '',
    ]);
  });

  it('counts what earlier runs spent against the limits, as the budget does', () => {
    const usage = { ...underWay.usage, earlier: { tokens: 1_000, costUsd: 9.6 } };
    expect(renderLive({ ...underWay, usage }, live)).toContain(
      ' · 440,134 of 20,000,000 tokens (of it 1,000 by earlier runs) · $10.44 of $10.00 (of it $9.60 by earlier runs) · ',
    );
    const unknown = { ...underWay, usage: { ...usage, costUsd: null } };
    expect(renderAnswer(unknown)).toContain(' · cost unknown ($9.60 by earlier runs) · ');
  });

  it('names a spec without a title by its path alone', () => {
    const untitled = { ...underWay, spec: { ...underWay.spec, title: '' } };
    expect(renderLive(untitled, live)).toContain('**Ferrule is at work on** `specs/ledger.md`\n');
    expect(renderAnswer(untitled)).toContain('\nSpec: `specs/ledger.md`\n');
  });

  it('has the marks of the report that it replaces: what was spent and asked is known after a kill', () => {
    expect(parseMark(text)).toMatchObject({
      specPath: 'specs/ledger.md',
      outcome: 'stopped',
      spent: { tokens: 439_134 },
    });
    expect(parseQuestionsMark(text)).toMatchObject([{ number: 1, text: 'Is zero a positive amount?' }]);
  });

  it('changes with the run only, not with the time', () => {
    const usage = { ...underWay.usage, durationSeconds: 900 };
    expect(renderLive({ ...underWay, usage }, live)).toBe(text);
    expect(renderLive(underWay, { ...live, step: 'turn 8' })).not.toBe(text);
  });

  it('and the answer at its end let no text out of its place', () => {
    fc.assert(
      fc.property(hostileText, (hostile) => {
        const record = recordOf(hostile, 3);
        expect(markdownBreaches(renderLive(record, { step: hostile, since, lastCargo: hostile }))).toEqual([]);
        expect(markdownBreaches(renderAnswer(record))).toEqual([]);
        expect(markdownBreaches(renderReply([record]))).toEqual([]);
        expect(markdownBreaches(renderReply([record, record]))).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });

  it('stays short, whatever is in it', () => {
    for (const character of ['x', '@', '$']) {
      const long = character.repeat(70_000);
      const record = { ...recordOf(long, 300), spec: sampleRecord().spec };
      expect(renderLive(record, { step: long, since, lastCargo: long }).length).toBeLessThan(65_536);
      expect(renderAnswer(record).length).toBeLessThan(65_536);
      expect(renderReply(Array.from({ length: 300 }, () => record)).length).toBeLessThan(65_536);
    }
  });
});

describe('the answer beside a pull request', () => {
  it('is the verdict with what it cost; its marks are the report’s', () => {
    const text = renderAnswer(sampleRecord());
    expect(parseMark(text)).toMatchObject({ outcome: 'verified' });
    expect(text.split('\n').slice(3)).toEqual([
      expect.stringMatching(/^\*\*Verified: check, test and fmt passed/),
      '',
      'Spec: `specs/ledger.md`, Ledger entries',
      '',
      'Spent: turn 31 of 200 · 439,134 of 20,000,000 tokens · $0.84 of $10.00 · 6 min 52 s',
      '',
      '[Log of the run](https://github.com/acme/ledger/actions/runs/4711).',
      '',
    ]);
  });
});

describe('the reply to a command that left no report', () => {
  const unchanged = sampleRecord({ outcome: 'unchanged', message: 'Proven on main.' });
  const LOG = '[Log of the run](https://github.com/acme/ledger/actions/runs/4711).';

  it('is the verdict of the spec, without marks: earlier reports stay what is found', () => {
    expect(renderReply([unchanged])).toBe(`\`specs/ledger.md\`: Unchanged: Proven on main.\n\n${LOG}`);
    expect(parseMark(renderReply([unchanged]))).toBeUndefined();
  });

  it('has a line for each of several', () => {
    const refused = sampleRecord({ outcome: 'refused', message: 'No such spec.' });
    expect(renderReply([unchanged, refused]).split('\n')).toEqual([
      '- `specs/ledger.md`: Unchanged: Proven on main.',
      '- `specs/ledger.md`: Refused: No such spec.',
      '',
      LOG,
    ]);
  });
});

describe('the status line', () => {
  it('is the step with tokens and cost', () => {
    expect(renderStatus(underWay, 'turn 7 · cargo test')).toBe('turn 7 · cargo test · 439,134 tokens · $0.84');
    const earlier = { tokens: 1_000, costUsd: 9.6 };
    const resumed = { ...underWay, usage: { ...underWay.usage, earlier } };
    expect(renderStatus(resumed, 'turn 7')).toBe('turn 7 · 440,134 tokens · $10.44');
    const usage = { ...underWay.usage, costUsd: null };
    expect(renderStatus({ ...underWay, usage }, 'turn 7')).toBe('turn 7 · 439,134 tokens');
  });
});
