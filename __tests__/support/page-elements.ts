// The elements of a page as a browser sees them, without a browser.
import { type DefaultTreeAdapterTypes as Tree, parse } from 'parse5';

export interface PageElement {
  name: string;
  attributes: Readonly<Record<string, string>>;
  /** All text inside. */
  text: string;
}

/** Every element in document order. Comments appear as elements named `#comment`. */
export function pageElements(html: string): PageElement[] {
  const found: PageElement[] = [];
  const visit = (node: Tree.Node) => {
    if (node.nodeName === '#comment') found.push({ name: '#comment', attributes: {}, text: '' });
    if ('tagName' in node) {
      const attributes = Object.fromEntries(node.attrs.map(({ name, value }) => [name, value]));
      found.push({ name: node.tagName, attributes, text: textOf(node) });
    }
    if ('childNodes' in node) node.childNodes.forEach((child) => visit(child));
  };
  visit(parse(html, { scriptingEnabled: true }));
  return found;
}

/** The text of all elements of a class, white space collapsed. */
export function textsOf(html: string, className: string): string[] {
  return pageElements(html)
    .filter(({ attributes }) => attributes.class?.split(' ').includes(className))
    .map(({ text }) => text.replace(/\s+/g, ' ').trim());
}

/** The long texts that the page holds as data, by title. */
export function storedTexts(html: string): Map<string, string> {
  const blocks = pageElements(html).filter(({ name, attributes }) => name === 'script' && 'data-kind' in attributes);
  return new Map(blocks.map(({ attributes, text }) => [attributes['data-title'] ?? '', JSON.parse(text) as string]));
}

function textOf(node: Tree.Node): string {
  if (node.nodeName === '#text') return (node as Tree.TextNode).value;
  return 'childNodes' in node ? node.childNodes.map(textOf).join('') : '';
}
