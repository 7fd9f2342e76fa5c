// Finds the requirements of a spec in its Markdown and names them. Which files a spec consists of, and what was built for
// a requirement, is known elsewhere.
import type { BlockContent, DefinitionContent, Heading, ListItem, RootContent, TableRow } from 'mdast';
import { contentHash } from './content-hash.js';
import { flatten, parseMarkdown, type FlatText } from './markdown.js';
import { findAuthorId, headingSlugs, numbered, type HeadingPlace, type IdPlace } from './requirement-ids.js';

export interface Requirement {
  /** The author's id as it stands, else `<heading-slug>.<n>`. Unique within the spec. */
  id: string;
  /** Plain text on one line, without the id. */
  text: string;
  /** `sha256:<hex>` of the text and of the code blocks that belong to it; the id and the layout do not count. */
  hash: string;
  file: string;
  /** 1-based line of the file on which it starts. */
  line: number;
  /** The heading it stands under; empty above the first one. */
  heading: string;
}

/** One Markdown file of a spec, without its front matter. */
export interface SpecDocument {
  file: string;
  text: string;
  /** The file's line on which `text` starts. */
  firstLine: number;
}

interface Draft {
  authorId?: string;
  /** Pieces of its text: its own, then those of what it covers. */
  parts: string[];
  /** Code below a requirement is no requirement itself, but a changed signature is a changed requirement. */
  code: string[];
  file: string;
  line: number;
  /** Index into the headings of the spec. */
  heading: number;
  place: IdPlace;
  /** `all`: everything below that has no id of its own. `rest`: what is no requirement itself. */
  takes: 'all' | 'rest';
}

type Block = RootContent | BlockContent | DefinitionContent;

