import { describe, expect, it } from '@jest/globals';
import type { ModelAnswer } from '../../src/platform/model.js';
import { Conversation } from '../../src/agent/conversation.js';

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
