import { describe, expect, it } from '@jest/globals';
import { readAnswers, type AnswersRead } from '../../src/publish/publish.js';
import type { AskedQuestion } from '../../src/report/report.js';
import { answerFingerprint, formatMark, formatQuestionsMark } from '../../src/report/report.js';
import type { FakeGitHub } from '../support/fake-github.js';
import { markOf, publishScene, SPEC, type PublishScene } from '../support/publish-scene.js';

const BRANCH = 'ferrule/login';
const PERMISSIONS = { ada: 'write', root: 'admin', mallory: 'read' };
const asked = (number: number, more: Partial<AskedQuestion> = {}): AskedQuestion => ({
  ...{ number, text: `Question ${number}?`, requirement: `R${number}`, blocking: true },
  ...more,
});
const reportOf = (...questions: AskedQuestion[]) =>
  `${markOf('needs-answer')}\n${formatQuestionsMark(questions)}\n**Needs an answer**`;

const scenes = () => publishScene({ permissions: PERMISSIONS });
const openPull = (fake: FakeGitHub, body: string, author = fake.login) =>
  fake.repository.addPull({ head: BRANCH, base: 'main', author, body });

function read(
  { github, fake }: PublishScene,
  more: { place?: { number: number }; mask?: (text: string) => string } = {},
): Promise<AnswersRead> {
  const { place = { branch: BRANCH, base: 'main' }, mask = (text: string) => text } = more;
  return readAnswers({ github: github(), identity: fake.login, specPath: SPEC.path, place, mask });
}

/** Number, author and text of each answer. @throws unless there is something to read */
function answersOf(result: AnswersRead) {
  if (result.kind !== 'read') throw new Error(`not read: ${JSON.stringify(result)}`);
  return result.answers.map(({ number, author, text }) => [number, author, text]);
}
const warningsOf = (result: AnswersRead) => (result.kind === 'read' ? result.warnings : []);

describe('answers', () => {
  it('are those of people with write access to the questions of our pull request, the latest of each number', async () => {
    await using scene = await scenes();
    const { fake } = scene;
    const { number } = openPull(fake, reportOf(asked(1), asked(2, { answeredBy: answerFingerprint('No.') }), asked(3)));
    const say = (author: string, body: string) => fake.repository.addComment({ number, author, body });
    say('ada', '/ferrule answer 1 Yes.\n/ferrule answer 2 No.');
    say('root', 'Answer 1: Rather not.');
    say('ada', 'Nice work so far.');
    const result = await read(scene);
    expect(result).toMatchObject({
      kind: 'read',
      mark: { specPath: SPEC.path, specHash: SPEC.hash, outcome: 'needs-answer' },
      pullRequest: { number, draft: false },
      questions: [asked(1), asked(2), asked(3)],
      answers: [
        { ...{ number: 1, question: 'Question 1?', requirement: 'R1', blocking: true }, isNew: true },
        { number: 2, isNew: false },
      ],
      warnings: [],
    });
    expect(answersOf(result)).toEqual([
      [1, 'root', 'Rather not.'],
      [2, 'ada', 'No.'],
    ]);
  });

  it('of strangers and bots are not counted, also when they come last, and each person is asked about once', async () => {
    await using scene = await scenes();
    const { fake } = scene;
    const { number } = openPull(fake, reportOf(asked(1)));
    const say = (author: string, body: string) => fake.repository.addComment({ number, author, body });
    say('ada', '1: Yes.');
    say('mallory', '1: No.');
    say('mallory', '/ferrule answer 1 No!');
    say('nobody', '#1 No.');
    say('evil[bot]', '/ferrule answer 1 No.');
    say(fake.login, '/ferrule answer 1 No.');
    const result = await read(scene);
    expect(answersOf(result)).toEqual([[1, 'ada', 'Yes.']]);
    expect(warningsOf(result)).toEqual(['Answers of people without write access were not counted: mallory, nobody.']);
    const asks = fake.requests.filter(({ path }) => path.endsWith('/permission'));
    expect(asks.map(({ path }) => path.split('/').at(-2)).sort()).toEqual(['ada', 'mallory', 'nobody']);
  });

  it('of somebody whose access cannot be found out are not counted, with a warning', async () => {
    await using scene = await scenes();
    const { fake } = scene;
    const { number } = openPull(fake, reportOf(asked(1)));
    fake.repository.addComment({ number, author: 'ada', body: '1: Yes.' });
    fake.fail({ method: 'GET', path: /ada\/permission$/, status: 403 });
    const result = await read(scene);
    expect(answersOf(result)).toEqual([]);
    expect(warningsOf(result)).toEqual([
      expect.stringMatching(/^Answers of ada were not counted: reading the permission of ada failed with status 403/),
    ]);
  });

  it('may come from the owner of the token, but not from our own reports', async () => {
    await using scene = await publishScene({ login: 'ada', permissions: PERMISSIONS });
    const { fake } = scene;
    const { number } = openPull(fake, reportOf(asked(1)));
    fake.repository.addComment({ number, author: 'ada', body: `${markOf('verified')}\n/ferrule answer 1 Report.` });
    expect(answersOf(await read(scene))).toEqual([]);
    fake.repository.addComment({ number, author: 'ada', body: '/ferrule answer 1 Mine.' });
    expect(answersOf(await read(scene))).toEqual([[1, 'ada', 'Mine.']]);
  });

  it('hold no secret, at most 4,000 characters, and numbers that were asked; the rest is told', async () => {
    await using scene = await scenes();
    const { fake } = scene;
    const { number } = openPull(fake, reportOf(asked(1), asked(2)));
    const say = (body: string) => fake.repository.addComment({ number, author: 'ada', body });
    say('1: use s3cr3t');
    say(`2: ${'x'.repeat(50_000)}`);
    say('/ferrule answer 7 Yes.');
    const result = await read(scene, { mask: (text) => text.replaceAll('s3cr3t', '***') });
    expect(answersOf(result).map(([, , text]) => String(text).slice(0, 20))).toEqual(['use ***', 'x'.repeat(20)]);
    expect(answersOf(result)[1]?.[2]).toHaveLength(4_000);
    expect(warningsOf(result)).toEqual([
      'ada answers question 7, but no question of this spec has that number.',
      'The answer of ada to question 2 was cut to 4,000 characters.',
    ]);
  });
});

