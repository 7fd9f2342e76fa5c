// Servers that speak the Messages API but are not Anthropic's: whole runs of the bundle against a loopback server in the
// shapes that docs/model-servers.md describes.
import { describe, expect, it } from '@jest/globals';
import { actionScene, runScripted } from '../support/action-scene.js';
import type { MessagesApiOptions } from '../support/messages-api.js';
import { startMessagesApi } from '../support/messages-api.js';
import { CRATE, VERIFIED } from '../support/scripts-greeting.js';

const MODEL = 'qwen3-coder:30b';

async function runAt(server: MessagesApiOptions, inputs: Record<string, string> = {}) {
  await using scene = await actionScene(CRATE);
  await using api = await startMessagesApi({ answers: [...VERIFIED], ...server });
  const result = await runScripted({
    cwd: scene.repo.dir,
    inputs: { publish: 'none', model: MODEL, 'anthropic-base-url': api.url, ...inputs },
  });
  expect(api.remaining()).toBe(0);
  return result;
}

describe('a run ends verified at a server that', () => {
  it.each<[string, MessagesApiOptions]>([
    ['counts nothing of a cache', { lacks: ['cache-usage'] }],
    ['names no requests and sends no pings', { lacks: ['request-id', 'pings'] }],
    ['takes the key as a bearer token only', { keyHeader: 'authorization', apiKey: 'sk-ant-loopback' }],
    ['takes the key in x-api-key only', { keyHeader: 'x-api-key', apiKey: 'sk-ant-loopback' }],
    ['sends the input of a call in one part', { toolInput: 'one-part', chunking: 'whole' }],
    ['sends the input of a call with the start of its block', { toolInput: 'at-start' }],
    [
      'lacks all of it',
      { lacks: ['cache-usage', 'usage', 'request-id', 'pings'], toolInput: 'at-start', keyHeader: 'x-api-key' },
    ],
  ])('%s', async (_, server) => {
    const { code, outputs, stdout } = await runAt(server);
    expect({ code, outcome: outputs.outcome }).toEqual({ code: 0, outcome: 'verified' });
    expect(outputs['cost-usd']).toBe('');
    expect(Number(outputs['input-tokens'])).toBeGreaterThan(1_000);
    expect(Number(outputs['output-tokens'])).toBeGreaterThan(100);
    expect(stdout).toContain(`The price of ${MODEL} is unknown: the limit is max-tokens`);
  });

  it('keeps max-tokens although it counts nothing', async () => {
    const whole = await runAt({ lacks: ['usage'] });
    const limit = Math.round(Number(whole.outputs['input-tokens']) * 0.8) + 4_096; // enough for one answer, not for two
    const { outputs } = await runAt(
      { lacks: ['usage'], answers: VERIFIED.slice(0, 1) },
      { 'max-tokens': String(limit) },
    );
    expect(outputs['stop-reason']).toBe('tokens');
  });
});

describe('a key that is a plain word', () => {
  it('is sent to a server on this machine, said to be no secret, and blanks nothing', async () => {
    const run = await runAt({ apiKey: 'greet' }, { 'anthropic-api-key': 'greet' });
    expect(run.outputs.outcome).toBe('verified');
    expect(run.stdout).toContain('it is taken for a placeholder: it is no secret, and is not masked');
    expect(run.stdout).not.toContain('::add-mask::greet');
    expect(run.stdout).toContain('greets_by_name');
    expect(run.record.summary).toBe('greet and its tests.');
  });
});
