// The files the agent works on. What counts is the canonical content: the base commit plus what a file tool or cargo's
// add, remove, update, new and fmt wrote, each kept as a git blob at that moment. Whatever tests and build scripts do to
// these files is put back and can never enter a commit (docs/architecture.md, "canonical overlay for harvesting").
import { createHash } from 'node:crypto';
import { chmod, lstat, readFile, readdir, rm, rmdir, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { ToolError } from '../errors.js';
import type { Git, TreeChange } from '../platform/git.js';
import type { SourceTree, TreeFile } from '../platform/source-tree.js';
import { writeCheckout } from './checkout.js';
import { foldersAbove, reclaimFolders, removeOthers, removeTree, signatureOf } from './disk-state.js';
import type { FileOwner } from './ownership.js';
import { give, makeFolder } from './ownership.js';
import type { GatedPath } from './path-gate.js';
import { gatePath } from './path-gate.js';
import type { ProtectedPaths } from './protected-paths.js';

/** Largest file a tool may write; GitHub warns at 50 MB, sources are far below. */
const MAX_WRITE_BYTES = 2 * 1024 * 1024;
/** Largest file that is read at all: a test can leave one that does not fit into memory. */
const MAX_READ_BYTES = 64 * 1024 * 1024;

interface CanonicalFile {
  oid: string;
  mode: string;
  /** Size, times and inode when the content was last known to be this; a difference means somebody touched it. */
  signature: string | undefined;
}

export class WorkCopy {
  private readonly canonical = new Map<string, CanonicalFile>();
  private readonly base: ReadonlyMap<string, TreeFile>;
  private readonly submodules: readonly string[];
  /** Files that lie beside the work and enter no commit: a lock file that git does not track. */
  private readonly companions = new Map<string, Buffer>();

  private constructor(
    readonly root: string,
    private readonly git: Git,
    tree: SourceTree,
    private readonly protection: ProtectedPaths,
    private readonly isIgnored: (path: string) => boolean,
    private readonly owner: FileOwner,
  ) {
    this.base = new Map(tree.files.map((file) => [file.path, file]));
    this.submodules = tree.files.filter((file) => file.mode === '160000').map((file) => file.path);
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
    /** Whom files and folders are given to. */
    owner: FileOwner;
  }): Promise<WorkCopy> {
    const { git, tree, root, protection, isIgnored, unchanged, owner } = options;
    await writeCheckout(git, tree.files, root, unchanged, owner);
    const copy = new WorkCopy(root, git, tree, protection, isIgnored, owner);
    for (const file of tree.files) {
      if (file.mode === '160000') continue;
      copy.canonical.set(file.path, {
        oid: file.oid,
        mode: file.mode,
        signature: signatureOf(path.join(root, file.path)),
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

  /** Whether the path is a file of the work with content of its own: no symlink. */
  isRegular(relative: string): boolean {
    return this.canonical.get(relative)?.mode.startsWith('100') ?? false;
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
    if (stat.size > MAX_READ_BYTES)
      throw new ToolError(`${relative} has ${stat.size} bytes; at most ${MAX_READ_BYTES} can be read.`);
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
      await makeFolder(path.dirname(absolute), this.owner);
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
    await rm(absolute, { force: true });
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
    const submodule = this.submodules.find((folder) => relative === folder || relative.startsWith(`${folder}/`));
    if (submodule !== undefined)
      throw new ToolError(`${relative} lies in the submodule ${submodule}, which belongs to another repository.`);
    // What git tracks already can be committed whatever .gitignore says.
    if (relative !== '.' && !this.canonical.has(relative) && !this.base.has(relative) && this.isIgnored(relative))
      throw new ToolError(`${relative} is ignored by .gitignore, so it could not be committed. Choose another place.`);
  }

  /**
   * Puts every canonical file back that something other than our tools changed or deleted. A file that was written again
   * with the same content only gets the present as its time: cargo must not take what it was told for the truth.
   * @returns the paths that had to be put back
   */
  async sweep(): Promise<string[]> {
    await reclaimFolders(this.root, foldersAbove(this.canonical.keys()));
    const touched: TreeFile[] = [];
    for (const [relative, file] of this.canonical) {
      const absolute = path.join(this.root, relative);
      if (signatureOf(absolute) === file.signature) continue;
      if (await holds(absolute, file)) await this.touch(relative);
      else touched.push({ path: relative, oid: file.oid, mode: file.mode, size: 0 });
    }
    for (const file of touched) await removeTree(path.join(this.root, file.path));
    // With the present as their time: what was built from the changed content must not count as fresh.
    await writeCheckout(this.git, touched, this.root, new Map(), this.owner);
    for (const { path: relative, oid, mode } of touched)
      this.canonical.set(relative, { oid, mode, signature: signatureOf(path.join(this.root, relative)) });
    return touched.map((file) => file.path).sort();
  }

  /**
   * Removes everything that is not part of the work: what tests and build scripts made (a cargo configuration, a source
   * that cargo would find by its place) must not reach the next command. Call it on a swept copy.
   */
  async clean(): Promise<void> {
    const files = new Set([...this.canonical.keys(), ...this.companions.keys()]);
    await removeOthers(
      this.root,
      files,
      new Set([...foldersAbove([...files, ...this.submodules]), ...this.submodules]),
    );
    for (const [relative, content] of this.companions) {
      const absolute = path.join(this.root, relative);
      const stat = await lstat(absolute).catch(() => undefined); // absent: written again
      if (stat?.isFile() && content.equals(await readFile(absolute))) continue;
      await this.replace(relative, content, '100644');
    }
  }

  /** Lays a file beside the work that no commit takes up; `clean` leaves it there. */
  async accompany(relative: string, content: Buffer): Promise<void> {
    this.companions.set(relative, content);
    await this.replace(relative, content, '100644');
  }

  /** Makes a folder that git would not know: cargo is started in it. */
  async makeFolder(folder: string): Promise<void> {
    const { absolute } = await this.gate(folder === '.' ? './' : folder);
    await makeFolder(absolute, this.owner);
  }

  /**
   * Gives every file that differs from `built` the present as its time. cargo takes a source for fresh that is older than
   * a build, and here one was made from other files, at a time when these had been written already.
   */
  async freshen(built: ReadonlyMap<string, TreeFile>): Promise<void> {
    for (const [relative, { oid, mode }] of this.canonical) {
      const before = built.get(relative);
      if (mode.startsWith('100') && (before?.oid !== oid || before.mode !== mode)) await this.touch(relative);
    }
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
      if (known?.signature !== undefined && signatureOf(absolute) === known.signature) continue;
      const bytes = await readFile(absolute);
      const oid = await this.git.writeBlob(bytes);
      const isNew = known?.oid !== oid;
      if (isNew && !this.isIgnored(relative)) changed.push(relative);
      if (known === undefined && this.isIgnored(relative)) continue;
      this.canonical.set(relative, { oid, mode: known?.mode ?? '100644', signature: signatureOf(absolute) });
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
    const oid = await this.git.writeBlob(bytes);
    await this.replace(relative, bytes, mode);
    this.canonical.set(relative, { oid, mode, signature: signatureOf(path.join(this.root, relative)) });
  }

  /** Always a fresh inode: code may have put a link there, and nothing is ever written through one. */
  private async replace(relative: string, bytes: Buffer, mode: string): Promise<void> {
    const { absolute } = await this.gate(path.posix.dirname(relative) === '.' ? './' : path.posix.dirname(relative));
    const target = path.join(absolute, path.posix.basename(relative));
    await makeFolder(absolute, this.owner);
    await removeTree(target);
    await writeFile(target, bytes, { flag: 'wx' });
    await give(target, this.owner);
    await chmod(target, permissionsOf(mode)); // the umask may have taken the bit
  }

  private async touch(relative: string): Promise<void> {
    const absolute = path.join(this.root, relative);
    const now = new Date();
    await utimes(absolute, now, now);
    const file = this.canonical.get(relative);
    if (file) file.signature = signatureOf(absolute);
  }

  /** A file or folder of the work that a disk without letter case would take for this path or one of its parents. */
  private caseTwin(relative: string): string | undefined {
    if (this.canonical.has(relative)) return undefined;
    const known = new Map<string, string>();
    for (const name of [...this.canonical.keys(), ...foldersAbove(this.canonical.keys())])
      known.set(folded(name), name);
    return [relative, ...foldersAbove([relative])]
      .map((name) => ({ name, other: known.get(folded(name)) }))
      .find(({ name, other }) => other !== undefined && other !== name)?.other;
  }
}

function folded(name: string): string {
  return name.normalize('NFC').toLowerCase();
}

function permissionsOf(mode: string): number {
  return mode === '100755' ? 0o755 : 0o644;
}

/** Whether a regular file with exactly this content stands there. */
async function holds(absolute: string, { oid, mode }: CanonicalFile): Promise<boolean> {
  const stat = await lstat(absolute).catch(() => undefined); // absent holds nothing
  if (!stat?.isFile() || !mode.startsWith('100') || stat.size > MAX_READ_BYTES) return false;
  if (((stat.mode & 0o111) !== 0) !== (mode === '100755')) return false;
  await chmod(absolute, permissionsOf(mode)); // it may have been made unreadable
  const bytes = await readFile(absolute);
  const hash = createHash(oid.length === 64 ? 'sha256' : 'sha1');
  return hash.update(`blob ${bytes.length}\0`).update(bytes).digest('hex') === oid;
}
