import { describe, expect, it } from '@jest/globals';
import { UserError } from '../../src/errors.js';
import type { EarlierRunRequest } from '../../src/run/earlier-run.js';
import {
  noteRecords,
  notesOnWork,
  progressOf,
  questionRecords,
  readEarlierRun,
  withReport,
} from '../../src/run/earlier-run.js';
import type { AskedQuestion, Outcome } from '../../src/report/report.js';
import { answerFingerprint, formatMark, formatQuestionsMark, formatRecordsMark } from '../../src/report/report.js';
import { markOf, publishScene, SPEC, type PublishScene } from '../support/publish-scene.js';
import { sampleRecord } from '../support/sample-record.js';

const asked = (number: number, more: Partial<AskedQuestion> = {}): AskedQuestion => ({
  ...{ number, text: `Question ${number}?`, requirement: `R${number}`, blocking: true },
  ...more,
});

interface Earlier {
  questions: AskedQuestion[];
  outcome?: Outcome;
  /** Comments of somebody with write access. */
  comments?: string[];
  more?: Partial<EarlierRunRequest>;
}

/** Reads what the pull request of an earlier run says, after comments of Ada's. */
async function readAfter({ questions, outcome = 'needs-answer', comments = [], more = {} }: Earlier) {
  await using scene = await publishScene({ permissions: { ada: 'write' } });
  const body = `${markOf(outcome)}\n${formatQuestionsMark(questions)}\nReport`;
  const { number } = scene.fake.repository.addPull({ head: 'ferrule/login', author: scene.fake.login, body });
  for (const text of comments) scene.fake.repository.addComment({ number, author: 'ada', body: text });
  return await readEarlierRun(requestOf(scene, more));
}

function requestOf(scene: PublishScene, more: Partial<EarlierRunRequest> = {}): EarlierRunRequest {
  return {
    inputs: { resume: 'auto', onQuestion: 'pause' },
    github: scene.github(),
    kind: 'pull-request',
    isPublishedElsewhere: false,
    eventNumber: undefined,
    branches: ['ferrule/login'],
    base: 'main',
    spec: SPEC,
    mask: (text) => text,
    warn: () => undefined,
    ...more,
  };
}

