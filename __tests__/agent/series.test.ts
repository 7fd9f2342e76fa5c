import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Series } from '../../src/agent/agent.js';
import { isVerifiedCommit, readTrailers } from '../../src/publish/publish.js';
import { runBaseline } from '../../src/verify/verify.js';
import { scriptedAgent, toolUser } from '../support/scripted-agent.js';
import type { OpenedWorkshop } from '../support/workshop.js';
import { MANIFEST, openTestWorkshop, sharedBench } from '../support/workshop.js';
import type { SeriesTerms } from '../support/test-series.js';
import { SERIES_SPEC, gateTerms, testSeries } from '../support/test-series.js';

const { path: PATH, hash: HASH } = SERIES_SPEC;
const GREEN =
  'pub fn one() -> u8 {\n    1\n}\n\n#[test]\nfn is_one() {\n    assert_eq!(one(), 1);\n}\n\n#[test]\nfn is_odd() {\n    assert_eq!(one() % 2, 1);\n}\n';
const RED = GREEN.replace('    1\n', '    2\n');
const REQUEST = {
  title: 'One',
  commitMessage: 'Add one\n\nIt is one.\n\nFerrule-Outcome: verified',
  requirements: ['R1'],
};

const bench = sharedBench();
let opened: OpenedWorkshop;
let start: { commit: string; tree: string };

beforeEach(async () => {
  opened = await openTestWorkshop(bench, { 'Cargo.toml': MANIFEST, 'src/lib.rs': '' });
  const commit = await opened.repo.git('rev-parse', 'HEAD');
  start = { commit, tree: await opened.git.treeOf(commit) };
});

afterEach(async () => {
  await opened[Symbol.asyncDispose]();
});

const series = (terms?: SeriesTerms) => testSeries(opened, start, terms);

const log = async (head: string) =>
  (await opened.git.messages(head, { exclude: start.commit, max: 10 })).map((entry) => entry.message);
const write = (file: string, content: string) => opened.workshop.copy.write(file, content);

describe('an increment', () => {
  it('that is green with warnings says them, since clippy’s gate will fail on them', async () => {
    const { made } = series();
    await write('src/lib.rs', `${GREEN}\nfn idle() {}\n`);
    const result = await made.complete(REQUEST);
    expect(result.kind).toBe('committed');
    expect('text' in result ? result.text : '').toMatch(
      /^check passed, 2 tests passed\.\nThe compiler warns:\n- src\/lib\.rs:\d+: function `idle` is never used$/,
    );
  });

  it('that is green becomes a commit on the one before it, with our trailers and nobody else’s', async () => {
    const { made, pushes, atPush } = series();
    await write('src/lib.rs', GREEN);
    const planned = [{ title: 'Two', requirements: ['R2'] }];
    const result = await made.complete({ ...REQUEST, planned });
    expect(result).toEqual({ kind: 'committed', commit: made.head.commit, text: 'check passed, 2 tests passed.' });
    const [message = '', ...more] = await log(made.head.commit);
    expect(more).toEqual([]);
    expect(message).toMatch(/^Add one\n\nIt is one\.\n/);
    expect(Object.fromEntries(readTrailers(message))).toEqual({
      'Ferrule-Spec': PATH,
      'Ferrule-Spec-Hash': `sha256:${HASH}`,
      'Ferrule-Requirements': 'R1',
      'Ferrule-Planned': 'Two (R2)',
      'Ferrule-Run': 'local',
      'Ferrule-Spent': '1200 tokens, 0.2500 USD',
    });
    expect(isVerifiedCommit(message, PATH, HASH)).toBe(false);
    const tree = await opened.git.sourceTree(made.head.commit);
    expect((await tree.read('src/lib.rs'))?.toString()).toBe(GREEN);
    expect(pushes).toEqual([made.head.commit]);
    expect(atPush).toEqual([[made.head.commit]]);
  });

  it('commits nothing while a test fails, and shows the failure with its output', async () => {
    const { made, pushes } = series();
    await write('src/lib.rs', RED);
    const result = await made.complete(REQUEST);
    expect(result.kind).toBe('not-green');
    const text = result.kind === 'not-green' ? result.text : '';
    expect(text).toContain('Gate test failed');
    expect(text).toContain('is_one');
    expect(text).toContain('left: 2');
    expect([made.head, pushes, made.isEmpty]).toEqual([start, [], true]);
  });

  it('commits nothing while the code does not compile, and runs no tests then', async () => {
    const { made } = series();
    await write('src/lib.rs', 'pub fn one() -> u8 { "x" }\n');
    const result = await made.complete(REQUEST);
    expect(result).toMatchObject({ kind: 'not-green', text: expect.stringContaining('error[E0308]') });
    expect(JSON.stringify(result)).not.toContain('Gate test failed');
  });

  it('takes no more than the time that is left: the verification needs the rest', async () => {
    const { made } = series({ timeLeftMs: 1 });
    await write('src/lib.rs', GREEN);
    expect(await made.complete(REQUEST)).toMatchObject({
      kind: 'not-green',
      text: expect.stringContaining('time limit'),
    });
    expect(made.isEmpty).toBe(true);
  });

  it('of nothing is none, before the first commit and after', async () => {
    const { made } = series();
    expect(await made.complete(REQUEST)).toEqual({ kind: 'nothing-to-commit' });
    await write('src/lib.rs', GREEN);
    await made.complete(REQUEST);
    expect(await made.complete(REQUEST)).toEqual({ kind: 'nothing-to-commit' });
  });

  it('that may not be published is told to the model, and neither committed nor pushed', async () => {
    const { made, pushes } = series({
      isProtected: (file) => (file === 'src/lib.rs' ? 'it is dear to us' : undefined),
    });
    await write('src/lib.rs', GREEN);
    const objection = "The change may not be published: 'src/lib.rs' is protected: it is dear to us.";
    expect(await made.complete(REQUEST)).toEqual({ kind: 'not-green', text: objection });
    expect([made.isEmpty, pushes]).toEqual([true, []]);
    expect(await made.objectionTo(await made.candidate('One'))).toBe(objection);
  });

  it('is kept when it cannot be pushed, with a warning that says so', async () => {
    const { made, warnings } = series({ push: { kind: 'refused', reason: 'protected branch' } });
    await write('src/lib.rs', GREEN);
    expect(await made.complete(REQUEST)).toMatchObject({ kind: 'committed' });
    expect(warnings).toEqual([expect.stringContaining('protected branch')]);
    expect(made.isEmpty).toBe(false);
  });
});

