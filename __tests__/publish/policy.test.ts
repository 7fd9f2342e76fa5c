import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { openGit, type Git, type TreeChange } from '../../src/platform/git.js';
import { MAX_FILE_BYTES, MAX_FILES, MAX_TOTAL_BYTES, guardedPublisher } from '../../src/publish/policy.js';
import { changePolicy } from '../../src/publish/publish.js';
import { protectedPaths } from '../../src/workshop/workshop.js';
import { publishScene, result } from '../support/publish-scene.js';
import { tempRepo, type TempRepo } from '../support/temp-repo.js';

const SUBMODULE = 'c0ffee'.repeat(7).slice(0, 40);
const isProtected = protectedPaths(['docs/**'], ['specs/login.md']);

let repo: TempRepo;
let git: Git;
/** A tree with a file of each kind. */
let start: string;
let blob: string;
let other: string;

beforeAll(async () => {
  repo = await tempRepo({
    'src/lib.rs': 'fn f() {}\n',
    'run.sh': '#!/bin/sh\n',
    'Read Me.md': 'x',
    'src/\u00e9.rs': '',
    'deep/er/file.rs': '',
  });
  git = await openGit(repo.dir, path.join(repo.parent, 'ours.git'), process.env);
  blob = await git.writeBlob(Buffer.from('new\n'));
  other = await git.writeBlob(Buffer.from('other\n'));
  start = await git.writeTree(await repo.git('rev-parse', 'HEAD^{tree}'), [
    { path: 'run.sh', content: { oid: blob, mode: '100755' } },
    { path: 'link', content: { oid: blob, mode: '120000' } },
    { path: 'vendor/lib', content: { oid: SUBMODULE, mode: '160000' } },
  ]);
});
afterAll(async () => {
  await repo[Symbol.asyncDispose]();
});

const policy = (tree: string, from = start) =>
  changePolicy({ git, start: from, isProtected, dependencies: 'registry' })(tree);
const put = (file: string, mode = '100644', oid = blob): TreeChange => ({ path: file, content: { oid, mode } });
const removal = (file: string): TreeChange => ({ path: file, content: undefined });
const judge = async (...changes: TreeChange[]) => policy(await git.writeTree(start, changes));

/** A tree object as git would never write it, of names as bytes. */
async function rawTree(...entries: [mode: string, name: string | Buffer, oid: string][]): Promise<string> {
  const records = entries.map(([mode, name, oid]) =>
    Buffer.concat([Buffer.from(`${mode} `), Buffer.from(name), Buffer.from([0]), Buffer.from(oid, 'hex')]),
  );
  const file = path.join(repo.parent, 'tree');
  await writeFile(file, Buffer.concat(records));
  const args = ['hash-object', '-w', '-t', 'tree', '--literally', file];
  return (await promisify(execFile)('git', args, { cwd: repo.dir })).stdout.trim();
}

describe('a change that a run makes', () => {
  it('may be published', async () => {
    expect(await policy(start)).toBeUndefined();
    const changes = [put('src/lib.rs'), put('src/new/deep.rs'), put('run.sh', '100755'), removal('Read Me.md')];
    expect(
      await judge(...changes, put('Cargo.toml'), put('build.rs'), put('.gitignore'), put('src/ü€🦀.rs')),
    ).toBeUndefined();
  });

  it('may give a file another case, when the old one goes', async () => {
    expect(await judge(removal('src/lib.rs'), put('src/Lib.rs'))).toBeUndefined();
  });

  it('leaves alone what the start has, be it as odd as it may', async () => {
    const odd = await rawTree(['100644', 'A.rs', blob], ['100644', 'a.rs', blob], ['120000', 'link', blob]);
    const tree = await rawTree(
      ['100644', 'A.rs', blob],
      ['100644', 'a.rs', other],
      ['120000', 'link', blob],
      ['100644', 'new.rs', blob],
    );
    expect(await policy(tree, odd)).toBeUndefined();
  });
});

