// Limits that are reached in the middle of the work: what became green before is verified and published as a draft, and
// the outcome is what the contract says.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import {
  BRANCH,
  CRATE,
  GOOD_WORK,
  calls,
  complete,
  finish,
  runScripted,
  testFile,
  writeTests,
  type ScriptedRun,
} from '../support/scripts-crate.js';
import { actionScene } from '../support/action-scene.js';
import type { ScriptedAnswer } from '../support/messages-api.js';
import { CRATE as GREETING } from '../support/scripts-greeting.js';

const INCREMENT = calls(...GOOD_WORK, complete('Add double'));
/** Begun, not completed. */
const MORE = calls(writeTests('tests/more.rs', { doubles_more: 'assert_eq!(tiny::double::double(8), 16);' }));

async function expectDraft(scripted: ScriptedRun, reason: string, turns: number): Promise<void> {
  await using run = await runScripted({ files: CRATE, ...scripted });
  const { action } = run;
  expect(action.code).toBe(1);
  expect(action.outputs).toMatchObject({
    outcome: 'unverified', // nobody claimed the requirements
    'stop-reason': reason,
    turns: String(turns),
    branch: BRANCH,
    'check-exit-code': '0',
    'test-exit-code': '0',
    'tests-passed': '2',
  });
  expect(run.github.pulls).toMatchObject([{ draft: true }]);
  expect(await run.remoteTree(BRANCH)).toBe(action.outputs.tree);
  const files = Object.keys(await run.repo.remoteFiles(BRANCH));
  expect(files).toContain('src/double.rs');
  expect(files).not.toContain('tests/more.rs');
}

const spending = (answer: ScriptedAnswer, usage: NonNullable<ScriptedAnswer['usage']>) => ({ ...answer, usage });

describe('a limit that is reached within the work', () => {
  it('of turns', () => expectDraft({ answers: [INCREMENT, MORE], inputs: { 'max-turns': '2' } }, 'turns', 2));

  it('of tokens, before the call that could go beyond it', () =>
    expectDraft(
      {
        answers: [INCREMENT, spending(MORE, { input_tokens: 190_000, output_tokens: 500 })],
        inputs: { 'max-tokens': '300000' },
      },
      'tokens',
      2,
    ));

  it('of cost, before the call that could go beyond it', () =>
    expectDraft(
      {
        answers: [INCREMENT, spending(MORE, { input_tokens: 5_000, output_tokens: 90_000 })],
        inputs: { 'max-cost-usd': '2' },
      },
      'cost',
      2,
    ));

  it('of time, within a command that would not end: it does not use up what the verification needs', () =>
    expectDraft(
      {
        answers: [
          INCREMENT,
          calls(writeTests('tests/more.rs', { hangs: 'std::thread::sleep(std::time::Duration::from_secs(600));' }), {
            name: 'cargo',
            input: { command: 'test' },
          }),
        ],
        inputs: { 'max-minutes': '0.8' },
      },
      'time',
      2,
    ));

  it('of rounds: after the last one nothing goes back to the agent', async () => {
    const red = writeTests('tests/red.rs', { fails: 'assert_eq!(1, 2);' });
    await using run = await runScripted({
      answers: [calls(...GOOD_WORK, red, finish()), calls(finish())],
      inputs: { 'max-rounds': '2' },
    });
    const { outputs, reportDir } = run.action;
    expect(outputs).toMatchObject({ outcome: 'unverified', 'stop-reason': 'rounds', rounds: '2', turns: '2' });
    const transcript = await readFile(path.join(reportDir, 'transcript.jsonl'), 'utf8');
    expect(transcript.match(/Mend it, then call finish again\./g)).toHaveLength(1);
  });

  const HANGS = { hangs: 'std::thread::sleep(std::time::Duration::from_secs(3_600));' };
  /** What a gate's command says of its end. */
  const stoppedAfter = (text: string) => Number(/stopped after (\d+) s, its time limit/.exec(text)?.[1]);

  it('of time, within the verification: a test that would not end is stopped, and that is the verdict', async () => {
    await using run = await runScripted({
      files: CRATE,
      answers: [calls(...GOOD_WORK, writeTests('tests/more.rs', HANGS), finish())],
      inputs: { 'max-minutes': '0.3' },
    });
    const { outputs, report } = run.action;
    expect(outputs).toMatchObject({ outcome: 'unverified', 'stop-reason': 'time', 'test-exit-code': '' });
    const test = report.verification?.gates.find(({ name }) => name === 'test');
    expect(stoppedAfter(JSON.stringify(test))).toBeLessThanOrEqual(18);
  });

  it('of time, while the model waits for a base whose tests do not end', async () => {
    await using run = await runScripted({
      files: { ...CRATE, 'tests/hang.rs': testFile(HANGS) },
      answers: [calls({ name: 'cargo', input: { command: 'check' } })],
      inputs: { 'max-minutes': '0.3' },
    });
    expect(run.action.outputs).toMatchObject({ outcome: 'stopped', 'stop-reason': 'time', turns: '1' });
    expect(stoppedAfter(run.action.stdout)).toBeLessThanOrEqual(18);
  });

  it('is told before, and a handover in time still ends verified', async () => {
    await using run = await runScripted({
      answers: [
        calls({ name: 'list_files', input: {} }),
        INCREMENT,
        (request) => {
          expect(JSON.stringify(request.messages.at(-1))).toContain('At least 95 % of the turns');
          return calls(finish());
        },
      ],
      inputs: { 'max-turns': '3' },
    });
    expect(run.action.outputs).toMatchObject({ outcome: 'verified', turns: '3', 'stop-reason': '' });
  });
});

describe('a run that makes no commit', () => {
  it('leaves what it spent to the next, whose limits count it unless it is to start afresh', async () => {
    await using scene = await actionScene(GREETING);
    const look: ScriptedAnswer = {
      ...calls({ name: 'list_files', input: {} }),
      usage: { input_tokens: 199_000, output_tokens: 500 },
    };
    const first = await scene.run({ inputs: { 'max-turns': '1', 'max-tokens': '200000' }, answers: [look] });
    expect(first).toMatchObject({ code: 1, warnings: [], outputs: { outcome: 'stopped', 'stop-reason': 'turns' } });
    expect(await scene.repo.remoteBranches()).toEqual(['main']);

    const second = await scene.run({ inputs: { 'max-tokens': '200000' } });
    expect(second).toMatchObject({
      ...{ code: 1, requests: [] },
      outputs: { outcome: 'stopped', 'stop-reason': 'tokens', turns: '0' },
    });
    expect(second.record.usage.earlier?.tokens).toBe(199_500);
    expect(second.record.message).toContain("'resume' to 'never'");

    const afresh = await scene.run({
      inputs: { 'max-turns': '1', 'max-tokens': '200000', resume: 'never' },
      answers: [look],
    });
    expect(afresh.record.usage.earlier).toBeUndefined();
  });
});
