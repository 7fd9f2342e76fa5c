// The double itself is tested with the SDK that production uses, since every test of a whole run leans on it.
import Anthropic from '@anthropic-ai/sdk';
import { describe, expect, it } from '@jest/globals';
import { startMessagesApi, toolResults, type MessagesApi } from '../support/messages-api.js';

const tool: Anthropic.Tool = { name: 'read_file', description: 'Reads.', input_schema: { type: 'object' } };
const client = (api: MessagesApi, apiKey = 'key') =>
  new Anthropic({ apiKey, authToken: null, baseURL: api.url, maxRetries: 0, logLevel: 'off' });
const ask = (api: MessagesApi, messages: Anthropic.MessageParam[], more: object = {}) =>
  client(api)
    .messages.stream({ model: 'm', max_tokens: 100, tools: [tool], messages, ...more })
    .finalMessage();
const hello: Anthropic.MessageParam[] = [{ role: 'user', content: 'Hello' }];

describe('the double of the Messages API', () => {
  it.each(['awkward', 'bytes', 'whole'] as const)(
    'delivers text and tool input unharmed, chunked %s',
    async (chunking) => {
      const text = 'Größe → 🦀 "quoted"\n\nnew paragraph';
      const input = { path: 'src/ü🦀.rs', lines: [1, 2], nested: { text: 'a\n\nb\\' } };
      const answers = [
        {
          text,
          tool_use: [
            { name: 'read_file', input },
            { name: 'read_file', input: {} },
          ],
        },
      ];
      await using api = await startMessagesApi({ answers, chunking });
      const message = await ask(api, hello);
      expect(message.content).toMatchObject([
        { type: 'text', text },
        { type: 'tool_use', id: 'toolu_1_0', name: 'read_file', input },
        { type: 'tool_use', id: 'toolu_1_1', name: 'read_file', input: {} },
      ]);
      expect(message.stop_reason).toBe('tool_use');
      expect(message.usage.output_tokens).toBeGreaterThan(1);
      expect(api.remaining()).toBe(0);
    },
  );

  it('lets a script look at the results of its calls', async () => {
    await using api = await startMessagesApi({
      answers: [
        { tool_use: [{ name: 'read_file', input: { path: 'a' } }] },
        (request) => ({ text: `saw ${toolResults(request)[0]?.name ?? ''}: ${toolResults(request)[0]?.text ?? ''}` }),
      ],
    });
    const first = await ask(api, hello);
    const result: Anthropic.ToolResultBlockParam = { type: 'tool_result', tool_use_id: 'toolu_1_0', content: 'file a' };
    const messages = [...hello, { role: 'assistant' as const, content: first.content }];
    const second = await ask(api, [...messages, { role: 'user', content: [result] }]);
    expect(second.content).toMatchObject([{ text: 'saw read_file: file a' }]);
    expect(second.stop_reason).toBe('end_turn');
  });

  it('fails as scripted: a status with headers, an error inside the stream, a cut', async () => {
    await using api = await startMessagesApi({
      answers: [
        { fault: { status: 529, type: 'overloaded_error', headers: { 'retry-after': '7' } } },
        { fault: { errorEvent: 'overloaded_error' } },
        { fault: 'cut' },
      ],
    });
    const failure = await ask(api, hello).catch((error: unknown) => error as InstanceType<typeof Anthropic.APIError>);
    expect(failure).toMatchObject({ status: 529, type: 'overloaded_error' });
    expect((failure as { headers: Headers }).headers.get('retry-after')).toBe('7');
    await expect(ask(api, hello)).rejects.toMatchObject({ type: 'overloaded_error' });
    await expect(ask(api, hello)).rejects.toThrow();
  });

  it('refuses a wrong key', async () => {
    await using api = await startMessagesApi({ answers: [], apiKey: 'right' });
    await expect(ask(api, hello)).rejects.toMatchObject({ status: 401 });
  });

  it('finds requests that the API would not take', async () => {
    const api = await startMessagesApi({ answer: () => ({ text: 'ok' }) });
    const call = (id: string): Anthropic.MessageParam => ({
      role: 'assistant',
      content: [{ type: 'tool_use', id, name: 'read_file', input: {} }],
    });
    const results = (...ids: string[]): Anthropic.MessageParam => ({
      role: 'user',
      content: ids.map((id) => ({ type: 'tool_result', tool_use_id: id, content: 'x' })),
    });
    const marked = { type: 'text' as const, text: 'x', cache_control: { type: 'ephemeral' as const } };
    const bad: [Anthropic.MessageParam[], object, string][] = [
      [[...hello, ...hello], {}, 'roles must alternate'],
      [[{ role: 'user', content: [] }], {}, 'content must not be empty'],
      [[{ role: 'user', content: ' ' }], {}, 'must be non-empty'],
      [[...hello, call('a'), ...hello], {}, 'tool_use a has 0 tool_result'],
      [[...hello, call('a'), results('a', 'a')], {}, 'tool_use a has 2 tool_result'],
      [[...hello, call('a'), results('a', 'b')], {}, 'tool_result for unknown tool_use b'],
      [[...hello, call('a')], {}, 'the last message must be of the user'],
      [[{ role: 'user', content: [marked, marked, marked, marked, marked] }], {}, 'Found 5'],
      [hello, { tools: [{ name: 'x', description: 'x' }] }, 'input_schema'],
      [hello, { tools: [tool, tool] }, 'unique'],
      [hello, { max_tokens: 0 }, 'max_tokens'],
      [hello, { temperature: 1 }, 'temperature'],
    ];
    for (const [messages, more, expected] of bad) {
      await expect(ask(api, messages, more)).rejects.toMatchObject({ status: 400 });
      expect(api.violations.join('\n')).toContain(expected);
      api.violations.length = 0;
    }
    await ask(api, [...hello, call('a'), results('a')]);
    await api[Symbol.asyncDispose]();
  });

  it('counts a request too many against whoever made it', async () => {
    const api = await startMessagesApi({ answers: [] });
    await expect(ask(api, hello)).rejects.toMatchObject({ status: 400 });
    await expect(api[Symbol.asyncDispose]()).rejects.toThrow('a request too many');
  });
});
