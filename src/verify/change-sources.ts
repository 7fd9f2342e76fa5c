// The texts of a change, base and result: what audits and the comparison of public interfaces read. From git's objects
// only, never from a folder that code could write.
import type { Git } from '../platform/git.js';
import type { SourceTree } from '../platform/source-tree.js';
import type { WorkspaceMember } from '../workshop/workshop.js';

export interface ChangeSources {
  /** Rust sources and manifests by path, whole trees. */
  base: ReadonlyMap<string, string>;
  head: ReadonlyMap<string, string>;
  /** Paths that differ, those that only one side has included. */
  changed: ReadonlySet<string>;
  /** Path → numbers (1-based) of the lines the change added. */
  added: ReadonlyMap<string, readonly number[]>;
}

const MAX_FILE_BYTES = 1024 * 1024;

/** Reads both trees; a file that did not change is read once. Larger files than 1 MiB are generated and left out. */
export async function readChange(git: Git, baseTree: string, headTree: string): Promise<ChangeSources> {
  const [before, after] = await Promise.all([git.sourceTree(baseTree), git.sourceTree(headTree)]);
  const texts = await readTexts(git, [before, after]);
  const side = (tree: SourceTree) =>
    new Map(
      tree.files.flatMap(({ path, oid }) => {
        const text = texts.get(oid);
        return text === undefined || !isSource(path) ? [] : [[path, text] as const];
      }),
    );
  return {
    base: side(before),
    head: side(after),
    changed: new Set(await git.changedPaths(baseTree, headTree)),
    added: await git.addedLines(baseTree, headTree),
  };
}

async function readTexts(git: Git, trees: readonly SourceTree[]): Promise<Map<string, string>> {
  const wanted = trees
    .flatMap((tree) => tree.files)
    .filter(({ path, mode, size }) => isSource(path) && mode.startsWith('100') && size <= MAX_FILE_BYTES);
  const oids = [...new Set(wanted.map(({ oid }) => oid))];
  const texts = new Map<string, string>();
  let next = 0;
  for await (const content of git.readBlobs(oids)) texts.set(oids[next++] ?? '', content.toString('utf8'));
  return texts;
}

function isSource(path: string): boolean {
  return path.endsWith('.rs') || /(^|\/)Cargo\.toml$/.test(path);
}

/** Whether a file is code of a library target: in its folder, and no root file of a binary, test, example or bench. */
export function libraryFiles(members: readonly WorkspaceMember[]): (path: string) => boolean {
  const libraries = members.flatMap(({ targets }) => targets.filter(({ kind }) => kind.some(isLibraryKind)));
  const others = new Set(
    members.flatMap(({ targets }) =>
      targets.filter(({ kind }) => !kind.some(isLibraryKind)).map(({ srcPath }) => srcPath),
    ),
  );
  const folders = libraries.map(({ srcPath }) => srcPath.slice(0, srcPath.lastIndexOf('/') + 1));
  return (path) =>
    !others.has(path) &&
    folders.some((folder) => path.startsWith(folder) && !path.slice(folder.length).startsWith('bin/'));
}

/** The libraries of the workspace, for the comparison of their interfaces. */
export function librariesOf(members: readonly WorkspaceMember[]): { name: string; root: string; file: string }[] {
  return members.flatMap(({ targets }) =>
    targets
      .filter(({ kind }) => kind.some(isLibraryKind))
      .map(({ name, srcPath }) => {
        const slash = srcPath.lastIndexOf('/');
        return { name, root: srcPath.slice(0, Math.max(slash, 0)), file: srcPath.slice(slash + 1) };
      }),
  );
}

function isLibraryKind(kind: string): boolean {
  return ['lib', 'rlib', 'dylib', 'cdylib', 'staticlib', 'proc-macro'].includes(kind);
}
