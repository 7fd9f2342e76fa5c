// Each input does what action.yml says, seen from outside: in the requests to the model, in cargo's commands, on the
// remote. Refused values are bad-input.test.ts.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { SceneResult } from '../support/action-scene.js';
import { actionScene, runScripted } from '../support/action-scene.js';
import type { ScriptedAnswer } from '../support/messages-api.js';
import { toolResults } from '../support/messages-api.js';
import {
  CODE,
  CRATE,
  MANIFEST,
  REFUSING,
  SPEC,
  SPEC_ONLY,
  TESTS,
  editLibrary,
  finishGreeting,
  use,
  writeGreeting,
} from '../support/scripts-greeting.js';
import { tempRepo, writeFiles, type Files } from '../support/temp-repo.js';

/** Runs up to the first request, which the server refuses, in a repository that holds no crate. */
async function firstRequest(inputs: Readonly<Record<string, string>>, files: Files = SPEC_ONLY): Promise<SceneResult> {
  await using repo = await tempRepo(files, { remote: true });
  const result = await runScripted({ cwd: repo.dir, inputs, answers: REFUSING });
  expect(result.outputs).toMatchObject({ outcome: 'stopped', 'stop-reason': 'model-error', turns: '0' });
  return result;
}

const briefOf = ({ requests }: SceneResult) => JSON.stringify(requests[0]?.messages[0]?.content);
const cargoGatesOf = ({ record }: SceneResult) =>
  (record.verification?.gates ?? []).filter(({ command }) => command !== '');
const systemOf = ({ requests }: SceneResult) => JSON.stringify(requests[0]?.system);

