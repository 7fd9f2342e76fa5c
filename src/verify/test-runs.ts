// Which tests ran on the base and which run now, as cargo lists them, and which test of the sources each one is. What it
// means that one runs no more is lost-tests.ts's.
import { posix } from 'node:path';
import type { TestReport, WorkspaceMember } from '../workshop/workshop.js';
import { crateOf, notAmong, withoutHash } from './test-identity.js';
import type { PlacedTest } from './test-pairs.js';

export type RanTest = TestReport['tests'][number];

/** `perhaps`: the function's name fits, but not the modules that its file has by its place, as with `#[path]`. */
export type Fit = 'exactly' | 'perhaps';

export class TestRuns {
  /** Passed on the base, and now they are not listed or are ignored. */
  readonly lost: readonly RanTest[];
  private readonly now: readonly RanTest[];
  /** Run now and did not on the base, as far as none of them was taken yet. */
  private readonly gained: Set<RanTest>;
  private readonly folders = new Map<string, string[]>();

  /** @param members tell in which folder an executable's sources are */
  constructor(
    { base, result }: { base: TestReport; result: TestReport },
    private readonly members: readonly WorkspaceMember[],
  ) {
    this.now = result.tests.filter((test) => test.result !== 'ignored');
    const passed = base.tests.filter((test) => test.result === 'ok');
    // Nothing is listed where nothing was built: then the gate failed, and nothing is known of single tests.
    this.lost = result.executables.length === 0 ? [] : notAmong(passed, this.now);
    this.gained = new Set(notAmong(this.now, base.tests));
  }

  /** Whether cargo runs this test of the sources. */
  isRun(placed: PlacedTest): boolean {
    return this.now.some((test) => this.fit(test, placed) === 'exactly');
  }

  /** Whether this test of the sources is one that ran only now; it then stands for no other. */
  takeGained(placed: PlacedTest, least: Fit): boolean {
    const found = [...this.gained].find((test) => {
      const fit = this.fit(test, placed);
      return fit === 'exactly' || (fit === 'perhaps' && least === 'perhaps');
    });
    return this.take(found);
  }

  /** The same for a test of the executable that fits none of the sources' tests: a macro made it. */
  takeGenerated(executable: string, sources: readonly PlacedTest[]): boolean {
    const found = [...this.gained].find(
      (test) =>
        withoutHash(test.executable) === withoutHash(executable) &&
        !sources.some((placed) => this.fit(test, placed) !== undefined),
    );
    return this.take(found);
  }

  private take(found: RanTest | undefined): boolean {
    return found !== undefined && this.gained.delete(found);
  }

  /** Whether what cargo names can be this test of the sources. */
  fit(ran: RanTest, { path, test }: PlacedTest): Fit | undefined {
    const isDoc = ran.executable.startsWith('Doc-tests ');
    if (isDoc !== (test.kind === 'doc')) return undefined;
    if (!isDoc && !ran.name.includes(lastOf(test.name))) return undefined; // most pairs: spares the rest
    const folders = this.foldersOf(ran.executable).filter((folder) => folder === '' || path.startsWith(`${folder}/`));
    const fits = folders.map((folder) => {
      const inPackage = folder === '' ? path : path.slice(folder.length + 1);
      return isDoc ? fitDoc(ran.name, inPackage, test.name) : fitFunction(ran, inPackage, test.name);
    });
    return fits.includes('exactly') ? 'exactly' : fits.find((fit) => fit !== undefined);
  }

  /** The main file of an executable, as far as members are known; of a doc test the file in its name. */
  fileOf(ran: RanTest): string {
    const root = rootOf(ran.executable);
    if (root !== undefined) return posix.join(this.foldersOf(ran.executable)[0] ?? '', root);
    return /^(\S+) - /.exec(ran.name)?.[1] ?? ran.executable;
  }

  private foldersOf(executable: string): string[] {
    const folders = this.folders.get(executable) ?? this.findFolders(executable);
    this.folders.set(executable, folders);
    return folders;
  }

  /** Folders of the packages that can have made an executable. */
  private findFolders(executable: string): string[] {
    const crate = crateOf(executable)?.replaceAll('-', '_');
    const owners = this.members.filter(({ targets }) =>
      targets.some(({ name }) => name.replaceAll('-', '_') === crate),
    );
    const folders = (owners.length === 0 ? this.members : owners).map(({ manifestPath }) => {
      const folder = posix.dirname(manifestPath);
      return folder === '.' ? '' : folder;
    });
    // A crate that is no member any more may have been anywhere.
    return owners.length === 0 ? [...new Set([...folders, ''])] : folders;
  }
}

/** `unittests src/lib.rs (larder)` → `src/lib.rs`, relative to its package. */
function rootOf(executable: string): string | undefined {
  return /^(?:unittests )?(.+?) \(/.exec(executable)?.[1];
}

/** @param path relative to the package */
function fitFunction({ name: printed, executable }: RanTest, path: string, name: string): Fit | undefined {
  const bare = printed.replace(/ - should panic$/, '');
  // The cases of a test that has several are named below it: `works::case_1`.
  const isNamed = (whole: string) => bare === whole || bare.startsWith(`${whole}::`);
  const root = rootOf(executable);
  const modules = root === undefined ? undefined : modulesBelow(root, path);
  if (modules !== undefined && isNamed([...modules, name].join('::'))) return 'exactly';
  return isNamed(name) || `::${bare}::`.includes(`::${name}::`) ? 'perhaps' : undefined;
}

/** The modules that a file is in by its place; `undefined` for one that is not below the root's folder. */
function modulesBelow(root: string, path: string): string[] | undefined {
  if (path === root) return [];
  const below = posix.relative(posix.dirname(root), path);
  if (below.startsWith('../')) return undefined;
  const names = below.replace(/\.rs$/, '').split('/');
  return names.at(-1) === 'mod' ? names.slice(0, -1) : names;
}

/** `src/cache.rs - cache::Cache<K>::get (line 3)`, or without an item for what documents the file. */
function fitDoc(printed: string, path: string, name: string): Fit | undefined {
  const [, file, item = ''] = /^(\S+) - (?:(.*?) )?\(line \d+\)/.exec(printed) ?? [];
  if (file === undefined || !(path === file || file.endsWith(`/${path}`))) return undefined;
  let plain = item;
  while (/<[^<>]*>/.test(plain)) plain = plain.replace(/<[^<>]*>/g, '');
  if (name === 'the file') return plain === '' || lastOf(plain) === moduleOf(path) ? 'exactly' : undefined;
  if (plain === name || plain.endsWith(`::${name}`)) return 'exactly';
  return lastOf(plain) === lastOf(name) ? 'perhaps' : undefined;
}

/** `src/cache.rs` and `src/cache/mod.rs` → `cache`. */
function moduleOf(path: string): string | undefined {
  return path
    .replace(/(\/mod)?\.rs$/, '')
    .split('/')
    .at(-1);
}

function lastOf(name: string): string {
  return name.slice(name.lastIndexOf(':') + 1);
}
