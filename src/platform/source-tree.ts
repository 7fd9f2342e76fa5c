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