describe('a run after one that asked', () => {
  it('waits while no blocking question has a new answer', async () => {
    const given = asked(1, { answeredBy: answerFingerprint('Yes.') });
    const earlier = await readAfter({ questions: [given, asked(2)], comments: ['1: Yes.'] });
    expect(earlier).toMatchObject({
      isWaiting: true,
      lastNumber: 2,
      questions: [asked(2)],
      answers: [{ number: 1, question: 'Question 1?', answer: 'Yes.', author: 'ada', requirement: 'R1' }],
      pullRequest: { number: 1 },
    });
  });

  it('reads them on the issue where it was asked for, when no pull request came about', async () => {
    await using scene = await publishScene({ permissions: { ada: 'write' } });
    const issue = scene.fake.repository.addIssue();
    const say = (author: string, body: string) => scene.fake.repository.addComment({ number: issue, author, body });
    say(scene.fake.login, `${markOf('unverified')}\n${formatQuestionsMark([asked(1)])}\nReport`);
    say('ada', '/ferrule answer 1 Yes.');
    const earlier = await readEarlierRun(requestOf(scene, { eventNumber: issue }));
    expect(earlier).toMatchObject({ lastNumber: 1, questions: [], answers: [{ number: 1, answer: 'Yes.' }] });
    expect(await readEarlierRun(requestOf(scene))).toMatchObject({ lastNumber: 0 });
  });

  it.each<[string, Earlier]>([
    ['an answer came', { questions: [asked(1), asked(2)], comments: ['1: Yes.'] }],
    [
      'an answer changed',
      {
        questions: [asked(1, { answeredBy: answerFingerprint('Yes.') }), asked(2)],
        comments: ['1: Yes.', '1: No.'],
      },
    ],
    ['the spec changed', { questions: [asked(1)], more: { spec: { ...SPEC, hash: 'cd'.repeat(32) } } }],
    ['the run ended otherwise', { questions: [asked(1)], outcome: 'unverified' }],
    ['nothing that blocks is open', { questions: [asked(1, { blocking: false })] }],
    ['it is to start afresh', { questions: [asked(1)], more: { inputs: { resume: 'never', onQuestion: 'pause' } } }],
    ['it is to assume', { questions: [asked(1)], more: { inputs: { resume: 'auto', onQuestion: 'assume' } } }],
  ])('goes on when %s', async (_, earlier) => expect((await readAfter(earlier)).isWaiting).toBe(false));

  it('goes on when somebody closed the pull request, and still knows what was asked, answered and spent there', async () => {
    await using scene = await publishScene({ permissions: { ada: 'write' } });
    const mark = markOf('needs-answer').replace(' -->', ' tokens=1500 cost=0.1 -->');
    const body = `${mark}\n${formatQuestionsMark([asked(1), asked(2)])}\nReport`;
    const closed = { head: 'ferrule/login', author: scene.fake.login, body, state: 'closed' as const };
    const { number } = scene.fake.repository.addPull(closed);
    expect(await readEarlierRun(requestOf(scene))).toMatchObject({ isWaiting: false, questions: [asked(1), asked(2)] });
    scene.fake.repository.addComment({ number, author: 'ada', body: '1: Yes.' });
    const earlier = await readEarlierRun(requestOf(scene));
    expect(earlier).toMatchObject({ answers: [{ number: 1, answer: 'Yes.' }], lastNumber: 2, spent: { tokens: 1500 } });
    expect(earlier).not.toHaveProperty('pullRequest');
  });

  it('knows what was asked and spent on the branch before, where the pull request of a newer one is still to come', async () => {
    await using scene = await publishScene();
    const body = `${markOf('unverified').replace(' -->', ' tokens=1500 cost=0.1 -->')}\n${formatQuestionsMark([asked(1)])}\nReport`;
    const merged = { state: 'closed', merged: true } as const;
    scene.fake.repository.addPull({ head: 'ferrule/login', author: scene.fake.login, body, ...merged });
    const request = requestOf(scene, { branches: ['ferrule/login-2', 'ferrule/login'] });
    expect(await readEarlierRun(request)).toMatchObject({ lastNumber: 1, spent: { tokens: 1500 } });
  });

  it('is told what was spent on this text of the spec, and not what was spent on another', async () => {
    const body = formatMark({
      ...{ specPath: SPEC.path, specHash: SPEC.hash, outcome: 'unverified' },
      spent: { tokens: 1500, costUsd: 0.12345 },
    });
    await using scene = await publishScene();
    scene.fake.repository.addPull({ head: 'ferrule/login', author: scene.fake.login, body });
    expect((await readEarlierRun(requestOf(scene))).spent).toEqual({ tokens: 1500, costUsd: 0.1235 });
    const changed = requestOf(scene, { spec: { ...SPEC, hash: 'cd'.repeat(32) } });
    expect((await readEarlierRun(changed)).spent).toBeUndefined();
  });

  it('takes a changed spec for the answer to what was open, then and later, and keeps the numbers', async () => {
    const questions = [asked(1), asked(2, { answeredBy: 'spec' })];
    const changed = await readAfter({ questions, more: { spec: { ...SPEC, hash: 'cd'.repeat(32) } } });
    expect(changed).toMatchObject({ questions: [], answers: [{ number: 1 }, { number: 2 }], lastNumber: 2 });
    expect(changed.answers[0]?.author).toBeUndefined();
    const later = await readAfter({ questions });
    expect([later.questions.map(({ number }) => number), later.answers.map(({ number }) => number)]).toEqual([
      [1],
      [2],
    ]);
  });

  it('asks again what is no longer answered: a deleted comment, a person without access', async () => {
    const earlier = await readAfter({ questions: [asked(1, { answeredBy: answerFingerprint('Yes.') })] });
    expect(earlier).toMatchObject({ questions: [asked(1)], answers: [], isWaiting: true });
  });

  it('does not let an open question block where assumptions are wanted', async () => {
    const inputs = { resume: 'auto', onQuestion: 'assume' } as const;
    const { questions } = await readAfter({ questions: [asked(1)], more: { inputs } });
    expect(questions).toMatchObject([{ number: 1, blocking: false }]);
  });
});