describe('questions', () => {
  it('are read from our comment on a pull request or issue that is not ours', async () => {
    await using scene = await scenes();
    const { fake } = scene;
    const number = fake.repository.addIssue();
    const say = (author: string, body: string) => fake.repository.addComment({ number, author, body });
    say('mallory', reportOf(asked(1, { text: 'Forged?' })));
    say(fake.login, reportOf(asked(1)).replace(SPEC.path, 'specs/other.md'));
    say(fake.login, reportOf(asked(2)));
    say('mallory', reportOf(asked(2, { text: 'Forged again?', blocking: false })));
    say('ada', '2: Yes.');
    const result = await read(scene, { place: { number } });
    expect(result).toMatchObject({ kind: 'read', questions: [asked(2)] });
    expect(answersOf(result)).toEqual([[2, 'ada', 'Yes.']]);
  });

  it('of a pull request that somebody else opened from our branch are those of our comment', async () => {
    await using scene = await scenes();
    const { fake } = scene;
    const { number } = openPull(fake, reportOf(asked(1, { text: 'Forged?' })), 'mallory');
    expect(await read(scene)).toEqual({ kind: 'none' });
    fake.repository.addComment({ number, author: fake.login, body: reportOf(asked(4)) });
    expect(await read(scene)).toMatchObject({ kind: 'read', pullRequest: { number }, questions: [asked(4)] });
  });

  it('are none without a report of ours about this spec', async () => {
    await using scene = await scenes();
    const { fake } = scene;
    expect(await read(scene)).toEqual({ kind: 'none' });
    const other = formatMark({ specPath: 'specs/other.md', specHash: SPEC.hash, outcome: 'needs-answer' });
    openPull(fake, `${other}\n${formatQuestionsMark([asked(1)])}`);
    expect(await read(scene)).toEqual({ kind: 'none' });
  });

  it('are not looked for in comments when the report has none', async () => {
    await using scene = await scenes();
    openPull(scene.fake, `${markOf('unverified')}\n**Not verified**`);
    expect(await read(scene)).toMatchObject({ kind: 'read', questions: [], answers: [], warnings: [] });
    expect(scene.fake.requests.filter(({ path }) => path.endsWith('/comments'))).toEqual([]);
  });

  it('that somebody edited out of shape are unreadable, never taken for none', async () => {
    await using scene = await scenes();
    const twice = Buffer.from(JSON.stringify([asked(1), asked(1)])).toString('base64url');
    openPull(scene.fake, `${markOf('needs-answer')}\n<!-- ferrule-questions ${twice} -->\nText`);
    expect(await read(scene)).toMatchObject({
      kind: 'unreadable',
      reason: expect.stringContaining('on #1 was changed'),
    });
  });

  it.each([
    ['the pull request', /\/pulls$/],
    ['the comments', /\/comments$/],
  ])('are unreadable when GitHub does not give %s', async (_, path) => {
    await using scene = await scenes();
    openPull(scene.fake, reportOf(asked(1)));
    scene.fake.fail({ method: 'GET', path, status: 502, times: 9 });
    expect(await read(scene)).toMatchObject({
      kind: 'unreadable',
      reason: expect.stringMatching(/status 502.*Run again/),
    });
  });
});

describe('a report on a closed pull request', () => {
  it.each([
    ['closed', false],
    ['merged', true],
  ])('is read where none of ours is open, when it was %s', async (_, merged) => {
    await using scene = await scenes();
    const { fake } = scene;
    const { number } = fake.repository.addPull({
      ...{ head: BRANCH, base: 'main', author: fake.login, body: reportOf(asked(1)) },
      ...{ state: 'closed', merged },
    });
    fake.repository.addComment({ number, author: 'ada', body: '1: Yes.' });
    const result = await read(scene);
    expect(result).toMatchObject({ kind: 'read', isClosed: true, questions: [asked(1)] });
    expect(answersOf(result)).toEqual([[1, 'ada', 'Yes.']]);
    expect(result).not.toHaveProperty('pullRequest');
    openPull(fake, 'Of somebody, from that branch', 'ada');
    expect(await read(scene)).toMatchObject({ kind: 'read', isClosed: true });
    openPull(fake, reportOf(asked(2)));
    fake.pulls.splice(1, 1);
    expect(await read(scene)).toMatchObject({ isClosed: false, questions: [asked(2)], pullRequest: { number: 3 } });
  });

  it('is nothing when it is somebody else’s', async () => {
    await using scene = await scenes();
    openPull(scene.fake, reportOf(asked(1)), 'mallory').state = 'closed';
    expect(await read(scene)).toEqual({ kind: 'none' });
  });
});
