// Gives the requirements that were found in a spec their names, each once. Which text is a requirement is requirements.ts,
// what an id looks like requirement-ids.ts.
import { contentHash } from './content-hash.js';
import type { Piece } from './markdown.js';
import { headingSlugs, numbered, type HeadingPlace, type IdPlace } from './requirement-ids.js';

export interface Requirement {
  /** The author's id as it stands, one that the layout gives, else `<heading-slug>.<n>`. Unique within the spec. */
  id: string;
  /** What made it one: an id the author wrote, its place in a known layout, or a normative word. */
  recognisedBy: 'id' | 'layout' | 'wording';
  /** Plain text on one line, without the id. */
  text: string;
  /** The text with its inline code between backticks, as the spec has it. */
  written: string;
  /** `sha256:<hex>` of the text and of the code blocks that belong to it; the id and the layout do not count. */
  hash: string;
  file: string;
  /** 1-based line of the file on which it starts. */
  line: number;
  /** The last line of what belongs to it. */
  endLine: number;
  /** The heading it stands under; empty above the first one. */
  heading: string;
}

/** A second clause under an id that is taken. */
export interface DuplicateId {
  id: string;
  /** What it is called in the run. */
  renamedTo: string;
  file: string;
  line: number;
  earlier: { file: string; line: number };
}

/** A requirement as it is found, before it has its name. */
export interface Draft {
  /** The author's own id, or the one that a known layout gives; absent where a normative word made it a requirement. */
  name?: { id: string; by: 'id' | 'layout' };
  /** Pieces of its text: its own, then those of what it covers. */
  parts: Piece[];
  /** Code below a requirement is no requirement itself, but a changed signature is a changed requirement. */
  code: string[];
  file: string;
  line: number;
  endLine: number;
  /** Index into the headings of the spec. */
  heading: number;
  place: IdPlace;
  /** `all`: everything below that has no id of its own. `rest`: what is no requirement itself. */
  takes: 'all' | 'rest';
}

/** Names each draft and takes out those that only repeat another. */
export function nameDrafts(
  drafts: readonly Draft[],
  headings: readonly HeadingPlace[],
): { requirements: Requirement[]; duplicates: DuplicateId[] } {
  const slugs = headingSlugs(headings);
  const counts = new Map<number, number>();
  const taken = new Set(drafts.map((draft) => draft.name?.id).filter((id) => id !== undefined));
  const seen = new Map<string, Requirement>();
  const defined = new Set(drafts.filter((draft) => draft.parts.length > 0).map((draft) => draft.name?.id));
  const requirements: Requirement[] = [];
  const duplicates: DuplicateId[] = [];
  for (const draft of drafts) {
    // An id that stands alone points at the clause that is written out elsewhere.
    if (draft.parts.length === 0 && defined.has(draft.name?.id)) continue;
    const { text, written } = joinParts(draft);
    const { file, line, endLine } = draft;
    const hash = contentHash([text, ...draft.code].join('\n'));
    const heading = headings[draft.heading]?.text ?? '';
    let id = draft.name?.id;
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
      duplicates.push({ id, renamedTo: renamed, file, line, earlier: { file: earlier.file, line: earlier.line } });
      id = renamed;
    }
    taken.add(id);
    const recognisedBy = draft.name?.by ?? 'wording';
    const requirement: Requirement = { id, recognisedBy, text, written, hash, file, line, endLine, heading };
    seen.set(id, requirement);
    requirements.push(requirement);
  }
  return { requirements, duplicates };
}

function joinParts({ parts, place }: Draft): Piece {
  const joined = { text: '', written: '' };
  for (const { text, written } of parts) {
    const isName = joined.text === parts[0]?.text && place === 'heading';
    const separator = joined.text === '' ? '' : /[.,:;!?]$/.test(joined.text) ? ' ' : isName ? ': ' : '; ';
    joined.text += separator + text;
    joined.written += separator + written;
  }
  return joined;
}