describe('dry-run', () => {
  it('spends nothing, publishes nothing and needs no key', async () => {
    await using scene = await actionScene(CRATE);
    const run = await scene.run({ inputs: { 'dry-run': 'true', 'anthropic-api-key': '' } });
    expect(run).toMatchObject({ code: 0, requests: [], outputs: { outcome: 'unchanged', 'requirements-total': '2' } });
    expect(run.record.message).toBe("Dry run: 2 requirements, published by 'pull-request'; nothing was spent.");
    expect(run.stdout).toContain('Limits: 200 turns, 20000000 tokens, $10.00, 60 minutes, 1 round of verification.');
    const prompt = await readFile(path.join(run.reportDir, 'prompt.md'), 'utf8');
    expect(prompt).toMatch(/^# System prompt\n\nYou are [^]*\n# First message\n\nImplement the spec 'Greeting'/);
    expect(prompt).toContain('R2: For an empty name it must return');
    expect(run.stdout).toContain('R2: For an empty name it must return');
    expect(await scene.repo.remoteBranches()).toEqual(['main']);
    expect(scene.fake.requests.filter(({ method, path: where }) => method !== 'GET' && where !== '/graphql')).toEqual(
      [],
    );
  });
});

describe('model', () => {
  const agentFile = '---\nname: small\ndescription: A small agent.\nmodel: sonnet\n---\nImplement the spec.\n';
  const spec = (head: string) => ({ 'specs/greeting.md': `---\n${head}\n---\n${SPEC}`, 'agents/small.md': agentFile });
  it.each([
    ['the input', { model: 'claude-sonnet-4-6' }, spec('model: haiku\nagent: agents/small.md'), 'claude-sonnet-4-6'],
    ["the spec's front matter", {}, spec('model: haiku\nagent: agents/small.md'), 'claude-haiku-5-5'],
    ['the agent file', {}, spec('agent: agents/small.md'), 'claude-sonnet-5-5'],
    ['the default', {}, SPEC_ONLY, 'claude-opus-5-5'],
  ])('comes from %s before anything that is further away', async (_where, inputs, files, model) => {
    const run = await firstRequest(inputs, files);
    expect(run.requests[0]?.model).toBe(model);
    expect(run.record.model).toBe(model);
  });
});

describe('agent', () => {
  it('is a file of the repository whose tools limit what the model is offered', async () => {
    const file = '---\nname: reader\ndescription: Reads.\ntools: Read, Grep\n---\nRead the sources twice.\n';
    const run = await firstRequest(
      { agent: '.claude/agents/reader.md' },
      { ...SPEC_ONLY, '.claude/agents/reader.md': file },
    );
    const names = run.requests[0]?.tools?.map((tool) => ('name' in tool ? tool.name : ''));
    expect(names).toEqual([
      ...['read_file', 'search_files'],
      ...['read_output', 'plan', 'complete_increment', 'ask', 'record', 'finish'],
    ]);
    expect(systemOf(run)).toContain('Read the sources twice.');
    expect(run.record.agent.name).toBe('reader');
  });
});

describe('instructions, on-question, dependencies and limits', () => {
  it('reach the brief', async () => {
    const run = await firstRequest({
      instructions: 'Write British English.',
      'on-question': 'assume',
      dependencies: 'locked',
      'max-turns': '7',
      'max-tokens': '900000',
      'max-cost-usd': '2.5',
      'max-minutes': '9',
      'max-rounds': '2',
    });
    expect(briefOf(run)).toMatch(/binding beside the spec:.*<instructions-\w+>\\nWrite British English\.\\n</);
    expect(briefOf(run)).toContain(
      'Limits of this run: 7 turns, 900000 tokens, 2.5 USD, 9 minutes, 2 rounds of verification.',
    );
    expect(systemOf(run)).toContain('note it with `record` as an assumption');
    expect(systemOf(run)).toContain('only crates and versions that `Cargo.lock` already has');
  });

  it('of turns are told as they are used up, and end the run', async () => {
    await using repo = await tempRepo(SPEC_ONLY, { remote: true });
    const look = { tool_use: [use('list_files', {})] };
    const run = await runScripted({ cwd: repo.dir, inputs: { 'max-turns': '2' }, answers: [look, look] });
    expect(run).toMatchObject({ code: 1, outputs: { outcome: 'stopped', 'stop-reason': 'turns', turns: '2' } });
    expect(JSON.stringify(run.requests[1]?.messages.at(-1))).toContain('[harness: turn 1 of 2, 0 of 60 minutes');
  });
});

describe('protected-paths', () => {
  it('refuses the tool call, and only for those paths', async () => {
    await using repo = await tempRepo(SPEC_ONLY, { remote: true });
    const write = (file: string) => use('write_file', { path: file, content: 'Text.\n' });
    const files = ['docs/a.md', 'notes.txt', '.github/workflows/ci.yml', 'specs/greeting.md', 'src/a.txt'];
    const answers = [{ tool_use: files.map(write) }, ...REFUSING];
    const run = await runScripted({ cwd: repo.dir, inputs: { 'protected-paths': 'docs\n*.txt' }, answers });
    const results = run.requests[1] === undefined ? [] : toolResults(run.requests[1]);
    expect(results.map(({ isError }) => isError)).toEqual([true, true, true, true, false]);
    expect(results[0]?.text).toContain("the workflow's input protected-paths names it");
    expect(results[1]?.text).toContain("the workflow's input protected-paths names it");
    expect(systemOf(run)).toContain('docs, *.txt');
  });
});

describe('dependencies: none', () => {
  it('refuses cargo add before the network is asked', async () => {
    await using repo = await tempRepo(CRATE, { remote: true });
    const add = { tool_use: [use('cargo', { command: 'add', args: ['itoa'] })] };
    const run = await runScripted({ cwd: repo.dir, inputs: { dependencies: 'none' }, answers: [add, ...REFUSING] });
    const [result] = run.requests[1] === undefined ? [] : toolResults(run.requests[1]);
    expect(result).toMatchObject({ isError: true });
    expect(result?.text).toContain('cargo add is not allowed in this run (input dependencies: none).');
  });
});

describe('working-directory and package', () => {
  const member = (name: string) => MANIFEST.replace('"greeting"', `"${name}"`);
  const files: Files = {
    'specs/greeting.md': SPEC,
    'rust/Cargo.toml': '[workspace]\nresolver = "3"\nmembers = ["greeting", "other"]\n',
    'rust/greeting/Cargo.toml': member('greeting'),
    'rust/greeting/src/lib.rs': CRATE['src/lib.rs'] ?? '',
    'rust/other/Cargo.toml': member('other'),
    'rust/other/src/lib.rs': '//! Another.\n\n#[test]\nfn is_not_asked_for() {}\n',
  };
  const folder = 'rust/greeting/';

  it('say where cargo works and on what, and failures name files of the repository', async () => {
    await using repo = await tempRepo(files, { remote: true });
    const broken: ScriptedAnswer = {
      tool_use: [
        ...editLibrary('pub fn greet(name: &str) -> String {\n    name\n}\n', '', folder),
        ...(finishGreeting(folder).tool_use ?? []),
      ],
    };
    const text = 'pub fn greet(name: &str) -> String {\n    name\n}\n';
    const repaired: ScriptedAnswer = {
      tool_use: [
        use('read_file', { path: `${folder}src/lib.rs` }),
        use('edit_file', {
          path: `${folder}src/lib.rs`,
          edits: [
            { old_text: text, new_text: CODE },
            { old_text: '"Goodbye.");\n    }\n', new_text: `"Goodbye.");\n    }\n${TESTS}` },
          ],
        }),
        use('complete_increment', { title: 'Greeting', commit_message: 'Add greet' }),
      ],
    };
    const inputs = { 'working-directory': 'rust', package: 'greeting', 'max-rounds': '2' };
    const run = await runScripted({ cwd: repo.dir, inputs, answers: [broken, repaired, finishGreeting(folder)] });
    expect(run).toMatchObject({ code: 0, outputs: { outcome: 'verified', rounds: '2', 'tests-passed': '3' } });
    const [feedback] = run.requests[1] === undefined ? [] : toolResults(run.requests[1]).slice(-1);
    expect(feedback?.text).toMatch(/Gate check failed[^]*rust\/greeting\/src\/lib\.rs:9\)/);
    expect(cargoGatesOf(run).map(({ command }) => command)).toEqual([
      'cargo check --package greeting --all-targets',
      'cargo test --package greeting --no-fail-fast',
    ]);
    expect(run.record.reproduce).toContain('cd rust');
    expect(briefOf(run)).toContain("Building and testing are limited to the package 'greeting'.");
    expect(briefOf(run)).toContain('The cargo workspace is in rust.');
    expect(Object.keys(await repo.remoteFiles('ferrule/specs-greeting'))).toContain('rust/greeting/src/lib.rs');
  });
});

