import { EventEmitter, once } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { openGitHub, type GitHub } from '../../src/platform/github.js';
import type { LiveCommentTerms } from '../../src/publish/live-comment.js';
import { openLiveComment } from '../../src/publish/live-comment.js';
import { publishComment } from '../../src/publish/comment.js';
import { startFakeGitHub, type FakeGitHub } from '../support/fake-github.js';
import { handClock } from '../support/hand-clock.js';
import { markOf, SPEC } from '../support/publish-scene.js';

const text = (step: string) => `${markOf('stopped')}\n${step}`;

/** A live comment on a fresh issue, with a clock that the test moves. */
async function follow(more: Partial<LiveCommentTerms> = {}) {
  const fake = await startFakeGitHub();
  const number = fake.repository.addIssue();
  const calls = { pending: 0 };
  const github = openGitHub({
    token: fake.token,
    apiUrl: fake.url,
    owner: 'octo',
    repo: 'demo',
    retryDelaysMs: [1, 1],
  });
  const counted = { ...github, once: () => counting(github.once(), calls) };
  const said: string[] = [];
  const clock = handClock(() => idle(calls));
  const say = (sentence: string) => said.push(sentence);
  const terms = { identity: fake.login, number, specPath: SPEC.path, refusal: () => undefined, say, clock };
  const live = openLiveComment({ github: counted, ...terms, ...more });
  return { fake, number, github, clock, said, live, [Symbol.asyncDispose]: () => fake[Symbol.asyncDispose]() };
}

/** The same GitHub; `calls.pending` says how many of its answers are outstanding. */
function counting(github: GitHub, calls: { pending: number }): GitHub {
  const counted = <R>(answer: Promise<R>): Promise<R> => {
    calls.pending++;
    return answer.finally(() => calls.pending--);
  };
  return {
    ...github,
    listComments: (...words) => counted(github.listComments(...words)),
    createComment: (...words) => counted(github.createComment(...words)),
    updateComment: (...words) => counted(github.updateComment(...words)),
  };
}

/** Until no answer is outstanding, and what follows from the last one is done. */
async function idle(calls: { pending: number }): Promise<void> {
  do for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve));
  while (calls.pending > 0);
}

const writes = ({ requests }: FakeGitHub) =>
  requests.filter(({ method }) => method !== 'GET').map(({ method }) => method);
const bodies = ({ comments }: FakeGitHub) => comments.map(({ body }) => body.split('\n')[1]);

describe('the comment that follows a run', () => {
  it('is made at once and edited every 15 s at most; what changed in between is in the next edit', async () => {
    await using scene = await follow();
    const { fake, clock, live } = scene;
    live.changed(() => text('one'));
    await clock.pass(0);
    expect(bodies(fake)).toEqual(['one']);
    for (const step of ['two', 'three', 'four']) live.changed(() => text(step));
    await clock.pass(14_999);
    expect(writes(fake)).toEqual(['POST']);
    await clock.pass(1);
    expect(writes(fake)).toEqual(['POST', 'PATCH']);
    expect(bodies(fake)).toEqual(['four']);
  });

  it('is not written again when its text is the same, nor looked for again', async () => {
    await using scene = await follow();
    const { fake, clock, live } = scene;
    live.changed(() => text('one'));
    await clock.pass(20_000);
    live.changed(() => text('one'));
    await clock.pass(60_000);
    expect(writes(fake)).toEqual(['POST']);
    live.changed(() => text('two'));
    await clock.pass(0);
    expect(fake.requests.map(({ method }) => method)).toEqual(['GET', 'POST', 'PATCH']);
  });

  it('takes the place of the report of an earlier run', async () => {
    await using scene = await follow();
    const { fake, number, clock, live } = scene;
    fake.repository.addComment({ number, author: 'mallory', body: `${markOf('verified')}\nforged` });
    fake.repository.addComment({ number, author: fake.login, body: `${markOf('unverified')}\nthe last report` });
    live.changed(() => text('one'));
    await clock.pass(0);
    expect(bodies(fake)).toEqual(['forged', 'one']);
  });

  it('is edited less often the longer a run takes', async () => {
    await using scene = await follow();
    const { fake, clock, live } = scene;
    live.changed(() => text('one'));
    await clock.pass(40 * 60_000);
    live.changed(() => text('two'));
    await clock.pass(0);
    live.changed(() => text('three'));
    await clock.pass(59_000);
    expect(bodies(fake)).toEqual(['two']);
    await clock.pass(1_100);
    expect(bodies(fake)).toEqual(['three']);
  });

  it('is at rest after the end, also with a change that waited', async () => {
    await using scene = await follow();
    const { fake, clock, live } = scene;
    live.changed(() => text('one'));
    await clock.pass(0);
    live.changed(() => text('two'));
    await live.end();
    expect(clock.waiting()).toBe(0);
    live.changed(() => text('three'));
    await clock.pass(600_000);
    expect(bodies(fake)).toEqual(['one']);
  });

  it('lets what is under way come to its end first, so the report finds it and there is one comment', async () => {
    await using scene = await follow();
    const { fake, number, github, clock } = scene;
    const gate = new EventEmitter();
    const hurried = github.once();
    const begun = once(gate, 'begun');
    const slow: GitHub = {
      ...hurried,
      async createComment(...words) {
        gate.emit('begun');
        await once(gate, 'go on');
        return hurried.createComment(...words);
      },
    };
    const terms = { identity: fake.login, number, specPath: SPEC.path, refusal: () => undefined, say: () => undefined };
    const live = openLiveComment({ ...terms, github: { ...github, once: () => slow }, clock });
    live.changed(() => text('one'));
    await clock.pass(0);
    await begun;
    const ended = live.end().then(() => bodies(fake));
    gate.emit('go on');
    expect(await ended).toEqual(['one']);
    const mark = { specPath: SPEC.path, specHash: SPEC.hash, outcome: 'verified' as const };
    await publishComment({ github, identity: fake.login, number, mark, body: 'The report.' });
    expect(bodies(fake)).toEqual(['The report.']);
  });
});

