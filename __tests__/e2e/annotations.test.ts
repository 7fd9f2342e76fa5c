// What the verification found, as annotations in the log of the bundle: on lines relative to the repository, though the
// crate is in a subfolder; ten of each type, the rest counted; nothing that the base had already. Then the other job of
// two, which takes the same result. Which annotations a record gives is annotations.test.ts of the room report.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { actionScene, type ActionScene, type SceneResult } from '../support/action-scene.js';
import { openPublishJob } from '../support/publish-job.js';
import { CRATE, editLibrary, use } from '../support/scripts-greeting.js';

/** Eleven ways to panic in library code, from line 10 on. */
const CODE = Array.from(
  { length: 11 },
  (_, at) => `/// Greets.\npub fn greet_${at}(name: &str) -> char {\n    name.chars().next().unwrap()\n}\n`,
).join('\n');
const TESTS =
  '\n    #[test]\n    fn greets_by_name() {\n        assert_eq!(super::greet_0("Ada"), \'a\', "100 %, twice: x");\n    }\n';
const OLD_FAILURE = '#[test]\nfn was_broken() {\n    assert_eq!(1, 2);\n}\n';

const annotationsIn = (log: string, level: string) => log.split('\n').filter((line) => line.startsWith(`::${level} `));

describe('a failed verification in a subfolder', () => {
  let scene: ActionScene;
  let run: SceneResult;
  beforeAll(async () => {
    const inFolder = Object.entries({ ...CRATE, 'tests/old.rs': OLD_FAILURE });
    scene = await actionScene(
      Object.fromEntries(inFolder.map(([name, text]) => [name.startsWith('specs/') ? name : `rust/${name}`, text])),
    );
    const claims = [
      { id: 'R1', status: 'met', code: ['rust/src/lib.rs:9'], tests: ['tests::greets_by_name'] },
      { id: 'R2', status: 'not-met', code: [], tests: [], note: 'Asked.' },
    ];
    run = await scene.run({
      inputs: { 'working-directory': 'rust', publish: 'none', gates: 'check\ntest\naudit\nledger' },
      answers: [
        {
          tool_use: [
            ...editLibrary(CODE, TESTS, 'rust/'),
            use('ask', { question: 'Which sign, `!` or `.`?', requirement: 'R2', blocking: false }),
          ],
        },
        { tool_use: [use('finish', { summary: 'greet.', requirements: claims })] },
      ],
    });
  });
  afterAll(async () => {
    await scene[Symbol.asyncDispose]();
  });

  it('puts the new failure where it panicked, and not the old one', () => {
    expect(run.outputs).toMatchObject({ outcome: 'unverified', 'tests-failed': '2' });
    const errors = annotationsIn(run.stdout, 'error');
    expect(errors[0]).toMatch(
      /^::error file=specs\/greeting\.md::Not verified, 1 older failure: test failed \(1 test\)/,
    );
    expect(errors[1]).toMatch(
      /^::error title=Test failed%3A tests%3A%3Agreets_by_name,file=rust\/src\/lib\.rs,line=7\d::assertion `left == right` failed: 100 %25, twice: x%0A {2}left: 'A'%0A right: 'a'$/,
    );
    expect(run.stdout).not.toContain('Test failed%3A was_broken');
  });

  it('shows ten errors, the verdict among them, and has a line for each of the rest', () => {
    const errors = annotationsIn(run.stdout, 'error');
    expect(errors).toHaveLength(10);
    expect(errors[2]).toBe('::error title=Audit%3A unwrap-used,file=rust/src/lib.rs,line=10::`unwrap` in library code');
    expect(
      run.stdout.match(/^error: Audit: unwrap-used: `unwrap` in library code \(rust\/src\/lib\.rs:\d+\)$/gm),
    ).toHaveLength(3);
  });

  it("puts the question on the clause's line", () => {
    expect(annotationsIn(run.stdout, 'notice')).toEqual([
      '::notice title=Question 1 on R2,file=specs/greeting.md,line=4::Which sign, `!` or `.`?',
    ]);
  });

  it('says how to get the same verdict from work that is on no branch', async () => {
    const base = await scene.repo.remoteHead('main');
    expect(run.record.verification?.onBranch).toBe(false);
    expect(run.record.reproduce.slice(0, 3)).toEqual([`git checkout ${base}`, 'git apply change.patch', 'cd rust']);
    const published = await openPublishJob(scene)(run.reportDir);
    expect(published).toMatchObject({ outputs: { outcome: 'unverified' } });
  });
});
