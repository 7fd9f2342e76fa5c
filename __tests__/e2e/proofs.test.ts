// What a run proves beside the verdict: that new tests need the change, and that each commit builds on its own. The bundle
// with a scripted model; the proofs in detail are tests-without-change.test.ts and commit-builds.test.ts.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { actionScene, type ActionScene, type SceneResult } from '../support/action-scene.js';
import { CODE, CRATE, editLibrary, finishGreeting, TESTS, use } from '../support/scripts-greeting.js';

const ALREADY_TRUE = '#[test]\nfn says_goodbye() {\n    assert_eq!(greeting::part(), "Goodbye.");\n}\n';
const NEEDS_THE_CHANGE = '#[test]\nfn greets() {\n    assert_eq!(greeting::greet("Ada"), "Hello, Ada!");\n}\n';
const complete = (title: string) => use('complete_increment', { title, commit_message: `Add ${title}` });
const increments = [
  { title: 'greet', requirements: ['R1', 'R2'] },
  { title: 'further tests', requirements: ['R1'] },
];

describe('a verified run of two increments', () => {
  let scene: ActionScene;
  let run: SceneResult;
  beforeAll(async () => {
    scene = await actionScene(CRATE);
    run = await scene.run({
      answers: [
        { tool_use: [use('plan', { increments }), ...editLibrary(CODE, TESTS), complete('greet')] },
        {
          tool_use: [
            use('write_file', { path: 'tests/goodbye.rs', content: ALREADY_TRUE }),
            use('write_file', { path: 'tests/greeting.rs', content: NEEDS_THE_CHANGE }),
            complete('further tests'),
          ],
        },
        finishGreeting(),
      ],
      inputs: { gates: 'check\ntest\naudit\nledger' },
    });
  });
  afterAll(async () => {
    await scene[Symbol.asyncDispose]();
  });

  it('finds the new test that passes on the base, as a warning that decides nothing', () => {
    expect(run).toMatchObject({ code: 0, outputs: { outcome: 'verified' } });
    expect(run.record.audit).toEqual([
      {
        rule: 'test-proves-nothing-new',
        path: 'tests/goodbye.rs',
        line: 1,
        text: 'test says_goodbye passes on the code of the base too: it proves nothing new',
        blocking: false,
      },
    ]);
    expect(run.record.newTestsOnBase).toMatchObject([
      { path: 'tests/goodbye.rs', package: 'greeting', result: 'ran', passed: ['says_goodbye'], failed: 0 },
      { path: 'tests/greeting.rs', package: 'greeting', result: 'not-built', passed: [] },
    ]);
  });

  it('keeps the whole output of these commands', async () => {
    const [ran, notBuilt] = run.record.newTestsOnBase ?? [];
    const textOf = (file = '') => readFile(path.join(run.reportDir, file), 'utf8');
    expect(await textOf(ran?.output)).toContain('test says_goodbye ... ok');
    expect(await textOf(notBuilt?.output)).toContain('cannot find function `greet` in crate `greeting`');
  });

  it('knows of each commit that it builds on its own', () => {
    expect(run.record.increments).toMatchObject([
      { title: 'greet', builds: true },
      { title: 'further tests', builds: true },
    ]);
    const first = run.record.increments[0]?.commit.slice(0, 12) ?? '';
    expect(run.stdout).toContain(`Commit ${first} (greet) builds on its own.`);
  });

  it('shows both on the pull request', () => {
    const body = scene.fake.pulls[0]?.body ?? '';
    expect(body).toContain('R1, R2, builds on its own');
    expect(body).toMatch(/test-proves-nothing-new at \[`tests\/goodbye\.rs:1`\]\(https:[^)]+\/tests\/goodbye\.rs#L1\)/);
    expect(body).toContain('- `tests/goodbye.rs`: passing there too, so proving nothing new: `says_goodbye`');
    expect(body).toContain('- `tests/greeting.rs` does not build there');
  });
});
