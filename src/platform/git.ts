// Our own bare repository beside the user's checkout: objects are borrowed from it, nothing is ever written to it.
// Only plumbing that reads no working tree, no attributes, no hooks and no configuration but ours. Talking to a remote
// is git-remote.ts.
import { copyFile, mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { UserError } from '../errors.js';
import { parseAddedLines } from './added-lines.js';
import { describeEnd, runCommand } from './command.js';
import { gitEnvironment } from './git-environment.js';
import type { FileChange } from './raw-diff.js';
import { parseRawDiff } from './raw-diff.js';
import type { SourceTree, TreeFile } from './source-tree.js';

/** A path of a commit-to-be: its new content, or `undefined` to delete it. */
export interface TreeChange {
  path: string;
  content: { oid: string; mode: string } | undefined;
}

interface CommitRequest {
  tree: string;
  parent: string | undefined;
  /** The second parent of a merge. */
  mergedIn?: string;
  message: string;
  author: { name: string; email: string };
  /** Unix time of the commit; the present when absent. */
  atSeconds?: number;
}

/** A commit with what it was made of. */
export interface CommitMessage {
  commit: string;
  tree: string;
  parents: string[];
  /** Whole. */
  message: string;
}

export interface Git {
  /** The bare repository's folder. */
  dir: string;
  /** The environment of every git process: no user, system or repository configuration, no prompts. */
  env: Readonly<Record<string, string>>;
  /** Object id of a commit-ish, or `undefined` when the repository has no such commit. */
  resolve(revision: string): Promise<string | undefined>;
  treeOf(commit: string): Promise<string>;
  sourceTree(commit: string): Promise<SourceTree>;
  /** The contents of many blobs, in the order asked for. */
  readBlobs(oids: readonly string[]): AsyncIterable<Buffer>;
  writeBlob(content: Uint8Array): Promise<string>;
  /** The tree `base` (`undefined`: empty) with the changes applied. */
  writeTree(base: string | undefined, changes: readonly TreeChange[]): Promise<string>;
  writeCommit(request: CommitRequest): Promise<string>;
  setRef(ref: string, commit: string): Promise<void>;
  /** True when `ancestor` can be reached from `descendant`. */
  isAncestor(ancestor: string, descendant: string): Promise<boolean>;
  /** The best common ancestor, `undefined` when there is none (or a shallow clone does not reach it). */
  mergeBase(a: string, b: string): Promise<string | undefined>;
  /** What two commits or trees differ in, with modes. */
  changes(from: string, to: string): Promise<FileChange[]>;
  /** Paths that differ between two commits or trees. */
  changedPaths(from: string, to: string): Promise<string[]>;
  /** The commits reachable from `head` but not from `exclude` with their full messages, newest first. */
  messages(head: string, options: { exclude?: string; max: number; grep?: string }): Promise<CommitMessage[]>;
  /** A unified diff between two trees or commits, binary files included, as `git apply` takes it. */
  diff(from: string, to: string): Promise<Buffer>;
  /** Lines that `to` adds against `from`: path → line numbers (1-based). */
  addedLines(from: string, to: string): Promise<Map<string, number[]>>;
}

const READ_BATCH_BYTES = 32 * 1024 * 1024;
const COMMAND_TIMEOUT_MS = 10 * 60_000;
/** Room for one blob of any size that Node can hold. */
const MAX_OUTPUT_BYTES = 2 ** 31;

/**
 * Opens a bare repository in `dir` that borrows the objects of the checkout.
 * @throws UserError when `checkout` is not inside a git repository, or git itself is missing
 */
export async function openGit(checkout: string, dir: string, inherited: NodeJS.ProcessEnv): Promise<Git> {
  const env = gitEnvironment(inherited);
  const source = await runCommand({
    file: 'git',
    args: ['rev-parse', '--path-format=absolute', '--git-common-dir', '--show-toplevel', '--show-object-format'],
    cwd: checkout,
    env,
    timeoutMs: COMMAND_TIMEOUT_MS,
  });
  if (source.end.kind === 'not-started')
    throw new UserError('git was not found on PATH. Install git on the runner; GitHub-hosted runners have it.');
  if (source.end.kind !== 'exited' || source.end.code !== 0)
    throw new UserError(
      'The working folder is no git repository. Run actions/checkout before Ferrule, or start it inside a clone.',
    );
  const [commonDir = '', , objectFormat = 'sha1'] = source.stdout.toString('utf8').trim().split('\n');
  await mkdir(dir, { recursive: true });
  const git = new BareGit(dir, env);
  await git.text(['init', '--quiet', '--bare', '--template=', `--object-format=${objectFormat}`, dir]);
  await mkdir(path.join(dir, 'objects', 'info'), { recursive: true });
  await writeFile(path.join(dir, 'objects', 'info', 'alternates'), `${path.join(commonDir, 'objects')}\n`);
  await copyFile(path.join(commonDir, 'shallow'), path.join(dir, 'shallow')).catch(() => undefined); // a full clone has none
  return git;
}

/** A bare repository that is there already. @param env as `gitEnvironment` makes it */
export function openBare(dir: string, env: Readonly<Record<string, string>>): Git {
  return new BareGit(dir, env);
}

/** The checked-out commit, its branch and the address of `origin`, read from the user's checkout. */
export async function readCheckout(
  checkout: string,
  inherited: NodeJS.ProcessEnv,
): Promise<{ root: string; head: string | undefined; branch: string | undefined; origin: string | undefined }> {
  const ask = async (...args: string[]) => {
    const env = gitEnvironment(inherited);
    const result = await runCommand({ file: 'git', args, cwd: checkout, env, timeoutMs: COMMAND_TIMEOUT_MS });
    return result.end.kind === 'exited' && result.end.code === 0 ? result.stdout.toString('utf8').trim() : undefined;
  };
  return {
    root: (await ask('rev-parse', '--path-format=absolute', '--show-toplevel')) ?? checkout,
    head: await ask('rev-parse', '--verify', '--quiet', 'HEAD^{commit}'),
    branch: await ask('symbolic-ref', '--short', '--quiet', 'HEAD'),
    origin: await ask('config', '--local', '--get', 'remote.origin.url'),
  };
}

class BareGit implements Git {
  constructor(
    readonly dir: string,
    readonly env: Readonly<Record<string, string>>,
  ) {}

  /** Asks a question that git answers by its exit code and at most a line. */
  private async ask(args: string[]): Promise<{ code: number; line: string }> {
    const { code, stdout, stderr } = await this.plumb(args);
    if (code < 0) throw new Error(`git ${args[0] ?? ''} gave no answer: ${stderr}`);
    return { code, line: stdout.toString('utf8').trim() };
  }

  /** Runs a plumbing command; whether its exit code is an answer or a failure is the caller's. */
  private async plumb(args: string[], stdin: Uint8Array = Buffer.alloc(0), extraEnv: Record<string, string> = {}) {
    const limits = { timeoutMs: COMMAND_TIMEOUT_MS, maxOutputBytes: MAX_OUTPUT_BYTES };
    const env = this.environment(extraEnv);
    const result = await runCommand({ file: 'git', args, cwd: this.dir, env, stdin, ...limits });
    const code = result.end.kind === 'exited' ? result.end.code : -1;
    const stderr = result.stderr.toString('utf8').trim();
    return { code, stdout: result.stdout, stderr: stderr || (code === 0 ? '' : describeEnd(result.end)) };
  }

  private environment(extra: Record<string, string> = {}): Record<string, string> {
    return { ...this.env, GIT_DIR: this.dir, ...extra };
  }

  async bytes(args: string[], input?: Uint8Array, extraEnv?: Record<string, string>): Promise<Buffer> {
    const { code, stdout, stderr } = await this.plumb(args, input, extraEnv);
    if (code !== 0) throw new Error(`git ${args[0] ?? ''} failed with exit code ${code}: ${stderr.slice(0, 2000)}`);
    return stdout;
  }

  async text(args: string[], input?: Uint8Array, extraEnv?: Record<string, string>): Promise<string> {
    return (await this.bytes(args, input, extraEnv)).toString('utf8').trim();
  }

  async resolve(revision: string): Promise<string | undefined> {
    const { code, line } = await this.ask([
      ...['rev-parse', '--verify', '--quiet', '--end-of-options'],
      `${revision}^{commit}`,
    ]);
    return code === 0 ? line : undefined;
  }

  treeOf(commit: string): Promise<string> {
    return this.text(['rev-parse', '--verify', '--end-of-options', `${commit}^{tree}`]);
  }

  async sourceTree(commit: string): Promise<SourceTree> {
    const listing = await this.bytes(['ls-tree', '-r', '-z', '-l', '--full-tree', commit]);
    const files: TreeFile[] = listing
      .toString('utf8')
      .split('\0')
      .filter((line) => line !== '')
      .map((line) => {
        const tab = line.indexOf('\t');
        const [mode = '', , oid = '', size = '0'] = line.slice(0, tab).split(/ +/);
        return { path: line.slice(tab + 1), mode, oid, size: size === '-' ? 0 : Number(size) };
      });
    const byPath = new Map(files.map((file) => [file.path, file]));
    return {
      files,
      read: async (filePath) => {
        const file = byPath.get(filePath);
        if (!file?.mode.startsWith('100')) return undefined;
        return this.bytes(['cat-file', 'blob', file.oid]);
      },
    };
  }

  async *readBlobs(oids: readonly string[]): AsyncIterable<Buffer> {
    const sizes = await this.blobSizes(oids);
    for (let start = 0; start < oids.length;) {
      let end = start;
      for (let bytes = 0; end < oids.length && (end === start || bytes < READ_BATCH_BYTES); end++)
        bytes += sizes[end] ?? 0;
      const batch = oids.slice(start, end);
      const output = await this.bytes(['cat-file', '--batch'], Buffer.from(batch.map((oid) => `${oid}\n`).join('')));
      let at = 0;
      for (let i = 0; i < batch.length; i++) {
        at = output.indexOf(10, at) + 1; // past "<oid> blob <size>\n"
        const size = sizes[start + i] ?? 0;
        yield output.subarray(at, at + size);
        at += size + 1;
      }
      start = end;
    }
  }

  private async blobSizes(oids: readonly string[]): Promise<number[]> {
    if (oids.length === 0) return [];
    const input = Buffer.from(oids.map((oid) => `${oid}\n`).join(''));
    const output = await this.text(['cat-file', '--batch-check=%(objectname) %(objectsize)'], input);
    return output.split('\n').map((line, i) => {
      const size = Number(line.split(' ')[1]);
      if (!Number.isInteger(size))
        throw new UserError(
          `The checkout lacks object ${oids[i] ?? ''}: it is a partial clone. Check out without a filter.`,
        );
      return size;
    });
  }

  writeBlob(content: Uint8Array): Promise<string> {
    return this.text(['hash-object', '-w', '--no-filters', '-t', 'blob', '--stdin'], content);
  }

  async writeTree(base: string | undefined, changes: readonly TreeChange[]): Promise<string> {
    const index = path.join(this.dir, `index-${process.hrtime.bigint()}`);
    const extraEnv = { GIT_INDEX_FILE: index };
    try {
      await this.bytes(base === undefined ? ['read-tree', '--empty'] : ['read-tree', base], undefined, extraEnv);
      const nothing = '0'.repeat(base?.length ?? 40);
      // Deletions first, so that a file can take the place of a folder and the other way round.
      const ordered = [...changes].sort((a, b) => Number(a.content !== undefined) - Number(b.content !== undefined));
      const records = ordered.map(({ path: name, content }) =>
        content ? `${content.mode} ${content.oid}\t${name}\0` : `0 ${nothing}\t${name}\0`,
      );
      const updated = await this.plumb(['update-index', '-z', '--index-info'], Buffer.from(records.join('')), extraEnv);
      // git passes over a path it does not take (`.git/x`) and still exits with 0: then the tree would not be the change.
      if (updated.code !== 0 || updated.stderr.includes('Ignoring path'))
        throw new Error(`git update-index did not take the change: ${updated.stderr.slice(0, 2000)}`);
      return await this.text(['write-tree'], undefined, extraEnv);
    } finally {
      await rm(index, { force: true });
    }
  }

  writeCommit({ tree, parent, mergedIn, message, author, atSeconds }: CommitRequest): Promise<string> {
    const at = `@${atSeconds ?? Math.floor(Date.now() / 1000)} +0000`;
    const identity = {
      GIT_AUTHOR_NAME: author.name,
      GIT_AUTHOR_EMAIL: author.email,
      GIT_COMMITTER_NAME: author.name,
      GIT_COMMITTER_EMAIL: author.email,
      GIT_AUTHOR_DATE: at,
      GIT_COMMITTER_DATE: at,
    };
    const parents = [parent, mergedIn].flatMap((one) => (one === undefined ? [] : ['-p', one]));
    return this.text(['commit-tree', '--no-gpg-sign', ...parents, tree], Buffer.from(message), identity);
  }

  async setRef(ref: string, commit: string): Promise<void> {
    await this.bytes(['update-ref', '--end-of-options', ref, commit]);
  }

  async isAncestor(ancestor: string, descendant: string): Promise<boolean> {
    return (await this.ask(['merge-base', '--is-ancestor', ancestor, descendant])).code === 0;
  }

  async mergeBase(a: string, b: string): Promise<string | undefined> {
    const { code, line } = await this.ask(['merge-base', a, b]);
    return code === 0 ? line : undefined;
  }

  async changes(from: string, to: string): Promise<FileChange[]> {
    const output = await this.bytes(['diff-tree', '-r', '-z', '--raw', '--no-abbrev', '--no-renames', from, to]);
    return parseRawDiff(output.toString('utf8'));
  }

  async changedPaths(from: string, to: string): Promise<string[]> {
    return (await this.changes(from, to)).map(({ path: name }) => name);
  }

  async messages(head: string, options: { exclude?: string; max: number; grep?: string }) {
    const args = ['log', '-z', '--format=%H %T %P%n%B', `--max-count=${options.max}`];
    if (options.grep) args.push('--fixed-strings', `--grep=${options.grep}`);
    args.push('--end-of-options', head);
    if (options.exclude) args.push(`^${options.exclude}`);
    const output = (await this.bytes(args)).toString('utf8');
    return output
      .split('\0')
      .filter((entry) => entry !== '')
      .map((entry) => {
        const end = entry.indexOf('\n');
        const [commit = '', tree = '', ...parents] = entry.slice(0, end).trimEnd().split(' ');
        return { commit, tree, parents, message: entry.slice(end + 1) };
      });
  }

  diff(from: string, to: string): Promise<Buffer> {
    return this.bytes([
      'diff-tree',
      '-p',
      '--binary',
      '--full-index',
      '--no-renames',
      '--no-ext-diff',
      '--no-textconv',
      from,
      to,
    ]);
  }

  async addedLines(from: string, to: string): Promise<Map<string, number[]>> {
    const args = [
      '-c',
      'core.quotePath=false',
      'diff-tree',
      '-r',
      '-p',
      '-U0',
      '--no-renames',
      '--no-ext-diff',
      '--no-textconv',
      '--text', // one NUL byte in a source file must not hide its lines
    ];
    return parseAddedLines((await this.bytes([...args, '--no-prefix', from, to])).toString('utf8'));
  }
}
