// A model, a server or a test that knows the key and writes it down in other letters: nothing of it leaves the process,
// and nothing at all is published.
import { expect, it } from '@jest/globals';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { createSecretScan } from '../../src/platform/secret-scan.js';
import { declaredOutputs } from '../support/action-scene.js';
import { obeyedCommands, runnerLines } from '../support/runner-commands.js';
import {
  addDouble,
  API_KEY,
  BRANCH,
  calls,
  complete,
  DOUBLE,
  finish,
  GOOD_WORK,
  runScripted,
  TOKEN,
  write,
  writeTests,
  type ScriptedRunResult,
} from '../support/scripts-crate.js';
import { LINE_FORMS } from '../support/secret-forms.js';

const scan = createSecretScan([
  { name: 'key', value: API_KEY },
  { name: 'token', value: TOKEN },
]);

/** Everything a run leaves behind that somebody may read, by place. */
async function leftBehind({ action, github }: ScriptedRunResult): Promise<Record<string, string>> {
  const places: Record<string, string> = {
    'the log': runnerLines(action.stdout)
      .filter((line) => !line.startsWith('::add-mask::'))
      .join('\n'),
    'standard error': action.stderr,
    'the summary': action.summary,
    'the outputs': JSON.stringify(action.outputs),
    'requests to GitHub': JSON.stringify(github.requests.map(({ body }) => body)),
  };
  for (const entry of await readdir(action.temp, { recursive: true, withFileTypes: true })) {
    const file = path.join(entry.parentPath, entry.name);
    if (entry.isFile()) places[path.relative(action.temp, file)] = await readFile(file, 'latin1');
  }
  return places;
}

async function expectNothingOut(run: ScriptedRunResult): Promise<void> {
  const seen = Object.entries(await leftBehind(run)).filter(([, text]) => scan.find(text) !== undefined);
  expect(seen.map(([place]) => place)).toEqual([]);
  expect(run.github.pulls).toEqual([]);
  expect(run.github.comments).toEqual([]);
  expect(await run.repo.remoteHead(BRANCH)).toBeUndefined();
}

it('the key in every other form, in files, messages, words and test output, leaves by no way', async () => {
  const forms = LINE_FORMS.map(([, form]) => form(API_KEY));
  const literals = forms.map((form) => JSON.stringify(form));
  const printing = writeTests('tests/prints.rs', {
    prints: [
      'use std::io::Write;\nlet mut out = std::io::stdout(); // libtest catches only what println! writes',
      ...literals.map((literal) => `writeln!(out, "{}", r#"${literal}"#).unwrap();`),
      `let key: String = [${Array.from(API_KEY)
        .map((letter) => `'${letter}'`)
        .join(', ')}].iter().rev().collect();`,
      'writeln!(out, "\\n{key} {:?} {:x?}", key.as_bytes(), key.as_bytes()).unwrap();',
    ].join('\n'),
  });
  const base64 = Buffer.from(API_KEY).toString('base64');
  const backwards = Array.from(TOKEN).reverse().join('');
  const completion = {
    name: 'complete_increment',
    input: { title: base64, commit_message: `Add double\n\nSee ${base64}.` },
  };
  await using run = await runScripted({
    answers: [
      {
        text: `The key, in case you need it: ${forms.join(' ')}`,
        ...calls(...GOOD_WORK, printing, write('src/key.txt', forms.join('\n')), completion),
      },
      calls(
        { name: 'ask', input: { question: `Is ${backwards} yours?`, blocking: false } },
        { name: 'record', input: { kind: 'improvement', text: forms.slice(1, 8).join(', ') } },
        finish({ R1: { note: base64 } }),
      ),
    ],
    inputs: { 'max-rounds': '1', gates: 'check\ntest\nledger' },
    run: { env: { ACTIONS_STEP_DEBUG: 'true', RUNNER_DEBUG: '1' } },
  });
  await expectNothingOut(run);
  const { action } = run;
  // The test ran and printed.
  const printed = await readFile(path.join(action.reportDir, run.gate('test')?.output ?? ''), 'utf8');
  expect(printed.split('***').length).toBeGreaterThan(forms.length);
  expect(action.outputs).toMatchObject({ 'tests-failed': '0', 'tests-passed': '3' });
  expect(action.code).toBe(1);
  expect(action.report.alarms?.join()).toMatch(/input anthropic-api-key/);
  expect(action.report.alarms?.join()).toMatch(/input github-token/);
  expect(Object.keys(action.outputs).sort()).toEqual((await declaredOutputs()).sort());
  const obeyed = new Set(obeyedCommands(action.stdout));
  const ours = ['add-mask', 'debug', 'group', 'endgroup', 'error', 'warning', 'notice'];
  expect([...obeyed].filter((name) => !ours.includes(name))).toEqual([]);
});

it('a key that the model puts together over several edits is stopped before the push, and verified work is red', async () => {
  const pieces = API_KEY.match(/.{1,7}/g) ?? [];
  const edit = (old_text: string, new_text: string) => ({
    name: 'edit_file',
    input: { path: 'src/double.rs', edits: [{ old_text, new_text }] },
  });
  // From the last piece to the first, each in front of the one before: no message holds more than one of them.
  const growing = pieces.toReversed().map((piece, at) => edit(at === 0 ? '// end' : '// k', `// k${piece}`));
  await using run = await runScripted({
    answers: [
      calls(
        ...addDouble(`${DOUBLE}\n// end\n`),
        writeTests('tests/double.rs', { doubles: 'assert_eq!(tiny::double::double(4), 8);' }),
        { name: 'read_file', input: { path: 'src/double.rs', start_line: 1, end_line: 3 } },
        ...growing,
      ),
      calls(complete('Add double')),
      calls(finish()),
    ],
    inputs: { 'max-rounds': '1', gates: 'check\ntest' },
  });
  await expectNothingOut(run);
  const { action } = run;
  expect(action.report.outcome).toBe('verified');
  expect(action.code).toBe(1);
  expect(action.report.publication).toEqual({
    kind: 'pull-request',
    undelivered: true,
    warnings: [expect.stringContaining('A secret (input anthropic-api-key')],
  });
  expect(action.outputs).toMatchObject({ outcome: 'verified', branch: '', 'pull-request-number': '' });
  expect(action.stdout).toMatch(
    /^::error::A secret \(input anthropic-api-key, .*\) was about to be published in the commits; nothing was sent/m,
  );
});
