// Finds public items without documentation. Whether an item can be reached from outside is module-tree.ts's to know;
// what macros make is not seen.
import type { LineFinding } from './audit-rules.js';
import type { RustItem, SourceItems } from './rust-items.js';
import { commentsBetween } from './rust-items.js';
import { splitBetween } from './rust-tokens.js';

const DOCUMENTED = new Set(['fn', 'mod', 'struct', 'enum', 'union', 'trait', 'type', 'const', 'static', 'macro_rules']);

/** @param isReachable whether a `pub` item of the file is part of the crate's interface */
export function missingDocs(source: SourceItems, isReachable: (item: RustItem) => boolean): LineFinding[] {
  return source.items.flatMap((item): LineFinding[] => {
    if (!DOCUMENTED.has(item.keyword) || item.isTemplate || item.macros.length > 0) return [];
    if (!isInterface(source, item, isReachable)) return [];
    const members = missingOfMembers(source, item);
    if (isDocumented(source, item)) return members;
    const name = item.keyword === 'macro_rules' ? `macro ${item.name}` : `${item.keyword} ${item.name}`;
    return [{ rule: 'missing-docs', line: item.line, text: `public \`${name}\` has no documentation` }, ...members];
  });
}

function isInterface(source: SourceItems, item: RustItem, isReachable: (item: RustItem) => boolean): boolean {
  if (isHidden(source, item)) return false;
  const parent = item.parent === undefined ? undefined : source.items[item.parent];
  switch (item.owner) {
    case 'module':
    case 'extern':
      if (item.keyword === 'macro_rules') return item.attributes.some(({ path }) => path === 'macro_export');
      return item.isPublic && isReachable(item);
    case 'trait':
      return parent !== undefined && isInterface(source, parent, isReachable);
    case 'inherent-impl': {
      const type = source.items.find(
        (each) => /^(struct|enum|union)$/.test(each.keyword) && each.name === parent?.name,
      );
      return item.isPublic && type !== undefined && isInterface(source, type, isReachable);
    }
    case 'trait-impl':
    case 'fn':
      return false;
  }
}

function isDocumented(source: SourceItems, item: RustItem): boolean {
  if (item.docs.length > 0 || item.attributes.some(({ path }) => path === 'doc')) return true;
  const isAlternative = (other: RustItem) =>
    other.name === item.name && other.parent === item.parent && other.keyword === item.keyword && other.docs.length > 0;
  if (item.conditions.length > 0 && source.items.some(isAlternative)) return true; // documented under another `cfg`
  if (item.keyword !== 'mod') return false;
  // A module may be documented from inside; one in a file of its own is judged where the file is, not here.
  const inside = item.body ? commentsBetween(source.comments, item.body.open + 1, item.body.open + 1) : [];
  return item.body === undefined || inside.some((comment) => comment.doc === 'inner');
}

function isHidden(source: SourceItems, item: RustItem): boolean {
  const isOwn = item.attributes.some(({ path, argument }) => path === 'doc' && /\bhidden\b/.test(argument));
  const parent = item.parent === undefined ? undefined : source.items[item.parent];
  return isOwn || (parent !== undefined && isHidden(source, parent));
}

/** Public named fields of a struct, variants of an enum. */
function missingOfMembers({ tokens, comments }: SourceItems, item: RustItem): LineFinding[] {
  if (item.body === undefined || (item.keyword !== 'struct' && item.keyword !== 'enum')) return [];
  return splitBetween(tokens, item.body.open, item.body.close, ',').flatMap((part): LineFinding[] => {
    let at = part.from;
    let hasDocAttribute = false;
    while (tokens[at]?.text === '#' && (tokens[at + 1]?.pair ?? -1) > at) {
      hasDocAttribute ||= tokens[at + 2]?.text === 'doc';
      at = (tokens[at + 1]?.pair ?? at) + 1;
    }
    const isField = item.keyword === 'struct';
    if (isField && (tokens[at]?.text !== 'pub' || tokens[at + 2]?.text !== ':')) return [];
    const name = tokens[isField ? at + 1 : at];
    const hasDocs = commentsBetween(comments, part.from, at).some((comment) => comment.doc === 'outer');
    if (name?.kind !== 'word' || hasDocs || hasDocAttribute) return [];
    const text = `public ${isField ? 'field' : 'variant'} \`${item.name}::${name.text}\` has no documentation`;
    return [{ rule: 'missing-docs-member', line: name.line, text }];
  });
}
