// Repositories of odd shapes, through the bundle: what the run is not about reaches the result as it was.
import { describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { actionScene, runScripted } from '../support/action-scene.js';
import { LFS_POINTER, SUBMODULE_COMMIT } from '../support/odd-repo.js';
import {
  CRATE,
  CRATE_WITHOUT_SPEC,
  MANIFEST,
  SPEC,
  VERIFIED,
  finishGreeting,
  use,
  writeGreeting,
} from '../support/scripts-greeting.js';
import { gitIn, type Files } from '../support/temp-repo.js';
import { VENDOR_CONFIG, vendoredCrate } from '../support/vendored-crate.js';

const BRANCH = 'ferrule/specs-greeting';

/** Paths that two commits of a repository differ in. */
async function differences(dir: string, from: string, to: string): Promise<string[]> {
  return (await gitIn(dir, 'diff-tree', '-r', '--name-only', from, to)).trim().split('\n');
}

describe('a checkout of depth 1 with a detached head, 40 members and no lock file', () => {
  const { 'src/lib.rs': library = '' } = CRATE_WITHOUT_SPEC;
  const members: Record<string, string> = {};
  for (let n = 1; n < 40; n++) {
    members[`crates/m${n}/Cargo.toml`] =
      `[package]\nname = "m${n}"\nversion.workspace = true\nedition.workspace = true\n`;
    members[`crates/m${n}/src/lib.rs`] = 'compile_error!("is not the package of the run");\n';
  }
  const files: Files = {
    '.gitignore': 'target\nCargo.lock\n',
    '.gitattributes': '*.bin filter=lfs diff=lfs merge=lfs -text\n*.txt text eol=crlf\n',
    '.gitmodules': '[submodule "vendor/sub"]\n\tpath = vendor/sub\n\turl = https://example.invalid/sub.git\n',
    '.cargo/config.toml': VENDOR_CONFIG,
    ...vendoredCrate('not-on-crates-io'),
    'Cargo.toml':
      '[workspace]\nresolver = "2"\nmembers = ["crates/*"]\nexclude = ["crates/old"]\n\n' +
      '[workspace.package]\nversion = "0.1.0"\nedition = "2024"\n',
    ...members,
    'crates/old/Cargo.toml': 'this is no manifest\n',
    'crates/greeting/Cargo.toml': `${MANIFEST}\n[dependencies]\nnot-on-crates-io = "1"\n`,
    'crates/greeting/src/lib.rs': library,
    'model.bin': LFS_POINTER,
    'old.txt': 'one\r\ntwo\r\n',
    'latin1.c': Buffer.from('/* \xe4\xf6\xfc */\n', 'latin1'),
    'odd name \t"ü".md': 'x',
    'specs/greeting.md': SPEC,
  };

  it('is implemented in the right package, and differs from its base in the one file', async () => {
    await using scene = await actionScene(files);
    const { repo } = scene;
    await repo.git('update-index', '--add', '--cacheinfo', `160000,${SUBMODULE_COMMIT},vendor/sub`);
    await repo.git('commit', '--quiet', '-m', 'Add a submodule');
    await repo.git('push', '--quiet', 'origin', 'main');
    const base = await repo.git('rev-parse', 'HEAD');
    const cwd = path.join(repo.parent, 'shallow');
    await gitIn(repo.parent, 'clone', '--quiet', '--depth=1', `file://${repo.origin}`, cwd);
    await gitIn(cwd, 'remote', 'set-url', 'origin', repo.origin);
    await gitIn(cwd, 'checkout', '--quiet', '--detach');

    const folder = 'crates/greeting/';
    const answers = [writeGreeting(folder), finishGreeting(folder)];
    const inputs = { package: 'greeting', spec: 'specs/greeting.md' };
    const run = await runScripted({ cwd, inputs, apiUrl: scene.fake.url, token: scene.fake.token, answers });
    expect(run).toMatchObject({ code: 0, warnings: [], outputs: { outcome: 'verified', branch: BRANCH } });
    expect(await differences(repo.origin, base, BRANCH)).toEqual([`${folder}src/lib.rs`]);
    expect(await gitIn(cwd, 'status', '--porcelain')).toBe('');
  });
});

describe('a run that may use no crate but the base’s', () => {
  const optional =
    '[dependencies]\nvendored-more = { version = "1", optional = true }\n[features]\nmore = ["dep:vendored-more"]\n';
  const manifest = `${MANIFEST}\n[dependencies]\nvendored-base = "1"\n`;
  const files: Files = {
    'src/lib.rs': CRATE_WITHOUT_SPEC['src/lib.rs'] ?? '',
    'Cargo.toml': manifest,
    '.gitignore': 'target\nCargo.lock\n',
    '.cargo/config.toml': VENDOR_CONFIG,
    ...vendoredCrate('vendored-base', optional),
    ...vendoredCrate('vendored-more'),
    'specs/greeting.md': SPEC,
  };

  it('is not verified with a feature that brings in another one', async () => {
    await using scene = await actionScene(files);
    const more = use('write_file', {
      path: 'Cargo.toml',
      content: `${manifest}[features]\nx = ["vendored-base/more"]\n`,
    });
    const less = use('write_file', { path: 'Cargo.toml', content: manifest });
    const finish = finishGreeting().tool_use ?? [];
    const read = use('read_file', { path: 'Cargo.toml' });
    const answers = [writeGreeting(), { tool_use: [read, more, ...finish] }, { tool_use: [less, ...finish] }];
    const run = await scene.run({ inputs: { dependencies: 'none', 'max-rounds': '2' }, answers });
    expect(run).toMatchObject({ code: 0, outputs: { outcome: 'verified', turns: '3' } });
    expect(JSON.stringify(run.requests.at(-1)?.messages.at(-1))).toContain(
      'The manifests would bring vendored-more 1.2.3',
    );
  });
});

describe('a lock file that cargo cannot read', () => {
  const lock = String(CRATE['Cargo.lock']);
  it.each([
    ['with the marks of a conflict', `<<<<<<< HEAD\n${lock}=======\n>>>>>>> topic\n`],
    ['of a version to come', lock.replace('version = 4', 'version = 99')],
  ])('%s refuses the run before anything is spent, and is left as it is', async (_what, text) => {
    await using scene = await actionScene({ ...CRATE, 'Cargo.lock': text });
    const run = await scene.run();
    expect(run).toMatchObject({ code: 1, requests: [], outputs: { outcome: 'refused', turns: '0' } });
    expect(run.errors).toEqual([
      expect.stringMatching(/^Refused: cargo cannot read the lock file of the base: .*failed to parse lock file/),
    ]);
    expect(await scene.repo.remoteBranches()).toEqual(['main']);
  });
});

/** 100,000 each night. */
const FILES = Number(process.env.FERRULE_FILES ?? '20000');

describe(`a repository with ${FILES} other files`, () => {
  /** A commit on `main` with that many small files beside what is there, without a checkout of them. */
  async function addFiles(dir: string, count: number): Promise<void> {
    const git = spawn('git', ['fast-import', '--quiet'], { cwd: dir, stdio: ['pipe', 'ignore', 'inherit'] });
    const lines = [
      'commit refs/heads/main',
      'committer Ada <ada@example.com> 0 +0000',
      'data 5',
      'Many',
      'from refs/heads/main^0',
    ];
    for (let n = 0; n < count; n++)
      lines.push(`M 100644 inline data/${n % 100}/${n}.csv`, 'data <<E', `${n},1,2,3`, 'E');
    git.stdin.end(`${lines.join('\n')}\n`);
    await once(git, 'close');
  }

  it('is worked on like any other', async () => {
    await using scene = await actionScene(CRATE);
    const { repo } = scene;
    await addFiles(repo.dir, FILES);
    await repo.git('push', '--quiet', 'origin', 'main');
    const run = await scene.run({ answers: VERIFIED });
    expect(run).toMatchObject({ code: 0, outputs: { outcome: 'verified' } });
    expect(await differences(repo.origin, 'main', BRANCH)).toEqual(['src/lib.rs']);
  });
});
