// What becomes of output: all of a command's output is kept and can be read, none of it is obeyed by the runner or floods
// the model, and no secret gets into anything that leaves the process.
import { describe, expect, it } from '@jest/globals';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { paginate } from '../../src/workshop/workshop.js';
import { toolResults, type MessagesRequest } from '../support/messages-api.js';
import { obeyedCommands, runnerCommand, runnerLines } from '../support/runner-commands.js';
import {
  addDouble,
  API_KEY,
  BRANCH,
  calls,
  complete,
  finish,
  GOOD_WORK,
  runScripted,
  TOKEN,
  writeTests,
} from '../support/scripts-crate.js';
import { gitIn } from '../support/temp-repo.js';

/** Brief, tools and a few pages; far from the megabytes that cargo prints here. */
const MAX_REQUEST_BYTES = 250_000;

const COMMANDS = [
  '::error::PLANTED',
  '##[error]PLANTED',
  '  ::add-mask::PLANTED',
  'text ##[command]PLANTED',
  '::stop-commands::PLANTED',
  '\\r::warning file=a::PLANTED',
  '\\u{feff}::set-output name=outcome::PLANTED',
  ':\\u{200b}:notice::PLANTED',
  '\\u{1b}[31m::group::PLANTED',
];

describe('five megabytes of output', () => {
  const LINES = 50_000;
  const flood = writeTests('tests/floods.rs', {
    floods: [
      `for i in 0..${LINES} {\n    println!("flood {i:06} {}", "x".repeat(90));\n}`,
      ...COMMANDS.map((command) => `println!("${command}");`),
      'panic!("the last word");',
    ].join('\n'),
  });

  it('are kept whole, paged for the model, and harmless in the log', async () => {
    const read = (request: MessagesRequest, pick: (pages: number) => number[]) => {
      const shown = toolResults(request).at(-1)?.text ?? '';
      const [, id = '', pages = '0'] = /read_output with output "(\d+)" and page 1 to (\d+)/.exec(shown) ?? [];
      return calls(...pick(Number(pages)).map((page) => ({ name: 'read_output', input: { output: id, page } })));
    };
    await using run = await runScripted({
      answers: [
        calls(...addDouble(), flood, { name: 'cargo', input: { command: 'test' } }),
        (request) => read(request, (pages) => [1, 2, Math.floor(pages / 2), pages, pages + 1]),
        calls(finish()),
        { text: 'I do not read all of that.' },
        { text: 'No.' },
      ],
      inputs: { 'max-rounds': '1' },
    });
    const { action, model } = run;
    expect(action.outputs.outcome).toBe('unverified');

    // Kept whole: of the model's own run and of the verification's.
    const first = toolResults(model.requests[1] as MessagesRequest).at(-1)?.text ?? '';
    const id = /\[output (\d+)\]/.exec(first)?.[1] ?? '';
    const names = await readdir(path.join(action.reportDir, 'outputs'));
    const ofModel = `outputs/${names.find((name) => name.startsWith(`${id}-`)) ?? ''}`;
    for (const file of [ofModel, run.gate('test')?.output ?? '']) {
      const text = await readFile(path.join(action.reportDir, file), 'utf8');
      expect(text.length).toBeGreaterThan(5_000_000);
      const numbers = [...text.matchAll(/^flood (\d{6}) x{90}$/gm)].map((match) => Number(match[1]));
      expect(numbers).toHaveLength(LINES);
      expect(numbers.every((number, i) => number === i)).toBe(true);
      for (const command of ['##[error]PLANTED', '\r::warning file=a::PLANTED', 'the last word'])
        expect(text).toContain(command);
    }

    // In pages: what the model got is exactly the pages that make up the file.
    const whole = await readFile(path.join(action.reportDir, ofModel), 'utf8');
    const pages = paginate(whole);
    expect(pages.join('') === whole).toBe(true);
    const wanted = [1, 2, Math.floor(pages.length / 2), pages.length];
    const got = toolResults(model.requests[2] as MessagesRequest);
    expect(got.map(({ text }) => text.slice(text.indexOf('\n') + 1)).slice(0, 4)).toEqual(
      wanted.map((page) => pages[page - 1]),
    );
    expect(got[4]).toMatchObject({ isError: true, text: `Output ${id} has ${pages.length} pages.` });
    expect(toolResults(model.requests[3] as MessagesRequest)).toMatchObject([
      { name: 'finish', isError: true, text: expect.stringContaining('unread pages') },
    ]);
    // What matters is in the first view, and no request is large.
    expect(first).toContain('the last word');
    expect(first).toContain('test result: FAILED. 0 passed; 1 failed');
    expect(Math.max(...model.requestBytes)).toBeLessThan(MAX_REQUEST_BYTES);

    // In the log: all of it, and none of it a command.
    const lines = runnerLines(action.stdout);
    expect(lines.filter((line) => /flood \d{6} x{90}$/.test(line)).length).toBe(2 * LINES);
    const planted = lines.filter((line) => line.includes('PLANTED'));
    expect(planted.length).toBeGreaterThanOrEqual(2 * COMMANDS.length);
    expect(planted.filter((line) => runnerCommand(line) !== undefined)).toEqual([]);
    const obeyed = new Set(obeyedCommands(action.stdout));
    expect([...obeyed].sort()).toEqual(['add-mask', 'debug', 'endgroup', 'error', 'group']);
  });
});

