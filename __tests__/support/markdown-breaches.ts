// Judges Markdown as a reader of its own: what in it is an element, a mention or a reference that the report did not make.
import type { Nodes } from 'mdast';
import { allNodes, parseMarkdown } from './parse-markdown.js';

const OURS = /^<(?:\/?details|\/?code|\/summary|summary)\b|^<!-- ferrule(?:-questions|-records)? /;
const OUR_HOST = 'https://github.com/acme/';
const FORBIDDEN = new Set<Nodes['type']>([
  ...(['image', 'imageReference', 'linkReference', 'definition', 'footnoteReference', 'footnoteDefinition'] as const),
]);
/** Read by GitHub in text, after Markdown's escapes and entities are gone; never in code. */
const ACTS: Readonly<Record<string, RegExp>> = {
  mention: /(?<![\w`/.+-])@[a-z\d]/i,
  reference: /(?<![\w&])#\d|(?<![\p{L}\p{N}])GH-\d/iu,
  'bare link': /https?:\/\/|www\./i,
};
const INVISIBLE = /(?!\u200b)[\p{Cf}\x00-\x08\x0b-\x1f\x7f-\x9f]|\p{Surrogate}/u;

/** One phrase for each breach, empty when there is none. */
export function markdownBreaches(text: string): string[] {
  const nodes = allNodes(parseMarkdown(text));
  const html = nodes.flatMap((node) => (node.type === 'html' ? [node.value] : []));
  const count = (tag: string) => html.join('\n').split(tag).length;
  return [
    ...html.filter((value) => !OURS.test(value)).map((value) => `HTML ${value}`),
    ...(count('<details>') === count('</details>') ? [] : ['a block that is not closed']),
    ...nodes.flatMap((node) => (node.type === 'link' && !node.url.startsWith(OUR_HOST) ? [`link ${node.url}`] : [])),
    ...nodes.filter(({ type }) => FORBIDDEN.has(type)).map(({ type }) => type),
    ...nodes.flatMap((node) => (node.type === 'text' ? actsIn(node.value) : [])),
    ...nodes.flatMap((node) => (node.type === 'code' ? commandsIn(node.value) : [])),
    ...(INVISIBLE.test(text) ? ['an invisible character'] : []),
  ];
}

function actsIn(text: string): string[] {
  return Object.entries(ACTS).flatMap(([name, pattern]) => (pattern.test(text) ? [`${name} in: ${text}`] : []));
}

/** Bots read the raw text, code or not. */
function commandsIn(code: string): string[] {
  return code.split('\n').filter((line) => /^\s*[/@]\p{L}/u.test(line));
}
