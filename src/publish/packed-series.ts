// Takes a series of commits apart into plain content, and makes the same commits again from it. Making them again is how
// hostile content is met: every object is written by our own git from names, modes and texts, so nothing that others
// built is ever parsed by git, and the ids show whether it is the series that was verified.
import { isUtf8 } from 'node:buffer';
import { messageOf } from '../errors.js';
import type { Git, TreeChange } from '../platform/git.js';
import type { CommitMessageRequest } from './commit-message.js';
import type { ChangePolicy } from './policy.js';
import type { PackedCommit, Result } from './result.js';
import type { SeriesCommit } from './work-commit.js';
import { writeWorkCommit } from './work-commit.js';

type PackedChange = PackedCommit['changes'][number];

/** The commits with the content of every file they change, in the same order. */
export async function packSeries(git: Git, commits: readonly SeriesCommit[]): Promise<PackedCommit[]> {
  const packed: PackedCommit[] = [];
  for (const { commit, tree, parent, message, atSeconds } of commits) {
    const { subject, body, requirements, planned, spent, outcome } = message;
    packed.push({
      ...{ id: commit, tree, subject, requirements: [...requirements], atSeconds },
      ...(body === undefined ? {} : { body }),
      ...(planned === undefined ? {} : { planned: planned.map(plain) }),
      ...(spent === undefined ? {} : { spent }),
      ...(outcome === undefined ? {} : { outcome }),
      changes: await packChanges(git, parent, tree),
    });
  }
  return packed;
}

function plain({ title, requirements }: { title: string; requirements: readonly string[] }) {
  return { title, requirements: [...requirements] };
}

async function packChanges(git: Git, from: string, to: string): Promise<PackedChange[]> {
  const changes = await git.changes(from, to);
  const contents: Buffer[] = [];
  const present = changes.filter(({ after }) => after !== undefined);
  for await (const content of git.readBlobs(present.map(({ oid }) => oid))) contents.push(content);
  const packed: PackedChange[] = [];
  for (const { path, after } of changes) {
    if (after === undefined) {
      packed.push({ path, deleted: true });
      continue;
    }
    // The policy let no other mode into the series.
    const mode = after === '100755' ? '100755' : '100644';
    const content = contents.shift() ?? Buffer.alloc(0);
    packed.push(
      isUtf8(content)
        ? { path, mode, text: content.toString('utf8') }
        : { path, mode, base64: content.toString('base64') },
    );
  }
  return packed;
}

type Rebuilt =
  /** `head` and its tree; the start where the series is empty. `commits`: with the ids that they have here. */
  | { kind: 'rebuilt'; head: { commit: string; tree: string }; commits: PackedCommit[] }
  | { kind: 'refused'; reason: string };

interface RebuildRequest {
  git: Git;
  result: Pick<Result, 'start' | 'commits'>;
  /** The start is another than the result's. Else each commit must come out with the id that the result gives it. */
  isElsewhere?: true;
  /** `hash`: 64 hexadecimal digits. */
  spec: CommitMessageRequest['spec'];
  /** Of the run that the report is of. */
  runUrl: string;
  /** Ids that the spec has. */
  requirementIds: readonly string[];
  /** Asked of every commit, since a reader of the history sees each of them. */
  policy: ChangePolicy;
}

/** Makes the commits on `start`, which the repository has. */
export async function rebuildSeries(request: RebuildRequest): Promise<Rebuilt> {
  const { git, result } = request;
  let head = { commit: result.start, tree: await git.treeOf(result.start) };
  const commits: PackedCommit[] = [];
  for (const packed of result.commits) {
    const made = await rebuildCommit(request, packed, head);
    if (typeof made === 'string') return { kind: 'refused', reason: made };
    head = made;
    commits.push({ ...packed, id: made.commit });
  }
  return { kind: 'rebuilt', head, commits };
}

/** @returns the commit, or why there is none */
async function rebuildCommit(
  { git, isElsewhere, spec, runUrl, requirementIds, policy }: RebuildRequest,
  packed: PackedCommit,
  parent: { commit: string; tree: string },
): Promise<SeriesCommit | string> {
  const { id, subject, body, requirements, planned, spent, outcome, atSeconds, runUrl: madeBy = runUrl } = packed;
  const name = `Commit ${id.slice(0, 12)}`;
  const named = [...requirements, ...(planned ?? []).flatMap((each) => each.requirements)];
  const unknown = named.find((each) => !requirementIds.includes(each));
  if (unknown !== undefined) return `${name} names a requirement that the spec does not have.`;
  if (repositoryOf(madeBy) !== repositoryOf(runUrl)) return `${name} says that a run of another repository made it.`;
  let tree: string;
  try {
    tree = await git.writeTree(parent.tree, await writeContents(git, packed.changes));
  } catch (error) {
    return `${name} has a change that git does not take: ${messageOf(error)}`;
  }
  const objection = await policy(tree);
  if (objection !== undefined) return `${name}: ${objection}`;
  const message = {
    ...{ subject, requirements, spec, runUrl: madeBy },
    ...(body === undefined ? {} : { body }),
    ...(planned === undefined ? {} : { planned }),
    ...(spent === undefined ? {} : { spent: { tokens: spent.tokens, costUsd: spent.costUsd } }),
    ...(outcome === undefined ? {} : { outcome }),
  };
  const made = await writeWorkCommit(git, tree, parent.commit, message, atSeconds);
  if (made.tree !== packed.tree) return `${name}: its files make tree ${made.tree.slice(0, 12)}, not the one it names.`;
  if (!isElsewhere && made.commit !== id) return `${name}: what it is made of gives ${made.commit.slice(0, 12)}.`;
  return made;
}

function repositoryOf(runUrl: string): string {
  return runUrl.replace(/\/actions\/runs\/\d+$/, '');
}

async function writeContents(git: Git, changes: readonly PackedChange[]): Promise<TreeChange[]> {
  const written: TreeChange[] = [];
  for (const change of changes) {
    if ('deleted' in change) {
      written.push({ path: change.path, content: undefined });
      continue;
    }
    const bytes = 'text' in change ? Buffer.from(change.text) : Buffer.from(change.base64, 'base64');
    written.push({ path: change.path, content: { oid: await git.writeBlob(bytes), mode: change.mode } });
  }
  return written;
}
