// The environment of our git by itself: even inside a clone full of plants, and told of more of them by the step's own
// variables, it starts none. (Our git never works in such a clone; this is the wall behind that one.)
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { gitEnvironment } from '../../src/platform/git-environment.js';
import { openGit } from '../../src/platform/git.js';
import { plantGit, type GitPlants } from '../support/git-plants.js';
import { tempRepo, type TempRepo } from '../support/temp-repo.js';

let repo: TempRepo;
let plants: GitPlants;
beforeAll(async () => {
  repo = await tempRepo({ 'a.txt': 'Hello\n' }, { remote: true });
  plants = await plantGit(repo);
});
afterAll(async () => {
  await repo[Symbol.asyncDispose]();
});

/** Runs git in the clone as our code would start it. */
async function ours(...args: string[]): Promise<string> {
  const env = gitEnvironment({ ...process.env, ...plants.env });
  const result = await promisify(execFile)('git', args, { cwd: repo.dir, env }).catch((error: unknown) => error);
  const { stdout, stderr } = result as { stdout: string; stderr: string };
  return stdout + stderr;
}

describe('git with our environment', () => {
  it('starts no hook, file system monitor or signing program of a clone', async () => {
    await writeFile(path.join(repo.dir, 'b.txt'), 'x');
    await ours('status');
    await ours('add', 'b.txt');
    const identity = ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.com'];
    await ours(...identity, 'commit', '--message', 'One more');
    expect(await ours('log', '-1', '--format=%s')).toBe('One more\n'); // it did commit
    expect(await plants.marks()).toEqual([]);
  });

  it('speaks no protocol that starts a program, although the clone allows it', async () => {
    const mark = path.join(repo.parent, 'spoken');
    expect(await ours('ls-remote', `ext::touch ${mark}`)).toContain("transport 'ext' not allowed");
  });

  it('reads no configuration of the user or of the step', async () => {
    const listed = await ours('config', '--list', '--show-origin');
    expect(listed).not.toContain('plants/gitconfig');
    expect(listed).toContain('core.hookspath=/dev/null');
  });

  it('compares trees without programs, also where the configuration names some', async () => {
    const git = await openGit(repo.dir, path.join(repo.parent, 'ours.git'), process.env);
    const configure = (...args: string[]) => promisify(execFile)('git', ['config', ...args], { cwd: git.dir });
    await configure('diff.external', path.join(repo.parent, 'plants', 'external-diff'));
    await configure('diff.plant.textconv', path.join(repo.parent, 'plants', 'textconv'));
    await mkdir(path.join(git.dir, 'info'), { recursive: true });
    await writeFile(path.join(git.dir, 'info', 'attributes'), '* diff=plant\n');
    const base = await repo.git('rev-parse', 'HEAD');
    const content = { oid: await git.writeBlob(Buffer.from('Bye\n')), mode: '100644' };
    const tree = await git.writeTree(base, [{ path: 'a.txt', content }]);
    expect((await git.diff(base, tree)).toString()).toContain('+Bye');
    expect([...(await git.addedLines(base, tree)).keys()]).toContain('a.txt');
    expect(await plants.marks()).toEqual([]);
  });
});
