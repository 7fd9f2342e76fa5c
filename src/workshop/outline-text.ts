// An outline as text: one item a line with its line number, members indented below their owner.
import type { OutlineItem, SourceOutline } from './outline.js';
import { outlineSource } from './outline.js';
import type { RustSyntax } from './rust-syntax.js';
import type { WorkCopy } from './work-copy.js';

/** Empty when there is nothing to show. */
export function outlineText(outline: SourceOutline): string {
  const lines: string[] = [];
  if (outline.doc !== undefined) lines.push(`//! ${outline.doc}`);
  const show = (item: OutlineItem, depth: number): void => {
    const doc = item.doc === undefined ? '' : `  // ${item.doc}`;
    lines.push(`${item.line}: ${'  '.repeat(depth)}${item.signature}${doc}`);
    for (const child of item.children) show(child, depth + 1);
    if (item.hiddenFields !== undefined) lines.push(`${'  '.repeat(depth + 1)}(${item.hiddenFields} private fields)`);
  };
  for (const item of outline.items) show(item, 0);
  if (outline.tests.length > 0)
    lines.push(`tests: ${outline.tests.map(({ name, line }) => `${name} (${line})`).join(', ')}`);
  if (outline.hasErrors) lines.push('(the file does not parse completely)');
  return lines.join('\n');
}

/** Public items of every source below a folder of the work copy, a heading a file; unreadable files are passed over. */
export async function outlineFolder(work: { copy: WorkCopy; syntax: RustSyntax }, folder: string): Promise<string> {
  const parts: string[] = [];
  const prefix = folder === '' || folder === '.' ? '' : `${folder}/`;
  for (const file of work.copy.list().filter((name) => name.startsWith(prefix) && name.endsWith('.rs'))) {
    const text = new TextDecoder().decode((await work.copy.read(file)).bytes);
    const items = outlineText(outlineSource(work.syntax, text, { publicOnly: true }));
    if (items !== '') parts.push(`${file}\n${items}`);
  }
  return parts.join('\n\n');
}
