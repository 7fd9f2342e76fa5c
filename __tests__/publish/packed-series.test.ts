import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { packSeries, readResult, rebuildSeries, resultJson, writeWorkCommit } from '../../src/publish/publish.js';
import type { Result, SeriesCommit } from '../../src/publish/publish.js';
import { publishScene, SPEC, type PublishScene } from '../support/publish-scene.js';

const RUN = 'https://github.com/octo/demo/actions/runs/1';
const BYTES = Buffer.from([0xff, 0x00, 0x80]);

let scene: PublishScene;
let commits: SeriesCommit[];
let result: Result;

beforeAll(async () => {
  scene = await publishScene();
  const { git, base } = scene;
  const put = async (path: string, content: Uint8Array, mode = '100644') => ({
    path,
    content: { oid: await git.writeBlob(content), mode },
  });
  const write = (tree: string, parent: string, subject: string, more = {}) =>
    writeWorkCommit(
      git,
      tree,
      parent,
      { subject, spec: SPEC, requirements: ['R1'], runUrl: RUN, ...more },
      1_700_000_000,
    );
  const one = await git.writeTree(base, [
    await put('src/é.rs', Buffer.from('// \u{1F980}\r\nno end')),
    await put('data.bin', BYTES),
    await put('empty.txt', Buffer.alloc(0)),
  ]);
  const two = await git.writeTree(one, [
    { path: 'a.txt', content: undefined },
    await put('empty.txt/inside.txt', Buffer.from('a file became a folder')),
    { path: 'empty.txt', content: undefined },
  ]);
  const first = await write(one, base, 'Add files', {
    body: 'Of all kinds.\n\nFerrule-Outcome: verified',
    planned: [{ title: 'Move files', requirements: ['R1'] }],
    spent: { tokens: 1200, costUsd: 0.5 },
  });
  const second = await write(two, first.commit, 'Move files');
  const closing = await write(two, second.commit, 'Verify', { requirements: [], outcome: 'verified' });
  commits = [first, second, closing];
  const packed = await packSeries(git, commits);
  result = {
    ...{ schema: 'ferrule.result/v1', repository: 'octo/demo', start: base, commits: packed },
    base: { branch: 'main', commit: base },
  };
});
afterAll(async () => {
  await scene[Symbol.asyncDispose]();
});

/** A commit beside the base with the same files. */
async function sameElsewhere(): Promise<string> {
  const { git, base } = scene;
  const author = { name: 'GitHub', email: 'noreply@example.com' };
  return git.writeCommit({ tree: await git.treeOf(base), parent: base, message: 'By GitHub\n', author });
}

const rebuild = (
  changed: Result,
  policy: (tree: string) => Promise<string | undefined> = () => Promise.resolve(undefined),
) => rebuildSeries({ git: scene.git, result: changed, spec: SPEC, runUrl: RUN, requirementIds: ['R1'], policy });

describe('a series taken apart', () => {
  it('is made on another start with the same files only where that is asked for, and says its ids there', async () => {
    const elsewhere = { ...result, start: await sameElsewhere() };
    expect(await rebuild(elsewhere)).toMatchObject({ kind: 'refused' });
    const policy = () => Promise.resolve(undefined);
    const terms = { git: scene.git, spec: SPEC, runUrl: RUN, requirementIds: ['R1'], policy };
    const made = await rebuildSeries({ ...terms, result: elsewhere, isElsewhere: true });
    if (made.kind === 'refused') throw new Error(made.reason);
    expect(made.head.tree).toBe(commits.at(-1)?.tree);
    expect(made.commits.at(-1)?.id).toBe(made.head.commit);
    expect(await rebuild({ ...elsewhere, commits: made.commits })).toMatchObject({ kind: 'rebuilt', head: made.head });
  });

  it('comes out with the same ids, through the text of result.json', async () => {
    const read = readResult(resultJson(result));
    if (read.kind === 'unreadable') throw new Error(read.reason);
    expect(await rebuild(read.result)).toMatchObject({
      kind: 'rebuilt',
      head: { commit: commits.at(-1)?.commit, tree: commits.at(-1)?.tree },
    });
  });

  it('holds text as text and other bytes in base64', () => {
    const [first, second, closing] = result.commits;
    expect(first?.changes).toContainEqual({ path: 'data.bin', mode: '100644', base64: BYTES.toString('base64') });
    expect(first?.changes).toContainEqual({ path: 'src/é.rs', mode: '100644', text: '// \u{1F980}\r\nno end' });
    expect(second?.changes).toContainEqual({ path: 'a.txt', deleted: true });
    expect(closing?.changes).toEqual([]);
  });

  it('that is empty gives the start', async () => {
    expect(await rebuild({ ...result, commits: [] })).toMatchObject({ head: { commit: scene.base } });
  });
});

describe('a series made again', () => {
  it('is asked about at each commit, also where a later one takes it back', async () => {
    const asked: string[] = [];
    const rebuilt = await rebuild(result, (tree) => {
      asked.push(tree);
      return Promise.resolve(asked.length === 2 ? 'No.' : undefined);
    });
    expect(asked).toEqual(commits.slice(0, 2).map(({ tree }) => tree));
    expect(rebuilt).toEqual({ kind: 'refused', reason: expect.stringMatching(/^Commit [0-9a-f]{12}: No\.$/) });
  });

  it('depends on the start, the spec and the run', async () => {
    const { git } = scene;
    const elsewhere = await scene.commitOn(scene.base, 'another start');
    const terms = {
      git,
      result,
      spec: SPEC,
      runUrl: RUN,
      requirementIds: ['R1'],
      policy: () => Promise.resolve(undefined),
    };
    for (const other of [
      { result: { ...result, start: elsewhere } },
      { spec: { ...SPEC, hash: 'cd'.repeat(32) } },
      { runUrl: `${RUN}1` },
    ])
      expect(await rebuildSeries({ ...terms, ...other })).toMatchObject({ kind: 'refused' });
  });
});

describe('result.json', () => {
  const unreadable = (text: string) => {
    const read = readResult(text);
    return read.kind === 'read' ? 'read' : read.reason;
  };
  const withFirst = (change: object) => {
    const [first, ...others] = result.commits;
    return JSON.stringify({ ...result, commits: [{ ...first, ...change }, ...others] });
  };
  const file = (path: string) => ({ changes: [{ path, mode: '100644', text: '' }] });

  it.each(['', 'null', '[]', '{', '{"schema":"ferrule.result/v2"}'])('is refused as %j', (text) => {
    expect(unreadable(text)).toMatch(/^is (no JSON|not what a run leaves: )/);
  });

  it.each([
    ['a path with a NUL', file('a\u{0}b'), /commits\.0\.changes\.0\.path has a name with a NUL/],
    ['a path that leads out', file('a/../../b'), /leads elsewhere/],
    ['an absolute path', file('/a'), /leads elsewhere/],
    ['an empty part', file('a//b'), /leads elsewhere/],
    [
      'a submodule',
      { changes: [{ path: 'a', mode: '160000', text: 'x' }] },
      /neither an ordinary nor an executable file/,
    ],
    ['an id that is an option', { id: '--upload-pack=x' }, /commits\.0\.id is no object id/],
    ['a time of its own', { atSeconds: 1e15 }, /commits\.0\.atSeconds/],
    ['base64 that is none', { changes: [{ path: 'a', mode: '100644', base64: '***' }] }, /base64/],
    ['a key that no run writes', { author: 'Linus' }, /commits\.0 /],
  ])('is refused for %s', (_what, change, message) => {
    expect(unreadable(withFirst(change))).toMatch(message);
  });
});
