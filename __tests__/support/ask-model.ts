// Asks the client of the Messages API once, through a script or raw bodies.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { messagesApi } from '../../src/platform/messages-api.js';
import type { AskTerms, ModelRequest, ModelUsage } from '../../src/platform/model.js';
import type { ScriptStep } from './messages-api.js';
import { startMessagesApi } from './messages-api.js';

const KEY = 'key-4711-secret';
export const REQUEST: ModelRequest = {
  model: 'claude-test',
  maxTokens: 32_000,
  system: [{ type: 'text', text: 'You implement specs.', cache_control: { type: 'ephemeral' } }],
  tools: [{ name: 'list_files', description: 'Lists files.', input_schema: { type: 'object', properties: {} } }],
  messages: [{ role: 'user', content: [{ type: 'text', text: 'Go.' }] }],
};
export const TERMS: AskTerms = {
  signal: new AbortController().signal,
  timeLeftMs: () => 3_600_000,
  discarded: () => true,
};

export const modelAt = (baseUrl: string, said: string[] = [], firstWaitMs = 2) =>
  messagesApi({ apiKey: KEY, baseUrl, say: (line) => said.push(line), silenceMs: 1_500, firstWaitMs });

/** Asks once through the script. @returns the answer or the failure, with what was logged and how often it was asked */
export async function ask(answers: ScriptStep[], terms: Partial<AskTerms> = {}) {
  await using api = await startMessagesApi({ answers, apiKey: KEY });
  const said: string[] = [];
  const discarded: ModelUsage[] = [];
  const model = modelAt(api.url, said);
  const noted = { ...TERMS, discarded: (usage: ModelUsage) => discarded.push(usage) > 0, ...terms };
  const result = await model(REQUEST, noted).catch((error: unknown) => error);
  return { result, said, discarded, asked: api.requests.length };
}

export const fault = (
  status: number,
  more: { type?: string; message?: string; headers?: Record<string, string> } = {},
) => ({
  fault: { status, ...more },
});
export const SOON = { headers: { 'retry-after': '0' } };

/** A server that answers each request with the next of these bodies, as they are. */
export async function rawServer(bodies: { status: number; type: string; body: string }[]) {
  let asked = 0;
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      const { status, type, body } = bodies[Math.min(asked++, bodies.length - 1)] ?? {
        status: 500,
        type: '',
        body: '',
      };
      response.writeHead(status, { 'content-type': type, 'retry-after': '0' }).end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked: () => asked,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export const sse = (events: object[]) =>
  events.map((event) => `event: ${(event as { type: string }).type}\ndata: ${JSON.stringify(event)}\n\n`).join('');
export const START = {
  type: 'message_start',
  message: { id: 'm', type: 'message', role: 'assistant', model: 'm', content: [], stop_reason: null, usage: {} },
};
export const TEXT = [
  { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
  { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Half of a' } },
  { type: 'content_block_stop', index: 0 },
];
export const DELTA = {
  type: 'message_delta',
  delta: { stop_reason: 'end_turn', stop_sequence: null },
  usage: { output_tokens: 3 },
};
export const STOP = { type: 'message_stop' };
export const stream = (events: object[]) => ({ status: 200, type: 'text/event-stream', body: sse(events) });
