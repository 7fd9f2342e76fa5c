import { describe, expect, it } from '@jest/globals';
import type { ModelAnswer } from '../../src/platform/model.js';
import { Conversation } from '../../src/agent/conversation.js';
import { checkMessagesRequest } from '../support/messages-api-rules.js';

type Content = ModelAnswer['content'];

const call = (id: string, input: unknown = {}) =>
  [{ type: 'tool_use', id, name: 'list_files', input }] as unknown as Content;
const words = (text: string) => [{ type: 'text', text, citations: null }] as unknown as Content;
const withoutMarks = (value: unknown) =>
  JSON.stringify(value, (key, item: unknown) => (key === 'cache_control' ? undefined : item));
const marksIn = (value: unknown) => JSON.stringify(value).split('"cache_control"').length - 1;

function talk(turns: number) {
  const conversation = new Conversation('system', 'brief');
  const requests = [JSON.parse(JSON.stringify(conversation.request())) as ReturnType<Conversation['request']>];
  for (let turn = 1; turn <= turns; turn++) {
    conversation.addAnswer(call(`c${turn}`));
    conversation.addTurn([{ id: `c${turn}`, text: `result ${turn}`, isError: turn % 2 === 0 }], `status ${turn}`);
    requests.push(JSON.parse(JSON.stringify(conversation.request())) as ReturnType<Conversation['request']>);
  }
  return requests;
}

describe('a conversation', () => {
  it('sends what was sent before byte for byte, apart from the cache marks', () => {
    const requests = talk(6);
    requests.slice(1).forEach((request, i) => {
      const before = requests[i];
      expect(withoutMarks(request.system)).toBe(withoutMarks(before?.system));
      expect(withoutMarks(request.messages.slice(0, before?.messages.length))).toBe(withoutMarks(before?.messages));
    });
  });

  it('has four cache marks at most, and marks system, brief and the last two turns of the harness', () => {
    const requests = talk(5);
    for (const request of requests) expect(marksIn(request)).toBeLessThanOrEqual(4);
    const last = requests.at(-1);
    const marked = last?.messages.flatMap((message, i) => (marksIn(message) > 0 ? [i] : []));
    expect([marksIn(last?.system), marked]).toEqual([1, [0, 8, 10]]);
  });

  it('marks the same place in the request before, so that its cache is read', () => {
    const requests = talk(5);
    requests.slice(1).forEach((request, i) => {
      const end = (requests[i]?.messages.length ?? 0) - 1;
      expect(JSON.stringify(request.messages[end])).toBe(JSON.stringify(requests[i]?.messages[end]));
    });
  });

  it('leaves out blank text, which the API does not take back, and never sends an empty answer', () => {
    const conversation = new Conversation('system', 'brief');
    conversation.addAnswer([...words(' \n'), ...call('a')]);
    conversation.addTurn([], 'Go on.');
    conversation.addAnswer(words(''));
    conversation.addTurn([], 'Go on.');
    const answers = conversation.request().messages.filter(({ role }) => role === 'assistant');
    expect(answers.map(({ content }) => content)).toEqual([
      call('a'),
      [expect.objectContaining({ text: '(no words)' })],
    ]);
  });

  it('keeps thinking as it came, signature included', () => {
    const thinking = [{ type: 'thinking', thinking: '', signature: 'abc' }, ...call('a')] as unknown as Content;
    const conversation = new Conversation('system', 'brief');
    conversation.addAnswer(thinking);
    expect(conversation.request().messages[1]?.content).toEqual(thinking);
  });

  it('sends an object where the model gave anything else as input', () => {
    for (const input of [null, 'x', 7, [1], undefined]) {
      const conversation = new Conversation('system', 'brief');
      conversation.addAnswer(call('a', input));
      expect(conversation.request().messages[1]?.content).toEqual(call('a', {}));
    }
  });

  it('says of a failed result that it failed, and nothing of the others', () => {
    const [, first, second] = talk(2);
    expect(first?.messages.at(-1)?.content).toMatchObject([{ tool_use_id: 'c1' }, { text: 'status 1' }]);
    expect(JSON.stringify(first?.messages.at(-1))).not.toContain('is_error');
    expect(second?.messages.at(-1)?.content).toMatchObject([
      { tool_use_id: 'c2', is_error: true },
      { text: 'status 2' },
    ]);
  });

  it('sends no half characters', () => {
    const conversation = new Conversation('a\ud83d', 'b\ude00');
    conversation.addAnswer(call('a'));
    conversation.addTurn([{ id: 'a', text: 'c\ud83d', isError: false }], '😀\ud83d');
    expect(JSON.stringify(conversation.request())).not.toMatch(/\\ud/i);
    expect(JSON.stringify(conversation.request())).toContain('😀\ufffd');
  });
});