describe('a change that must not leave', () => {
  const CASES: [what: string, changes: () => TreeChange[], message: RegExp][] = [
    ...[
      '.github/workflows/ci.yml',
      '.GitHub/workflows/ci.yml',
      'CODEOWNERS',
      'docs/CODEOWNERS',
      '.gitmodules',
      '.gitattributes',
      'crates/a/.gitattributes',
      '.cargo/config.toml',
      'crates/a/.cargo/config',
      'rust-toolchain',
      'rust-toolchain.toml',
      'AGENTS.md',
      'CLAUDE.md',
      '.claude/agents/x.md',
      'specs/login.md',
      'docs/guide.md',
    ].map((file): (typeof CASES)[number] => [`the protected ${file}`, () => [put(file)], /' is protected: /]),
    ['a new symlink', () => [put('a', '120000')], /^The change may not be published: 'a' is a symbolic link/],
    ['a file that becomes a symlink', () => [put('src/lib.rs', '120000')], /'src\/lib\.rs' is a symbolic link/],
    ['a symlink that points elsewhere', () => [put('link', '120000', other)], /'link' is a symbolic link/],
    ['a symlink that becomes a file', () => [put('link')], /'link' is a symbolic link/],
    ['a new submodule', () => [put('sub', '160000', SUBMODULE)], /'sub' is a submodule/],
    ['a submodule of another commit', () => [put('vendor/lib', '160000', blob)], /'vendor\/lib' is a submodule/],
    ['a submodule that goes', () => [removal('vendor/lib')], /'vendor\/lib' is a submodule/],
    ['an executable bit on a source', () => [put('src/lib.rs', '100755')], /'src\/lib\.rs' became executable/],
    ['a new executable', () => [put('tool', '100755')], /'tool' became executable/],
    ['a script that loses its bit', () => [put('run.sh')], /'run\.sh' is no longer executable/],
    ['a case twin', () => [put('SRC/other.rs')], /'SRC\/other\.rs' differs only in case or spelling from 'src'/],
    ['a case twin of a file', () => [put('src/LIB.rs')], /from 'src\/lib\.rs'/],
    ['a twin by composition', () => [put('src/e\u0301.rs')], /from 'src\/é\.rs'/],
    ['a twin below', () => [put('deep/ER/other.rs')], /from 'deep\/er'/],
    ['two new twins', () => [put('x/a.rs'), put('x/A.rs')], /'x\/A\.rs' differs .*'x\/a\.rs' differs/],
    ['a reversed name', () => [put('src/\u202Esr.bil')], /'src\/\\u\{202e\}sr\.bil' has a name with control/],
    ['an invisible name', () => [put('src/li\u200Bb.rs')], /has a name with control, invisible/],
    ['a line break in a name', () => [put('src/a\n::error::.rs')], /'src\/a\\u\{a\}::error::\.rs' has a name/],
    ['a line separator', () => [put('src/a\u2028b.rs')], /'src\/a\\u\{2028\}b\.rs' has a name with control/],
    ['a backslash', () => [put('src\\lib.rs.txt')], /has a name with .* a backslash/],
    ['a name for a tag', () => [put('src/\u{E0041}.rs')], /has a name with control, invisible/],
  ];
  it.each(CASES)('%s', async (_what, changes, message) => {
    // Git's own checks of names are those of an index; a tree can hold more.
    const [first] = changes();
    const tree = /\\/.test(first?.path ?? '')
      ? await rawTree(['100644', first?.path ?? '', blob])
      : await git.writeTree(start, changes());
    expect(await policy(tree)).toMatch(message);
  });

  it.each(['.git', '.GIT', '.Git', 'git~1', 'GIT~1', '.git ', '.git.', '.git::$INDEX_ALLOCATION', '.g\u200cit'])(
    'git’s own name, as some disk sees it: %j',
    async (name) => {
      const inside = await rawTree(['100644', 'config', blob]);
      expect(await policy(await rawTree(['40000', name, inside]), await rawTree())).toMatch(
        /is protected|git's own on some disks|control, invisible/,
      );
    },
  );

  it.each(['..', '.'])('a name that leads elsewhere: %s', async (name) => {
    const tree = await rawTree(['40000', name, await rawTree(['100644', 'x', blob])]);
    expect(await policy(tree, await rawTree())).toMatch(/leads elsewhere/);
  });

  it('a name that is no text, and one that is too long', async () => {
    const latin1 = await rawTree(['100644', Buffer.from([0x61, 0xe9]), blob]);
    expect(await policy(latin1, await rawTree())).toMatch(/broken characters/);
    expect(await policy(await rawTree(['100644', 'x'.repeat(256), blob]), await rawTree())).toMatch(/too long/);
  });
});

describe('crates that a lock file brings', () => {
  const crate = (name: string, version: string) =>
    `[[package]]\nname = "${name}"\nversion = "${version}"\nsource = "registry+https://github.com/rust-lang/crates.io-index"\n`;
  const withLock = async (tree: string, text: string, file = 'Cargo.lock') =>
    git.writeTree(tree, [put(file, '100644', await git.writeBlob(Buffer.from(text)))]);

  it.each(['none', 'locked'] as const)('are those of the start with dependencies: %s', async (dependencies) => {
    const from = await withLock(start, crate('itoa', '1.0.0') + crate('ryu', '1.0.0'));
    const keep = changePolicy({ git, start: from, isProtected, dependencies });
    expect(await keep(await withLock(from, crate('itoa', '1.0.0')))).toBeUndefined();
    for (const file of ['Cargo.lock', 'new/Cargo.lock'])
      expect(await keep(await withLock(from, crate('itoa', '1.0.1'), file))).toBe(
        `The change may not be published: a lock file brings itoa 1.0.1 (input dependencies: ${dependencies}).`,
      );
    // What others brought to the target is theirs.
    const onto = await withLock(from, crate('itoa', '1.0.1'));
    expect(await keep(await git.writeTree(onto, [put('src/lib.rs')]), onto)).toBeUndefined();
  });

  it('may be any with dependencies: registry', async () => {
    expect(await policy(await withLock(start, crate('itoa', '1.0.0')))).toBeUndefined();
  });
});

describe('the size of a change', () => {
  const many = (count: number) => Array.from({ length: count }, (_, n) => put(`src/m${n}.rs`));

  it(`may be ${MAX_FILES} files, and no more`, async () => {
    expect(await judge(...many(MAX_FILES))).toBeUndefined();
    expect(await judge(...many(MAX_FILES), removal('src/lib.rs'))).toMatch(/501 files differ, at most 500 may/);
  });

  it('is limited for one file and for all together', async () => {
    const oid = await git.writeBlob(Buffer.alloc(MAX_FILE_BYTES, 'x'));
    const more = await git.writeBlob(Buffer.alloc(MAX_FILE_BYTES + 1, 'x'));
    expect(MAX_TOTAL_BYTES).toBe(2 * MAX_FILE_BYTES);
    const two = [put('a.bin', '100644', oid), put('b.bin', '100644', oid)];
    expect(await judge(...two)).toBeUndefined();
    expect(await judge(...two, put('c.rs'))).toMatch(/the changed files hold 10\.0 MiB, at most 10\.0 MiB may/);
    expect(await judge(put('a.bin', '100644', more))).toMatch(/'a\.bin' holds 5\.0 MiB, more than 5\.0 MiB/);
  });

  it('does not make the message long', async () => {
    const text = (await judge(...Array.from({ length: 40 }, (_, n) => put(`.github/${n}${'x'.repeat(150)}`)))) ?? '';
    expect(text).toMatch(/; and 35 more\.$/);
    expect(text.length).toBeLessThan(1_600);
  });
});

describe('a guarded publisher', () => {
  const guard = async () => {
    const scene = await publishScene();
    const keep = changePolicy({
      git: scene.git,
      start: scene.base,
      isProtected: protectedPaths([], []),
      dependencies: 'registry',
    });
    const evil = async (parent: string) => {
      const tree = await scene.git.writeTree(parent, [
        put('.github/workflows/x.yml', '100644', await scene.git.writeBlob(Buffer.from('on: push'))),
      ]);
      return scene.git.writeCommit({ tree, parent, message: 'x\n', author: { name: 'x', email: 'x' } });
    };
    return { ...scene, guarded: (more = {}) => guardedPublisher(scene.publisher(more), keep), evil };
  };

  it('pushes what the policy allows', async () => {
    await using scene = await guard();
    const commit = await scene.commitOn(scene.base, 'one');
    expect(await scene.guarded().pushIncrement(commit)).toEqual({ kind: 'pushed' });
    expect((await scene.guarded().publish(result('verified', commit))).warnings).toEqual([]);
  });

  it('pushes no increment that breaks it', async () => {
    await using scene = await guard();
    const { repo: clone, guarded, evil, base } = scene;
    const reason = expect.stringContaining("'.github/workflows/x.yml' is protected");
    expect(await guarded().pushIncrement(await evil(base))).toEqual({ kind: 'refused', reason });
    expect(await clone.remoteBranches()).toEqual(['main']);
  });

  it('has GitHub make no commit of what breaks it', async () => {
    await using scene = await guard();
    const publisher = scene.guarded({ commitWith: 'api' });
    const bad = result('verified', await scene.evil(scene.base));
    expect(await publisher.pushRenamed?.(bad)).toEqual(new Map());
    expect((await publisher.publish(bad)).warnings[0]).toContain("'.github/workflows/x.yml' is protected");
    expect(scene.fake.requests.filter(({ path: where }) => where.includes('/git/'))).toEqual([]);
  });

  it('moves no branch to such a result, keeps what was pushed, and says why', async () => {
    await using scene = await guard();
    const { repo: clone, guarded, evil, base, commitOn, fake } = scene;
    const { number } = fake.repository.addPull({ head: 'main', base: 'trunk' });
    const publisher = guarded({ kind: 'commit', target: 'main', commentOn: number });
    const good = await commitOn(base, 'one');
    await publisher.pushIncrement(good);
    const published = await publisher.publish(result('verified', await evil(good)));
    expect(published.commit).toBeUndefined();
    expect(published.warnings[0]).toMatch(
      /'\.github\/workflows\/x\.yml' is protected: .* Nothing of that commit was pushed; .*change\.patch/,
    );
    expect([await clone.remoteHead('main'), await clone.remoteHead('ferrule/login')]).toEqual([base, good]);
    expect(fake.comments).toHaveLength(1);
  });
});
