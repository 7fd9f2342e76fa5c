// The whole log of a run as people read it, on a runner and on the command line, kept as a file so that a change of its
// looks is seen. After one: `UPDATE_LOGS=1 npm run jest -- __tests__/e2e/log.test.ts`, then read the difference.
import { describe, expect, it } from '@jest/globals';
import { readFile, writeFile } from 'node:fs/promises';
import { actionScene } from '../support/action-scene.js';
import { ferrule } from '../support/command-line.js';
import { startMessagesApi, type ScriptStep } from '../support/messages-api.js';
import { plainLog } from '../support/plain-log.js';
import { CODE, CRATE, editLibrary, use } from '../support/scripts-greeting.js';
import { tempRepo } from '../support/temp-repo.js';

const FOLDER = new URL('../fixtures/log/', import.meta.url);
const GATES = 'check\ntest\nfmt\nclippy\naudit\nledger';

/** With a warning of clippy and a finding of the audit, and wrong at first. */
const HASTY = `/// Greets \`name\`.
pub fn greet(name: &str) -> String {
    let first = name.chars().next().unwrap();
    return format!("Hello, {first}!");
}
`;
const TEST = `
    #[test]
    fn greets_by_name() {
        assert_eq!(super::greet("Ada"), "Hello, Ada!");
    }
`;
const complete = use('complete_increment', { title: 'Greeting', commit_message: 'Add greet' });
const mend = { old_text: '{first}!");', new_text: '{first}{}!", &name[first.len_utf8()..]);' };
const claim = (id: string, status: string, test: string, note = 'Asked.') => {
  const isMet = status === 'met';
  return { id, status, code: isMet ? ['src/lib.rs:9'] : [], tests: isMet ? [test] : [], note };
};

/** An increment that is red at first, then a handover that leaves a question, a requirement and two gates open. */
const UNVERIFIED: readonly ScriptStep[] = [
  {
    tool_use: [
      use('plan', { increments: [{ title: 'Greeting', requirements: ['R1'] }] }),
      ...editLibrary(HASTY, TEST),
      use('ask', { question: 'Is `Hello!` right for a name\nof blanks too?', requirement: 'R2', blocking: false }),
      complete,
    ],
  },
  { text: 'That was hasty.', tool_use: [use('edit_file', { path: 'src/lib.rs', edits: [mend] }), complete] },
  {
    tool_use: [
      use('finish', {
        summary: 'greet by name.',
        requirements: [claim('R1', 'met', 'tests::greets_by_name'), claim('R2', 'not-met', '')],
      }),
    ],
  },
];

/** A handover that proves all, with a test file that does not build on the base. */
const VERIFIED: readonly ScriptStep[] = [
  {
    tool_use: [
      ...editLibrary(CODE, TEST),
      use('write_file', {
        path: 'tests/everybody.rs',
        content: '#[test]\nfn greets_everybody() {\n    assert_eq!(greeting::greet(""), "Hello!");\n}\n',
      }),
    ],
  },
  {
    tool_use: [
      use('finish', {
        summary: 'greet and its tests.',
        requirements: [
          claim('R1', 'met', 'tests::greets_by_name', 'Done.'),
          claim('R2', 'met', 'greets_everybody', 'Done.'),
        ],
      }),
    ],
  },
];

describe('the log of a run', () => {
  it.each([
    ['unverified', UNVERIFIED],
    ['verified', VERIFIED],
  ])('on a runner that ends %s reads as it is kept', async (outcome, answers) => {
    await using scene = await actionScene(CRATE);
    const { stdout, record } = await scene.run({ inputs: { gates: GATES }, answers });
    expect(record.outcome).toBe(outcome);
    await expectKept(`runner-${outcome}.log`, plainLog(stdout));
  });

  it('on the command line reads as it is kept', async () => {
    await using repo = await tempRepo(CRATE);
    await using api = await startMessagesApi({ answers: [...UNVERIFIED], apiKey: 'sk-ant-loopback' });
    const options = ['--anthropic-base-url', api.url, '--gates', GATES, '--max-rounds', '1'];
    const { code, stdout } = await ferrule(repo.dir, ['run', 'specs/greeting.md', ...options], 'sk-ant-loopback');
    expect(code).toBe(1);
    await expectKept('command-line-unverified.log', plainLog(stdout));
  });
});

async function expectKept(name: string, text: string): Promise<void> {
  const file = new URL(name, FOLDER);
  if (process.env['UPDATE_LOGS'] === '1') await writeFile(file, text);
  expect(text).toBe(await readFile(file, 'utf8'));
}