describe('on a base with a failing test whose output is long', () => {
  const talks = (name: string) =>
    `#[test]\nfn ${name}() {\n    for _ in 0..2_000 {\n        println!("a line of a talkative test");\n    }\n    assert_eq!(1, 2);\n}\n`;
  beforeEach(async () => {
    await opened[Symbol.asyncDispose]();
    opened = await openTestWorkshop(bench, {
      'Cargo.toml': MANIFEST,
      'src/lib.rs': GREEN,
      'tests/old.rs': talks('old'),
    });
    const commit = await opened.repo.git('rev-parse', 'HEAD');
    start = { commit, tree: await opened.git.treeOf(commit) };
  });

  it('nothing of it has to be read, neither after increments nor after the agent’s own cargo test', async () => {
    const { made, unread } = series({ baseline: await runBaseline(gateTerms(opened.workshop)) });
    const { context } = scriptedAgent(opened.workshop, [], {
      context: { unread, completeIncrement: (request) => made.complete(request), passes: (run) => made.passes(run) },
    });
    const call = toolUser(context);
    for (const name of ['two', 'three']) {
      await write(`src/${name}.rs`, '');
      expect(await call('cargo', { command: 'test' })).toMatch(/^failed: cargo test .*exit code 101/);
      const input = { title: name, commit_message: `Add ${name}` };
      expect(await call('complete_increment', input)).toMatch(/^Committed .* 2 tests passed/);
    }
    expect(() => unread.requireNone('finish')).not.toThrow();
    await write('tests/new.rs', talks('new'));
    await call('cargo', { command: 'test' });
    expect(() => unread.requireNone('finish')).toThrow('unread pages: 1, 2');
  });

  it('everything of it has to be read where another command than the gate’s prints it', async () => {
    const { made, unread } = series({ baseline: await runBaseline(gateTerms(opened.workshop)) });
    const { context } = scriptedAgent(opened.workshop, [], { context: { unread, passes: (run) => made.passes(run) } });
    await toolUser(context)('cargo', { command: 'test', args: ['--test', 'old'] });
    expect(() => unread.requireNone('finish')).toThrow('--test old, unread pages: 1, 2');
  });
});

