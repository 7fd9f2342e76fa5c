// The files the agent works on. What counts is the canonical content: the base commit plus what a file tool or cargo's
// add, remove, update, new and fmt wrote, each kept as a git blob at that moment. Whatever tests and build scripts do to
// these files is put back and can never enter a commit (DESIGN, decision 6).
import type { BigIntStats } from 'node:fs';
import { lstat, mkdir, readFile, readdir, rm, rmdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { ToolError } from '../errors.js';
import type { Git, TreeChange } from '../platform/git.js';
import type { SourceTree, TreeFile } from '../platform/source-tree.js';
import { writeCheckout } from './checkout.js';
import type { GatedPath } from './path-gate.js';
import { gatePath } from './path-gate.js';
import type { ProtectedPaths } from './protected-paths.js';

/** Largest file a tool may write; GitHub warns at 50 MB, sources are far below. */
const MAX_WRITE_BYTES = 2 * 1024 * 1024;

interface CanonicalFile {
  oid: string;
  mode: string;
  /** Size, times and inode when the content was last known to be this; a difference means somebody touched it. */
  signature: string | undefined;
}

export class WorkCopy {
  private readonly canonical = new Map<string, CanonicalFile>();
  private readonly base: ReadonlyMap<string, TreeFile>;

  private constructor(
    readonly root: string,
    private readonly git: Git,
    tree: SourceTree,
    private readonly protection: ProtectedPaths,
    private readonly isIgnored: (path: string) => boolean,
  ) {
    this.base = new Map(tree.files.map((file) => [file.path, file]));
  }

  /** Writes a commit's files to `root` and starts from there. */
  static async create(options: {
    git: Git;
    tree: SourceTree;
    root: string;
    protection: ProtectedPaths;
    /** Whether the base's .gitignore files leave a path out of git. */
    isIgnored: (path: string) => boolean;
    /** The files of the run's base, which keep its modification time; `all` where `tree` is the base itself. */
    unchanged: ReadonlyMap<string, TreeFile> | 'all';
  }): Promise<WorkCopy> {
    const { git, tree, root, protection, isIgnored, unchanged } = options;
    await writeCheckout(git, tree.files, root, unchanged);
    const copy = new WorkCopy(root, git, tree, protection, isIgnored);
    for (const file of tree.files) {
      if (file.mode === '160000') continue;
      copy.canonical.set(file.path, {
        oid: file.oid,
        mode: file.mode,
        signature: await signatureOf(path.join(root, file.path)),
      });
    }
    return copy;
  }

  /** Every file git would track, sorted. */
  list(): string[] {
    return [...this.canonical.keys()].sort();
  }

  /** The canonical content's blob id, `undefined` when the file is not part of the work. */
  oidOf(relative: string): string | undefined {
    return this.canonical.get(relative)?.oid;
  }

  /** Whether .gitignore leaves the path out of git. */
  ignores(relative: string): boolean {
    return this.isIgnored(relative);
  }

  gate(requested: string): Promise<GatedPath> {
    return gatePath(this.root, requested);
  }

  /** Whether anything stands at the path. */
  async exists(requested: string): Promise<boolean> {
    const { absolute } = await this.gate(requested);
    return (await lstat(absolute).catch(() => undefined)) !== undefined; // absent is the answer
  }

  /** Every regular file below a folder as it is on disk now, build output left out. */
  async filesBelow(folder: string): Promise<string[]> {
    const { relative, absolute } = await this.gate(folder);
    const entries = await readdir(absolute, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile())
      .map((entry) => path.posix.join(relative, path.relative(absolute, path.join(entry.parentPath, entry.name))))
      .filter((file) => !this.isIgnored(file));
  }

  /** A file's bytes. @throws ToolError when there is no such file */
  async read(requested: string): Promise<{ relative: string; bytes: Buffer }> {
    const { relative, absolute } = await this.gate(requested);
    const stat = await lstat(absolute).catch(() => undefined); // absent is answered below
    if (stat === undefined) throw new ToolError(`${relative} does not exist. list_files shows what there is.`);
    if (stat.isDirectory()) throw new ToolError(`${relative} is a folder. Use list_files with glob "${relative}/**".`);
    return { relative, bytes: await readFile(absolute) };
  }

  /** Writes a file and makes its content canonical. @throws ToolError for protected paths, folders and huge contents */
  async write(requested: string, content: string | Uint8Array): Promise<string> {
    const { relative, absolute } = await this.gate(requested);
    this.mayChange(relative);
    const bytes = Buffer.from(content);
    if (bytes.length > MAX_WRITE_BYTES)
      throw new ToolError(`${relative} would have ${bytes.length} bytes; at most ${MAX_WRITE_BYTES} can be written.`);
    const stat = await lstat(absolute).catch(() => undefined); // absent: it is created
    if (stat?.isDirectory()) throw new ToolError(`${relative} is a folder.`);
    const twin = this.caseTwin(relative);
    if (twin !== undefined)
      throw new ToolError(`${relative} differs from ${twin} only in case; not every system can hold both.`);
    try {
      await mkdir(path.dirname(absolute), { recursive: true });
    } catch {
      throw new ToolError(`${path.posix.dirname(relative)} cannot become a folder: a file of that name is in the way.`);
    }
    await this.put(relative, bytes, this.canonical.get(relative)?.mode ?? '100644');
    return relative;
  }

  /** Deletes a file of the work. @throws ToolError when it is not one, or protected */
  async remove(requested: string): Promise<string> {
    const { relative, absolute } = await this.gate(requested);
    this.mayChange(relative);
    if (!this.canonical.has(relative)) throw new ToolError(`${relative} is not a file of the repository.`);
    await rm(absolute);
    this.canonical.delete(relative);
    await rmdir(path.dirname(absolute)).catch(() => undefined); // git knows no empty folders; a filled one stays
    return relative;
  }

  /** @throws ToolError naming the rule that protects the path */
  mayChange(relative: string): void {
    const reason = this.protection(relative);
    if (reason !== undefined)
      throw new ToolError(
        `${relative} is protected: ${reason}. Leave it as it is; if the spec needs it changed, say so with ask or record.`,
      );
    if (this.isIgnored(relative))
      throw new ToolError(`${relative} is ignored by .gitignore, so it could not be committed. Choose another place.`);
  }

  /**
   * Puts every canonical file back that something other than our tools changed or deleted.
   * @returns the paths that had to be put back
   */
  async sweep(): Promise<string[]> {
    const touched: TreeFile[] = [];
    for (const [relative, { oid, mode, signature }] of this.canonical)
      if ((await signatureOf(path.join(this.root, relative))) !== signature)
        touched.push({ path: relative, oid, mode, size: 0 });
    for (const file of touched) await this.clearWay(file.path);
    // With the present as their time: what was built from the changed content must not count as fresh.
    await writeCheckout(this.git, touched, this.root, new Map());
    for (const { path: relative, oid, mode } of touched)
      this.canonical.set(relative, { oid, mode, signature: await signatureOf(path.join(this.root, relative)) });
    return touched.map((file) => file.path).sort();
  }

  /**
   * Makes what cargo wrote canonical, for the given paths only. Call it right after a command that runs no code of the
   * repository (fmt, new, add, remove, update), with the copy swept before, so that a difference can only be cargo's.
   * @returns the paths that changed
   */
  async adopt(paths: readonly string[]): Promise<string[]> {
    const changed: string[] = [];
    for (const relative of paths) {
      const absolute = path.join(this.root, relative);
      const known = this.canonical.get(relative);
      const stat = await lstat(absolute).catch(() => undefined); // deleted by cargo: nothing it does on purpose
      if (!stat?.isFile() || this.protection(relative) !== undefined) continue;
      if (known?.signature !== undefined && (await signatureOf(absolute)) === known.signature) continue;
      const bytes = await readFile(absolute);
      const oid = await this.git.writeBlob(bytes);
      const isNew = known?.oid !== oid;
      if (isNew && !this.isIgnored(relative)) changed.push(relative);
      if (known === undefined && this.isIgnored(relative)) continue;
      this.canonical.set(relative, { oid, mode: known?.mode ?? '100644', signature: await signatureOf(absolute) });
    }
    return changed;
  }

  /** What the work changes against the base, sorted by path. */
  changes(): TreeChange[] {
    const changes: TreeChange[] = [];
    for (const [relative, { oid, mode }] of this.canonical) {
      const before = this.base.get(relative);
      if (before?.oid !== oid || before.mode !== mode) changes.push({ path: relative, content: { oid, mode } });
    }
    for (const [relative, { mode }] of this.base)
      if (mode !== '160000' && !this.canonical.has(relative)) changes.push({ path: relative, content: undefined });
    return changes.sort((a, b) => (a.path < b.path ? -1 : 1));
  }

  private async put(relative: string, bytes: Buffer, mode: string): Promise<void> {
    const absolute = path.join(this.root, relative);
    const oid = await this.git.writeBlob(bytes);
    await rm(absolute, { force: true }); // a fresh inode: never write through a link that code may have made
    await writeFile(absolute, bytes, { flag: 'wx', mode: mode === '100755' ? 0o755 : 0o644 });
    this.canonical.set(relative, { oid, mode, signature: await signatureOf(absolute) });
  }

  /** Removes whatever stands at a path, or at one of its parents where a folder must be. */
  private async clearWay(relative: string): Promise<void> {
    const parts = relative.split('/');
    for (let depth = 1; depth < parts.length; depth++) {
      const parent = path.join(this.root, ...parts.slice(0, depth));
      const stat = await lstat(parent).catch(() => undefined); // absent: made again by the checkout
      if (stat && !stat.isDirectory()) await rm(parent, { force: true });
    }
    await rm(path.join(this.root, relative), { recursive: true, force: true });
  }

  private caseTwin(relative: string): string | undefined {
    if (this.canonical.has(relative)) return undefined;
    const lower = relative.toLowerCase();
    for (const known of this.canonical.keys()) if (known.toLowerCase() === lower) return known;
    return undefined;
  }
}

/** Changes with every write, also one that sets the modification time back: ctime cannot be set by a program. */
async function signatureOf(absolute: string): Promise<string | undefined> {
  const stat: BigIntStats | undefined = await lstat(absolute, { bigint: true }).catch(() => undefined); // absent is a signature too
  return stat && `${stat.mode}:${stat.size}:${stat.mtimeNs}:${stat.ctimeNs}:${stat.ino}`;
}
