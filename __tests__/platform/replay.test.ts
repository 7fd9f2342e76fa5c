import { describe, expect, it } from '@jest/globals';
import { UserError } from '../../src/errors.js';
import type { ModelRequest } from '../../src/platform/model.js';
import { replayModel } from '../../src/platform/replay.js';

const NEVER = { signal: new AbortController().signal, timeLeftMs: () => 60_000, discarded: () => true };
const REQUEST = {} as ModelRequest;
const usage = { inputTokens: 1, outputTokens: 2, cacheReadTokens: 3, cacheWriteTokens: 4 };
const answer = (text: string) => ({ type: 'answer', content: [{ type: 'text', text }], stopReason: 'end_turn', usage });
const lines = (...entries: unknown[]) => entries.map((entry) => `${JSON.stringify(entry)}\n`).join('');

describe('a replay', () => {
  it('gives the answers in order, whatever stands between them, and counts no tokens: they were spent before', async () => {
    const transcript = lines({ type: 'run' }, answer('one'), { type: 'results', results: [] }, null, answer('two'));
    const model = replayModel(transcript, 't.jsonl');
    expect(await model(REQUEST, NEVER)).toEqual({
      content: [{ type: 'text', text: 'one' }],
      stopReason: 'end_turn',
      usage: { inputTokens: 0, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0 },
    });
    expect(await model(REQUEST, NEVER)).toMatchObject({ content: [{ text: 'two' }] });
  });

  it('keeps keys of blocks that it does not know, and takes Windows line ends', async () => {
    const thinking = { ...answer(''), content: [{ type: 'thinking', thinking: 'x', signature: 's' }] };
    const model = replayModel(lines(thinking).replaceAll('\n', '\r\n'), 't.jsonl');
    expect((await model(REQUEST, NEVER)).content).toEqual(thinking.content);
  });

  it('fails as a model does when the run asks for more', async () => {
    const model = replayModel(lines(answer('one')), 't.jsonl');
    await model(REQUEST, NEVER);
    await expect(model(REQUEST, NEVER)).rejects.toThrow('The recorded conversation ends after 1 answers');
  });

  it('ends as cancelled when the run is aborted', async () => {
    const model = replayModel(lines(answer('one')), 't.jsonl');
    await expect(model(REQUEST, { ...NEVER, signal: AbortSignal.abort() })).rejects.toMatchObject({
      kind: 'cancelled',
    });
  });

  it.each([
    ['nothing', '', 'holds no recorded answers'],
    ['no answers', lines({ type: 'run' }), 'holds no recorded answers'],
    ['a line that is no JSON', `${lines(answer('one'))}{"type":`, 'line 2 is not JSON'],
    ['an answer without content', lines({ type: 'answer', stopReason: null, usage }), 'line 1 is not an answer'],
    ['an answer without usage', lines({ ...answer('x'), usage: undefined }), 'line 1 is not an answer'],
    [
      'a call without a name',
      lines({ ...answer('x'), content: [{ type: 'tool_use', id: 'a' }] }),
      'line 1 is not an answer',
    ],
    ['a text without text', lines({ ...answer('x'), content: [{ type: 'text' }] }), 'line 1 is not an answer'],
  ])('of %s is refused with the place', (_case, transcript, expected) => {
    const open = () => replayModel(transcript, 'demo/transcript.jsonl');
    expect(open).toThrow(UserError);
    expect(open).toThrow(expected);
    expect(open).toThrow('demo/transcript.jsonl');
  });
});
