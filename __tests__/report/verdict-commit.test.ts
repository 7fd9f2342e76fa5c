import { describe, expect, it } from '@jest/globals';
import { renderMarkdown, renderPage, type RunRecord } from '../../src/report/report.js';
import { textsOf } from '../support/page-elements.js';
import { sampleOutputs, sampleRecord } from '../support/sample-record.js';

const [work, top] = ['a1'.repeat(20), 'b2'.repeat(20)];
const { verification, publication } = sampleRecord();
const record = (changes: Partial<RunRecord> = {}) =>
  sampleRecord({
    verification: { tree: 't', gates: [], ...verification, commit: work, onBranch: true },
    publication: { ...publication, commit: top },
    ...changes,
  });
const markdown = (run: RunRecord) => renderMarkdown(run, { outputs: sampleOutputs, maxChars: Infinity });
const page = (run: RunRecord) =>
  renderPage({ record: run, transcript: '', patch: '', outputFiles: [], readOutput: () => '' });

describe('the commit that holds the verdict alone', () => {
  it('is told to have the tree of the one that was verified, wherever it is named', () => {
    const url = 'https://github.com/acme/ledger/commit';
    expect(markdown(record())).toContain(
      `commit [\`b2b2b2b\`](${url}/${top}) (same tree as the verified [\`a1a1a1a\`](${url}/${work}))`,
    );
    expect(page(record())).toMatch(
      /b2b2b2b<\/code><\/a> <small>same tree as the verified <a [^>]*><code[^>]*>a1a1a1a</,
    );
    expect(page(record())).toContain(`<a href="${url}/${top}"`);
    const proposed = record({
      publication: { kind: 'pull-request', warnings: [] },
      reproduce: [`git checkout ${top}`],
    });
    expect(markdown(proposed)).toContain(
      '`b2b2b2b` adds the verdict alone: its tree is that of `a1a1a1a`, as verified.',
    );
    expect(textsOf(page(proposed), 'note')).toContain(
      'b2b2b2b adds the verdict alone: its tree is that of a1a1a1a, as verified.',
    );
    expect(page(proposed)).toMatch(/a1a1a1a<\/code> <small>not pushed</);
  });

  it('is not spoken of where the published commit was verified itself, or the work was not verified', () => {
    for (const run of [record({ publication: { ...publication, commit: work } }), record({ outcome: 'unverified' })]) {
      expect(markdown(run)).not.toMatch(/same tree|the verdict alone/);
      expect(page(run)).not.toContain('same tree');
    }
  });
});
