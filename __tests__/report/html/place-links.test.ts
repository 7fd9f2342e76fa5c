import { describe, expect, it } from '@jest/globals';
import { renderPage } from '../../../src/report/report.js';
import { pageElements } from '../../support/page-elements.js';
import { SAMPLE_PATCH, samplePage } from '../../support/page-sources.js';

describe('a place in the code', () => {
  it('is a link to the difference of that very file, whatever other file has the same name', () => {
    const fileOf = (path: string) => SAMPLE_PATCH.replaceAll('src/entry.rs', path);
    const code = ['src/lib.rs:14', './src/lib.rs:9-12', 'crates/core/src/lib.rs', 'lib.rs:3', 'src/gone.rs:1'];
    const ledger = [{ id: 'R1', text: 'x', status: 'proven' as const, claimed: null, code, tests: [] }];
    const patch = fileOf('crates/core/src/lib.rs') + fileOf('src/lib.rs');
    const links = pageElements(renderPage(samplePage({ patch }, { ledger }))).filter(({ attributes, text }) => {
      return attributes.href?.startsWith('#file-') === true && code.includes(text);
    });
    expect(links.map(({ text, attributes }) => [text, attributes.href, attributes['data-line']])).toEqual([
      ['src/lib.rs:14', '#file-2', '14'],
      ['./src/lib.rs:9-12', '#file-2', '9'],
      ['crates/core/src/lib.rs', '#file-1', undefined],
    ]);
  });
});
