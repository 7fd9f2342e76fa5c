import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { OUTCOMES, renderPage, type PageSources } from '../../../src/report/report.js';
import { completeRecord } from '../../support/complete-record.js';
import { hostileText } from '../../support/hostile-text.js';
import { pageElements, storedTexts, textsOf } from '../../support/page-elements.js';
import { SAMPLE_PATCH, samplePage, transcriptOf } from '../../support/page-sources.js';
import { failedTestGate, sampleGate, SAMPLE_OUTPUTS } from '../../support/sample-record.js';

const headings = (html: string) =>
  pageElements(html).flatMap(({ name, attributes }) => (name === 'section' ? [attributes.id] : []));

describe('renderPage', () => {
  it('tells the verdict first, then what is open, then the evidence', () => {
    expect(headings(renderPage(samplePage()))).toEqual([
      'verdict',
      'questions',
      'requirements',
      'gates',
      'increments',
      'assumptions',
      'improvements',
      'change',
      'public-api',
      'dependencies',
      'summary',
      'story',
      'spent',
      'reproduce',
      'outputs',
    ]);
  });

  it('has a section for everything that a record can hold, evidence before proposals', () => {
    const record = completeRecord((place) => place);
    expect(headings(renderPage(samplePage({}, record)))).toEqual([
      ...['verdict', 'questions', 'source-warnings', 'deviations', 'requirements', 'gates', 'increments', 'tasks'],
      ...['assumptions', 'improvements', 'audit', 'new-tests', 'change', 'public-api', 'dependencies'],
      ...['summary', 'spec-check', 'story', 'spent', 'reproduce', 'outputs'],
    ]);
  });

  it.each(OUTCOMES)('shows a run that ended %s', (outcome) => {
    const page = renderPage(samplePage({}, { outcome }));
    expect(pageElements(page).filter(({ name }) => name === 'h1')).toMatchObject([{ text: 'Ledger entries' }]);
    expect(textsOf(page, 'verdict')[0]).toContain('Ledger entries');
  });

  it('shows a run that was refused before anything was read', () => {
    const record = {
      outcome: 'refused' as const,
      message: "Input 'spec': no such file.",
      verification: undefined,
      baseline: undefined,
    };
    const empty = {
      claims: [],
      increments: [],
      questions: [],
      records: [],
      dependencies: [],
      publicApi: [],
      summary: '',
      reproduce: [],
    };
    const spec = { path: 'specs/x.md', title: '', hash: '', requirements: [] };
    const page = renderPage(samplePage({ transcript: '', patch: '', outputFiles: [] }, { ...record, ...empty, spec }));
    expect(headings(page)).toEqual(['verdict', 'spent', 'reproduce']);
    expect(textsOf(page, 'sentence')).toEqual(["Input 'spec': no such file."]);
  });

  it('names under "open" whatever keeps a reader from merging', () => {
    const record = {
      outcome: 'unverified' as const,
      verification: {
        commit: 'c',
        tree: 't',
        gates: [sampleGate(), { ...failedTestGate(), reasons: ['slow::drifts'] }],
      },
      ledger: [{ id: 'R1', text: 'x', status: 'partly' as const, claimed: null, code: [], tests: [] }],
      records: [{ kind: 'deviation' as const, text: 'i64 instead of u64' }],
      audit: [{ rule: 'stub', path: 'src/a.rs', text: 'todo!()', blocking: true }],
    };
    const [open] = textsOf(renderPage(samplePage({}, record)), 'open');
    for (const words of [
      'test failed: slow::drifts',
      '1 requirement not proven: R1',
      '1 question',
      '1 deviation from the spec i64 instead of u64',
      '1 blocking finding of the audit stub at src/a.rs: todo!()',
    ])
      expect(open).toContain(words);
  });

  it('names the workflow run as GitHub does', () => {
    const links = pageElements(renderPage(samplePage())).filter(({ attributes }) =>
      attributes.href?.includes('/actions/runs/'),
    );
    expect(links.map(({ text }) => text)).toEqual(['4711']);
  });

  it('says that nothing is open where that is so', () => {
    expect(textsOf(renderPage(samplePage({}, { questions: [] })), 'open')).toEqual(['Nothing is open.']);
  });

  it('counts the lines of an output as the other texts do', () => {
    const page = renderPage(samplePage({ readOutput: () => 'one\ntwo\n\n\n' }));
    expect(textsOf(page, 'extra')).toContain('2 lines');
    expect(textsOf(page, 'extra')).not.toContain('4 lines');
  });

  it('holds every output whole, and every difference of the story and the patch', () => {
    const texts = storedTexts(renderPage(samplePage()));
    for (const [file, text] of Object.entries(SAMPLE_OUTPUTS)) expect(texts.get(file)).toBe(text);
    expect(texts.get('src/entry.rs')).toBe(SAMPLE_PATCH.slice(SAMPLE_PATCH.indexOf('@@')).trimEnd());
    expect(texts.get('Turn 2, action 1: edit_file src/entry.rs, change')).toContain('-    1\n+    2');
    expect(texts.get('Turn 3, action 1: write_file src/entry.rs, change')).toContain('-    2\n+    3');
    expect(texts.get('Turn 2, action 2: cargo test, result')).toContain('error[E0308]');
  });

  it('keeps the colours of an output and drops what else a terminal would obey', () => {
    const outputFiles = [{ file: 'outputs/001-x.log', bytes: 9 }];
    const texts = storedTexts(
      renderPage(samplePage({ outputFiles, readOutput: () => '\x1b[31mred\x1b[0m\x1b[2J\x00\u202e!\r\n' })),
    );
    expect(texts.get('outputs/001-x.log')).toBe('\x1b[31mred\x1b[0m!\n');
  });

  it('makes visible in a difference what could not be seen', () => {
    const patch = SAMPLE_PATCH.replace('// checked', '// \u202echecked\u200b\rx');
    expect(storedTexts(renderPage(samplePage({ patch }))).get('src/entry.rs')).toContain(
      '// ⟨U+202E⟩checked⟨U+200B⟩⟨U+000D⟩x',
    );
  });

  it('leaves the rest of the outputs to their files once it holds 25 MB, those of the gates last', () => {
    const asked: [string, number][] = [];
    const megabyte = 1024 * 1024;
    const outputFiles = ['001-big', '002-other', '004-cargo-test'].map((name) => ({
      file: `outputs/${name}.log`,
      bytes: 20 * megabyte,
    }));
    const readOutput = (file: string, maxBytes: number) => {
      asked.push([file, maxBytes]);
      return 'x';
    };
    const page = renderPage(samplePage({ outputFiles, readOutput }));
    expect(asked).toEqual([
      ['outputs/004-cargo-test.log', 25 * megabyte],
      ['outputs/001-big.log', 5 * megabyte],
      ['outputs/002-other.log', 16 * 1024],
    ]);
    expect(page).toContain('2 outputs shortened: the page holds 25 MB, the files in outputs/ hold everything');
  });

  it('shortens the story beyond 15 million characters and names the file that has it whole', () => {
    const text = 'y'.repeat(8_000_000);
    const turns = [0, 1, 2].map(() => ({
      words: '',
      calls: [{ name: 'search_files', input: { pattern: 'y' }, text }],
    }));
    const texts = storedTexts(renderPage(samplePage({ transcript: transcriptOf(turns) })));
    expect(texts.get('Turn 1, action 1: search_files y, result')).toBe(text);
    expect(texts.get('Turn 3, action 1: search_files y, result')).toBe(
      `${'y'.repeat(2000)}\n[… 7998000 more characters, see transcript.jsonl …]`,
    );
  });

  it('draws where the time and the tokens went, with the numbers as text', () => {
    const page = renderPage(samplePage());
    expect(textsOf(page, 'lane-total')).toEqual([
      '36 s, 9 %',
      '12 s, 3 %',
      '12 s, 3 %',
      '5 min 44 s, 83 %',
      '8.0 s, 2 %',
    ]);
    expect(textsOf(page, 'lane-name')).toEqual(['model', 'cargo', 'other tools', 'verification', 'everything else']);
    expect(textsOf(page, 'legend')[0]).toContain('read from the cache: 33,000');
  });

  it('allows a browser its own style and script, and nothing else', () => {
    const elements = pageElements(renderPage(samplePage()));
    const policy = elements.find(({ attributes }) => attributes['http-equiv'] === 'Content-Security-Policy')?.attributes
      .content;
    const hash = (element: string) => {
      const code =
        elements.find(({ name, attributes }) => name === element && attributes.type === undefined)?.text ?? '';
      return `'sha256-${createHash('sha256').update(code).digest('base64')}'`;
    };
    expect(policy).toBe(
      `default-src 'none'; style-src ${hash('style')}; script-src ${hash('script')}; img-src data:; base-uri 'none'; form-action 'none'`,
    );
  });
});

