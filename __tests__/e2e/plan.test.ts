// The plan on its own: the action and the command over a thousand specs, and what it says to people. What it costs is
// counted in processes and requests, not in time.
import { execFile } from 'node:child_process';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { actionScene } from '../support/action-scene.js';
import { runAction } from '../support/run-action.js';
import { fleetSpec } from '../support/scripts-fleet.js';
import * as events from '../support/webhook-events.js';
import { tempRepo } from '../support/temp-repo.js';

const CLI = path.join(process.cwd(), 'dist', 'cli.js');
const run = promisify(execFile);

/** `count` specs, each needing the one before but for every fourth. */
function specs(count: number): Record<string, string> {
  const nameOf = (i: number) => `specs/${String(i).padStart(4, '0')}.md`;
  return Object.fromEntries(
    Array.from({ length: count }, (_, i) => [nameOf(i), fleetSpec(`p${i}`, i % 4 === 0 ? [] : [nameOf(i - 1)])]),
  );
}

/** The plan of the action, and how many git processes and requests it took. */
async function planOf(count: number) {
  await using scene = await actionScene(specs(count));
  const { repo, fake } = scene;
  const bin = path.join(repo.parent, 'bin');
  const calls = path.join(repo.parent, 'git-calls');
  const { stdout } = await run('which', ['git']);
  await mkdir(bin);
  await writeFile(path.join(bin, 'git'), `#!/bin/sh\necho "$1" >> '${calls}'\nexec '${stdout.trim()}' "$@"\n`);
  await chmod(path.join(bin, 'git'), 0o755);
  const result = await runAction({
    ...{ entry: 'plan' as const, cwd: repo.dir, apiUrl: fake.url, token: fake.token },
    inputs: { spec: 'specs/*.md' },
    env: { PATH: `${bin}:${process.env.PATH ?? ''}` },
  });
  const gitCalls = (await readFile(calls, 'utf8')).trim().split('\n');
  return { result, gitCalls, requests: fake.requests.length };
}

describe('a plan over a thousand specs', () => {
  it('has them all in waves, with the git processes of a small one, and a request for fifty branches', async () => {
    const small = await planOf(10);
    const large = await planOf(1_000);
    expect(large.result).toMatchObject({ code: 0, outputs: { count: '1000', 'left-over': '[]' } });
    const sizes = [1, 2, 3, 4, 5, 6].map((n) => {
      const matrix = large.result.outputs[`wave-${n}`] ?? '';
      return matrix === '' ? 0 : (JSON.parse(matrix) as { include: unknown[] }).include.length;
    });
    expect(sizes).toEqual([250, 250, 250, 250, 0, 0]);
    expect(large.gitCalls).toEqual(small.gitCalls);
    expect(large.gitCalls.filter((call) => call === 'log')).toHaveLength(1);
    expect([small.requests, large.requests]).toEqual([1 + 1, 60 + 1]); // three branches a spec
  });
});

