import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { toString } from 'mdast-util-to-string';
import { MAX_BODY_CHARS, parseMark, renderMarkdown, type RunRecord } from '../../src/report/report.js';
import { recordOf } from '../support/hostile-record.js';
import { hostileText } from '../support/hostile-text.js';
import { markdownBreaches } from '../support/markdown-breaches.js';
import { allNodes, parseMarkdown } from '../support/parse-markdown.js';
import { failedTestGate, sampleGate, sampleOutputs, sampleRecord } from '../support/sample-record.js';

const whole = { outputs: sampleOutputs, maxChars: Infinity };
const headings = (text: string) =>
  allNodes(parseMarkdown(text)).flatMap((node) => (node.type === 'heading' ? [toString(node)] : []));

describe('renderMarkdown', () => {
  it('begins with the mark, then the verdict, then what is open, and only then with what stands on every pull request', () => {
    const text = renderMarkdown(sampleRecord(), { ...whole, pullRequestNotes: ['CI will not start on this branch.'] });
    expect(parseMark(text)).toEqual({
      ...{ specPath: 'specs/ledger.md', specHash: 'a3'.repeat(32), outcome: 'verified' },
      spent: { tokens: 439_134, costUsd: 0.84 },
    });
    const [, questions, records, verdict, , place, , where, , open, , question, quoted, , note] = text.split('\n');
    expect(questions).toMatch(/^<!-- ferrule-questions /);
    expect(records).toMatch(/^<!-- ferrule-records /);
    expect(verdict).toMatch(/^\*\*Verified: check, test and fmt passed at tree 1a2b3c4 /);
    expect(place).toBe('Spec: `specs/ledger.md`, Ledger entries');
    expect(where).toContain('[pull request 3](https://github.com/acme/ledger/pull/3)');
    expect(where).toContain(
      '[artifacts](https://github.com/acme/ledger/actions/runs/4711#artifacts) with `report.html`',
    );
    expect([open, question]).toEqual(['Open:', '- **1 question** to the architect']);
    expect(quoted).toBe('  - Question 1 on R1: Is zero a positive amount?');
    expect(note).toBe('> CI will not start on this branch.');
  });

  it('has a section for everything the record holds and for nothing else', () => {
    expect(headings(renderMarkdown(sampleRecord(), whole))).toEqual([
      'Verification',
      'Questions',
      'What was built',
      'Requirements: claimed by the model, not checked',
      'Suggested improvements',
      'Assumptions',
      'Public API',
      'New dependencies',
      "The model's own summary, not checked",
      'Output',
      'Spent',
      'How to reproduce',
    ]);
  });

  it('shows the ledger instead of claims once there is one', () => {
    const tests = [{ name: 'entry::rejects_negative_amount', result: 'ok' as const }];
    const entry = {
      id: 'R1',
      text: 'An entry | must',
      status: 'proven' as const,
      claimed: null,
      code: ['src/a.rs:1'],
      tests,
    };
    const text = renderMarkdown(sampleRecord({ ledger: [entry] }), whole);
    expect(headings(text)).toContain('Requirements');
    expect(text).not.toContain('claimed by the model');
    expect(text).toContain(
      '| R1 | An entry \\| must | ✔ proven | `src/a.rs:1` | `entry::rejects_negative_amount` ok |  |',
    );
  });

  it('tells of a new crate where it is from, who needs it and what runs at build time', () => {
    const known = sampleRecord().dependencies;
    const macro = {
      name: 'm',
      version: '1.0.0',
      source: 'crates.io',
      buildScript: true,
      procMacro: true,
      direct: false,
    };
    const unread = { name: 'u', version: '1.0.0', source: 'crates.io', buildScript: false, inspected: false };
    const text = renderMarkdown(sampleRecord({ dependencies: [...known, macro, unread] }), whole);
    expect(text).toContain(
      '| thiserror | 2.0.3 | crates.io, sha256 `d7d7d7d7d7d7` | MIT OR Apache-2.0 | build script | directly | default, std |',
    );
    expect(text).toContain(
      '| m | 1.0.0 | crates.io | not stated | build script and procedural macro | by another crate |  |',
    );
    expect(text).toContain('| u | 1.0.0 | crates.io | unknown | unknown (its source was not there to read) |  |  |');
  });

  it('ticks off what was completed of the plan as it stands, and folds its earlier versions', () => {
    const at = '2026-11-22T09:31:00.000Z';
    const increments = [
      { title: 'Types', commit: 'a1'.repeat(20), requirements: ['R1'] },
      { title: 'Store', commit: 'b2'.repeat(20), requirements: ['R2'] },
    ];
    const [types, store] = increments;
    const open = { title: 'Store', requirements: ['R2'] };
    const plans = [
      { turn: 2, at, increments: [types ?? open, { title: 'Everything else', requirements: [] }] },
      { turn: 9, at, increments: [store ?? open, { title: 'Search', requirements: ['R3'] }] },
    ];
    const text = renderMarkdown(sampleRecord({ outcome: 'unverified', increments, plans }), whole);
    const url = 'https://github.com/acme/ledger/commit';
    const done = `- [x] Types ([\`a1a1a1a\`](${url}/${'a1'.repeat(20)})) – R1\n`;
    expect(text).toContain(
      `### What was planned and built\n\n${done}- [x] Store ([\`b2b2b2b\`](${url}/${'b2'.repeat(20)})) – R2\n- [ ] Search – R3\n\n` +
        '<details>\n<summary>The plan was revised 1 time</summary>\n\n' +
        `**Version 1**, turn 2, ${at}\n\n${done}- [ ] Everything else\n\n</details>`,
    );
    const once = renderMarkdown(sampleRecord({ increments: [], plans: plans.slice(1) }), whole);
    expect(once).not.toContain('was revised');
  });

  it('shows a deviation in red, with the findings that it answers for', () => {
    const deviation = { kind: 'deviation' as const, text: 'keeps_old is obsolete.', requirement: 'R2' };
    const liftedBy = { requirement: 'R2', text: deviation.text };
    const found = { rule: 'test-deleted', path: 'tests/a.rs', text: 'test `keeps_old` was deleted', blocking: false };
    const other = { rule: 'missing-docs', path: 'src/a.rs', line: 3, text: '`A` has no documentation', blocking: true };
    const second = { ...deviation, text: 'Order is by age.' };
    const record = sampleRecord({ records: [deviation, second], audit: [{ ...found, liftedBy }, other] });
    const text = renderMarkdown(record, whole);
    expect(text).toContain(
      '### Deviations from the spec\n\n> [!CAUTION]\n> - **R2:** keeps_old is obsolete.\n' +
        '>   - does not block because of it: test-deleted at `tests/a.rs`: test `keeps_old` was deleted\n' +
        '> - **R2:** Order is by age.\n\n',
    );
    expect(text).toContain(
      '### Audit of the change\n\n- **blocking** missing-docs at `src/a.rs:3`: `A` has no documentation\n\n' +
        '1 finding with a deviation that answers for it: see there.',
    );
  });

  it('says which rules of the audit had another severity, and who set it', () => {
    const auditSeverities = [
      { rule: 'unwrap-used', severity: 'warn' as const, from: 'input audit-rules' },
      { rule: 'missing-docs', severity: 'off' as const, from: 'crates/a/Cargo.toml' },
    ];
    expect(renderMarkdown(sampleRecord({ auditSeverities }), whole)).toContain(
      '### Audit of the change\n\nSeverities other than the defaults: unwrap-used warn (input audit-rules) and ' +
        'missing-docs off (crates/a/Cargo.toml).',
    );
  });

  it('tells what was hidden in the spec', () => {
    const sourceWarnings = ["Spec 'a.md': 1 HTML comment (first on line 3), not shown to the model."];
    expect(renderMarkdown(sampleRecord({ sourceWarnings }), whole)).toContain(
      "### Noticed while reading spec, agent file and standards\n\n- Spec 'a.md': 1 HTML comment (first on line 3)",
    );
    expect(renderMarkdown(sampleRecord(), whole)).not.toContain('Noticed while reading');
  });

  it('lists the public API crate by crate, old and new signature side by side', () => {
    const removed = { crate: 'other', kind: 'removed' as const, item: 'f', before: 'pub fn f()', note: 'why' };
    const publicApi = [...(sampleRecord().publicApi ?? []), removed];
    const text = renderMarkdown(sampleRecord({ publicApi }), whole);
    expect(text).toContain('**ledger**: 1 added, 1 changed, 0 removed');
    expect(text).toContain('- added `entry::Entry::new`: `pub fn new(amount: i64) -> Result<Self, Error>`');
    expect(text).toContain('- changed `Error`: `pub enum Error` → `#[non_exhaustive] pub enum Error`');
    expect(text).toContain('**other**: 0 added, 0 changed, 1 removed\n\n- removed `f`: `pub fn f()` (why)');
  });

  it('tells of each commit whether it builds on its own', () => {
    const made = (commit: string) => ({ title: 'A', commit, requirements: [] });
    const increments = [{ ...made('aaa'), builds: true }, { ...made('bbb'), builds: false }, made('ccc')];
    const plans = [{ turn: 1, at: '2026-11-22T10:00:00.000Z', increments: [made('bbb')] }];
    const shown = (changes: Partial<RunRecord>) => renderMarkdown(sampleRecord({ increments, ...changes }), whole);
    expect(shown({})).toContain(
      '- A (`aaa`), builds on its own\n' +
        '- A (`bbb`), **does not build on its own**\n' +
        '- A (`ccc`), not checked whether it builds on its own\n',
    );
    expect(shown({ outcome: 'unverified' })).toContain('**does not build on its own**\n- A (`ccc`)\n');
    expect(shown({ plans })).toContain(
      '- [x] A (`aaa`), builds on its own\n' +
        '- [x] A (`bbb`), **does not build on its own**\n' +
        '- [x] A (`ccc`), not checked whether it builds on its own\n',
    );
  });

  it("tells what new test files give on the base's code", () => {
    const file = (path: string, result: 'ran' | 'not-built' | 'unknown', passed: string[] = []) => ({
      ...{ path, package: 'ledger', result, passed, failed: 1 },
    });
    const newTestsOnBase = [
      file('tests/a.rs', 'not-built'),
      file('tests/b.rs', 'ran'),
      file('tests/c.rs', 'ran', ['one', 'two']),
      file('tests/d.rs', 'unknown'),
    ];
    expect(renderMarkdown(sampleRecord({ newTestsOnBase }), whole)).toContain(
      "### New test files, on the base's code\n\n" +
        '- `tests/a.rs` does not build there\n' +
        '- `tests/b.rs`: none of its tests passes there\n' +
        '- `tests/c.rs`: passing there too, so proving nothing new: `one` and `two`\n' +
        '- `tests/d.rs` was not tried, or not to its end\n',
    );
  });

  it('holds the complete output of every gate where it fits', () => {
    const text = renderMarkdown(sampleRecord(), whole);
    for (const gate of sampleRecord().verification?.gates ?? [])
      expect(text).toContain(sampleOutputs(gate.output).trim());
    expect(text).toContain('✔ test passed: cargo test --workspace --no-fail-fast (complete, 9 lines)');
    expect(text).not.toContain('shortened');
  });

  it('excerpts an output that does not fit, and says how much of it, and where the whole is', () => {
    const result = 'test result: FAILED. 39 passed; 3 failed';
    const log = [
      ...Array.from({ length: 90_000 }, (_, at) => `line ${at}`),
      'error[E0308]: mismatched types',
      result,
    ].join('\n');
    const gates = [sampleGate(), failedTestGate()];
    const record = sampleRecord({ outcome: 'unverified', verification: { commit: 'c', tree: 't', gates } });
    const outputs = (file: string) => (file.endsWith('test.log') ? log : sampleOutputs(file));
    const text = renderMarkdown(record, { outputs, maxChars: MAX_BODY_CHARS });
    expect(text.length).toBeLessThanOrEqual(MAX_BODY_CHARS);
    expect(text).toContain('error[E0308]: mismatched types');
    expect(text).toContain(result);
    expect(text).toContain('(400 of 90,002 lines)');
    const url = 'https://github.com/acme/ledger/actions/runs/4711';
    const folder = `the report folder of the run ([artifacts](${url}#artifacts), [log](${url})).`;
    expect(text).toContain(`The whole output is \`outputs/004-cargo-test.log\` in ${folder}`);
    expect(text).toMatch(/\nThis text is shortened to fit\. .*#artifacts\)/);
  });

  it('keeps verdict and gates when hardly anything fits', () => {
    const text = renderMarkdown(sampleRecord(), { ...whole, maxChars: 2000 });
    expect(text.length).toBeLessThanOrEqual(2000);
    expect(headings(text)).toEqual(['Verification']);
    expect(text).toContain('**Verified: ');
  });

  it('says so when a command printed nothing', () => {
    expect(renderMarkdown(sampleRecord(), whole)).toMatch(
      /cargo fmt --check \(complete, 0 lines\)<.*\n\nThe command printed nothing\./,
    );
  });

  it('reads each output once', () => {
    const read: string[] = [];
    const outputs = (file: string) => (read.push(file), 'x\n'.repeat(50_000));
    renderMarkdown(sampleRecord(), { outputs, maxChars: MAX_BODY_CHARS });
    expect(read).toHaveLength(3);
  });

  it('colours nothing', () => {
    const text = renderMarkdown(sampleRecord(), { outputs: () => '\x1b[31mred\x1b[0m', maxChars: Infinity });
    expect(text).not.toContain('\x1b');
  });
});

describe('text from outside', () => {
  it('never leaves its block: no heading, HTML, link or image of its own', () => {
    const ours = headings(renderMarkdown(recordOf('x', 1), { outputs: () => 'x', maxChars: Infinity }));
    fc.assert(
      fc.property(hostileText, (text) => {
        const markdown = renderMarkdown(recordOf(text, 1), { outputs: () => text, maxChars: Infinity });
        expect(markdownBreaches(markdown)).toEqual([]);
        expect(headings(markdown).filter((heading) => !ours.includes(heading))).toEqual([]);
      }),
      { numRuns: 50 },
    );
  });

  it('never makes a text longer than the limit, nor breaks it at any level of detail', () => {
    const size = fc.record({
      times: fc.nat(40),
      repeat: fc.nat(60),
      maxChars: fc.constantFrom(40_000, MAX_BODY_CHARS),
    });
    fc.assert(
      fc.property(hostileText, size, (unit, { times, repeat, maxChars }) => {
        const text = unit.repeat(times).slice(0, 1000);
        const markdown = renderMarkdown(recordOf(text, repeat), { outputs: () => text.repeat(20), maxChars });
        expect(markdown.length).toBeLessThanOrEqual(maxChars);
        expect(markdownBreaches(markdown)).toEqual([]);
      }),
      { numRuns: 12 }, // each renders some megabytes at every level
    );
  });
});