describe('questions of earlier runs', () => {
  it('are none where nothing is published or nobody can be asked', async () => {
    const questions = [asked(1)];
    for (const more of [{ kind: 'none' }, { github: undefined }, { kind: 'commit' }] as const)
      expect(await readAfter({ questions, more })).toEqual({
        ...{ questions: [], answers: [], lastNumber: 0, notes: [], isWaiting: false },
      });
  });

  it('that cannot be read forbid the run, as its own would get numbers in use', async () => {
    await using scene = await publishScene();
    scene.fake.fail({ method: 'GET', path: /pulls$/, status: 500, times: 9 });
    const refused = readEarlierRun(requestOf(scene));
    await expect(refused).rejects.toThrow(UserError);
    await expect(refused).rejects.toThrow(/^Questions of earlier runs: Looking for the pull request failed/);
  });

  it('that cannot be read are passed over where another job publishes, whose token may read them', async () => {
    await using scene = await publishScene();
    scene.fake.fail({ method: 'GET', path: /pulls$/, status: 403, times: 9 });
    const warnings: string[] = [];
    const more = { isPublishedElsewhere: true, warn: (text: string) => void warnings.push(text) };
    expect(await readEarlierRun(requestOf(scene, more))).toMatchObject({ questions: [], isWaiting: false });
    expect(warnings).toEqual([
      expect.stringMatching(/^Questions of earlier runs: .* This run knows nothing of them\.$/),
    ]);
  });

  it('come out of the report without secrets', () => {
    const question = { number: 1, text: 'Is it s3cr3t?', requirement: undefined, blocking: true };
    expect(questionRecords([question], (text) => text.replace('s3cr3t', '***'))).toEqual([
      { number: 1, text: 'Is it ***?', blocking: true },
    ]);
  });
});

describe('what earlier runs recorded', () => {
  const deviation = { kind: 'deviation' as const, text: 'Keys are s3cr3t.', requirement: 'R1' };
  const note = { ...deviation, earlierRun: true as const };

  it('is read from our own report only, with or without questions', async () => {
    for (const author of ['ferrule', 'mallory']) {
      await using scene = await publishScene();
      const body = `${markOf('unverified')}\n${formatRecordsMark([deviation])}\nReport`;
      scene.fake.repository.addPull({
        head: 'ferrule/login',
        author: author === 'ferrule' ? scene.fake.login : author,
        body,
      });
      expect((await readEarlierRun(requestOf(scene))).notes).toEqual(author === 'ferrule' ? [note] : []);
    }
  });

  it('forbids the run when somebody edited it out of shape: a deviation must not get lost silently', async () => {
    await using scene = await publishScene();
    const body = `${markOf('unverified')}\n<!-- ferrule-records ?? -->\nReport`;
    scene.fake.repository.addPull({ head: 'ferrule/login', author: scene.fake.login, body });
    await expect(readEarlierRun(requestOf(scene))).rejects.toThrow(/hidden line 'ferrule-records' .* cannot be read/);
  });

  it('is joined with what the report in a folder says, each once', () => {
    const published = { questions: [], answers: [], lastNumber: 0, notes: [note], isWaiting: false };
    const assumption = { kind: 'assumption' as const, text: 'UTC.' };
    const record = sampleRecord({ records: [deviation, assumption] });
    expect(withReport(published, record, 'pause').notes).toEqual([
      note,
      { ...assumption, requirement: undefined, earlierRun: true },
    ]);
  });

  it('stays while the work and the clause it is about are there', () => {
    const whole = { ...note, requirement: undefined };
    const ofR2 = { ...note, requirement: 'R2' };
    const gone = { ...note, requirement: 'R9' };
    expect(notesOnWork([note, whole, ofR2, gone], ['R1', 'R2'], { stale: ['R2'] })).toEqual([note, whole]);
    expect(notesOnWork([note], ['R1'], undefined)).toEqual([]);
  });

  it('comes out of the report without secrets', () => {
    expect(noteRecords([note], (text) => text.replace('s3cr3t', '***'))).toEqual([{ ...note, text: 'Keys are ***.' }]);
  });
});

it('requirements are served, open or waiting; what an answer was about is open again', () => {
  const earlier = { questions: [asked(2), asked(4, { blocking: false })], lastNumber: 4, notes: [], isWaiting: false };
  const questions = earlier.questions.map((each) => ({ ...each, requirement: each.requirement }));
  const answer = { number: 3, question: 'Question 3?', answer: 'Yes.', requirement: 'R3', blocking: true };
  const ids = ['R1', 'R2', 'R3', 'R4', 'R5'];
  const work = { served: ['R1', 'R2', 'R3', 'R4', 'R9'], stale: ['R5', 'R9'], planned: 'The rest (R5)' };
  expect(progressOf(ids, work, { ...earlier, questions, answers: [answer] })).toEqual({
    served: ['R1', 'R4'],
    open: ['R3', 'R5'],
    waiting: ['R2'],
    changed: ['R5'],
    planned: 'The rest (R5)',
  });
});