describe('the action plan', () => {
  it('is red for a spec that cannot be planned, and plans the others', async () => {
    await using scene = await actionScene({
      'specs/a.md': fleetSpec('a', ['specs/a.md']),
      'specs/b.md': fleetSpec('b'),
    });
    const { repo, fake } = scene;
    const inputs = { spec: 'specs/*.md' };
    const result = await runAction({ entry: 'plan', cwd: repo.dir, apiUrl: fake.url, token: fake.token, inputs });
    expect(result).toMatchObject({ code: 1, outputs: { count: '1', pending: '["specs/b.md"]' } });
    expect(result.stdout).toMatch(
      /^::error file=specs\/a\.md::Specs depend on each other in a circle: specs\/a\.md → /m,
    );
    expect(fake.requests.every(({ path: asked }) => asked === '/graphql')).toBe(true);
  });

  it('has, on a push, the specs that it changed, and those that a path names', async () => {
    await using scene = await actionScene(specs(2));
    const { repo, fake } = scene;
    const before = await repo.git('rev-parse', 'main');
    await repo.commit({ 'specs/new.md': fleetSpec('new') }, 'A new spec');
    const { event, env } = events.pushed('main', before, await repo.git('rev-parse', 'main'));
    const planned = async (spec: string) => {
      const ground = { entry: 'plan' as const, cwd: repo.dir, apiUrl: fake.url, token: fake.token };
      const { outputs } = await runAction({
        ...ground,
        inputs: { spec },
        ...(event && { event }),
        ...(env && { env }),
      });
      return JSON.parse(outputs.pending ?? '') as string[];
    };
    expect(await planned('specs/*.md')).toEqual(['specs/new.md']);
    expect(await planned('specs/*.md\nspecs/0000.md')).toEqual(['specs/0000.md', 'specs/new.md']);
  });

  it.each([
    ['a pull request', (sha: string) => events.pulled({ number: 1, branch: 'topic', sha })],
    ['a comment', () => events.commented('/ferrule retry', 1, true)],
  ])('is none on %s, and says what there is instead', async (_, run) => {
    await using scene = await actionScene(specs(1));
    const { event } = run(await scene.repo.git('rev-parse', 'main'));
    const inputs = { spec: 'specs/*.md' };
    const result = await runAction({ entry: 'plan', cwd: scene.repo.dir, inputs, ...(event && { event }) });
    expect(result).toMatchObject({ code: 1, outputs: { outcome: 'refused' } });
    expect(result.stdout).toContain("Call a workflow such as Ferrule's examples/workflows/called.yml there");
  });

  it('is refused with the input named', async () => {
    await using scene = await actionScene(specs(1));
    const inputs = { spec: 'specs/*.md', 'max-total-cost-usd': 'much' };
    const result = await runAction({ entry: 'plan', cwd: scene.repo.dir, inputs });
    expect(result).toMatchObject({ code: 1, outputs: { outcome: 'refused' } });
    expect(result.stdout).toContain("::error::Input 'max-total-cost-usd' has the value 'much'.");
  });
});

describe('ferrule plan', () => {
  const ferrule = async (cwd: string, ...args: string[]) => {
    const { PATH, HOME } = process.env;
    const done = run(process.execPath, [CLI, ...args], { cwd, env: { PATH, HOME, TMPDIR: path.dirname(cwd) } });
    return done.then(
      ({ stdout }) => ({ code: 0, stdout }),
      (error: unknown) => error as { code: number; stdout: string },
    );
  };

  it('prints waves for people, and a matrix with --json', async () => {
    await using repo = await tempRepo({ ...specs(3), 'specs/draft.md': fleetSpec('x', [], 'status: draft\n') });
    const text = await ferrule(repo.dir, 'plan', 'specs/*.md', '--max-specs', '2');
    expect(text).toEqual({
      code: 0,
      stdout: `2 specs to implement in 2 waves, 1 left for the next run, 0 waiting, 0 refused, 1 unchanged.

Wave 1:
  specs/0000.md

Wave 2:
  specs/0001.md  on ferrule/specs-0000

Left for the next run:
  specs/0002.md: max-specs is 2.

Unchanged:
  specs/draft.md: Its front matter says 'status: draft'.

At most $20.00: 2 specs at $10.00 each.
`,
    });
    const { stdout } = await ferrule(repo.dir, 'plan', 'specs/*.md', '--json', '--max-cost-usd=2');
    expect(JSON.parse(stdout)).toMatchObject({
      count: 3,
      waves: [
        { include: [{ spec: 'specs/0000.md', base: 'main' }] },
        { include: [{ spec: 'specs/0001.md', base: 'ferrule/specs-0000' }] },
        { include: [{ spec: 'specs/0002.md', base: 'ferrule/specs-0001' }] },
      ],
      'total-cost-usd': 6,
    });
  });

  it('prints names of files as text: for a terminal no escape sequence, for a runner no command', async () => {
    await using repo = await tempRepo({ 'specs/a\n::error::x\x1b]0;y\x07.md': fleetSpec('a') });
    const { stdout } = await run(process.execPath, [CLI, 'check-spec', 'specs/*.md'], {
      cwd: repo.dir,
      env: { PATH: process.env.PATH, HOME: process.env.HOME, GITHUB_ACTIONS: 'true' },
    });
    expect(stdout).toContain('\n: :error::x.md: ');
    expect(stdout).not.toContain('\x1b');
  });

  it('ends with 1 when a spec is refused, with 2 for words it does not know', async () => {
    await using repo = await tempRepo({ 'specs/a.md': fleetSpec('a', ['specs/gone.md']) });
    expect(await ferrule(repo.dir, 'plan', 'specs/a.md')).toMatchObject({ code: 1 });
    for (const option of ['--max-spec', '--github-token'])
      expect(await ferrule(repo.dir, 'plan', 'specs/a.md', option, '3')).toMatchObject({ code: 2 });
  });
});