const ELEMENTS = new Set(
  (
    'html head meta title style body a header span button kbd div nav ul ol li main section p h1 h2 h3 h4 small code b dl dt dd time table thead tbody tr th td wbr ' +
    'blockquote details summary article noscript footer dialog form input pre svg rect g script'
  ).split(' '),
);
const ATTRIBUTES =
  /^(?:id|class|href|rel|title|lang|charset|content|name|http-equiv|tabindex|role|type|scope|datetime|open|method|autocomplete|spellcheck|aria-[a-z]+|data-[a-z]+|viewBox|preserveAspectRatio|x|y|width|height)$/;
const FIXED = new Set(['type', 'at', 'id', 'turn', 'isError']);

/** The same value with every text that is not a word of ours replaced. */
function withTexts<T>(value: T, next: () => string, key = ''): T {
  if (typeof value === 'string') return (FIXED.has(key) ? value : next()) as T;
  if (Array.isArray(value)) return value.map((each: unknown) => withTexts(each, next, key)) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, withTexts(each, next, name)])) as T;
}

function hostilePage(texts: readonly string[]): PageSources {
  let at = 0;
  const next = () => texts[at++ % texts.length] ?? '';
  const { transcript, patch } = samplePage();
  const lines = transcript
    .trim()
    .split('\n')
    .map((line) => JSON.stringify(withTexts(JSON.parse(line), next)));
  return {
    record: completeRecord(next),
    transcript: lines.join('\n'),
    patch: `${patch}+${next()}\ndiff --git a/${next()} b/x\n+++ b/${next()}\n@@ -1 +1 @@\n+${next()}\n`,
    outputFiles: [{ file: 'outputs/001-cargo-test.log', bytes: 1 }],
    readOutput: next,
  };
}

