// Which specs the input `spec` names among the files of a commit. What state they are in is not looked at here.
import { posix } from 'node:path';
import picomatch from 'picomatch';

export interface SpecSelection {
  /** In the order of the patterns, each once. */
  specs: string[];
  /** Those of them that a plain path names: somebody asked for exactly these. */
  named: ReadonlySet<string>;
  /** Globs that match nothing: a warning, not an error. */
  emptyGlobs: string[];
}

/**
 * Plain paths stand for themselves, also when nothing is there (whoever loads them says so). Globs stand for every
 * Markdown file of the commit that they match; with a slash at their end for every folder that has such files itself.
 */
export function selectSpecs(patterns: readonly string[], files: readonly { path: string }[]): SpecSelection {
  const pages = files.map((file) => file.path).filter((path) => /\.(md|markdown)$/i.test(path));
  const folders = new Set(pages.map((path) => posix.dirname(path)));
  const specs = new Set<string>();
  const named = new Set<string>();
  const emptyGlobs: string[] = [];
  for (const pattern of patterns) {
    if (!picomatch.scan(pattern).isGlob) {
      specs.add(pattern);
      named.add(pattern);
      continue;
    }
    const isMatch = picomatch(pattern.replace(/\/+$/, ''));
    const matches = [...(pattern.endsWith('/') ? folders : pages)].filter((path) => isMatch(path));
    if (matches.length === 0) emptyGlobs.push(pattern);
    for (const match of matches) specs.add(match);
  }
  return { specs: [...specs], named, emptyGlobs };
}