describe('secrets', () => {
  const PASSWORD = 'correct-horse-battery';
  const RUNTIME_TOKEN = 'runtime-token-987654321';

  it('are nowhere but in the requests to the servers they are for', async () => {
    const spies = writeTests('tests/spies.rs', {
      spies: [
        'for (name, value) in std::env::vars_os() {\n    println!("ENV {name:?}={value:?}");\n}',
        'for entry in std::fs::read_dir("/proc").unwrap().flatten() {',
        '    if let Ok(bytes) = std::fs::read(entry.path().join("environ")) {',
        '        println!("PROC {:?} {}", entry.path(), String::from_utf8_lossy(&bytes).replace(\'\\0\', " "));',
        '    }\n}',
        // As if they had come from somewhere: the source does not hold them, the output does.
        `println!("SPY {}{}", "${TOKEN.slice(0, 9)}", "${TOKEN.slice(9)}");`,
        `println!("SPY {}{}", "${API_KEY.slice(0, 9)}", "${API_KEY.slice(9)}");`,
        'panic!("seen enough");',
      ].join('\n'),
    });
    const environments = { file: '' };
    const bin = { folder: '' };
    await using run = await runScripted({
      answers: [
        { text: `My key is ${API_KEY}.`, ...calls(...GOOD_WORK, complete(`Add double, token ${TOKEN}`)) },
        calls({ name: 'record', input: { kind: 'improvement', text: `Use ${API_KEY} and ${TOKEN}.` } }, spies),
        calls({ name: 'cargo', input: { command: 'test' } }),
        calls(finish({ R1: { note: `Proven with ${TOKEN}.` } })),
      ],
      inputs: { 'max-rounds': '1' },
      run: {
        env: {
          ACTIONS_RUNTIME_TOKEN: RUNTIME_TOKEN,
          GITHUB_TOKEN: TOKEN,
          ANTHROPIC_API_KEY: API_KEY,
          DEPLOY_PASSWORD: PASSWORD,
          get PATH() {
            return `${bin.folder}:${process.env.PATH ?? ''}`;
          },
        },
      },
      prepare: async ({ parent }) => {
        environments.file = path.join(parent, 'environments');
        bin.folder = await recordingPrograms(parent, environments.file);
      },
    });
    const { action, repo, github } = run;
    expect(action.outputs).toMatchObject({ outcome: 'unverified', 'tests-passed': '2', 'tests-failed': '1' });

    // The spy did its work, and saw nothing of the job's environment.
    const spied = await readFile(path.join(action.reportDir, run.gate('test')?.output ?? ''), 'utf8');
    expect(spied).toContain('ENV "CARGO_HOME"="/cargo"');
    expect(spied).toMatch(/PROC "\/proc\/\d+" .*CARGO_TARGET_DIR/);
    expect(spied.match(/SPY \*\*\*/g)).toHaveLength(2);
    for (const word of [PASSWORD, RUNTIME_TOKEN, 'INPUT_', 'GITHUB_', 'RUNNER_']) expect(spied).not.toContain(word);

    // Programs outside the box have what the job gives every step, but no secret of the action.
    const seen = await readFile(environments.file, 'utf8');
    expect(seen).toMatch(/^git /m);
    expect(seen).toMatch(/^bwrap /m);
    for (const word of [API_KEY, TOKEN, RUNTIME_TOKEN, 'INPUT_', 'FERRULE_CANARY']) expect(seen).not.toContain(word);

    const published = JSON.stringify(github.requests.map(({ body }) => body));
    // After the first sight of a secret nothing is published any more, and the log says so without repeating it.
    expect(github.pulls).toEqual([]);
    expect(github.comments).toEqual([]);
    expect(await repo.remoteHead(BRANCH)).toBeUndefined();
    expect(action.code).toBe(1);
    expect(action.stdout).toMatch(
      /^::error::A secret \(input anthropic-api-key, as it is\) was about to be written to the log/m,
    );
    expect(action.report.publication).toMatchObject({ warnings: [expect.stringContaining('Nothing was published')] });
    const places: Record<string, string> = {
      'the log': runnerLines(action.stdout)
        .filter((line) => !line.startsWith('::add-mask::'))
        .join('\n'),
      'standard error': action.stderr,
      'the summary': action.summary,
      'the outputs': JSON.stringify(action.outputs),
      'requests to GitHub': published,
      'git objects of the remote': await objectsOf(repo.origin),
      'git objects of the checkout': await objectsOf(repo.dir),
    };
    for (const entry of await readdir(action.temp, { recursive: true, withFileTypes: true })) {
      const file = path.join(entry.parentPath, entry.name);
      if (entry.isFile()) places[path.relative(action.temp, file)] = await readFile(file, 'latin1');
    }
    expect(Object.keys(places)).toEqual(
      expect.arrayContaining(
        ['report.json', 'report.md', 'report.html', 'transcript.jsonl', 'change.patch'].map((name) =>
          path.join(path.relative(action.temp, action.reportDir), name),
        ),
      ),
    );
    const leaking = Object.entries(places).filter(([, text]) =>
      [API_KEY, TOKEN].some((secret) => text.includes(secret)),
    );
    expect(leaking.map(([place]) => place)).toEqual([]);
  });
});

/** Programs that write down name, arguments and environment before they become the real ones. @returns their folder */
async function recordingPrograms(parent: string, file: string): Promise<string> {
  const folder = path.join(parent, 'bin');
  await mkdir(folder);
  for (const name of ['git', 'bwrap', 'cargo', 'rustc'])
    await writeFile(
      path.join(folder, name),
      [
        '#!/bin/sh',
        `{ printf '%s ' ${name} "$@"; echo; env; } >> '${file}'`,
        `PATH=$(printf %s "$PATH" | sed 's|${folder}:||')`,
        `exec ${name} "$@"\n`,
      ].join('\n'),
      { mode: 0o755 },
    );
  return folder;
}

/** The content of every object of a repository, reachable or not. */
async function objectsOf(repository: string): Promise<string> {
  return gitIn(repository, 'cat-file', '--batch-all-objects', '--batch');
}
