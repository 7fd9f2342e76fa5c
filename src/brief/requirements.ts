// Finds the requirements of a spec in its Markdown and names them. Which files a spec consists of, and what was built for
// a requirement, is known elsewhere.
import type {
  BlockContent,
  DefinitionContent,
  Heading,
  List,
  ListItem,
  Nodes,
  Paragraph,
  RootContent,
  TableRow,
} from 'mdast';
import type { Draft, DuplicateId, Requirement } from './named-requirements.js';
import { nameDrafts } from './named-requirements.js';
import {
  flatten,
  joinPieces,
  parseMarkdown,
  type Piece,
  piece,
  plainPiece,
  sentences,
  trimmedPiece,
} from './markdown.js';
import { findAuthorId, type HeadingPlace, type IdPlace } from './requirement-ids.js';
import { criteriaHeading, isScenarioList, namedRequirement, type CriteriaHeading } from './spec-layouts.js';

export type { DuplicateId, Requirement } from './named-requirements.js';

/** One Markdown file of a spec, without its front matter. */
export interface SpecDocument {
  file: string;
  text: string;
  /** The file's line on which `text` starts. */
  firstLine: number;
}

type Block = RootContent | BlockContent | DefinitionContent;

const NORMATIVE =
  /\b(?:must|mustn['’]t|shall|shan['’]t|should|shouldn['’]t|may not|required to|(?:is|are|be) required)\b/i;
// "The key words MUST, SHOULD … are to be interpreted as described in RFC 2119" speaks about the words.
const ABOUT_THE_WORDS = /\bRFC\s*(?:2119|8174)\b|\bkey ?words? ["“'‘]?must\b/i;
const MAX_DEPTH = 100;

interface ExtractedRequirements {
  requirements: Requirement[];
  /** All headings of the spec, for its title. */
  headings: { file: string; text: string; depth: number }[];
  duplicates: DuplicateId[];
}

/**
 * The requirements of a spec in the order of its text. Rules (docs/contract.md, "The spec"): an id at the start of a list item,
 * table row or heading names what stands there and, for a heading, everything up to the next heading; else what a known
 * layout makes one (spec-layouts.ts); else each list item, table row or sentence with a normative word. Code blocks and
 * questions are none.
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
      this.readSection(open, cover, path);
      open = [];
      while ((path.at(-1)?.depth ?? 0) >= node.depth) path.pop();
      const text = flatten(node).text;
      this.headings.push({ file, text, depth: node.depth, parents: [...path], fileStem });
      path.push({ text, depth: node.depth });
      cover = this.readLabelled(node, 'heading') ?? this.readNamed(node, path);
    }
    this.readSection(open, cover, path);
  }

  /** The blocks between a heading and the next one. @param path the headings above them */
  private readSection(
    blocks: readonly Block[],
    cover: Draft | undefined,
    path: readonly { text: string; depth: number }[],
  ): void {
    if (cover !== undefined)
      cover.endLine = (blocks.at(-1)?.position?.end.line ?? 0) + this.lineOffset || cover.endLine;
    const criteria = cover === undefined ? criteriaHeading(path) : undefined;
    if (criteria === undefined) return this.readBlocks(blocks, cover, 0);
    const isList = (block: Block): block is List =>
      block.type === 'list' && (criteria.lists === 'scenarios' ? isScenarioList(block) : block.ordered === true);
    if (criteria.lists === 'scenarios' && !blocks.some(isList)) return this.readBlocks(blocks, cover, 0);
    for (const block of blocks) {
      if (isList(block))
        block.children.forEach((item, index) => this.readCriterion(item, criteria, (block.start ?? 1) + index));
      else if (criteria.lists !== 'scenarios') this.readBlocks([block], cover, 0);
    }
  }

  private readCriterion(item: ListItem, { prefix, lists }: CriteriaHeading, number: number): void {
    const [first, ...rest] = item.children;
    if (first?.type !== 'paragraph') return this.readItem(item, undefined, 0);
    const flat = flatten(first);
    const { prose, lines } = flat;
    if (lists === 'normative' && !isNormative(prose)) return this.readItem(item, undefined, 0);
    const name = { id: `${prefix}.${number}`, by: 'layout' as const };
    const labelled = this.readLabelled(first, 'list-item', item);
    this.readBlocks(
      rest,
      labelled ?? this.start('list-item', piece(flat), { line: lines[0] ?? 1, node: item }, 'all', name),
      1,
    );
  }

  private readNamed(node: Heading, path: readonly { text: string; depth: number }[]): Draft | undefined {
    const named = namedRequirement(path);
    if (named === undefined) return undefined;
    const line = node.position?.start.line ?? 1;
    return this.start('heading', plainPiece(named.text), { line, node }, 'all', { id: named.id, by: 'layout' });
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
          const last = this.readLabelled(block, 'paragraph') ?? this.readProse(block, taker);
          if (last?.parts.at(-1)?.text.endsWith(':')) lead = last;
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
  private readProse(block: Paragraph, taker: Draft | undefined): Draft | undefined {
    const prose = flatten(block);
    if (prose.text === '') return undefined;
    if (taker?.takes === 'all') {
      taker.parts.push(piece(prose));
      return undefined;
    }
    let last: Draft | undefined;
    for (const { start, end } of sentences(prose)) {
      const sentence = trimmedPiece(piece(prose, start, end));
      const at = { line: prose.lines[start] ?? 1, node: block };
      last = isNormative(prose.prose.slice(start, end)) ? this.start('paragraph', sentence, at, 'rest') : undefined;
      if (!last) taker?.parts.push(sentence);
    }
    return last;
  }

  private readItem(item: ListItem, taker: Draft | undefined, depth: number): void {
    const [first, ...rest] = item.children;
    const labelled = first?.type === 'paragraph' ? this.readLabelled(first, 'list-item', item) : undefined;
    if (labelled) return this.readBlocks(rest, labelled, depth + 1);
    if (taker?.takes === 'all') return this.readBlocks(item.children, taker, depth + 1);
    const paragraphs = item.children.filter((child) => child.type === 'paragraph').map((child) => flatten(child));
    const below = item.children.filter((child) => child.type !== 'paragraph');
    const own = joinPieces(
      paragraphs.map((paragraph) => piece(paragraph)),
      ' ',
    );
    const prose = paragraphs.map((paragraph) => paragraph.prose).join(' ');
    if (isNormative(prose)) {
      const line = paragraphs[0]?.lines[0] ?? item.position?.start.line ?? 1;
      const draft = this.start('list-item', own, { line, node: item }, 'rest');
      return this.readBlocks(below, draft, depth + 1);
    }
    if (own.text !== '') taker?.parts.push(own);
    this.readBlocks(below, taker, depth + 1);
  }

  private readRow(row: TableRow, taker: Draft | undefined): void {
    const cells = row.children.map((cell) => flatten(cell));
    const line = row.position?.start.line ?? 1;
    const found = cells[0] && findAuthorId(cells[0].text, 'table-row', true);
    const whole = joinPieces(
      cells.map((cell) => piece(cell)),
      ' | ',
    );
    if (found) {
      const remainder = cells.map((cell, at) => piece(cell, at === 0 ? found.length : 0));
      const own = joinPieces(
        remainder.filter(({ text }) => text !== ''),
        ' | ',
      );
      this.start('table-row', own, { line, node: row }, 'all', { id: found.id, by: 'id' });
    } else if (taker?.takes !== 'all' && isNormative(cells.map((cell) => cell.prose).join(' | '))) {
      this.start('table-row', whole, { line, node: row }, 'rest');
    } else taker?.parts.push(whole);
  }

  /** A heading or a paragraph that starts with an author's id. @param whole what belongs to it */
  private readLabelled(node: Heading | Paragraph, place: IdPlace, whole: Nodes = node): Draft | undefined {
    const flat = flatten(node);
    const { text, lines } = flat;
    const first = node.children[0];
    const isSetApart = first !== undefined && first.type !== 'text' && /^\S+$/.test(flatten(first).text);
    const found = findAuthorId(text, place, isSetApart);
    if (!found) return undefined;
    const line = lines[0] ?? node.position?.start.line ?? 1;
    return this.start(place, trimmedPiece(piece(flat, found.length)), { line, node: whole }, 'all', {
      id: found.id,
      by: 'id',
    });
  }

  /** @param line where it starts; it ends with `node` */
  private start(
    place: IdPlace,
    own: Piece,
    { line, node }: { line: number; node: Nodes },
    takes: Draft['takes'],
    name?: Draft['name'],
  ): Draft {
    const parts = own.text === '' ? [] : [own];
    const heading = this.headings.length - 1;
    const endLine = (node.position?.end.line ?? line) + this.lineOffset;
    const at = { file: this.file, line: line + this.lineOffset, endLine, heading };
    const draft: Draft = { place, parts, code: [], ...at, takes, ...(name === undefined ? {} : { name }) };
    this.drafts.push(draft);
    return draft;
  }
}

function isNormative(prose: string): boolean {
  return NORMATIVE.test(prose) && !ABOUT_THE_WORDS.test(prose) && !prose.trimEnd().endsWith('?');
}
