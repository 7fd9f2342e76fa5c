// GitHub fails a run of the bundle: in passing, and for good.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdir, readFile, symlink } from 'node:fs/promises';
import path from 'node:path';
import type { ActionScene, SceneResult } from '../support/action-scene.js';
import { actionScene } from '../support/action-scene.js';
import type { GitServer } from '../support/git-server.js';
import { startGitServer } from '../support/git-server.js';
import { CRATE, VERIFIED, finishGreeting, writeGreeting } from '../support/scripts-greeting.js';

const BRANCH = 'ferrule/specs-greeting';

/** The scene's remote over HTTP, where a run finds it by `GITHUB_SERVER_URL`. */
async function overHttp(
  { repo }: ActionScene,
  policy: Parameters<typeof startGitServer>[1],
): Promise<GitServer & { env: Record<string, string> }> {
  const owner = path.join(repo.parent, 'octo');
  await mkdir(owner);
  await symlink(repo.origin, path.join(owner, 'demo.git'));
  await repo.git('remote', 'set-url', 'origin', 'https://github.com/octo/demo');
  const server = await startGitServer(owner, policy);
  return { ...server, env: { GITHUB_SERVER_URL: new URL(server.url).origin } };
}

describe('an enterprise server on a bad day', () => {
  let scene: ActionScene;
  let server: GitServer;
  let run: SceneResult;
  let lostPushes = 0;
  beforeAll(async () => {
    scene = await actionScene(CRATE, { isEnterprise: true });
    const http = await overHttp(scene, {
      fault: (where) => {
        const isFirstPush = where.endsWith('/git-receive-pack') && lostPushes++ === 0;
        return isFirstPush ? { status: 502, afterwards: true } : undefined;
      },
    });
    server = http;
    const { fake } = scene;
    fake.fail({ method: 'GET', path: /\/pulls$/, status: 502, times: 2 });
    fake.fail({ method: 'POST', path: /\/graphql$/, status: 503 });
    const message = 'You have exceeded a secondary rate limit.';
    fake.fail({ method: 'POST', path: /\/pulls$/, status: 403, body: { message }, headers: { 'retry-after': '1' } });
    fake.fail({ method: 'POST', path: /\/pulls$/, status: 502, afterwards: true });
    fake.fail({ method: 'POST', path: /\/labels$/, status: 404 });
    run = await scene.run({ env: http.env, inputs: { labels: 'ferrule' }, answers: VERIFIED });
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    await scene[Symbol.asyncDispose]();
  });

  it('still gets the verified work, once, without a word of warning', async () => {
    expect(run).toMatchObject({ code: 0, warnings: [], outputs: { outcome: 'verified', branch: BRANCH } });
    expect(scene.fake.pulls).toMatchObject([{ number: 1, labels: ['ferrule'], head: BRANCH }]);
    expect(await scene.repo.remoteHead(BRANCH)).toBe(run.outputs.commit);
    expect(await scene.repo.remoteBranches()).toEqual([BRANCH, 'main']);
  });

  it('is asked at its own addresses alone', () => {
    expect(lostPushes).toBeGreaterThan(1);
    expect(scene.fake.requests.some(({ path: where }) => where === '/graphql')).toBe(true);
    expect(scene.fake.requests.filter(({ path: where }) => !/^\/(repos\/octo\/demo|graphql)/.test(where))).toEqual([]);
  });
});

describe('a token that expires before the work is published', () => {
  it('leaves the whole work and the report in the result folder, and the run red', async () => {
    await using scene = await actionScene(CRATE);
    let writes = 0;
    await using http = await overHttp(scene, { mayWrite: () => ++writes === 1 }); // the question of the pre-flight
    const expire = () => {
      for (const method of ['GET', 'POST', 'PATCH']) scene.fake.fail({ method, path: /./, status: 401, times: 99 });
      return finishGreeting();
    };
    const run = await scene.run({ env: http.env, answers: [writeGreeting(), expire] });
    expect(run).toMatchObject({ code: 1, outputs: { outcome: 'verified', branch: '', 'pull-request-number': '' } });
    expect(run.record.publication).toMatchObject({ undelivered: true });
    const last = run.errors.at(-1) ?? '';
    expect(last).toMatch(/^Verified: .* It could not be published: the whole work is in change\.patch/);
    expect(run.summary).toContain('It could not be published');
    expect(run.warnings.join('\n')).toContain(`Branch '${BRANCH}' could not be pushed`);
    const patch = await readFile(path.join(run.reportDir, 'change.patch'), 'utf8');
    expect(patch).toContain('+pub fn greet(name: &str) -> String {');
    expect(await readFile(path.join(run.reportDir, 'report.md'), 'utf8')).toContain('It could not be published');
    expect(await scene.repo.remoteBranches()).toEqual(['main']);
  });
});

describe('a ruleset that forbids the push', () => {
  it('refuses the run before anything is spent', async () => {
    const rules = { [BRANCH]: [{ type: 'required_signatures' }] };
    await using scene = await actionScene(CRATE, { ruleset: { rules, bypass: 'never' } });
    const run = await scene.run();
    expect(run).toMatchObject({ code: 1, requests: [], outputs: { outcome: 'refused', turns: '0' } });
    expect(run.record.message).toMatch(/holds for branch 'ferrule\/specs-greeting': commits must be signed/);
    expect(await scene.repo.remoteBranches()).toEqual(['main']);
  });
});
