// The bundle against a model's server that fails: every way in which an answer can go wrong has its defined end, in a
// run whose work and report are there. What the client makes of each failure is platform/model-refusals.test.ts.
import { describe, expect, it } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { runScripted as runIn } from '../support/action-scene.js';
import type { SceneResult } from '../support/action-scene.js';
import type { MessagesRequest, ScriptedAnswer, ScriptedFault, ScriptStep } from '../support/messages-api.js';
import { startMessagesApi, toolResults } from '../support/messages-api.js';
import { SPEC_ONLY, use } from '../support/scripts-greeting.js';
import { runAction } from '../support/run-action.js';
import { tempRepo } from '../support/temp-repo.js';
import { openTunnel } from '../support/tunnel.js';

const LOOK: ScriptedAnswer = { tool_use: [use('list_files', {})] };
/** The end of a conversation in which nothing is done: one nudge, then the run ends by itself. */
const IDLE: readonly ScriptStep[] = [{ text: 'Done.' }, { text: 'Done.' }];
const fault = (of: ScriptedFault['fault']): ScriptedFault => ({ fault: of });
const status = (code: number, more: { type?: string; message?: string; html?: string } = {}) =>
  fault({ status: code, ...more, headers: { 'retry-after': '0' } });

/**
 * A run in a repository that holds a spec only. Fails when the server was asked more or less than the script says.
 * @returns what the run made, with its `change.patch`
 */
async function talk(
  answers: readonly ScriptStep[],
  more: { inputs?: Readonly<Record<string, string>>; env?: Readonly<Record<string, string>> } = {},
): Promise<SceneResult & { patch: string }> {
  await using repo = await tempRepo(SPEC_ONLY, { remote: true });
  const result = await runIn({ cwd: repo.dir, answers, ...more });
  // There is none where no conversation began.
  const patch = await readFile(path.join(result.reportDir, 'change.patch'), 'utf8').catch(() => '');
  return { ...result, patch };
}

/** An address that was somebody's a moment ago. */
async function nobody(): Promise<string> {
  await using api = await startMessagesApi({});
  return api.url;
}

/** Came to its own end after so many answers that counted. */
const wentOn = (turns: number) => ({ outputs: { outcome: 'unverified', 'stop-reason': '', turns: String(turns) } });
const stopped = (reason: string, turns = 0) => ({
  code: 1,
  outputs: { outcome: 'stopped', 'stop-reason': reason, turns: String(turns) },
});

describe('a failure that passes', () => {
  it.each<[string, ScriptStep[]]>([
    ['429 with retry-after', [fault({ status: 429, type: 'rate_limit_error', headers: { 'retry-after': '1' } })]],
    ['529 twice', Array.from({ length: 2 }, () => status(529, { type: 'overloaded_error' }))],
    ['408, 409 and 503', [status(408), status(409), status(503)]],
    ['an error event before anything else', [fault({ errorEvent: 'overloaded_error', isFirst: true })]],
    ['an error event within the answer', [fault({ errorEvent: 'api_error' })]],
    ['a connection that is cut within the answer', [fault('cut')]],
    ['a stream that ends without message_stop', [fault('no-stop')]],
  ])('%s: the same request is made again, and the run goes on', async (_case, faults) => {
    const result = await talk([LOOK, ...faults, ...IDLE]);
    expect(result).toMatchObject(wentOn(3));
    const again = result.requests.slice(1, faults.length + 2).map((request) => JSON.stringify(request));
    expect(new Set(again).size).toBe(1);
    expect(result.stdout).toMatch(/Asking again in \d+\.\d s\./);
  });

  it('500 with a page of HTML: the page is shown nowhere', async () => {
    const result = await talk([status(500, { html: '<html><h1>nginx</h1></html>' }), ...IDLE]);
    expect(result).toMatchObject(wentOn(2));
    expect(`${result.stdout}${JSON.stringify(result.record)}`).not.toContain('nginx');
  });

  it('an answer thrown away counts as paid for', async () => {
    const usage = { input_tokens: 500, output_tokens: 10 };
    const whole = { text: 'Done.', usage };
    const result = await talk([fault('cut'), whole, whole]);
    expect(Number(result.outputs['input-tokens'])).toBeGreaterThan(1_000 + 500);
    expect(result).toMatchObject(wentOn(2));
  });
});

