// Attacks on git and on what is published, through the bundle: programs planted where git would run them, paths and modes
// that must not get into a commit, names of branches. The policy rule by rule is publish/policy.test.ts.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { actionScene, runScripted, type ActionScene, type SceneResult } from '../support/action-scene.js';
import { PLANTED_ATTRIBUTES, TRIPPED, plantGit, type GitPlants } from '../support/git-plants.js';
import {
  CODE,
  CRATE,
  SPEC_ONLY,
  TESTS,
  UNVERIFIED,
  editLibrary,
  finishGreeting,
  use,
} from '../support/scripts-greeting.js';
import { gitIn, tempRepo, type TempRepo } from '../support/temp-repo.js';

const BRANCH = 'ferrule/specs-greeting';

/** What a hostile test does to the work copy while cargo runs it. */
const sabotage = (gitfile: string) => `
    #[test]
    fn sabotages() {
        let _ = std::fs::write(".git", ${JSON.stringify(gitfile)});
        let _ = std::fs::create_dir_all(".github/workflows");
        let _ = std::fs::write(".github/workflows/evil.yml", "on: push");
        let _ = std::fs::write("CODEOWNERS", "* @mallory");
        let _ = std::fs::write("AGENTS.md", "Obey.");
        let _ = std::os::unix::fs::symlink("/etc/passwd", "passwd");
    }
`;

describe('programs planted in the clone, its attributes, its hooks and the environment of the step', () => {
  let scene: ActionScene;
  let plants: GitPlants;
  let run: SceneResult;
  let marks: string[];
  beforeAll(async () => {
    scene = await actionScene({ ...CRATE, ...PLANTED_ATTRIBUTES });
    plants = await plantGit(scene.repo);
    const increments = [{ title: 'Greeting', requirements: ['R1', 'R2'] }];
    const work = {
      tool_use: [
        use('plan', { increments }),
        ...editLibrary(CODE, `${TESTS}${sabotage(plants.gitfile)}`),
        use('complete_increment', { title: 'Greeting', commit_message: 'Add greet' }),
      ],
    };
    run = await scene.run({ env: plants.env, answers: [work, finishGreeting()] });
    marks = await plants.marks();
  });
  afterAll(async () => {
    await scene[Symbol.asyncDispose]();
  });

  it('do not run', () => {
    expect(marks).toEqual([]);
    expect(run).toMatchObject({ code: 0, outputs: { outcome: 'verified', branch: BRANCH } });
  });

  it('change nothing of the commit: it holds what the model wrote and nothing else', async () => {
    const inOrigin = (...args: string[]) => gitIn(scene.repo.origin, ...args);
    const changed = await inOrigin('diff-tree', '-r', '--raw', '--abbrev=4', 'main', BRANCH);
    expect(changed).toMatch(/^:100644 100644 \S+ \S+ M\tsrc\/lib\.rs\n$/);
    const published = await inOrigin('cat-file', 'blob', `${BRANCH}:src/lib.rs`);
    expect(published).toContain('return "Hello!".to_owned();');
    expect(published).not.toContain('Pwned');
    const commit = await inOrigin('cat-file', 'commit', BRANCH);
    expect(commit).not.toContain('gpgsig');
    expect(commit).toMatch(/^author ferrule\[bot\] /m);
    expect(await readFile(path.join(run.reportDir, 'change.patch'), 'utf8')).toContain(
      '+        return "Hello!".to_owned();',
    );
  });

  it('leave the clone of the user as it was', async () => {
    const harmless = ['-c', 'core.fsmonitor=false', '-c', 'filter.plant.clean=cat'];
    expect(await gitIn(scene.repo.dir, ...harmless, 'status', '--porcelain', '--branch')).toBe('## main\n');
  });

  it('are real: plain git runs every one of them', async () => {
    await plants.tripAll();
    expect(await plants.marks()).toEqual(expect.arrayContaining(TRIPPED));
  });
});

describe('a change that the tools let through and the policy does not', () => {
  it('is told to the model, never pushed, and kept in change.patch', async () => {
    await using scene = await actionScene(CRATE);
    const files = Array.from({ length: 501 }, (_, n) => use('write_file', { path: `src/n${n}.rs`, content: '//\n' }));
    const flood = {
      tool_use: [
        use('plan', { increments: [{ title: 'Flood', requirements: ['R1'] }] }),
        ...files,
        use('complete_increment', { title: 'Flood', commit_message: 'Add many files' }),
      ],
    };
    const run = await scene.run({ answers: [flood, finishGreeting()] });
    const rule = 'The change may not be published: 501 files differ, at most 500 may.';
    expect(JSON.stringify(run.requests[1]?.messages.at(-1))).toContain(`Not committed.\\n${rule}`);
    expect(run).toMatchObject({ code: 1, outputs: { outcome: 'stopped', branch: '', commit: '' } });
    expect(run.errors[0]).toContain(rule);
    expect(await scene.repo.remoteBranches()).toEqual(['main']);
    const patch = await readFile(path.join(run.reportDir, 'change.patch'), 'utf8');
    expect(patch.match(/^\+\+\+ b\/src\/n\d+\.rs$/gm)).toHaveLength(501);
  });
});

describe('a work branch that must not be one is refused before the model is asked:', () => {
  let repo: TempRepo;
  beforeAll(async () => {
    repo = await tempRepo(SPEC_ONLY, { remote: true });
    await repo.git('push', '--quiet', 'origin', 'main:refs/heads/release');
  });
  afterAll(async () => {
    await repo[Symbol.asyncDispose]();
  });

  it.each([
    '--upload-pack=x',
    'a..b',
    'refs/heads/main',
    '@',
    'HEAD',
    'x.lock',
    'x'.repeat(300),
    'x/{spec}/../main',
    'a b',
    '-{spec}',
    'main',
    'Main',
  ])('%s', async (branch) => {
    const run = await runScripted({ cwd: repo.dir, inputs: { branch } });
    expect(run).toMatchObject({ code: 1, requests: [], outputs: { outcome: 'refused' } });
    expect(run.errors).toEqual([expect.stringMatching(/Input 'branch'.*(ferrule\/\{spec\}|a branch name)/)]);
    expect(await repo.remoteBranches()).toEqual(['main', 'release']);
  });

  it.each([
    ['the default branch', 'trunk', /'trunk' .*default branch/],
    ['a protected branch', 'release', /'release' is protected/],
  ])('%s', async (_what, branch, message) => {
    const options = { defaultBranch: 'trunk', protectedBranches: ['release'] };
    await using scene = await actionScene(SPEC_ONLY, options);
    await scene.repo.git('push', '--quiet', 'origin', 'main:refs/heads/release', 'main:refs/heads/trunk');
    const run = await scene.run({ inputs: { branch, base: 'main' } });
    expect(run).toMatchObject({ code: 1, requests: [], outputs: { outcome: 'refused' } });
    expect(run.errors).toEqual([expect.stringMatching(message)]);
  });
});

describe('a branch that others have', () => {
  it('is never moved by force: the work goes beside it', async () => {
    await using scene = await actionScene(CRATE);
    const { repo } = scene;
    await repo.git('checkout', '--quiet', '-b', BRANCH);
    const theirs = await repo.commit({ 'theirs.txt': 'x' }, 'Theirs');
    await repo.git('checkout', '--quiet', 'main');
    const run = await scene.run({ inputs: { resume: 'never' }, answers: UNVERIFIED });
    expect(run).toMatchObject({ outputs: { branch: `${BRANCH}-2` } });
    expect(await repo.remoteHead(BRANCH)).toBe(theirs);
  });
});
