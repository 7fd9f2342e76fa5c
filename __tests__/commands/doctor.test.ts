// The checks against real tools of this machine, a real remote, GitHub's double and a scripted model's server.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { startCommand } from '../support/command-scene.js';
import { startFakeGitHub } from '../support/fake-github.js';
import type { MessagesApiOptions, Scripted } from '../support/messages-api.js';
import { startMessagesApi } from '../support/messages-api.js';
import { CRATE } from '../support/scripts-greeting.js';
import { tempRepo } from '../support/temp-repo.js';

const KEY = 'sk-ant-loopback';
const NOTE: Scripted = {
  tool_use: [{ name: 'note', input: { text: 'The quick brown fox jumps over the lazy dog' } }],
};

/** The lines about the model's server; doctor runs in an empty folder otherwise. */
async function serverLines(options: MessagesApiOptions, key = KEY, more: readonly string[] = []) {
  await using api = await startMessagesApi({ answers: [NOTE], ...options });
  const folder = await mkdtemp(path.join(tmpdir(), 'ferrule-test-'));
  try {
    const words = ['doctor', '--anthropic-base-url', api.url, '--model', 'qwen3-coder', ...more];
    const { output } = await startCommand(folder, words, { ANTHROPIC_API_KEY: key });
    const { host } = new URL(api.url);
    return {
      lines: output
        .split('\n')
        .filter((line) => line.includes(host))
        .map((line) => line.replace(`${host} `, '')),
      calls: api.requests,
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

describe('doctor', () => {
  it('says of a machine and repository that have all it takes that all is well', async () => {
    await using repo = await tempRepo(CRATE, { remote: true });
    await using fake = await startFakeGitHub({ bare: repo.origin });
    await using api = await startMessagesApi({ answers: [NOTE], apiKey: KEY, countsTokens: true });
    const { status, output } = await startCommand(repo.dir, ['doctor', '--anthropic-base-url', api.url], {
      ...{ ANTHROPIC_API_KEY: KEY, GITHUB_TOKEN: fake.token },
      ...{ GITHUB_REPOSITORY: 'octo/demo', GITHUB_API_URL: fake.url },
    });
    expect(output).not.toContain('✘');
    expect(status).toBe(0);
    for (const line of [
      /^✔ node \d+/m,
      /^✔ disk: more than 2 GiB/m,
      /^✔ rustc \S+ .*; cargo /m,
      /^✔ clippy$/m,
      /^✔ sandbox: bubblewrap .* its self-test holds$/m,
      /^✔ git: commit [0-9a-f]{12} on 'main'$/m,
      /^✔ GitHub: octo\/demo can be read and pushed to as github-actions\[bot\]$/m,
      /^· GitHub starts no workflows for what the workflow's own token/m,
      /^✔ 127\.0\.0\.1:\d+ answered as claude-opus-5-5, with a tool call/m,
    ])
      expect(output).toMatch(line);
    expect(output).not.toMatch(/^· 127/m);
    expect(api.requests).toHaveLength(1);
    expect(api.requests[0]?.max_tokens).toBe(100);
    expect(await repo.remoteBranches()).toEqual(['main']);
    expect(await repo.git('status', '--porcelain')).toBe('');
  });

  it('names what is missing with what mends it, and goes on to the next check', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'ferrule-test-'));
    try {
      const { status, output } = await startCommand(folder, ['doctor'], { PATH: folder, ANTHROPIC_API_KEY: '' });
      expect(status).toBe(1);
      expect(output).toMatch(/^✘ cargo was not found on PATH\. Install Rust/m);
      expect(output).toMatch(/^✘ bubblewrap is missing.*apt-get install -y bubblewrap$/m);
      expect(output).toMatch(/^✘ git was not found on PATH/m);
      expect(output).toMatch(/^· the model's server: not asked, for lack of a key\. Set ANTHROPIC_API_KEY/m);
      expect(output.match(/^✘ .*git/gm)).toHaveLength(1);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it('finds a token that GitHub refuses', async () => {
    await using repo = await tempRepo(CRATE, { remote: true });
    await using fake = await startFakeGitHub({ bare: repo.origin });
    const { status, output } = await startCommand(repo.dir, ['doctor'], {
      ...{ ANTHROPIC_API_KEY: '', GITHUB_TOKEN: 'ghs_expired' },
      ...{ GITHUB_REPOSITORY: 'octo/demo', GITHUB_API_URL: fake.url },
    });
    expect(status).toBe(1);
    expect(output).toMatch(/^✘ GitHub: reading the repository failed with status 401.*github-token/m);
  });
});

describe('of a model’s server doctor says', () => {
  it('nothing more where it lacks nothing', async () => {
    const { lines, calls } = await serverLines({ apiKey: KEY, countsTokens: true });
    expect(lines).toEqual([expect.stringMatching(/^✔ answered as qwen3-coder/)]);
    expect(calls).toHaveLength(1);
  });

  it('everything that it lacks, and that a run gets along without', async () => {
    const { lines } = await serverLines(
      { lacks: ['usage', 'request-id'], toolInput: 'at-start', countsTokens: false },
      'ollama',
    );
    expect(lines).toEqual([
      expect.stringMatching(/^✔ answered/),
      expect.stringMatching(/^· does not count tokens/),
      expect.stringMatching(/^· does not count what it cached/),
      expect.stringMatching(/^· names no requests/),
      expect.stringMatching(/^· sends the input of a tool call in one piece/),
      expect.stringMatching(/^· has no count_tokens/),
    ]);
  });

  it('that it knows the key in the other header only', async () => {
    const { lines } = await serverLines({ apiKey: KEY, keyHeader: 'x-api-key', countsTokens: true });
    expect(lines[1]).toMatch(/^· does not take the key as a bearer token: it is sent in x-api-key as well\.$/);
  });

  it.each<[string, MessagesApiOptions, RegExp]>([
    [
      'a wrong key',
      { apiKey: 'another-key', answers: [] },
      /^✘ refused the call with status 401: check ANTHROPIC_API_KEY/,
    ],
    ['an unknown model', { answers: [{ fault: { status: 404 } }] }, /^✘ refused .* 404: it has no qwen3-coder/],
    ['an empty purse', { answers: [{ fault: { status: 429 } }] }, /^✘ refused .* 429: its limit is reached/],
    ['a model that calls no tools', { answers: [{ text: 'Of course!' }] }, /^✘ .* made no tool call/],
    ['a torn answer', { answers: [{ fault: 'no-stop' }] }, /^✘ sent an answer that is none: the stream ended before/],
    ['a page', { answers: [{ fault: { status: 200, html: '<p>Hi</p>' } }] }, /^✘ sent an answer that is none/],
  ])('what mends %s', async (_, options, line) => {
    const { lines } = await serverLines({ countsTokens: true, ...options });
    expect(lines[0]).toMatch(line);
  });

  it('that nobody is there', async () => {
    const closed = await startMessagesApi({ answers: [] });
    await closed[Symbol.asyncDispose]();
    const words = ['doctor', '--anthropic-base-url', closed.url, '--model', 'x-1'];
    const { output, status } = await startCommand(tmpdir(), words, { ANTHROPIC_API_KEY: KEY });
    expect(status).toBe(1);
    expect(output).toMatch(/^✘ 127\.0\.0\.1:\d+ was not reached \(ECONNREFUSED\)\. Check --anthropic-base-url/m);
    expect(output).not.toContain(KEY);
  });
});
