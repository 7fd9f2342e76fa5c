import { afterEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseFrontMatter } from '../src/front-matter.js';

function reasonOf(text: string): string {
  const result = parseFrontMatter(text);
  return result.kind === 'invalid' ? result.reason : `not invalid but ${result.kind}`;
}

describe('front matter', () => {
  afterEach(() => {
    Reflect.deleteProperty(globalThis, 'frontMatterRan');
  });

  it('is split from the body, with the line on which the body starts', () => {
    const text = '---\ntitle: A store\nn: 3\n---\n\n# Store\n';
    expect(parseFrontMatter(text)).toEqual({
      kind: 'parsed',
      data: { title: 'A store', n: 3 },
      body: '\n# Store\n',
      bodyStartLine: 5,
    });
  });

  it('reads Windows line ends, a byte order mark and an explicit yaml fence', () => {
    const result = parseFrontMatter('\uFEFF---yaml\r\ntitle: x\r\n---\r\nBody');
    expect(result).toMatchObject({ kind: 'parsed', data: { title: 'x' }, body: 'Body', bodyStartLine: 4 });
  });

  it('gives dates as dates and an empty block as no keys', () => {
    const dated = parseFrontMatter('---\nfrom: 2024-01-02\n---\n');
    expect(dated).toMatchObject({ kind: 'parsed', data: { from: new Date('2024-01-02T00:00:00Z') } });
    expect(parseFrontMatter('---\n---\nx')).toMatchObject({ kind: 'parsed', data: {}, body: 'x' });
    expect(parseFrontMatter('---\n# only a comment\n---\nx')).toMatchObject({ kind: 'parsed', data: {} });
  });

  it('is absent in plain Markdown, also when that starts with thematic breaks', () => {
    for (const text of ['', '# Title\n', '----\nx\n', '---\n\n# Title\n', '---\n\nSome text.\n\n---\nMore.\n']) {
      expect(parseFrontMatter(text)).toEqual({ kind: 'none', body: text });
    }
  });

  it.each(['js', 'javascript', 'JS', ' js', 'json', 'coffee', 'cson', 'toml', 'constructor', '__proto__'])(
    'in the language %s is refused and never run',
    (language) => {
      const text = `---${language}\n{ ran: (globalThis.frontMatterRan = true) }\n---\nBody`;
      expect(reasonOf(text)).toContain(`language '${language.trim()}' is not read, only YAML is`);
      expect(Reflect.has(globalThis, 'frontMatterRan')).toBe(false);
    },
  );

  it('refuses YAML tags that make functions', () => {
    expect(reasonOf("---\nrun: !!js/function 'function () { globalThis.frontMatterRan = true }'\n---\n")).toContain(
      'not valid YAML: unknown tag',
    );
    expect(Reflect.has(globalThis, 'frontMatterRan')).toBe(false);
  });

  it('gives the line of a mistake, every time it is read', () => {
    const text = '---\ntitle: x\nbad: a: b\n---\nBody\n';
    expect(reasonOf(text)).toMatch(/not valid YAML: .* \(line 3\)$/);
    expect(reasonOf(text)).toBe(reasonOf(text));
    expect(parseFrontMatter(text)).toMatchObject({
      unparsed: { block: 'title: x\nbad: a: b\n', body: 'Body\n', bodyStartLine: 5 },
    });
  });

  it('refuses duplicated keys, lists, unclosed blocks and blocks that are too large', () => {
    expect(reasonOf('---\na: 1\na: 2\n---\n')).toContain('duplicated mapping key');
    expect(reasonOf('---\n- a\n- b\n---\n')).toContain('not a list of `key: value` lines');
    expect(reasonOf('---\ntitle: x\n\n# Heading\n')).toContain('never closed');
    expect(reasonOf(`---\na: ${'x'.repeat(70_000)}\n---\n`)).toContain('characters, more than 65536');
  });

  it('refuses aliases that unfold without end', () => {
    const levels = Array.from({ length: 12 }, (_, n) => `l${n + 1}: &l${n + 1} [${`*l${n}, `.repeat(9)}*l${n}]`);
    expect(reasonOf(`---\nl0: &l0 [x]\n${levels.join('\n')}\n---\n`)).toContain('more than 10000 values');
    expect(reasonOf('---\na: &a [*a]\n---\n')).toContain('nested more than 32 levels deep');
  });

  it('leaves prototypes alone', () => {
    const result = parseFrontMatter('---\n__proto__:\n  polluted: yes\nconstructor: c\n---\n');
    expect(result).toMatchObject({ kind: 'parsed' });
    const data = result.kind === 'parsed' ? result.data : {};
    expect(Object.keys(data)).toEqual(['constructor']);
    expect(Object.getPrototypeOf(data)).toBe(Object.prototype);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('gives a result and touches no prototype, whatever the text', () => {
    const piece = fc.constantFrom(
      ...['---\n', '\n', 'a: ', '- ', '&a ', '*a', '<<: ', '!!js/function ', '{', '}', '[', ']', '"', "'", '|\n', '\t'],
      ...['__proto__: ', 'constructor: ', '? ', '# ', '\u0000', '\ud800', '%YAML 1.2\n', '...\n', '1e999', '0x', '~'],
    );
    const text = fc.array(fc.oneof(piece, fc.string({ unit: 'binary', maxLength: 8 })), { maxLength: 40 });
    fc.assert(
      fc.property(text, (pieces) => {
        const result = parseFrontMatter(`---\n${pieces.join('')}\n---\nbody`);
        if (result.kind === 'parsed') expect(Object.getPrototypeOf(result.data)).toBe(Object.prototype);
        expect(['parsed', 'invalid', 'none']).toContain(result.kind);
        if (result.kind === 'invalid') expect(result.reason).not.toContain('\n');
        expect(Object.keys(Object.prototype)).toEqual([]);
      }),
      { numRuns: 2_000 },
    );
  });

  it('hands out copies: changing one reading does not change the next', () => {
    const text = '---\nlist: [a]\n---\n';
    const first = parseFrontMatter(text);
    if (first.kind === 'parsed') (first.data['list'] as string[]).push('b');
    expect(parseFrontMatter(text)).toMatchObject({ data: { list: ['a'] } });
  });
});
