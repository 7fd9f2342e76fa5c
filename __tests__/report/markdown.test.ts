import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { toString } from 'mdast-util-to-string';
import { MAX_BODY_CHARS, parseMark, renderMarkdown } from '../../src/report/report.js';
import { recordOf } from '../support/hostile-record.js';
import { hostileText } from '../support/hostile-text.js';
import { markdownBreaches } from '../support/markdown-breaches.js';
import { allNodes, parseMarkdown } from '../support/parse-markdown.js';
import { failedTestGate, sampleGate, sampleOutputs, sampleRecord } from '../support/sample-record.js';

const whole = { outputs: sampleOutputs, maxChars: Infinity };
const headings = (text: string) =>
  allNodes(parseMarkdown(text)).flatMap((node) => (node.type === 'heading' ? [toString(node)] : []));

describe('renderMarkdown', () => {
  it('begins with the mark, then the verdict, then the notes', () => {
    const text = renderMarkdown(sampleRecord(), { ...whole, pullRequestNotes: ['CI will not start on this branch.'] });
    expect(parseMark(text)).toEqual({ specPath: 'specs/ledger.md', specHash: 'a3'.repeat(32), outcome: 'verified' });
    const [, questions, verdict, , place, , where, , note] = text.split('\n');
    expect(questions).toMatch(/^<!-- ferrule-questions /);
    expect(verdict).toMatch(/^\*\*Verified: check, test and fmt passed at tree 1a2b3c4 /);
    expect(place).toBe('Spec: `specs/ledger.md`, Ledger entries');
    expect(where).toContain('[pull request 3](https://github.com/acme/ledger/pull/3)');
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
      '| R1 | An entry \\| must | proven | `src/a.rs:1` | `entry::rejects_negative_amount` ok |  |',
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

  it('lists the public API crate by crate, old and new signature side by side', () => {
    const removed = { crate: 'other', kind: 'removed' as const, item: 'f', before: 'pub fn f()', note: 'why' };
    const publicApi = [...(sampleRecord().publicApi ?? []), removed];
    const text = renderMarkdown(sampleRecord({ publicApi }), whole);
    expect(text).toContain('**ledger**: 1 added, 1 changed, 0 removed');
    expect(text).toContain('- added `entry::Entry::new`: `pub fn new(amount: i64) -> Result<Self, Error>`');
    expect(text).toContain('- changed `Error`: `pub enum Error` → `#[non_exhaustive] pub enum Error`');
    expect(text).toContain('**other**: 0 added, 0 changed, 1 removed\n\n- removed `f`: `pub fn f()` (why)');
  });

  it('holds the complete output of every gate where it fits', () => {
    const text = renderMarkdown(sampleRecord(), whole);
    for (const gate of sampleRecord().verification?.gates ?? [])
      expect(text).toContain(sampleOutputs(gate.output).trim());
    expect(text).toContain('test passed: cargo test --workspace --no-fail-fast (complete, 9 lines)');
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
    expect(text).toContain('The whole output is `outputs/004-cargo-test.log` in the report folder of the run.');
    expect(text).toContain('This text is shortened to fit.');
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
      { numRuns: 25 },
    );
  });
});
