// What a commit of ours may hold, whoever made it and however: asked of git's own diff between the start of the run and
// the tree to be published, so that a mistake in the work copy cannot reach a branch. The tools refuse most of this
// earlier, with better advice; nothing of theirs is relied on here.
import type { FileChange } from '../platform/raw-diff.js';
import type { Git } from '../platform/git.js';
import type { Publisher } from './publisher.js';
import type { DependencyPolicy, ProtectedPaths } from '../workshop/workshop.js';
import { packagesAdded, packagesOfTree, printable } from '../workshop/workshop.js';

/** Far more than any increment needs, and as much as people still review: gh-aw takes 100 files and 1 MiB of patch. */
export const MAX_FILES = 500;
export const MAX_FILE_BYTES = 5 * 1024 * 1024;
export const MAX_TOTAL_BYTES = 10 * 1024 * 1024;
/** Breaches that a message names; the rest is counted. */
const MAX_NAMED = 5;
const MAX_NAME_BYTES = 255;

/**
 * Says in a sentence why a tree may not be published, or `undefined` when it may.
 * @param onto a commit that others published, which the tree was brought together with: then what it adds to that counts
 */
export type ChangePolicy = (tree: string, onto?: string) => Promise<string | undefined>;

/**
 * @param start commit or tree that the run's changes are compared with
 */
export function changePolicy({
  git,
  start,
  isProtected,
  dependencies,
}: {
  git: Git;
  start: string;
  isProtected: ProtectedPaths;
  dependencies: DependencyPolicy;
}): ChangePolicy {
  return async (tree, onto = start) => {
    const changes = await git.changes(onto, tree);
    if (changes.length === 0) return undefined;
    const result = await git.sourceTree(tree);
    const { files } = result;
    const sizes = new Map(files.map(({ oid, size }) => [oid, size]));
    const added = changes.filter(({ before }) => before === undefined).map(({ path }) => path);
    const namesakes = findNamesakes(
      files.map(({ path }) => path),
      added,
    );
    const breaches = changes.flatMap((change) => {
      const rule = judgeChange(change, { isProtected, namesakes, sizeBytes: sizes.get(change.oid) ?? 0 });
      return rule === undefined ? [] : [`'${printable(change.path)}' ${rule}`];
    });
    if (dependencies !== 'registry') {
      const known = await packagesOfTree(await git.sourceTree(onto));
      for (const { name, version } of packagesAdded(known, await packagesOfTree(result)))
        breaches.push(`a lock file brings ${printable(`${name} ${version}`)} (input dependencies: ${dependencies})`);
    }
    if (changes.length > MAX_FILES) breaches.push(`${changes.length} files differ, at most ${MAX_FILES} may`);
    const totalBytes = changes.reduce(
      (sum, { after, oid }) => sum + (after === undefined ? 0 : (sizes.get(oid) ?? 0)),
      0,
    );
    if (totalBytes > MAX_TOTAL_BYTES)
      breaches.push(`the changed files hold ${mebibytes(totalBytes)}, at most ${mebibytes(MAX_TOTAL_BYTES)} may`);
    if (breaches.length === 0) return undefined;
    const rest = breaches.length > MAX_NAMED ? `; and ${breaches.length - MAX_NAMED} more` : '';
    return `The change may not be published: ${breaches.slice(0, MAX_NAMED).join('; ')}${rest}.`;
  };
}

/** The publisher with the policy in front of each push: a commit that breaks it is never sent anywhere. */
export function guardedPublisher(publisher: Publisher, policy: ChangePolicy): Publisher {
  const { pushRenamed } = publisher;
  return {
    ...publisher,
    ...(pushRenamed && {
      async pushRenamed(request) {
        const reason = request.headCommit === undefined ? undefined : await policy(request.headCommit, request.onto);
        return reason === undefined ? pushRenamed(request) : new Map();
      },
    }),
    async pushIncrement(commit) {
      const reason = await policy(commit);
      return reason === undefined ? publisher.pushIncrement(commit) : { kind: 'refused', reason };
    },
    async publish(request) {
      const reason = request.headCommit === undefined ? undefined : await policy(request.headCommit, request.onto);
      if (reason === undefined) return publisher.publish(request);
      const publication = await publisher.publish({ ...request, headCommit: undefined });
      const note = `${reason} Nothing of that commit was pushed; the whole work is in change.patch of the report folder.`;
      return { ...publication, warnings: [note, ...publication.warnings] };
    },
  };
}

