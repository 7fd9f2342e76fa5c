// A repository with what repositories hold besides sources (links, a submodule, LFS pointers, CRLF, a tracked file that is
// ignored), and work copies of it.
import { chmod, readFile, symlink } from 'node:fs/promises';
import path from 'node:path';
import type { Git } from '../../src/platform/git.js';
import { openGit } from '../../src/platform/git.js';
import { ignoredPaths } from '../../src/workshop/ignored-paths.js';
import { protectedPaths } from '../../src/workshop/protected-paths.js';
import { WorkCopy } from '../../src/workshop/work-copy.js';
import type { TempRepo } from './temp-repo.js';
import { tempRepo } from './temp-repo.js';

export const LFS_POINTER = 'version https://git-lfs.github.com/spec/v1\noid sha256:4665a5ea\nsize 12345\n';
export const SUBMODULE_COMMIT = 'a'.repeat(40);

export interface OddRepo extends AsyncDisposable {
  repo: TempRepo;
  git: Git;
  head: string;
  /** A fresh work copy of the commit; `spec.md` is protected. */
  open(): Promise<WorkCopy>;
}

export async function oddRepo(): Promise<OddRepo> {
  const repo = await tempRepo({
    'Cargo.toml': '[package]\nname = "a"\n',
    'src/lib.rs': 'pub fn one() {}\n',
    'src/deep/mod.rs': '// deep\n',
    'run.sh': '#!/bin/sh\n',
    'crlf.txt': 'one\r\ntwo\r\n',
    'model.bin': LFS_POINTER,
    'tracked.log': 'tracked although ignored\n',
    '.gitattributes': '*.bin filter=lfs\n*.txt text eol=lf\n',
  });
  await repo.commit({ '.gitignore': '*.log\n/data/\n' });
  await repo.git('update-index', '--add', '--cacheinfo', `160000,${SUBMODULE_COMMIT},vendor/sub`);
  await chmod(path.join(repo.dir, 'run.sh'), 0o755);
  await symlink('src/lib.rs', path.join(repo.dir, 'link.rs'));
  await repo.git('add', 'run.sh', 'link.rs');
  // As it stands, CRLF included, past git's own conversion.
  const raw = await repo.git('hash-object', '-w', '--no-filters', 'crlf.txt');
  await repo.git('update-index', '--cacheinfo', `100644,${raw},crlf.txt`);
  await repo.git('commit', '--quiet', '-m', 'Odd files');
  const head = await repo.git('rev-parse', 'HEAD');
  const git = await openGit(repo.dir, path.join(repo.parent, 'own.git'), process.env);
  const tree = await git.sourceTree(head);
  const isIgnored = await ignoredPaths(tree);
  let copies = 0;
  return {
    repo,
    git,
    head,
    open: () =>
      WorkCopy.create({
        git,
        tree,
        root: path.join(repo.parent, `work-${++copies}`),
        protection: protectedPaths([], ['spec.md']),
        isIgnored,
        unchanged: 'all',
        owner: undefined,
      }),
    [Symbol.asyncDispose]: () => repo[Symbol.asyncDispose](),
  };
}

/** The host's path of a file of the copy. */
export const at = (copy: WorkCopy, file: string) => path.join(copy.root, file);
export const text = (copy: WorkCopy, file: string) => readFile(at(copy, file), 'utf8');
export const changedPaths = (copy: WorkCopy) => copy.changes().map((change) => change.path);
