// What the base commit's .gitignore files leave out of git, read by the `ignore` package, never by the git CLI.
import ignore from 'ignore';
import path from 'node:path';
import type { SourceTree } from '../platform/source-tree.js';

/** Reads every .gitignore of the tree; deeper files win over those above, as git has it. */
export async function ignoredPaths(tree: SourceTree): Promise<(path: string) => boolean> {
  const rules: { folder: string; matcher: ignore.Ignore }[] = [];
  for (const file of tree.files.filter((entry) => path.posix.basename(entry.path) === '.gitignore')) {
    const folder = path.posix.dirname(file.path) === '.' ? '' : `${path.posix.dirname(file.path)}/`;
    const text = (await tree.read(file.path))?.toString('utf8') ?? '';
    rules.push({ folder, matcher: ignore({ ignorecase: false }).add(text) });
  }
  rules.sort((a, b) => b.folder.length - a.folder.length);
  return (relative) => {
    for (const { folder, matcher } of rules) {
      if (relative === '.' || !relative.startsWith(folder)) continue;
      const verdict = matcher.test(relative.slice(folder.length));
      if (verdict.ignored) return true;
      if (verdict.unignored) return false;
    }
    return false;
  };
}