interface Terms {
  isProtected: ProtectedPaths;
  /** Added paths that some disks take for others of the tree; see `findNamesakes`. */
  namesakes: ReadonlyMap<string, string>;
  sizeBytes: number;
}

/** The first rule that a changed path breaks, as the end of a sentence that begins with the path. */
function judgeChange({ path, before, after }: FileChange, terms: Terms): string | undefined {
  const reason = terms.isProtected(path);
  if (reason !== undefined) return `is protected: ${reason}`;
  for (const mode of [before, after]) {
    if (mode === '120000') return 'is a symbolic link, which a run neither makes nor changes';
    if (mode === '160000') return 'is a submodule, which a run neither makes nor changes';
  }
  if (after === undefined) return undefined;
  if (after === '100755' && before !== after) return 'became executable';
  if (before === '100755' && after === '100644') return 'is no longer executable';
  const namesake = terms.namesakes.get(path);
  if (before === undefined) {
    const name = judgeName(path);
    if (name !== undefined) return name;
    if (namesake !== undefined)
      return `differs only in case or spelling from '${printable(namesake)}', which some disks take for the same`;
  }
  if (terms.sizeBytes > MAX_FILE_BYTES)
    return `holds ${mebibytes(terms.sizeBytes)}, more than ${mebibytes(MAX_FILE_BYTES)}`;
  return undefined;
}

/** Names that a checkout, a listing or git itself could take for something else. */
function judgeName(path: string): string | undefined {
  const names = path.split('/');
  if (/[\p{C}\u2028\u2029\uFFFD\\]/u.test(path))
    return 'has a name with control, invisible or broken characters, or a backslash';
  if (names.some((name) => name === '' || name === '.' || name === '..')) return 'has a name that leads elsewhere';
  // As core.protectNTFS and core.protectHFS see it: short name, dots and spaces at the end, streams.
  if (names.some((name) => /^(\.git|git~\d+)[ .]*(:.*)?$/iu.test(name.normalize('NFKC'))))
    return "has a name that is git's own on some disks";
  if (names.some((name) => Buffer.byteLength(name) > MAX_NAME_BYTES)) return 'has a name that is too long';
  return undefined;
}

/**
 * For each of `added` that shares its folded form, or that of a folder above it, with another path of the tree: that
 * other one. Macs and Windows would write the one over the other.
 */
function findNamesakes(paths: readonly string[], added: readonly string[]): ReadonlyMap<string, string> {
  if (added.length === 0) return new Map();
  const spellings = new Map<string, string[]>();
  for (const place of placesOf(paths)) {
    const folded = fold(place);
    spellings.set(folded, [...(spellings.get(folded) ?? []), place]);
  }
  const found = new Map<string, string>();
  for (const path of added) {
    for (const place of placesOf([path])) {
      const other = spellings.get(fold(place))?.find((spelling) => spelling !== place);
      if (other !== undefined) found.set(path, other);
    }
  }
  return found;
}

/** Each path and each folder above one, once. */
function placesOf(paths: readonly string[]): ReadonlySet<string> {
  const places = new Set<string>();
  for (const path of paths) {
    for (
      let place = path;
      place !== '' && !places.has(place);
      place = place.slice(0, Math.max(0, place.lastIndexOf('/')))
    )
      places.add(place);
  }
  return places;
}

function fold(path: string): string {
  return path.normalize('NFKC').toLowerCase().normalize('NFKC');
}

function mebibytes(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
}
