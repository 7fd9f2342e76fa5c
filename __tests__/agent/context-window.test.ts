// The agent whose conversation becomes longer than the model's window: what leaves it, and what never does.
import { describe, expect, it } from '@jest/globals';
import type { ModelRequest } from '../../src/platform/model.js';
import { ModelFailure } from '../../src/platform/model.js';
import { agentScene } from '../support/agent-scene.js';
import { FINISH } from '../support/scripted-agent.js';
import { checkMessagesRequest } from '../support/messages-api-rules.js';

const scene = agentScene();
const { script, filesOf } = scene;

describe('a conversation that grows', () => {
  const wide = { maxTurns: 10_000, maxTokens: 1e12, maxCostUsd: 1e9, requirements: [] };
  /** Characters of the messages in a request. */
  const sizeOf = (request: ModelRequest | undefined) => JSON.stringify(request?.messages).length;
  const overflow = () => Promise.reject(new ModelFailure('prompt is too long', 'too-long'));

  it('stays within the window over 300 turns, is pruned rarely, and keeps every call with one result', async () => {
    await scene.workshop.copy.write('big.txt', `${'x'.repeat(1_000)}\n`.repeat(20));
    let turns = 0;
    let prunings = 0;
    let before = 0;
    const usage = { inputTokens: 0, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0 };
    const s = script([], {
      ...wide,
      model: (request) => {
        const size = sizeOf(request);
        expect(size / 3.5).toBeLessThan(168_000); // the window less the room for an answer
        expect(checkMessagesRequest({ model: 'm', max_tokens: 1, stream: true, messages: request.messages })).toEqual(
          [],
        );
        if (size < before) prunings++;
        before = size;
        s.requests.length = 0; // what the test keeps must not count as memory of the agent
        const [name, input] =
          ++turns > 300 ? FINISH : (['read_file', { path: 'big.txt', start_line: (turns % 15) + 1 }] as const);
        const content = [{ type: 'tool_use', id: `c${turns}`, name, input }] as never;
        return Promise.resolve({ content, stopReason: 'tool_use', usage });
      },
    });
    expect(await s.agent.work()).toEqual({ kind: 'finished' });
    expect(turns).toBe(301);
    expect(prunings).toBeGreaterThan(3);
    expect(prunings).toBeLessThan(20);
    const notes = s.transcript.filter((line) => line.startsWith('{"type":"pruned"'));
    expect(notes).toHaveLength(prunings);
    expect(JSON.parse(notes[0] ?? '')).toMatchObject({ count: expect.any(Number), tokens: expect.any(Number) });
    await scene.workshop.copy.remove('big.txt');
  });

  it.each(['by a refusal of the request', 'by its stop reason'])(
    'and turns out too long for the model (%s) is pruned once and sent again',
    async (how) => {
      const text = `${'y'.repeat(100)}\n`.repeat(300);
      await scene.workshop.copy.write('long.txt', text);
      const read = (turn: number) => ({ calls: [['read_file', { path: 'long.txt', end_line: 200 + turn }]] as const });
      const steps = Array.from({ length: 8 }, (_, turn) => read(turn));
      let failed = false;
      const s = script([], {
        ...wide,
        model: () => {
          if (s.requests.length === 9 && !failed) {
            failed = true;
            if (how === 'by a refusal of the request') return overflow();
            const content = [{ type: 'tool_use', id: 'never', name: 'write_file', input: { path: 'n.txt' } }] as never;
            const usage = { inputTokens: 1, outputTokens: 1, cacheReadTokens: 0, cacheWriteTokens: 0 };
            return Promise.resolve({ content, stopReason: 'model_context_window_exceeded', usage });
          }
          const turn = s.requests.length;
          const [name, input] = (failed ? undefined : steps[turn - 1]?.calls[0]) ?? FINISH;
          const usage = { inputTokens: 0, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0 };
          const content = [{ type: 'tool_use', id: `c${turn}`, name, input }] as never;
          return Promise.resolve({ content, stopReason: 'tool_use', usage });
        },
      });
      expect(await s.agent.work()).toEqual({ kind: 'finished' });
      expect(s.requests).toHaveLength(10);
      expect(sizeOf(s.requests[9])).toBeLessThan(sizeOf(s.requests[8]) * 0.7);
      expect(s.requests[9]?.maxTokens).toBeLessThan(32_000);
      expect(JSON.stringify(s.requests[9])).not.toContain('never');
      await scene.workshop.copy.remove('long.txt');
    },
  );

  it('ends as a model error when it is too long although nothing more can be left out', async () => {
    const s = script([], { model: overflow });
    expect(await s.agent.work()).toMatchObject({
      kind: 'model-error',
      message: expect.stringContaining('context window'),
    });
    expect(s.requests).toHaveLength(2);
  });

  it('does not take a note about what was left out for the text itself', async () => {
    const content = '[[left out to save room: 900 characters, as you wrote them then]]';
    const s = script([{ calls: [['write_file', { path: 'copied.txt', content }]] }, { calls: [FINISH] }]);
    await s.agent.work();
    expect(s.results()).toMatchObject([{ isError: true, text: expect.stringContaining('Give the text itself') }]);
    expect(filesOf()).not.toContain('copied.txt');
  });

  it('is not filled by an input that is larger than any answer', async () => {
    const content = 'z'.repeat(2_000_000);
    const s = script([{ calls: [['write_file', { path: 'huge.txt', content }]] }, { calls: [FINISH] }]);
    expect(await s.agent.work()).toEqual({ kind: 'finished' });
    expect(s.results()).toMatchObject([{ isError: true, text: expect.stringContaining('too large') }]);
    expect(sizeOf(s.requests[1])).toBeLessThan(10_000);
    expect(filesOf()).not.toContain('huge.txt');
  });
});