describe('a failure that does not pass', () => {
  it('529 for ever ends the run, with its report', async () => {
    await using repo = await tempRepo(SPEC_ONLY, { remote: true });
    const model = ({ messages }: MessagesRequest) =>
      messages.length === 1 ? LOOK : status(529, { type: 'overloaded_error' });
    const result = await runIn({ cwd: repo.dir, model, inputs: { 'max-minutes': '0.1' } });
    expect(result).toMatchObject(stopped('time', 1));
    expect(result.record.message).toContain('529 overloaded_error. The time left is too short to wait.');
    expect(result.requests.length).toBeLessThan(8); // with ever longer waits, though the server asks for none
  });

  it.each<[string, ScriptStep, string]>([
    ['401', status(401), 'anthropic-api-key'],
    ['402', status(402), 'anthropic-api-key'],
    ['403', status(403), 'anthropic-api-key'],
    ['404', status(404), 'inputs model and anthropic-base-url'],
    ['429 of a spend limit', status(429, { message: 'Your monthly spend limit is reached.' }), 'anthropic-api-key'],
    ['400 without credit', status(400, { message: 'Your credit balance is too low.' }), 'anthropic-api-key'],
  ])('%s is asked once, and the message names the input', async (_case, step, input) => {
    const result = await talk([step]);
    expect(result).toMatchObject(stopped('model-error'));
    expect(result.errors.join()).toContain(input);
    const shown = result.stdout.replace('::add-mask::sk-ant-loopback', '');
    expect(`${shown}${JSON.stringify(result.record)}`).not.toContain('sk-ant-loopback');
  });

  it.each([
    ['that does not resolve', () => Promise.resolve('https://models.invalid'), 'cannot be resolved'],
    ['at which nobody listens', nobody, 'refuses connections'],
  ])('an address %s is tried shortly and told with the input', async (_case, address, words) => {
    const result = await talk([], { inputs: { 'anthropic-base-url': await address() } });
    expect(result).toMatchObject(stopped('model-error'));
    expect(result.record.message).toContain(words);
    expect(result.record.message).toContain('anthropic-base-url');
  });

  it('a wait that is longer than the time left is not waited', async () => {
    const result = await talk([fault({ status: 429, headers: { 'retry-after': '50' } })], {
      inputs: { 'max-minutes': '0.5' },
    });
    expect(result).toMatchObject(stopped('time'));
  });
});

