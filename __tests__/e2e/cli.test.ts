// The command line as people start it: dist/cli.js in a clone, without a runner around it.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { ferrule } from '../support/command-line.js';
import { startMessagesApi } from '../support/messages-api.js';
import { CRATE, VERIFIED } from '../support/scripts-greeting.js';
import { tempRepo, writeFiles } from '../support/temp-repo.js';

describe('ferrule', () => {
  it('help names the commands, and tells of one what it takes', async () => {
    await using repo = await tempRepo({});
    const { code, stdout, stderr } = await ferrule(repo.dir, ['help']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const command of ['ferrule run SPEC', 'ferrule replay TRANSCRIPT', 'ferrule demo'])
      expect(stdout).toContain(command);
    expect(stdout).toContain('Exit status: 0 verified');
    expect(await ferrule(repo.dir, [])).toMatchObject({ code: 0, stdout });

    const run = await ferrule(repo.dir, ['help', 'run']);
    expect(run).toMatchObject({ code: 0, stderr: '' });
    expect(run.stdout).toMatch(/^ferrule run SPEC.*\n/);
    expect(run.stdout).toContain('--max-turns (200)');
    expect(run.stdout).toContain('Exit status: 0 verified');
    expect(await ferrule(repo.dir, ['run', '--help'])).toMatchObject({ code: 0, stdout: run.stdout });
  });

  it.each([
    [2, ['rnu', 'specs/a.md'], "There is no command 'rnu'. Did you mean 'run'? See ferrule help."],
    [2, ['help', 'rnu'], "There is no command 'rnu'. Did you mean 'run'? See ferrule help."],
    [
      2,
      ['run', '--max-turn', '3', 'a.md'],
      "Option --max-turn is not understood. Did you mean '--max-turns'? Options are the inputs of action.yml.",
    ],
    [2, ['run', 'a.md', '--model'], 'Option --model needs a value.'],
    [2, ['demo', '--fast'], 'Option --fast is not understood. This command has none.'],
    [2, ['replay'], 'replay needs a transcript: ferrule replay transcript.jsonl --spec specs/x.md'],
    [1, ['run', 'specs/a.md'], /^Input 'anthropic-api-key' is missing\./],
  ])('status %i for %j, in one line', async (status, args, message) => {
    await using repo = await tempRepo({});
    const { code, stdout, stderr } = await ferrule(repo.dir, args);
    expect({ code, stderr }).toEqual({ code: status, stderr: '' });
    const lines = stdout.trimEnd().split('\n');
    expect(lines).toEqual([typeof message === 'string' ? `error: ${message}` : expect.stringMatching(/^error: /)]);
    expect(lines[0]?.replace('error: ', '')).toMatch(message);
  });

  it('run leaves a branch in the clone, and the working tree, index and remote as they were', async () => {
    await using repo = await tempRepo(CRATE, { remote: true });
    await writeFiles(repo.dir, { 'src/lib.rs': 'fn edited_by_hand() {}\n', 'scratch.txt': 'Not committed.\n' });
    await repo.git('add', 'scratch.txt');
    const before = await repo.git('status', '--porcelain');
    await using api = await startMessagesApi({ answers: [...VERIFIED], apiKey: 'sk-ant-loopback' });
    const args = ['run', 'specs/greeting.md', '--anthropic-base-url', api.url, '--gates', 'check,test'];
    const { code, stdout } = await ferrule(repo.dir, args, 'sk-ant-loopback');
    expect(stdout).toContain('Verified: check and test passed');
    expect(stdout).toContain('The work is on branch ferrule/specs-greeting.');
    expect(stdout).not.toMatch(/^::/m);
    expect(code).toBe(0);

    expect(await repo.git('branch', '--format=%(refname:short)')).toBe('ferrule/specs-greeting\nmain');
    expect(await repo.git('show', 'ferrule/specs-greeting:src/lib.rs')).toContain('pub fn greet(');
    expect(await repo.git('log', '-1', '--format=%B', 'ferrule/specs-greeting')).toMatch(
      /^Ferrule-Run: local\nFerrule-Spent: \d+ tokens, [\d.]+ USD\nFerrule-Outcome: verified$/m,
    );
    expect(await repo.git('symbolic-ref', '--short', 'HEAD')).toBe('main');
    expect(await repo.git('status', '--porcelain')).toBe(before);
    expect(await readFile(path.join(repo.dir, 'src', 'lib.rs'), 'utf8')).toBe('fn edited_by_hand() {}\n');
    expect(await repo.remoteBranches()).toEqual(['main']);
  });

  it('shows on a terminal what is going on, below whole lines, and leaves it clean', async () => {
    await using repo = await tempRepo(CRATE, { remote: true });
    await using api = await startMessagesApi({ answers: [...VERIFIED], apiKey: 'sk-ant-loopback' });
    const args = ['run', 'specs/greeting.md', '--anthropic-base-url', api.url, '--gates', 'check,test'];
    const { code, stdout } = await ferrule(repo.dir, args, 'sk-ant-loopback', true);
    expect(code).toBe(0);
    const drawn = stdout
      .split('\r\x1b[2K\x1b[?7l')
      .slice(1)
      .map((part) => part.split('\x1b[?7h')[0] ?? '');
    expect(drawn.length).toBeGreaterThan(10);
    for (const line of drawn)
      expect(line).toMatch(/^[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏] \d+:\d\d · [^\n]* · [\d,]+ tokens · (?:under )?\$[\d.]+$/u);
    expect(drawn.join('\n')).toMatch(/turn 1 · cargo test --workspace/);
    expect(drawn.join('\n')).toMatch(/verification, round 1 · cargo check/);
    const after = stdout.slice(stdout.lastIndexOf('\x1b[?7h'));
    expect(after).toMatch(/^\x1b\[\?7h\r\x1b\[2K[^\x1b]*The work is on branch [^\x1b]*\n$/);
  });
});
