import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Nodes } from 'mdast';
import { toString } from 'mdast-util-to-string';
import { printableText } from '../../src/platform/printable-text.js';
import {
  clipped,
  codeBlock,
  foldedBlock,
  inlineCode,
  inlineProse,
  inlineText,
  quotation,
} from '../../src/report/markdown-safe.js';
import { hostileText } from '../support/hostile-text.js';
import { allNodes, parseMarkdown } from '../support/parse-markdown.js';

const many = { numRuns: 300 };
const oneLine = (text: string) => printableText(text).replace(/\s+/g, ' ').trim();
const shown = (markdown: string) => toString(parseMarkdown(markdown)).replaceAll('\u200b', '');
const types = (markdown: string) => allNodes(parseMarkdown(markdown)).map(({ type }) => type);

describe('codeBlock', () => {
  it('is exactly one code node that holds the text, whatever the text', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const root = parseMarkdown(codeBlock(text));
        expect(root.children.map(({ type }) => type)).toEqual(['code']);
        const lines = toString(root).split('\n');
        const expected = printableText(text).replace(/\n$/, '').split('\n');
        expect(lines.map((line, at) => (line === `│ ${expected[at] ?? ''}` ? expected[at] : line))).toEqual(expected);
      }),
      many,
    );
  });

  it('stays one code node in a folded block, with text after it outside', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const root = parseMarkdown(`${foldedBlock(text, codeBlock(text))}\n\nafter`);
        expect(root.children.map(({ type }) => type)).toEqual(['html', 'code', 'html', 'paragraph']);
      }),
      many,
    );
  });

  it.each(['/approve', '  /merge', '@dependabot merge'])('does not begin a line with %j', (line) => {
    expect(codeBlock(line)).toBe(`\`\`\`text\n│ ${line}\n\`\`\``);
  });
});

/** What a text became besides these shapes, text and inline code. */
function othersThan(shapes: readonly string[], markdown: string) {
  const allowed = ['root', 'paragraph', 'text', 'inlineCode', ...shapes];
  const isOurs = (node: Nodes) => node.type === 'html' && /^<\/?code>$/.test(node.value);
  return allNodes(parseMarkdown(markdown)).filter((node) => !allowed.includes(node.type) && !isOurs(node));
}

describe('inlineProse', () => {
  it('shows what stands between backticks as code and everything else as text, whatever the text', () => {
    fc.assert(
      fc.property(hostileText, hostileText, (text, code) => {
        const markdown = `- ${inlineProse(`${text}\`${code}\`${text}`)}`;
        expect(othersThan(['list', 'listItem'], markdown)).toEqual([]);
      }),
      many,
    );
  });

  it('keeps the spaces around code, and an odd backtick as it is', () => {
    expect(inlineProse('It returns `Hello, *NAME*!` for `a_b`.')).toBe('It returns `Hello, *NAME*!` for `a_b`.');
    expect(inlineProse('`a|b` or 5` *long*')).toBe('<code>a\\|b</code> or 5\\` \\*long\\*');
  });
});

describe('inlineText', () => {
  it('becomes text nodes only and shows every character, whatever the text', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        fc.pre(oneLine(text) !== '');
        const markdown = `- ${inlineText(text)}`;
        expect([...new Set(types(markdown))]).toEqual(['root', 'list', 'listItem', 'paragraph', 'text']);
        expect(shown(markdown)).toBe(oneLine(text).replaceAll('\u200b', ''));
      }),
      many,
    );
  });

  it('stays in its table cell, whatever the text', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const root = parseMarkdown(
          `| a | b |\n| --- | --- |\n| ${inlineText(text)} | ${inlineCode(text)} |\n| x | y |`,
        );
        const cells = allNodes(root).filter(({ type }) => type === 'tableCell');
        const plain = cells.map((cell) => toString(cell, { includeHtml: false }).replaceAll('\u200b', ''));
        expect(plain).toEqual(['a', 'b', oneLine(text), oneLine(text), 'x', 'y']);
      }),
      many,
    );
  });

  it.each([
    ['@octocat', '@&#8203;octocat'],
    ['fixes #12', 'fixes #&#8203;12'],
    ['closes o/r#1', 'closes o/r#&#8203;1'],
    ['GH-7', 'GH&#8203;-7'],
    ['_a_www.a.b', '\\_a_www&#8203;.a.b'],
    ['see https://x.y/z', 'see https:&#8203;//x.y/z'],
  ])('takes the effect of %j away', (text, markdown) => expect(inlineText(text)).toBe(markdown));

  it('leaves ordinary names readable in the raw text', () => {
    expect(inlineText('parse_config returns Err(ConfigError::Missing) for a-b.')).toBe(
      'parse_config returns Err(ConfigError::Missing) for a-b.',
    );
  });
});

describe('inlineCode', () => {
  it('is one code span or one code element, whatever the text', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        fc.pre(oneLine(text) !== '');
        const nodes = allNodes(parseMarkdown(`a ${inlineCode(text)} b`)).slice(2);
        const kinds = nodes.map((node) => (node.type === 'html' ? node.value : node.type)).join(' ');
        expect(kinds).toMatch(/^text (?:inlineCode|<code> text <\/code>) text$/);
      }),
      many,
    );
  });
});

describe('quotation', () => {
  it('is one quotation of text and code alone, whatever the text', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const root = parseMarkdown(`${quotation(text)}\n\nafter`);
        expect(root.children.map(({ type }) => type)).toEqual(['blockquote', 'paragraph']);
        expect(othersThan(['blockquote', 'break'], quotation(text))).toEqual([]);
      }),
      many,
    );
  });

  it('keeps the lines of the text', () => {
    expect(quotation('Done:\n- one\n\n- two')).toBe('> Done:\\\n> \\- one\n>\n> \\- two');
  });
});

describe('clipped', () => {
  it('leaves short text alone, says how much it left out of a long one, and never splits a character', () => {
    expect(clipped('short', 5)).toBe('short');
    expect(clipped('abcdef', 4)).toBe('abcd [… 2 more characters]');
    expect(clipped('ab😀cd', 3)).toBe('ab [… 4 more characters]');
  });
});