describe('an answer that is odd', () => {
  it('arrives unharmed byte by byte, with characters and line ends torn apart', async () => {
    await using repo = await tempRepo(SPEC_ONLY, { remote: true });
    const answers = [
      { text: 'Größe → 🦀\n\nneu', tool_use: [use('record', { kind: 'improvement', text: 'Maß 🦀\n\nneu' })] },
      ...IDLE,
    ];
    await using api = await startMessagesApi({ answers, chunking: 'bytes' });
    const inputs = { spec: 'specs/greeting.md', 'anthropic-api-key': 'k'.repeat(20), 'anthropic-base-url': api.url };
    const result = await runAction({ cwd: repo.dir, inputs: { ...inputs, 'max-rounds': '1' } });
    expect(result.report).toMatchObject({ records: [{ text: 'Maß 🦀\n\nneu' }] });
  });

  it('cut off in prose is continued', async () => {
    const result = await talk([{ text: 'I begin with', stop_reason: 'max_tokens' }, ...IDLE]);
    expect(result).toMatchObject(wentOn(3));
  });

  it('cut off within a call runs nothing, and the call is answered', async () => {
    const half = { name: 'write_file', input: {}, json: '{"path": "half.txt", "content": "ha' };
    const result = await talk([{ tool_use: [half], stop_reason: 'max_tokens' }, ...IDLE]);
    expect(toolResults(result.requests[1] as never)).toEqual([{ name: 'write_file', text: 'Not run.', isError: true }]);
    expect(result.patch).not.toContain('half.txt');
  });

  it('with a call whose input is torn runs nothing although it says tool_use', async () => {
    const half = { name: 'write_file', input: {}, json: '{"path": "half.txt", "content": "ha' };
    const result = await talk([{ tool_use: [half] }, ...IDLE]);
    expect(toolResults(result.requests[1] as never)).toMatchObject([{ isError: true }]);
    expect(result.patch).not.toContain('half.txt');
  });

  it('refusing ends the run as a refusal', async () => {
    expect(await talk([{ text: 'I will not.', stop_reason: 'refusal' }])).toMatchObject(stopped('refusal', 1));
  });

  it('paused is sent back unchanged, three times at most', async () => {
    const pause = { text: 'A moment.', stop_reason: 'pause_turn' };
    const result = await talk([pause, pause, pause, pause]);
    expect(result).toMatchObject(stopped('model-error', 4));
    expect(result.requests[1]?.messages.at(-1)).toEqual({
      role: 'assistant',
      content: [{ type: 'text', text: 'A moment.' }],
    });
  });

  it('that ran into the context window is asked again, once', async () => {
    const full = { text: 'So', stop_reason: 'model_context_window_exceeded' };
    const result = await talk([full, full]);
    expect(result).toMatchObject(stopped('model-error', 2));
    expect(result.record.message).toContain('context window');
    expect(await talk([full, ...IDLE])).toMatchObject(wentOn(3));
  });

  it('with a stop reason that nobody knows ends the run, naming it', async () => {
    const result = await talk([{ text: 'x', stop_reason: 'compaction' }]);
    expect(result).toMatchObject(stopped('model-error', 1));
    expect(result.record.message).toContain('compaction');
  });

  it('that is empty is asked for once more', async () => {
    expect(await talk([{ stop_reason: 'end_turn' }, { stop_reason: 'end_turn' }])).toMatchObject(wentOn(2));
  });

  it('with two calls of one id runs none of them', async () => {
    const call = (file: string) => ({ ...use('write_file', { path: file, content: 'x' }), id: 'same' });
    const result = await talk([{ tool_use: [call('a.txt'), call('b.txt')] }]);
    expect(result).toMatchObject(stopped('model-error', 1));
    expect(result.patch).toBe('');
  });

  it('with inputs that no tool takes has a result for each that says so', async () => {
    const deep = `${'['.repeat(5_000)}${']'.repeat(5_000)}`;
    const result = await talk([
      {
        tool_use: [
          use('list_files', null),
          use('list_files', []),
          use('write_file', { path: 'big.txt', content: 'x'.repeat(2_000_000) }),
          { name: 'list_files', input: {}, json: `{"glob": ${deep}}` },
        ],
        usage: { output_tokens: 1_000 }, // 2 MB would be beyond the cost limit
      },
      ...IDLE,
    ]);
    expect(result).toMatchObject(wentOn(3));
    expect(toolResults(result.requests[1] as never).map(({ isError }) => isError)).toEqual([true, true, true, true]);
    expect(result.patch).toBe('');
  });

  it('making the same failing call five times ends the run', async () => {
    const absent: ScriptStep = { tool_use: [use('read_file', { path: 'absent.txt' })] };
    expect(await talk([absent, absent, absent, absent, absent])).toMatchObject(stopped('loop', 5));
  });
});

describe('a proxy in the environment', () => {
  it('is used for the model, with the certificate authority of the job', async () => {
    await using repo = await tempRepo(SPEC_ONLY, { remote: true });
    await using api = await startMessagesApi({ answers: [LOOK, ...IDLE] });
    await using tunnel = await openTunnel('models.test', api.url, repo.parent);
    const result = await runIn({
      cwd: repo.dir,
      inputs: { 'anthropic-base-url': 'https://models.test' },
      env: { HTTPS_PROXY: tunnel.proxyUrl, NODE_EXTRA_CA_CERTS: tunnel.certificate },
    });
    expect(result).toMatchObject(wentOn(3));
    expect(new Set(tunnel.targets)).toEqual(new Set(['models.test:443']));
    expect(api.remaining()).toBe(0);
  });

  it('that refuses is named as what is in the way', async () => {
    await using repo = await tempRepo(SPEC_ONLY, { remote: true });
    await using tunnel = await openTunnel('models.test', undefined, repo.parent);
    const result = await runIn({
      cwd: repo.dir,
      inputs: { 'anthropic-base-url': 'https://models.test' },
      env: { HTTPS_PROXY: tunnel.proxyUrl.replace('http://', 'http://user:hidden-word@') },
    });
    expect(result).toMatchObject(stopped('model-error'));
    expect(result.record.message).toContain('HTTPS_PROXY');
    expect(result.stdout).not.toContain('hidden-word');
  });

  it('that is no address is refused before anything is spent', async () => {
    const result = await talk([], {
      inputs: { 'anthropic-base-url': 'https://models.test' },
      env: { HTTPS_PROXY: 'socks5://127.0.0.1:1' },
    });
    expect(result).toMatchObject({ code: 1, outputs: { outcome: 'refused' } });
    expect(result.record.message).toContain('HTTPS_PROXY');
  });
});