describe('cargo-args and advisory-gates', () => {
  it('go into every command, and an advisory failure is reported without deciding', async () => {
    const gated = `    #[cfg(feature = "loud")]\n${TESTS.replace('\n    #[test]', '    #[test]')}`;
    const manifest = `${MANIFEST}\n[features]\nloud = []\n`;
    await using repo = await tempRepo({ ...CRATE, 'Cargo.toml': manifest }, { remote: true });
    const lintable = CODE.replace('format!("Hello, {name}!")', 'return format!("Hello, {name}!");');
    const write: ScriptedAnswer = {
      tool_use: [
        ...editLibrary(lintable, gated),
        use('complete_increment', { title: 'Greeting', commit_message: 'Add greet' }),
      ],
    };
    const inputs = { 'cargo-args': '--features loud', 'advisory-gates': 'clippy' };
    const run = await runScripted({ cwd: repo.dir, inputs, answers: [write, finishGreeting()] });
    expect(run).toMatchObject({ code: 0, outputs: { outcome: 'verified', 'tests-passed': '3' } });
    const gates = cargoGatesOf(run);
    expect(gates).toMatchObject([
      { name: 'check', deciding: true, status: 'passed' },
      { name: 'test', deciding: true, status: 'passed' },
      { name: 'clippy', deciding: false, status: 'failed' },
    ]);
    for (const { command } of gates) expect(command).toContain('--features loud');
    expect(gates[2]?.diagnostics).toMatchObject([{ code: 'clippy::needless_return', path: 'src/lib.rs' }]);
    expect(run.summary).toContain('clippy (advisory)');
  });
});

describe('base', () => {
  it('is where the run starts and where the pull request goes, whatever is checked out', async () => {
    await using scene = await actionScene(CRATE);
    const { repo, fake } = scene;
    await repo.git('checkout', '--quiet', '-b', 'next');
    await repo.commit({ 'NEXT.md': 'Next.\n' }, 'Begin the next version');
    await repo.git('checkout', '--quiet', 'main');
    const run = await scene.run({ inputs: { base: 'next' }, answers: [writeGreeting(), finishGreeting()] });
    expect(run).toMatchObject({ code: 0, outputs: { outcome: 'verified' } });
    expect(fake.pulls).toMatchObject([{ base: 'next' }]);
    expect(Object.keys(await repo.remoteFiles('ferrule/specs-greeting'))).toContain('NEXT.md');
  });
});

describe('an input that does not exist', () => {
  it('is a warning that names the one that was meant, and the run goes on', async () => {
    await using repo = await tempRepo(SPEC_ONLY, { remote: true });
    const inputs = { 'max-turn': '5', 'dry-run': 'true' };
    const run = await runScripted({ cwd: repo.dir, inputs });
    expect(run).toMatchObject({ code: 0, outputs: { outcome: 'unchanged' } });
    expect(run.warnings).toContain("Input 'max-turn' is not known and has no effect. Did you mean 'max-turns'?");
  });
});

describe('replay', () => {
  it('takes the answers of an earlier transcript, without key and server', async () => {
    await using repo = await tempRepo(CRATE, { remote: true });
    const usage = { inputTokens: 900, outputTokens: 90, cacheReadTokens: 0, cacheWriteTokens: 0 };
    const lines = [writeGreeting(), finishGreeting()].map(({ tool_use: uses = [] }) => {
      const content = uses.map((call, i) => ({ type: 'tool_use', id: `toolu_${i}`, ...call }));
      return JSON.stringify({ type: 'answer', content, stopReason: 'tool_use', usage });
    });
    await writeFiles(repo.dir, { 'recorded/transcript.jsonl': lines.join('\n') });
    const inputs = { replay: 'recorded/transcript.jsonl', 'anthropic-api-key': '', 'anthropic-base-url': '' };
    const run = await runScripted({ cwd: repo.dir, inputs });
    expect(run).toMatchObject({ code: 0, requests: [], outputs: { outcome: 'verified', turns: '2' } });
    expect(run.outputs).toMatchObject({ 'input-tokens': '0', 'tests-new': '2' });
    expect(run.record.model).toBe('recorded conversation');
  });
});