describe('whatever the texts are', () => {
  const hostile = fc.array(
    fc.oneof(
      hostileText,
      fc.constantFrom(
        '</script><script>alert(1)</script>',
        '<!--<script>',
        '"><img src=x onerror=alert(1)>',
        ']]>',
        '</title></textarea></style><base href=//evil>',
      ),
    ),
    { minLength: 1, maxLength: 12 },
  );

  it('the page has no element, attribute or address but ours', () => {
    fc.assert(
      fc.property(hostile, (texts) => {
        const page = renderPage(hostilePage(texts));
        const elements = pageElements(page);
        expect(elements.filter(({ name }) => !ELEMENTS.has(name))).toEqual([]);
        const attributes = elements.flatMap((element) => Object.entries(element.attributes));
        expect(attributes.filter(([name]) => !ATTRIBUTES.test(name))).toEqual([]);
        expect(attributes.filter(([name, value]) => name === 'href' && !/^(?:#|https?:\/\/)/.test(value))).toEqual([]);
        expect(
          elements.filter(({ name, attributes: { type } }) => name === 'script' && type !== 'application/json'),
        ).toHaveLength(1);
        for (const text of storedTexts(page).values()) expect(typeof text).toBe('string');
      }),
      { numRuns: 60 },
    );
  });

  it('nothing in it changes the direction of text, and no line of it holds a control character', () => {
    fc.assert(
      fc.property(hostile, (texts) => {
        expect(renderPage(hostilePage(texts))).not.toMatch(
          /[\u202a-\u202e\u2066-\u2069\u200b-\u200f\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]/,
        );
      }),
      { numRuns: 60 },
    );
  });
});
