// The sentences of a spec, each with the requirement it belongs to: what the spec check reads. What is wrong with one is
// for the rules to say.
import { flatten, parseMarkdown, sentences, walk } from './markdown.js';
import type { Requirement, SpecDocument } from './requirements.js';

export interface SpecSentence {
  file: string;
  /** 1-based line of the file on which it starts. */
  line: number;
  text: string;
  /** As long as `text`, inline code blanked out. */
  prose: string;
  /** Inline code in it. */
  code: { value: string; start: number }[];
  /** The innermost heading above it; empty above the first one. */
  heading: string;
  /** The requirement whose lines it stands on. */
  requirement?: Requirement;
}

/** Of paragraphs, list items and table rows, in the order of the text; a table row is one sentence. */
export function specSentences(
  documents: readonly SpecDocument[],
  requirements: readonly Requirement[],
): SpecSentence[] {
  return documents.flatMap((document) => {
    const own = requirements.filter(({ file }) => file === document.file);
    return readSentences(document).map((sentence) => {
      const requirement = ownerOf(sentence, own);
      return requirement === undefined ? sentence : { ...sentence, requirement };
    });
  });
}

function readSentences({ file, text, firstLine }: SpecDocument): SpecSentence[] {
  const found: SpecSentence[] = [];
  let heading = '';
  walk(parseMarkdown(text), (node) => {
    if (node.type === 'heading') heading = flatten(node).text;
    if (node.type !== 'paragraph' && node.type !== 'tableRow') return;
    const block = flatten(node);
    const parts = node.type === 'paragraph' ? sentences(block) : [{ start: 0, end: block.text.length }];
    for (const { start, end } of parts) {
      found.push({
        file,
        line: (block.lines[start] ?? node.position?.start.line ?? 1) + firstLine - 1,
        text: block.text.slice(start, end).trimEnd(),
        prose: block.prose.slice(start, end).trimEnd(),
        code: block.code
          .filter((one) => one.start >= start && one.end <= end)
          .map((one) => ({ value: block.text.slice(one.start, one.end), start: one.start - start })),
        heading,
      });
    }
  });
  return found;
}

/** The innermost requirement on the line; of several sentences on one line, the one with these words. */
function ownerOf({ line, text }: SpecSentence, requirements: readonly Requirement[]): Requirement | undefined {
  const around = requirements.filter((one) => one.line <= line && line <= one.endLine);
  const innermost = around.at(-1);
  return around.find((one) => one.line === innermost?.line && one.text.includes(text)) ?? innermost;
}
