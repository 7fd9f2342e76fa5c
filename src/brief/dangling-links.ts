// Rule of the spec check about relative links to files, folders and headings that are not there.
import { posix } from 'node:path';
import type { SourceTree } from '../platform/source-tree.js';
import { flatten, parseMarkdown, walk } from './markdown.js';
import { decodeText } from './repository-text.js';
import type { CheckedSpec, SpecFinding } from './spec-rules.js';

const MARKDOWN = /\.(?:md|markdown)$/i;

export async function danglingLinks({ documents }: CheckedSpec, tree: SourceTree): Promise<SpecFinding[]> {
  const target = targetReader(tree);
  const findings: SpecFinding[] = [];
  for (const { file, text, firstLine } of documents) {
    for (const { url, line } of linksOf(text)) {
      const missing = await target(file, url);
      if (missing === undefined) continue;
      findings.push({
        rule: 'dangling-link',
        file,
        line: line + firstLine - 1,
        text: `The link '${url}' leads to nothing: ${missing}.`,
      });
    }
  }
  return findings;
}

/** Links, images and definitions, each with its line in the text; addresses of the web are left out. */
function linksOf(text: string): { url: string; line: number }[] {
  const found: { url: string; line: number }[] = [];
  walk(parseMarkdown(text), (node) => {
    if (node.type !== 'link' && node.type !== 'image' && node.type !== 'definition') return;
    const isOutside = /^(?:[a-z][a-z0-9+.-]*:|\/\/)/i.test(node.url) || node.url === '';
    if (!isOutside) found.push({ url: node.url, line: node.position?.start.line ?? 1 });
  });
  return found;
}

/** What is missing at the end of a link from `file`; `undefined` where it leads somewhere, or out of the repository. */
function targetReader(tree: SourceTree): (file: string, url: string) => Promise<string | undefined> {
  const files = new Set(tree.files.map(({ path }) => path));
  const folders = new Set(tree.files.flatMap(({ path }) => parentsOf(path)));
  const anchors = new Map<string, ReadonlySet<string>>();
  const anchorsOf = async (path: string) => {
    const known = anchors.get(path) ?? headingAnchors(decodeText((await tree.read(path)) ?? Buffer.alloc(0)) ?? '');
    anchors.set(path, known);
    return known;
  };
  return async (file, url) => {
    const [, encoded = '', anchor] = /^([^?#]*)(?:\?[^#]*)?(?:#(.*))?$/s.exec(url) ?? [];
    const given = decoded(encoded);
    const path =
      given === ''
        ? file
        : posix.normalize(given.startsWith('/') ? given.slice(1) : posix.join(posix.dirname(file), given));
    if (path === '..' || path.startsWith('../')) return undefined;
    const place = path.replace(/\/+$/, '');
    if (!files.has(place)) return folders.has(place) || place === '.' ? undefined : `there is no '${place}'`;
    if (anchor === undefined || anchor === '' || !MARKDOWN.test(place)) return undefined;
    const wanted = decoded(anchor).toLowerCase();
    return (await anchorsOf(place)).has(wanted) ? undefined : `'${place}' has no heading '#${wanted}'`;
  };
}

function parentsOf(path: string): string[] {
  const parts = path.split('/').slice(0, -1);
  return parts.map((_, at) => parts.slice(0, at + 1).join('/'));
}

/** As GitHub makes them: lower case, no punctuation, blanks as hyphens, repeated ones numbered; and names in HTML. */
function headingAnchors(text: string): ReadonlySet<string> {
  const found = new Set<string>();
  const counts = new Map<string, number>();
  walk(parseMarkdown(text), (node) => {
    if (node.type === 'html')
      for (const [, name = ''] of node.value.matchAll(/\b(?:id|name)\s*=\s*["']([^"']+)["']/gi))
        found.add(name.toLowerCase());
    if (node.type !== 'heading') return;
    const plain = flatten(node).text.toLowerCase();
    const slug = plain.replace(/[^\p{L}\p{M}\p{N}\p{Pc}\- ]/gu, '').replaceAll(' ', '-');
    const count = counts.get(slug) ?? 0;
    counts.set(slug, count + 1);
    found.add(count === 0 ? slug : `${slug}-${count}`);
  });
  return found;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a lone percent sign stands for itself
  }
}
