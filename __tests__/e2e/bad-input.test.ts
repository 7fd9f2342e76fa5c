// What a workflow, a repository or a runner can get wrong: each ends the bundle with one line that says what, where and
// what to do, before the model is asked.
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { runInThisContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { findProgram } from '../../src/platform/find-program.js';
import type { SceneResult, SceneRun } from '../support/action-scene.js';
import { runScripted } from '../support/action-scene.js';
import { CODE, SPEC, TESTS, finishGreeting, use } from '../support/scripts-greeting.js';
import { gitIn, tempRepo, writeFiles, type TempRepo } from '../support/temp-repo.js';

const ROOT = path.join(path.dirname(fileURLToPath(import.meta.url)), '..', '..');

/** A repository with every kind of broken spec; no run here gets as far as to push. */
const FILES = {
  'specs/greeting.md': SPEC,
  'specs/empty.md': '\n\n',
  'specs/binary.md': Buffer.from([0x89, 0x50, 0, 0xff]),
  'specs/agent.md': `---\nagent: backend-enginer\n---\n${SPEC}`,
  'specs/model.md': `---\nmodel: opsu\n---\n${SPEC}`,
  'sources/main.txt': 'No Markdown here.\n',
  'folder/first.md': SPEC,
  'folder/second.md': SPEC.replaceAll('R1', 'R3').replaceAll('R2', 'R4'),
  'notes.jsonl': 'Not a transcript.\n',
  'empty.jsonl': '{"type":"brief"}\n',
};

let repo: TempRepo;
beforeAll(async () => {
  repo = await tempRepo(FILES, { remote: true });
});
afterAll(async () => {
  await repo[Symbol.asyncDispose]();
});

/** Exactly one line of error, and nothing that only a developer or the machine's owner should see. */
function expectRefusal(result: SceneResult, message: string | RegExp): void {
  expect(result.errors).toEqual([typeof message === 'string' ? message : expect.stringMatching(message)]);
  expect(result).toMatchObject({ code: 1, requests: [], stderr: '', outputs: { outcome: 'refused' } });
  expect(result.errors[0]).not.toContain('\n');
  expect(result.stdout).not.toMatch(/^\W*at .+:\d+:\d+/m);
  expect(result.stdout).not.toContain('defect');
  for (const hostPath of [repo.parent, tmpdir() + path.sep, ROOT]) expect(result.stdout).not.toContain(hostPath);
}

describe('a bad spec is refused in one line:', () => {
  const cases: [what: string, spec: string, message: string | RegExp][] = [
    [
      'a missing one',
      'specs/none.md',
      "Refused: Spec 'specs/none.md' does not exist in the commit. Check the path and that the file is committed. Nothing was spent.",
    ],
    [
      'one above the repository',
      '../greeting.md',
      /^Input 'spec' has the value '\.\.\/greeting\.md'\. Expected a path inside the repository/,
    ],
    [
      'one elsewhere on the machine',
      '/etc/hostname',
      /^Input 'spec' has the value '\/etc\/hostname'\. Expected a path inside the repository/,
    ],
    [
      'a folder without Markdown',
      'sources',
      /^Refused: Spec 'sources' is a folder without Markdown files\. Name a folder that holds/,
    ],
    ['an empty file', 'specs/empty.md', /^Refused: Spec 'specs\/empty\.md' is empty\. Write down what is to be built/],
    [
      'a binary file',
      'specs/binary.md',
      /^Refused: Spec 'specs\/binary\.md' is not a text file .* Save it as UTF-8 Markdown\./,
    ],
    [
      'an unknown agent',
      'specs/agent.md',
      /^Refused: Agent 'backend-enginer' is neither a built-in \(backend-implementation-engineer\) nor a file in the commit\. Give/,
    ],
    ['an unknown model', 'specs/model.md', /^Refused: Unknown model 'opsu'\. Expected opus, .* Did you mean 'opus'\?/],
  ];

  it.each(cases)('%s', async (_what, spec, message) => {
    expectRefusal(await runScripted({ cwd: repo.dir, inputs: { spec } }), message);
  });

  it('front matter in JavaScript, which is not run', async () => {
    const script = (file: string) =>
      `{ title: process.getBuiltinModule('fs').writeFileSync(${JSON.stringify(path.join(repo.parent, file))}, '') ?? 'x' }`;
    await repo.commit({ 'specs/script.md': `---js\n${script('spec-ran')}\n---\n${SPEC}` });
    const result = await runScripted({ cwd: repo.dir, inputs: { spec: 'specs/script.md' } });
    expectRefusal(
      result,
      /^Refused: Spec 'specs\/script\.md': front matter in the language 'js' is not read, only YAML is\. Correct the block/,
    );
    expect(existsSync(path.join(repo.parent, 'spec-ran'))).toBe(false);
    // The same text does its work where it is evaluated, or the claim would be empty.
    runInThisContext(`(${script('test-ran')})`);
    expect(existsSync(path.join(repo.parent, 'test-ran'))).toBe(true);
  });

  it('but a folder of Markdown files is one spec', async () => {
    const result = await runScripted({ cwd: repo.dir, inputs: { spec: 'folder/', 'dry-run': 'true' } });
    expect(result).toMatchObject({ code: 0, outputs: { outcome: 'unchanged', 'requirements-total': '4' } });
    expect(result.record.spec.path).toBe('folder');
  });
});

describe('a bad input is refused in one line:', () => {
  const cases: [what: string, inputs: Record<string, string>, message: RegExp][] = [
    ['an unknown agent', { agent: 'backend-engineer' }, /^Refused: .*'backend-engineer'/],
    [
      'an unknown rule of the audit',
      { 'audit-rules': 'unwraps-used: warn' },
      /^Input 'audit-rules' has the value 'unwraps-used: warn'\. .* Did you mean 'unwrap-used'\?$/,
    ],
    [
      'an unknown model alias',
      { model: 'sonet' },
      /^Input 'model': Unknown model 'sonet'\. .* Did you mean 'sonnet'\?$/,
    ],
    [
      'a boolean of YAML 1.1',
      { 'dry-run': 'yes' },
      /^Input 'dry-run' has the value 'yes'\. Expected 'true' or 'false'\.$/,
    ],
    [
      'a negative limit',
      { 'max-turns': '-5' },
      /^Input 'max-turns' has the value '-5'\. Expected a whole number above 0/,
    ],
    [
      'an unknown gate',
      { gates: 'check\nclipy' },
      /^Input 'gates' has the value 'clipy'\. Expected one of 'check', .* Did you mean 'clippy'\?$/,
    ],
    ['a missing spec', { spec: '' }, /^Input 'spec' is missing\. Expected the path of a spec/],
    [
      'a missing key',
      { 'anthropic-api-key': '' },
      /^Input 'anthropic-api-key' is missing\. Give it the secret that holds the key/,
    ],
    [
      'a replay that is not there',
      { replay: 'none.jsonl' },
      /^Input 'replay': 'none\.jsonl' cannot be read\. Give the path of a transcript\.jsonl\.$/,
    ],
    ['a replay that is a folder', { replay: 'folder' }, /^Input 'replay': 'folder' cannot be read\./],
    [
      'a replay that is no transcript',
      { replay: 'notes.jsonl' },
      /^Refused: notes\.jsonl, line 1 is not JSON\. A replay is the transcript\.jsonl of an earlier run\./,
    ],
    ['a transcript without answers', { replay: 'empty.jsonl' }, /^Refused: empty\.jsonl holds no recorded answers\./],
    [
      'a base that the remote lacks',
      { base: 'develop' },
      /^Refused: Input 'base': the remote has no branch 'develop'\./,
    ],
  ];

  it.each(cases)('%s', async (_what, inputs, message) => {
    expectRefusal(await runScripted({ cwd: repo.dir, inputs }), message);
  });
});

describe('a bad repository is refused in one line:', () => {
  it('a folder that is none', async () => {
    await using folder = await tempFolder();
    const cwd = path.join(folder.dir, 'plain');
    await writeFiles(cwd, { 'specs/greeting.md': SPEC });
    expectRefusal(
      await runScripted({ cwd }),
      /^Refused: The working folder is no git repository\. Run actions\/checkout before/,
    );
  });

  it('one without a commit', async () => {
    await using folder = await tempFolder();
    const cwd = path.join(folder.dir, 'fresh');
    await writeFiles(cwd, { 'specs/greeting.md': SPEC });
    await gitIn(cwd, 'init', '--quiet');
    expectRefusal(await runScripted({ cwd }), /^Refused: The repository has no commit yet\. Commit the spec first/);
  });

  it('an event file that is no JSON', async () => {
    await writeFiles(repo.parent, { 'event.json': '<html>' });
    const env = { GITHUB_EVENT_PATH: path.join(repo.parent, 'event.json') };
    const message =
      /^The event file that GITHUB_EVENT_PATH names cannot be read as JSON, .* Leave that variable as the runner/;
    expectRefusal(await runScripted({ cwd: repo.dir, env }), message);
    expectRefusal(await runScripted({ cwd: repo.dir, env: { GITHUB_EVENT_PATH: repo.dir } }), message);
  });
});

describe('a runner that lacks something is refused in one line:', () => {
  it('cargo', async () => {
    await using runner = await bareRunner(['git', 'sh', 'bwrap']);
    expectRefusal(
      await runScripted({ cwd: repo.dir, ...runner }),
      /^Refused: cargo was not found on PATH\. Install Rust in an earlier step, for example: rustup toolchain install/,
    );
  });

  it('the toolchain that the repository asks for', async () => {
    await using runner = await bareRunner(['git', 'sh', 'bwrap'], { rustup: 'exit 1', cargo: 'exit 1' });
    await using pinned = await tempRepo(
      { 'specs/greeting.md': SPEC, 'rust-toolchain.toml': '[toolchain]\nchannel = "1.71.1"\n' },
      { remote: true },
    );
    expectRefusal(
      await runScripted({ cwd: pinned.dir, ...runner }),
      /^Refused: Toolchain '1\.71\.1', which the repository asks for, is not installed\. Add a step: rustup toolchain install 1\.71\.1/,
    );
  });

  it.each([
    ['clippy', 'clippy'],
    ['fmt', 'rustfmt'],
  ])('what the gate %s needs', async (gate, component) => {
    const rustc = `[ "$1" = -vV ] && printf 'rustc 1.95.0\\nhost: x86_64-unknown-linux-gnu\\n' || echo /usr`;
    await using runner = await bareRunner(['git', 'sh', 'bwrap'], { cargo: 'echo cargo 1.95.0', rustc });
    const inputs = { gates: `check\n${gate}` };
    expectRefusal(
      await runScripted({ cwd: repo.dir, inputs, ...runner }),
      `Refused: Gate '${gate}' needs ${component}, which this toolchain lacks. Add a step: rustup component add ${component}; ` +
        `or leave '${gate}' out of the input 'gates'. Nothing was spent.`,
    );
  });

  it('bubblewrap, where it cannot be installed', async () => {
    const rustc = `[ "$1" = -vV ] && printf 'rustc 1.95.0\\nhost: x86_64-unknown-linux-gnu\\n' || echo /usr`;
    await using runner = await bareRunner(['git', 'sh'], { cargo: 'echo cargo 1.95.0', rustc });
    expectRefusal(
      await runScripted({ cwd: repo.dir, ...runner }),
      'Refused: bubblewrap is missing and this runner has no apt-get. Install it in an earlier step: sudo apt-get update && sudo apt-get install -y bubblewrap. Nothing was spent.',
    );
  });

  it('git', async () => {
    await using runner = await bareRunner(['sh', 'bwrap']);
    expectRefusal(
      await runScripted({ cwd: repo.dir, ...runner }),
      /^Refused: git was not found on PATH\. Install git on the runner/,
    );
  });
});

describe('a repository without Cargo.toml', () => {
  it('is no error: the agent makes the crate', async () => {
    await using empty = await tempRepo({ 'specs/greeting.md': SPEC }, { remote: true });
    const increments = [{ title: 'Greeting', requirements: ['R1', 'R2'] }];
    const made = {
      tool_use: [
        use('plan', { increments }),
        use('cargo', { command: 'new', args: ['.', '--lib', '--name', 'greeting'] }),
        use('read_file', { path: 'src/lib.rs' }),
        use('write_file', {
          path: 'src/lib.rs',
          content: `//! Words.\n\n${CODE}\n#[cfg(test)]\nmod tests {${TESTS}}\n`,
        }),
        use('complete_increment', { title: 'Greeting', commit_message: 'Add the crate greeting' }),
      ],
    };
    const run = await runScripted({ cwd: empty.dir, answers: [made, finishGreeting()] });
    expect(run).toMatchObject({ code: 0, outputs: { outcome: 'verified', 'tests-passed': '2', 'tests-new': '2' } });
    const files = await empty.remoteFiles('ferrule/specs-greeting');
    expect(Object.keys(files).sort()).toEqual(
      expect.arrayContaining(['Cargo.toml', 'specs/greeting.md', 'src/lib.rs']),
    );
    expect(Object.keys(files).filter((name) => name.startsWith('target'))).toEqual([]);
  });
});

async function tempFolder(): Promise<AsyncDisposable & { dir: string }> {
  const dir = await mkdtemp(path.join(tmpdir(), 'ferrule-test-'));
  return { dir, [Symbol.asyncDispose]: () => rm(dir, { recursive: true, force: true }) };
}

/** A PATH with only these programs of the machine, and with scripts of a line each under these names. */
async function bareRunner(
  programs: readonly string[],
  scripts: Readonly<Record<string, string>> = {},
): Promise<AsyncDisposable & Pick<SceneRun, 'env'>> {
  const folder = await tempFolder();
  const bin = path.join(folder.dir, 'bin');
  await mkdir(bin);
  for (const name of programs) await symlink(findProgram(name, process.env) ?? '', path.join(bin, name));
  for (const [name, line] of Object.entries(scripts)) {
    await writeFiles(bin, { [name]: `#!/bin/sh\n${line}\n` });
    await chmod(path.join(bin, name), 0o755);
  }
  return { env: { PATH: bin }, [Symbol.asyncDispose]: folder[Symbol.asyncDispose] };
}
