// What a pinned commit holds, read without a working tree: the only way the repository's text enters a run.

export interface TreeFile {
  /** Relative to the repository, `/` as separator. */
  path: string;
  /** Git's octal mode: `100644`, `100755`, `120000` (symlink) or `160000` (submodule). */
  mode: string;
  /** Git object id of the content. */
  oid: string;
  /** Bytes; 0 for submodules. */
  size: number;
}

export interface SourceTree {
  /** Every file of the commit, sorted by path. */
  files: readonly TreeFile[];
  /** A regular file's bytes; `undefined` when the commit has no regular file (mode 100644 or 100755) of that path. */
  read(path: string): Promise<Buffer | undefined>;
}

/** Files by their own path and by each folder above them, so that looking one up does not search the whole tree. */
export function indexTree({ files }: SourceTree): ReadonlyMap<string, TreeFile[]> {
  const index = new Map<string, TreeFile[]>();
  const add = (path: string, file: TreeFile) => {
    const known = index.get(path);
    if (known === undefined) index.set(path, [file]);
    else known.push(file);
  };
  for (const file of files) {
    add(file.path, file);
    for (let end = file.path.lastIndexOf('/'); end > 0; end = file.path.lastIndexOf('/', end - 1))
      add(file.path.slice(0, end), file);
  }
  return index;
}
