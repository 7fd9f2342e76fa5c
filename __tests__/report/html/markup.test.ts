import { describe, expect, it } from '@jest/globals';
import { codeName, safeHtml } from '../../../src/report/html/markup.js';

describe('codeName', () => {
  it.each([
    ['tests::greets_by_name', 'tests::<wbr />greets_<wbr />by_<wbr />name'],
    ['src/a.rs:9', 'src/<wbr />a.rs:9'],
    ['__init__', '__<wbr />init__'],
    ['<b>_x', '&lt;b&gt;_<wbr />x'],
  ])('lets a line end where the words of %s end', (name, markup) => {
    expect(codeName(name).text).toBe(`<code>${markup}</code>`);
  });

  it('is text like any other inside of a template', () => {
    expect(safeHtml`<p title="${'"'}">${codeName('a')}</p>`.text).toBe('<p title="&quot;"><code>a</code></p>');
  });
});
