// The project's own rules for agents: CLAUDE.md and AGENTS.md on the way to the crate, with what they import. Read from
// the pinned commit only; what the rules say is not judged here.
import type { SourceTree } from '../platform/source-tree.js';
import { removeHiddenText } from './hidden-text.js';
import { parseMarkdown, walk } from './markdown.js';
import { decodeText } from './repository-text.js';

export interface ProjectStandard {
  path: string;
  /** Ends with a note in brackets for each thing that was left out. */
  text: string;
  /** What was taken out because a reader does not see it; see hidden-text.ts. Absent when there was nothing. */
  hidden?: string[];
}

const FILE_NAMES = ['CLAUDE.md', 'AGENTS.md'];
const MAX_IMPORT_DEPTH = 5;
const MAX_CHARS_PER_FILE = 40_000;
const MAX_CHARS = 120_000;
// Import lists can branch; each file is read once, so this bounds the number of files too.
const MAX_FILES = 50;

/**
 * The files at the root and in each folder down to `workingDirectory`, outermost first, each followed by the files it
 * imports with `@path` (relative to the importing file, not in code, at most five levels deep). No file comes twice.
 */
export async function loadStandards(tree: SourceTree, workingDirectory: string): Promise<ProjectStandard[]> {
  const loaded: ProjectStandard[] = [];
  const seen = new Set<string>();
  let charsLeft = MAX_CHARS;

  const load = async (path: string, depth: number): Promise<string | undefined> => {
    if (seen.has(path)) return undefined;
    seen.add(path);
    const bytes = await tree.read(path);
    const source = bytes && decodeText(bytes);
    if (source === undefined) return `'${path}' is not a regular text file`;
    if (charsLeft <= 0 || loaded.length >= MAX_FILES)
      return `'${path}' was left out: the limit for standards is reached`;
    const visible = removeHiddenText(source.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n'));
    const whole = visible.text.trim();
    const text = whole.slice(0, Math.min(MAX_CHARS_PER_FILE, charsLeft));
    charsLeft -= text.length;
    const standard = { path, text, ...(visible.removed.length > 0 && { hidden: visible.removed }) };
    loaded.push(standard);
    const notes: string[] = [];
    if (text.length < whole.length)
      notes.push(`the last ${whole.length - text.length} characters; read_file shows them`);
    for (const written of findImports(text)) {
      const target = resolveImport(path, written);
      if (target === undefined) notes.push(`import '@${written}': it points outside the repository`);
      else if (!tree.files.some((file) => file.path === target)) {
        // `@name` is also how people and packages are mentioned.
        if (/\.(?:md|markdown|txt)$/i.test(target)) notes.push(`import '@${written}': the commit has no such file`);
      } else if (depth >= MAX_IMPORT_DEPTH)
        notes.push(`import '@${written}': nested more than ${MAX_IMPORT_DEPTH} deep`);
      else {
        const problem = await load(target, depth + 1);
        if (problem !== undefined) notes.push(`import '@${written}': ${problem}`);
      }
    }
    if (notes.length > 0) standard.text = `${text}\n\n${notes.map((note) => `[Left out: ${note}]`).join('\n')}`;
    return undefined;
  };

  const leftOut: string[] = [];
  for (const folder of foldersDownTo(workingDirectory)) {
    for (const name of FILE_NAMES) {
      const path = folder === '' ? name : `${folder}/${name}`;
      // A symbolic link (CLAUDE.md → AGENTS.md is common) counts as absent: its target is read under its own name.
      if (!tree.files.some((file) => file.path === path && file.mode.startsWith('100'))) continue;
      const problem = await load(path, 0);
      if (problem !== undefined) leftOut.push(`[Left out: ${problem}]`);
    }
  }
  const last = loaded.at(-1);
  if (last && leftOut.length > 0) last.text += `\n\n${leftOut.join('\n')}`;
  return loaded;
}

function foldersDownTo(workingDirectory: string): string[] {
  const folders = [''];
  for (const part of workingDirectory.split('/')) {
    if (part === '' || part === '.') continue;
    folders.push(folders.at(-1) === '' ? part : `${folders.at(-1) ?? ''}/${part}`);
  }
  return folders;
}

/** Paths written as `@path`, outside code, each once. */
function findImports(markdown: string): string[] {
  const found = new Set<string>();
  walk(parseMarkdown(markdown), (node) => {
    if (node.type !== 'text') return;
    for (const match of node.value.matchAll(/(?:^|[\s(])@([\w.~/-][^\s)]*)/g)) {
      const path = match[1]?.replace(/[.,;:!?'"]+$/, '');
      if (path) found.add(path);
    }
  });
  return [...found];
}

/** Relative to the repository; `undefined` when it leads outside. */
function resolveImport(importer: string, written: string): string | undefined {
  if (written.startsWith('/') || written.startsWith('~')) return undefined;
  const parts = importer.split('/').slice(0, -1);
  for (const part of written.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.pop() === undefined) return undefined;
  }
  return parts.join('/');
}
