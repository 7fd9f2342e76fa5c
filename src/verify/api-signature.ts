// The one-line form in which an item of a public interface is shown and compared: what callers depend on, without the
// private parts. Which items are public is public-api.ts's.
import type { OutlineItem } from '../workshop/workshop.js';

/** The signature with derives and `#[non_exhaustive]`; private fields are only said to exist. */
export function apiSignature(item: OutlineItem): string {
  const { attributes = [], kind, children } = item;
  const derives = attributes
    .flatMap((text) => /^#\[\s*derive\s*\((.*)\)\s*\]$/.exec(text)?.[1]?.split(',') ?? [])
    .map((name) => lastSegment(name.trim()))
    .filter((name) => name !== '');
  const lead = [
    ...(derives.length === 0 ? [] : [`#[derive(${[...new Set(derives)].sort().join(', ')})]`]),
    ...attributes.filter((text) => text === '#[non_exhaustive]'),
  ];
  const isStruct = kind === 'struct' || kind === 'union';
  const rest = isStruct && children.some((field) => !field.public) ? ' { /* private fields */ }' : '';
  // Neither how long lines are broken nor what a body does with its own value concerns a caller.
  const signature = item.signature.replace(/, \}/g, ' }').replace(/\(mut self\b/, '(self');
  return [...lead, `${isStruct ? maskPrivateFields(signature) : signature}${rest}`].join(' ');
}

/** `pub struct Pair(pub u32, u8)` → `pub struct Pair(pub u32, _)`. */
function maskPrivateFields(signature: string): string {
  const open = depthZero(signature, '(');
  const bounds = depthZero(signature, ' where ');
  if (open < 0 || (bounds >= 0 && bounds < open)) return signature;
  const close = open + 1 + depthZero(signature.slice(open + 1), ')');
  const fields = splitTop(signature.slice(open + 1, close)).map((field) => {
    const bare = field.trim().replace(/^(#\[[^\]]*\]\s*)+/, '');
    return /^pub\s/.test(bare) ? bare : '_';
  });
  return `${signature.slice(0, open)}(${fields.join(', ')})${signature.slice(close + 1)}`;
}

interface ImplementedTrait {
  /** As written, without generic arguments: `fmt::Display`. */
  name: string;
  /** Its last part with arguments: `From<io::Error>`. */
  shortName: string;
  /** The type as written. */
  target: string;
  /** The whole header with the trait's short name, so that an import more or less changes nothing. */
  signature: string;
}

/** Reads the header of an impl block; `undefined` for one without a trait. */
export function implementedTrait(signature: string): ImplementedTrait | undefined {
  const [, lead = '', after = ''] = /^((?:default |unsafe )*impl)\b\s*(.*)$/s.exec(signature) ?? [];
  const generics = after.startsWith('<') ? after.slice(0, 1 + depthZero(after.slice(1), '>') + 1) : '';
  const header = after.slice(generics.length).trim();
  const at = depthZero(header, ' for ');
  if (at < 0) return undefined;
  const trait = header.slice(0, at).trim();
  const target = header.slice(at + ' for '.length).trim();
  const end = depthZero(target, ' where ');
  const name = trait.replace(/^!/, '').replace(/<.*$/s, '').trim();
  const shortName = trait.slice(trait.indexOf(name)).replace(name, () => lastSegment(name));
  return {
    name,
    shortName,
    target: end < 0 ? target : target.slice(0, end),
    signature: `${lead}${generics} ${trait.startsWith('!') ? '!' : ''}${shortName} for ${target}`,
  };
}

/** A type (also behind a reference) or trait as a path; `undefined` for tuples, slices and whatever else has no name. */
export function ownerPath(name: string): string[] | undefined {
  const plain = name
    .replace(/^&\s*(?:'\w+\s+)?(?:mut\s+)?/, '')
    .replace(/^dyn\s+/, '')
    .replace(/\s+/g, '');
  return /^(?:r#)?\w+(?:::(?:r#)?\w+)*$/.test(plain) ? plain.split('::') : undefined;
}

function lastSegment(path: string): string {
  return path.split('::').at(-1) ?? path;
}

/** Where a text first stands outside of brackets; the `>` of an arrow is none. */
function depthZero(text: string, wanted: string): number {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const char = text[at] ?? '';
    if (char === '>' && /[-=]/.test(text[at - 1] ?? '')) continue;
    if (depth === 0 && text.startsWith(wanted, at)) return at;
    if ('(<[{'.includes(char)) depth++;
    else if (')>]}'.includes(char)) depth--;
  }
  return -1;
}

/** Splits at the commas outside of brackets. */
function splitTop(text: string): string[] {
  const comma = depthZero(text, ',');
  if (comma < 0) return text.trim() === '' ? [] : [text];
  return [text.slice(0, comma), ...splitTop(text.slice(comma + 1))];
}