const NORMATIVE =
  /\b(?:must|mustn['’]t|shall|shan['’]t|should|shouldn['’]t|may not|required to|(?:is|are|be) required)\b/i;
// "The key words MUST, SHOULD … are to be interpreted as described in RFC 2119" speaks about the words.
const ABOUT_THE_WORDS = /\bRFC\s*(?:2119|8174)\b|\bkey ?words? ["“'‘]?must\b/i;
const MAX_DEPTH = 100;

export interface ExtractedRequirements {
  requirements: Requirement[];
  /** All headings of the spec, for its title. */
  headings: { file: string; text: string; depth: number }[];
  warnings: string[];
}

/**
 * The requirements of a spec in the order of its text. Rules (contract, section 4): an id at the start of a list item,
 * table row or heading names what stands there and, for a heading, everything up to the next heading; else each list
 * item, table row or sentence with a normative word is one. Code blocks and questions are none.
 */
export function extractRequirements(documents: readonly SpecDocument[]): ExtractedRequirements {
  const reader = new RequirementReader();
  for (const document of documents) reader.read(document);
  const headings = reader.headings.filter(({ depth }) => depth > 0);
  return { ...nameDrafts(reader.drafts, reader.headings), headings };
}

class RequirementReader {
  readonly drafts: Draft[] = [];
  readonly headings: (HeadingPlace & { file: string })[] = [];
  private file = '';
  private lineOffset = 0;

  read(document: SpecDocument): void {
    this.file = document.file;
    this.lineOffset = document.firstLine - 1;
    const fileStem = /([^/]*?)(?:\.[^./]*)?$/.exec(document.file)?.[1] ?? '';
    const path: { text: string; depth: number }[] = [];
    const { file } = document;
    this.headings.push({ file, text: '', depth: 0, parents: [], fileStem });
    let open: RootContent[] = [];
    let cover: Draft | undefined;
    for (const node of parseMarkdown(document.text).children) {
      if (node.type !== 'heading') {
        open.push(node);
        continue;
      }
      this.readBlocks(open, cover, 0);
      open = [];
      while ((path.at(-1)?.depth ?? 0) >= node.depth) path.pop();
      const text = flatten(node).text;
      this.headings.push({ file, text, depth: node.depth, parents: [...path], fileStem });
      path.push({ text, depth: node.depth });
      cover = this.readLabelled(node, 'heading');
    }
    this.readBlocks(open, cover, 0);
  }

  private readBlocks(blocks: readonly Block[], taker: Draft | undefined, depth: number): void {
    if (depth > MAX_DEPTH) return;
    // A requirement that ends in a colon is continued by the list, table or code that follows it.
    let lead: Draft | undefined;
    for (const block of blocks) {
      const current = lead ?? taker;
      lead = undefined;
      switch (block.type) {
        case 'paragraph': {
          const last = this.readLabelled(block, 'paragraph') ?? this.readProse(flatten(block), taker);
          if (last?.parts.at(-1)?.endsWith(':')) lead = last;
          break;
        }
        case 'list':
          for (const item of block.children) this.readItem(item, current, depth + 1);
          break;
        case 'table':
          for (const row of block.children.slice(1)) this.readRow(row, current);
          break;
        case 'code':
          current?.code.push(block.value);
          break;
        case 'blockquote':
        case 'footnoteDefinition':
          this.readBlocks(block.children, taker, depth + 1);
          break;
        default:
          break;
      }
    }
  }

  /** A paragraph: each normative sentence is one. Returns the draft that a following list would continue. */
  private readProse(prose: FlatText, taker: Draft | undefined): Draft | undefined {
    if (prose.text === '') return undefined;
    if (taker?.takes === 'all') {
      taker.parts.push(prose.text);
      return undefined;
    }
    let last: Draft | undefined;
    for (const { index, segment } of new Intl.Segmenter('en', { granularity: 'sentence' }).segment(prose.prose)) {
      const text = prose.text.slice(index, index + segment.length).trim();
      last = isNormative(segment) ? this.start('paragraph', text, prose.lines[index] ?? 1, 'rest') : undefined;
      if (!last) taker?.parts.push(text);
    }
    return last;
  }

  private readItem(item: ListItem, taker: Draft | undefined, depth: number): void {
    const [first, ...rest] = item.children;
    const labelled = first?.type === 'paragraph' ? this.readLabelled(first, 'list-item') : undefined;
    if (labelled) return this.readBlocks(rest, labelled, depth + 1);
    if (taker?.takes === 'all') return this.readBlocks(item.children, taker, depth + 1);
    const paragraphs = item.children.filter((child) => child.type === 'paragraph').map((child) => flatten(child));
    const below = item.children.filter((child) => child.type !== 'paragraph');
    const text = paragraphs.map((paragraph) => paragraph.text).join(' ');
    const prose = paragraphs.map((paragraph) => paragraph.prose).join(' ');
    if (isNormative(prose)) {
      const line = paragraphs[0]?.lines[0] ?? item.position?.start.line ?? 1;
      const draft = this.start('list-item', text, line, 'rest');
      return this.readBlocks(below, draft, depth + 1);
    }
    if (text !== '') taker?.parts.push(text);
    this.readBlocks(below, taker, depth + 1);
  }

  private readRow(row: TableRow, taker: Draft | undefined): void {
    const cells = row.children.map((cell) => flatten(cell));
    const line = row.position?.start.line ?? 1;
    const first = row.children[0];
    const found = first && findAuthorId(flatten(first).text, 'table-row', true);
    const text = cells.map((cell) => cell.text).join(' | ');
    if (found) {
      const remainder = [cells[0]?.text.slice(found.length) ?? '', ...cells.slice(1).map((cell) => cell.text)];
      const draft = this.start('table-row', remainder.filter((cell) => cell !== '').join(' | '), line, 'all');
      draft.authorId = found.id;
    } else if (taker?.takes !== 'all' && isNormative(cells.map((cell) => cell.prose).join(' | '))) {
      this.start('table-row', text, line, 'rest');
    } else taker?.parts.push(text);
  }

  /** A heading or a paragraph that starts with an author's id. */
  private readLabelled(node: Heading | Extract<Block, { type: 'paragraph' }>, place: IdPlace): Draft | undefined {
    const { text, lines } = flatten(node);
    const first = node.children[0];
    const isSetApart = first !== undefined && first.type !== 'text' && /^\S+$/.test(flatten(first).text);
    const found = findAuthorId(text, place, isSetApart);
    if (!found) return undefined;
    const line = lines[0] ?? node.position?.start.line ?? 1;
    const draft = this.start(place, text.slice(found.length).trim(), line, 'all');
    draft.authorId = found.id;
    return draft;
  }

  private start(place: IdPlace, text: string, line: number, takes: Draft['takes']): Draft {
    const parts = text === '' ? [] : [text];
    const heading = this.headings.length - 1;
    const draft = { place, parts, code: [], file: this.file, line: line + this.lineOffset, heading, takes };
    this.drafts.push(draft);
    return draft;
  }
}

function isNormative(prose: string): boolean {
  return NORMATIVE.test(prose) && !ABOUT_THE_WORDS.test(prose) && !prose.trimEnd().endsWith('?');
}

function nameDrafts(
  drafts: readonly Draft[],
  headings: readonly HeadingPlace[],
): { requirements: Requirement[]; warnings: string[] } {
  const slugs = headingSlugs(headings);
  const counts = new Map<number, number>();
  const taken = new Set(drafts.map((draft) => draft.authorId).filter((id) => id !== undefined));
  const seen = new Map<string, Requirement>();
  const defined = new Set(drafts.filter((draft) => draft.parts.length > 0).map((draft) => draft.authorId));
  const requirements: Requirement[] = [];
  const warnings: string[] = [];
  for (const draft of drafts) {
    // An id that stands alone points at the clause that is written out elsewhere.
    if (draft.parts.length === 0 && defined.has(draft.authorId)) continue;
    const text = joinParts(draft);
    const { file, line } = draft;
    const hash = contentHash([text, ...draft.code].join('\n'));
    const heading = headings[draft.heading]?.text ?? '';
    let id = draft.authorId;
    if (id === undefined) {
      const count = (counts.get(draft.heading) ?? 0) + 1;
      counts.set(draft.heading, count);
      id = `${slugs[draft.heading] ?? 'spec'}.${count}`;
    }
    const earlier = seen.get(id);
    if (earlier) {
      // The same clause listed twice, in a table of contents for example, is still one clause.
      if (earlier.hash === hash) continue;
      const renamed = numbered(id, taken);
      warnings.push(
        `Requirement id '${id}' on line ${line} of '${file}' is already used on line ${earlier.line} of ` +
          `'${earlier.file}'; it is called '${renamed}' in this run. Give it an id of its own.`,
      );
      id = renamed;
    }
    taken.add(id);
    const requirement = { id, text, hash, file, line, heading };
    seen.set(id, requirement);
    requirements.push(requirement);
  }
  return { requirements, warnings };
}

function joinParts({ parts, place }: Draft): string {
  let text = '';
  for (const part of parts) {
    const separator = /[.,:;!?]$/.test(text) ? ' ' : text === parts[0] && place === 'heading' ? ': ' : '; ';
    text = text === '' ? part : text + separator + part;
  }
  return text;
}