describe('a conversation that is pruned', () => {
  /** 20 turns, each with a result of 3,000 characters for a file of its own. */
  function long(inputs: (turn: number) => unknown = (turn) => ({ path: `src/f${turn}.rs`, start_line: 1 })) {
    const conversation = new Conversation('system', 'brief');
    for (let turn = 1; turn <= 20; turn++) {
      conversation.addAnswer([{ type: 'tool_use', id: `c${turn}`, name: 'read_file', input: inputs(turn) }] as never);
      conversation.addTurn([{ id: `c${turn}`, text: `${turn} `.repeat(1_200), isError: false }], `status ${turn}`);
    }
    return conversation;
  }
  const textOf = (conversation: Conversation, turn: number) => {
    const [block] = conversation.request().messages[2 * turn]?.content as { content: string }[];
    return block?.content ?? '';
  };

  it('loses its oldest results first, down to what was asked for, and each keeps a stub with the way back', () => {
    const conversation = long();
    const before = conversation.tokens;
    const count = conversation.prune(before / 2, 4);
    expect([count > 8, count < 14, conversation.tokens <= before / 2]).toEqual([true, true, true]);
    expect(textOf(conversation, 1)).toBe(
      '[result of read_file path "src/f1.rs" start_line 1 left out to save room (2400 characters); make the call again if you need it]',
    );
    expect(textOf(conversation, count + 1)).toContain(`${count + 1} `.repeat(100));
    expect(checkMessagesRequest(asSent(conversation))).toEqual([]);
  });

  it('keeps its last turns whole, however much is asked for', () => {
    const conversation = long();
    conversation.prune(0, 4);
    expect(textOf(conversation, 16)).toContain('left out');
    for (const turn of [17, 18, 19, 20]) expect(textOf(conversation, turn)).toContain(`${turn} ${turn} `);
    expect(JSON.stringify(conversation.request())).toContain('status 1');
  });

  it('takes nothing out twice', () => {
    const conversation = long();
    conversation.prune(0, 1);
    const once = JSON.stringify(conversation.request());
    expect(conversation.prune(0, 1)).toBe(0);
    expect(JSON.stringify(conversation.request())).toBe(once);
  });

  it('leaves outputs by their number, since all their pages can be read again', () => {
    const conversation = new Conversation('system', 'brief');
    conversation.addAnswer(call('a', { command: 'test' }));
    const text = `cargo test: exit code 101 after 3.2 s [output 012]\n${'error: no\n'.repeat(200)}`;
    conversation.addTurn([{ id: 'a', text, isError: true }], 'status');
    conversation.prune(0, 0);
    expect(conversation.request().messages[2]?.content).toMatchObject([
      {
        tool_use_id: 'a',
        is_error: true,
        content:
          'cargo test: exit code 101 after 3.2 s [output 012]\n[left out to save room; read_output shows every page again]',
      },
      { text: 'status' },
    ]);
  });

  it('takes long inputs of old calls too where results are not enough, and keeps the path', () => {
    const conversation = long((turn) => ({ path: `src/f${turn}.rs`, edits: [{ new_text: 'x'.repeat(2_000) }] }));
    conversation.prune(0, 2);
    const [first] = conversation.request().messages[1]?.content as { input: { path: string; edits: unknown[] } }[];
    expect(first?.input.path).toBe('src/f1.rs');
    expect(JSON.stringify(first?.input.edits)).toContain('left out to save room: 2000 characters');
    expect(checkMessagesRequest(asSent(conversation))).toEqual([]);
  });

  it('leaves the cache of system and brief alone', () => {
    const conversation = long();
    const before = conversation.request();
    conversation.prune(0, 1);
    const after = conversation.request();
    expect([after.system, after.messages[0]]).toEqual([before.system, before.messages[0]]);
  });

  const asSent = (conversation: Conversation) => ({
    ...{ model: 'm', max_tokens: 1, stream: true },
    ...conversation.request(),
  });
});

describe('the estimate of a conversation', () => {
  const usage = { inputTokens: 0, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0 };
  const grown = (counted: Partial<typeof usage>) => {
    const conversation = new Conversation('s'.repeat(3_500), 'b'.repeat(3_500));
    conversation.addAnswer(words('c'.repeat(3_500)), { ...usage, ...counted });
    return conversation;
  };

  it('goes by characters until the server has counted, and by its count from then on', () => {
    const conversation = grown({ inputTokens: 100, cacheReadTokens: 3_000, cacheWriteTokens: 800, outputTokens: 600 });
    expect(new Conversation('s'.repeat(3_500), 'b'.repeat(3_500)).tokens).toBeGreaterThan(2_000);
    expect(conversation.tokens).toBeGreaterThanOrEqual(4_500);
    expect(conversation.tokens).toBeLessThan(4_510);
    conversation.addTurn([], 'd'.repeat(3_500));
    expect(conversation.tokens).toBeGreaterThan(5_900);
  });

  it('does not believe a server that counts nothing, or only what it did not have cached', () => {
    for (const counted of [{}, { inputTokens: 40, outputTokens: 20 }])
      expect(grown(counted).tokens).toBeGreaterThan(3_000);
  });
});

describe('an answer that goes on after a pause', () => {
  it('becomes one message with its beginning', () => {
    const conversation = new Conversation('system', 'brief');
    conversation.addAnswer(words('First half, '));
    expect(conversation.request().messages.map(({ role }) => role)).toEqual(['user', 'assistant']);
    conversation.addAnswer([...words('second half.'), ...call('a')]);
    conversation.addTurn([{ id: 'a', text: 'r', isError: false }], 'status');
    expect(conversation.request().messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'user']);
    expect(conversation.request().messages[1]?.content).toHaveLength(3);
  });
});
