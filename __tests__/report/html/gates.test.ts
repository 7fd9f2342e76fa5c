import { describe, expect, it } from '@jest/globals';
import { renderPage } from '../../../src/report/report.js';
import { pageElements, textsOf } from '../../support/page-elements.js';
import { samplePage } from '../../support/page-sources.js';
import { failedTestGate, sampleGate } from '../../support/sample-record.js';

describe('the gates of a run', () => {
  it('opens the output of a gate that failed, advisory or not, and links an action to the complete output of its command', () => {
    const doc = sampleGate({ name: 'doc', deciding: false, status: 'failed' });
    const gates = [sampleGate(), failedTestGate(), doc];
    const elements = pageElements(renderPage(samplePage({}, { verification: { commit: 'c', tree: 't', gates } })));
    const open = elements
      .filter(({ attributes }) => 'open' in attributes && attributes.class === 'gate')
      .map(({ attributes }) => attributes.id);
    expect(open).toEqual(['gate-test', 'gate-doc']);
    const targets = elements.map(({ attributes }) => attributes.id);
    const links = elements.flatMap(({ attributes: { href } }) =>
      href?.startsWith('#') === true ? [href.slice(1)] : [],
    );
    expect(links).toContain('output-004');
    expect(links.filter((id) => !targets.includes(id))).toEqual([]);
  });

  it('quotes why a test failed, with its place in the change', () => {
    const failures = [
      { name: 'entry::adds', executable: 'unit', path: 'src/entry.rs', line: 14, message: 'left: 1\nright: 2' },
    ];
    const tests = { passed: 0, failed: 1, ignored: 0, filteredOut: 0, new: 0, names: [], failures };
    const gates = [{ ...failedTestGate(), tests }];
    const page = renderPage(samplePage({}, { verification: { commit: 'c', tree: 't', gates } }));
    expect(textsOf(page, 'remark')).toContain('entry::adds in unit src/entry.rs:14 left: 1 right: 2');
  });
});