describe('the candidate', () => {
  it('is the head when no work is left over', async () => {
    const { made } = series();
    expect(await made.candidate('One')).toEqual(start);
    await write('src/lib.rs', GREEN);
    await made.complete(REQUEST);
    expect(await made.candidate('One')).toEqual(made.head);
  });

  it('holds the work that no increment completed, without moving the head before it is accepted', async () => {
    const { made, pushes, atPush } = series();
    await write('src/lib.rs', RED);
    const candidate = await made.candidate('x'.repeat(100));
    expect([made.head, candidate.commit === start.commit]).toEqual([start, false]);
    const [message = ''] = await log(candidate.commit);
    expect(message.split('\n')[0]?.length).toBeLessThanOrEqual(72);
    expect([made.commits, pushes]).toEqual([[], []]);
    await made.accept(candidate);
    expect([made.head, made.commits]).toEqual([candidate, [candidate]]);
    expect([pushes, atPush]).toEqual([[candidate.commit], [[candidate.commit]]]);
  });

  it('that is the head already is no second commit of the series', async () => {
    const { made, pushes } = series();
    await made.accept(await made.candidate('One'));
    await write('src/lib.rs', GREEN);
    await made.complete(REQUEST);
    await made.accept(await made.candidate('One'));
    expect(made.commits).toEqual([made.head]);
    expect(pushes).toEqual([made.head.commit]);
  });

  it('that was verified is closed by a commit of the same tree that says so', async () => {
    const { made } = series();
    await write('src/lib.rs', GREEN);
    const candidate = await made.candidate('One');
    await made.accept(candidate);
    await made.close('Verify the implementation of one.md', 'check, test: passed.');
    expect(made.head.tree).toBe(candidate.tree);
    const [closing = '', work = ''] = await log(made.head.commit);
    expect(isVerifiedCommit(closing, PATH, HASH)).toBe(true);
    expect(isVerifiedCommit(work, PATH, HASH)).toBe(false);
  });
});

describe('complete_increment', () => {
  const use = (made: Series, plan?: unknown) => {
    const { context, notebook } = scriptedAgent(opened.workshop, [], {
      requirements: ['R1', 'R2'],
      context: { completeIncrement: (request) => made.complete(request) },
    });
    const call = toolUser(context);
    return { call, notebook, planned: plan === undefined ? Promise.resolve('') : call('plan', plan) };
  };
  const input = { title: 'One', commit_message: 'Add one' };

  it('commits a green increment with the requirements of the plan, and says what is left', async () => {
    const { made } = series();
    const { call, notebook, planned } = use(made, {
      increments: [
        { title: 'One', requirements: ['R1', 'R2'] },
        { title: 'Two', requirements: [] },
      ],
    });
    expect(await planned).toBe('Planned 2 increments.');
    await write('src/lib.rs', GREEN);
    const text = await call('complete_increment', input);
    expect(text).toBe(`Committed ${made.head.commit.slice(0, 12)}. check passed, 2 tests passed.\nStill planned: Two.`);
    expect(notebook.increments).toEqual([{ title: 'One', requirements: ['R1', 'R2'], commit: made.head.commit }]);
    expect(readTrailers((await log(made.head.commit))[0] ?? '').get('Ferrule-Requirements')).toBe('R1, R2');
  });

  it('returns the whole output of what is not green, as a failure', async () => {
    const { made } = series();
    const { call, notebook } = use(made);
    await write('src/lib.rs', RED);
    expect(await call('complete_increment', input)).toMatch(/^failed: Not committed\.\n.*left: 2/s);
    expect(notebook.increments).toEqual([]);
  });

  it('says when there is nothing to complete, and when the title is not in the plan', async () => {
    const { made } = series();
    const { call, planned } = use(made, { increments: [{ title: 'Other', requirements: ['R1'] }] });
    await planned;
    expect(await call('complete_increment', input)).toMatch(/^refused: Nothing has changed since the last commit/);
    await write('src/lib.rs', GREEN);
    expect(await call('complete_increment', input)).toContain('The plan has no increment of this title');
  });

  it.each([
    ['blank', '\nAdd one', 'The first line is empty'],
    ['too long', 'A'.repeat(73), 'has 73 characters; at most 72 fit'],
    ['praise', 'Amazing improvements 🚀', 'emoji'],
  ])('refuses a subject that is %s', async (_case, commit_message, expected) => {
    const { made } = series();
    await write('src/lib.rs', GREEN);
    expect(await use(made).call('complete_increment', { title: 'One', commit_message })).toContain(expected);
    expect(made.isEmpty).toBe(true);
  });
});