describe('when GitHub fails, the comment that follows a run', () => {
  it('waits as long as it is told by a rate limit, says so once, and is tried once each time', async () => {
    await using scene = await follow();
    const { fake, clock, live, said } = scene;
    const headers = { 'retry-after': '120' };
    fake.fail({ method: 'POST', path: /comments$/, status: 403, headers, body: { message: 'secondary rate limit' } });
    live.changed(() => text('one'));
    await clock.pass(119_000);
    expect(writes(fake)).toEqual(['POST']);
    expect(said).toEqual([expect.stringContaining('creating the comment failed with status 403')]);
    await clock.pass(1_000);
    expect(writes(fake)).toEqual(['POST', 'POST']);
    expect(bodies(fake)).toEqual(['one']);
    expect(said).toHaveLength(1);
  });

  it('gives up where it may not write', async () => {
    await using scene = await follow();
    const { fake, clock, live, said } = scene;
    fake.fail({ method: 'POST', path: /comments$/, status: 403, body: { message: 'Resource not accessible' } });
    live.changed(() => text('one'));
    await clock.pass(0);
    live.changed(() => text('two'));
    await clock.pass(3_600_000);
    expect(writes(fake)).toEqual(['POST']);
    expect(said).toHaveLength(1);
  });

  it('is not made twice when GitHub made it but answered with an error', async () => {
    await using scene = await follow();
    const { fake, clock, live } = scene;
    fake.fail({ method: 'POST', path: /comments$/, status: 502, afterwards: true });
    live.changed(() => text('one'));
    await clock.pass(29_000);
    expect(writes(fake)).toEqual(['POST']);
    await clock.pass(1_000);
    expect(writes(fake)).toEqual(['POST', 'PATCH']);
    expect(fake.comments).toHaveLength(1);
  });

  it('is made again, once it was deleted', async () => {
    await using scene = await follow();
    const { fake, clock, live } = scene;
    live.changed(() => text('one'));
    await clock.pass(0);
    fake.comments.length = 0;
    live.changed(() => text('two'));
    await clock.pass(60_000);
    expect(bodies(fake)).toEqual(['two']);
  });

  it('is not sent with a secret in it, nor anything after that', async () => {
    await using scene = await follow({ refusal: (_channel, sent) => (sent.includes('sk-') ? 'a secret' : undefined) });
    const { fake, clock, live } = scene;
    live.changed(() => text('sk-ant'));
    await clock.pass(0);
    live.changed(() => text('one'));
    await clock.pass(60_000);
    expect(fake.requests).toEqual([]);
  });

  it('ends with a text that cannot be made, and the run does not', async () => {
    await using scene = await follow();
    const { fake, clock, live, said } = scene;
    live.changed(() => {
      throw new Error('a defect');
    });
    await clock.pass(0);
    await live.end();
    expect(fake.requests).toEqual([]);
    expect(said).toEqual(['The comment on #1 does not follow the run: a defect']);
  });
});
