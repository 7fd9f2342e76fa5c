import { describe, expect, it } from '@jest/globals';
import { ModelFailure } from '../../src/platform/model.js';
import { toolset } from '../../src/agent/agent.js';
import { agentScene, writes } from '../support/agent-scene.js';
import type { Scripted, ScriptedTerms } from '../support/scripted-agent.js';
import { FINISH } from '../support/scripted-agent.js';

const { script, filesOf } = agentScene();

describe('why a conversation stops', () => {
  it('ends as finished when finish is called, and goes on after tool calls until then', async () => {
    const s = script([{ calls: [['list_files', {}]] }, { calls: [FINISH] }]);
    expect(await s.agent.work()).toEqual({ kind: 'finished' });
    expect(s.results()).toEqual([{ id: 'call_1_0', text: 'notes.txt', isError: false }]);
    expect(s.notebook.handover).toEqual({ summary: 'Done.', claims: [] });
  });

  it.each(['end_turn', 'stop_sequence', null])(
    'asks once to go on after %s, then ends as unfinished',
    async (stopReason) => {
      const s = script([
        { text: 'I think I am done.', stopReason },
        { text: 'Yes.', stopReason },
      ]);
      expect(await s.agent.work()).toEqual({ kind: 'unfinished' });
      expect(s.requests).toHaveLength(2);
      expect(s.said()).toContain('No tool was called');
    },
  );

  it('counts answers without a tool call in a row only', async () => {
    const idle = { text: 'Hm.' };
    const s = script([idle, { calls: [['list_files', {}]] }, idle, { calls: [FINISH] }]);
    expect(await s.agent.work()).toEqual({ kind: 'finished' });
  });

  it('does not go on for ever with a server that announces tool calls and sends none', async () => {
    const s = script([{ stopReason: 'tool_use' }, { text: ' ', stopReason: 'tool_use' }]);
    expect(await s.agent.work()).toEqual({ kind: 'unfinished' });
  });

  it.each(['max_tokens', 'pause_turn'])(
    'goes on after %s three times in a row and gives up at the fourth',
    async (stopReason) => {
      const s = script(Array.from({ length: 4 }, () => ({ text: 'part', stopReason })));
      expect(await s.agent.work()).toMatchObject({
        kind: 'model-error',
        message: expect.stringContaining('four times'),
      });
    },
  );

  it('ends on a refusal with the words of the model', async () => {
    const s = script([{ text: 'I will not build this.', stopReason: 'refusal' }]);
    expect(await s.agent.work()).toEqual({ kind: 'refusal', message: 'I will not build this.' });
  });

  it.each(['compaction', 'toString', ''])(
    'ends as a model error on a stop reason nobody knows: %p',
    async (stopReason) => {
      const s = script([{ calls: writes('never.txt'), stopReason }]);
      expect(await s.agent.work()).toMatchObject({ kind: 'model-error', message: expect.stringContaining(stopReason) });
      expect(filesOf()).not.toContain('never.txt');
    },
  );

  it('ends as a model error with the text of a model that fails', async () => {
    const s = script([], { model: () => Promise.reject(new ModelFailure('The key was refused (401).')) });
    expect(await s.agent.work()).toEqual({ kind: 'model-error', message: 'The key was refused (401).' });
  });

  it('ends as cancelled between two tool calls of one answer, and runs no further one', async () => {
    const s = script([{ calls: [['list_files', {}], ...writes('late.txt')] }], {
      tools: toolset(['list_files', 'write_file']).map((tool) => ({
        ...tool,
        call: (input, context) => {
          s.abort.abort();
          return tool.call(input, context);
        },
      })),
    });
    expect(await s.agent.work()).toEqual({ kind: 'cancelled' });
    expect(filesOf()).not.toContain('late.txt');
    expect(s.transcript.at(-1)).toContain('Not run.');
  });

  it('ends as cancelled when the run is aborted while the model answers', async () => {
    const s = script([], {
      model: (_request, { signal }) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(new ModelFailure('aborted', 'cancelled')));
          s.abort.abort();
        }),
    });
    expect(await s.agent.work()).toEqual({ kind: 'cancelled' });
  });
});

describe('limits', () => {
  it('are looked at before each request: nothing is asked beyond the last turn', async () => {
    const step = { calls: [['list_files', {}]] } as const;
    const s = script([step, step, step], { maxTurns: 2 });
    expect(await s.agent.work()).toEqual({ kind: 'limit', limit: 'turns' });
    expect(s.requests).toHaveLength(2);
  });

  it('end the conversation by tokens, cost and time, before the call that could go beyond them', async () => {
    const step = { calls: [['list_files', {}]], inputTokens: 9_000 } as const;
    const end = async (terms: ScriptedTerms) => {
      const s = script([step, step], terms);
      return [await s.agent.work(), s.requests.length];
    };
    expect(await end({ maxTokens: 20_000 })).toEqual([{ kind: 'limit', limit: 'tokens' }, 1]);
    expect(await end({ maxCostUsd: 0.02 })).toEqual([{ kind: 'limit', limit: 'cost' }, 1]);
    let minutes = 0;
    const elapsedMs = () => minutes * 60_000;
    const s = script(
      [
        () => {
          minutes = 4;
          return step;
        },
      ],
      { maxMinutes: 5, elapsedMs, reserveMs: () => 60_000 },
    );
    expect(await s.agent.work()).toEqual({ kind: 'limit', limit: 'time' });
  });

  it('that do not even allow a first answer say so, and nothing is asked', async () => {
    const s = script([], { maxTokens: 4_000 });
    expect(await s.agent.work()).toEqual({
      kind: 'limit',
      limit: 'tokens',
      detail: "The first answer alone could go beyond it. Raise the input 'max-tokens'.",
    });
    expect(s.requests).toEqual([]);
  });

  it('shorten the answer that is asked for when little is left', async () => {
    const s = script([{ calls: [['list_files', {}]], outputTokens: 20_000 }, { calls: [FINISH] }], {
      maxTokens: 60_000,
    });
    await s.agent.work();
    const [first = 0, second = 0] = s.requests.map(({ maxTokens }) => maxTokens);
    expect(first).toBe(32_000);
    expect(second).toBeGreaterThan(4_096);
    expect(second).toBeLessThan(20_000);
  });

  it('are told to the model with what to do, each mark once', async () => {
    const look = { calls: [['list_files', {}]] } as const;
    const s = script([...Array.from({ length: 9 }, () => look), { calls: [FINISH] }], { maxTurns: 10 });
    await s.agent.work();
    const told = s.requests.map((request) => /At least 95 %|80 %|Half/.exec(s.said(request))?.[0]);
    const none = undefined;
    expect(told).toEqual([none, none, none, none, none, 'Half', none, none, '80 %', 'At least 95 %']);
  });

  it('count what a broken answer cost, and say so when they forbid another attempt', async () => {
    const lost = { inputTokens: 500_000, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0 };
    const model = (maxTokens: number) =>
      script([], {
        maxTokens,
        model: (_request, { discarded }) =>
          Promise.reject(new ModelFailure('It broke off.', discarded(lost) ? 'failed' : 'limit')),
      });
    const [narrow, wide] = [model(505_000), model(900_000)];
    expect(await narrow.agent.work()).toEqual({ kind: 'limit', limit: 'tokens', detail: 'It broke off.' });
    expect(await wide.agent.work()).toEqual({ kind: 'model-error', message: 'It broke off.' });
    expect(wide.budget.spent()).toMatchObject({ inputTokens: 500_000, turns: 0 });
  });

  it('end an answer that is still being given when the time is up, as a limit and not as a cancellation', async () => {
    const s = script([], {
      maxMinutes: 0.002,
      model: async (_request, { timeLeftMs }) => {
        expect(timeLeftMs()).toBe(120);
        await Promise.resolve();
        throw new ModelFailure('over', 'time');
      },
    });
    expect(await s.agent.work()).toEqual({ kind: 'limit', limit: 'time', detail: 'over' });
  });

  it('are told with each turn, together with the news', async () => {
    const news = ['Baseline: passed.'];
    const s = script([{ calls: [['list_files', {}]] }, { calls: [['list_files', {}]] }, { calls: [FINISH] }], {
      news: () => news.splice(0),
    });
    await s.agent.work();
    expect(s.said(s.requests[1])).toBe(
      'Baseline: passed.\n\n[harness: turn 1 of 100, 0 of 60 minutes, 110 of 1000000 tokens, $0.00 of $10.00]',
    );
    expect(s.said(s.requests[2])).not.toContain('Baseline');
  });
});

describe('finish', () => {
  it('is refused when it is not the last call of its answer', async () => {
    const s = script([{ calls: [FINISH, ['list_files', {}]] }, { calls: [FINISH] }]);
    expect(await s.agent.work()).toEqual({ kind: 'finished' });
    expect(s.results()).toEqual([
      { id: 'call_1_0', text: expect.stringContaining('finish comes last'), isError: true },
      { id: 'call_1_1', text: 'notes.txt', isError: false },
    ]);
  });

  it('is refused when a call before it in the same answer failed', async () => {
    const s = script([{ calls: [['read_file', { path: 'no.txt' }], FINISH] }, { calls: [FINISH] }]);
    expect(await s.agent.work()).toEqual({ kind: 'finished' });
    expect(s.results()[1]).toMatchObject({ isError: true, text: expect.stringContaining('Not handed over') });
    expect(s.requests).toHaveLength(2);
  });

  it('is answered by what the verification found; all other results of its turn are sent with it', async () => {
    const s = script([
      { calls: [['list_files', {}], ['record', { kind: 'improvement', text: 'better' }], FINISH] },
      { calls: [FINISH] },
    ]);
    expect(await s.agent.work()).toEqual({ kind: 'finished' });
    expect(s.requests).toHaveLength(1);
    s.agent.tell('Gate test failed.');
    expect(await s.agent.work()).toEqual({ kind: 'finished' });
    expect(s.results()).toEqual([
      { id: 'call_1_0', text: 'notes.txt', isError: false },
      { id: 'call_1_1', text: 'Noted as improvement.', isError: false },
      { id: 'call_1_2', text: 'Gate test failed.', isError: true },
    ]);
    expect(s.said()).toMatch(/^\[harness: turn 1 of 100/);
    expect(s.transcript.join('\n')).toContain('Gate test failed.');
  });

  it('that never came is made up for by telling: the roles still alternate, no call stays without a result', async () => {
    const s = script([{ text: 'Done.' }, { calls: [['list_files', {}]], stopReason: 'end_turn' }, { calls: [FINISH] }]);
    expect(await s.agent.work()).toEqual({ kind: 'unfinished' });
    s.agent.tell('Gate check failed.');
    expect(await s.agent.work()).toEqual({ kind: 'finished' });
    expect(s.requests[2]?.messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'user', 'assistant', 'user']);
    expect(s.results()).toEqual([{ id: 'call_2_0', text: 'Not run.', isError: true }]);
    expect(s.said()).toContain('Gate check failed.');
  });
});

describe('the loop guard', () => {
  const failing: Scripted = { calls: [['read_file', { path: 'absent.txt' }]] };

  it('ends the run at the fifth time the same call fails, and says so from the second on', async () => {
    const s = script(Array.from({ length: 9 }, () => failing));
    expect(await s.agent.work()).toEqual({
      kind: 'loop',
      message: 'The model made the same failing call 5 times: read_file.',
    });
    expect(s.requests).toHaveLength(5);
    expect(s.results(s.requests[1])[0]?.text).not.toContain('failed');
    expect(s.results(s.requests[2])[0]?.text).toContain('failed 2 times');
  });

  it('does not count failures between which the work changed', async () => {
    const steps = Array.from({ length: 6 }, (_, i) => [failing, { calls: writes(`loop-${i}.txt`) }]).flat();
    const s = script([...steps, { calls: [FINISH] }]);
    expect(await s.agent.work()).toEqual({ kind: 'finished' });
  });

  it('counts a cargo command that fails again on unchanged work', async () => {
    const s = script(Array.from({ length: 9 }, () => ({ calls: [['cargo', { command: 'check' }]] as const })));
    expect(await s.agent.work()).toMatchObject({ kind: 'loop' });
    expect(s.results()[0]).toMatchObject({ isError: true, text: expect.stringContaining('Cargo.toml') });
  });
});

describe('a paused answer', () => {
  it('is sent back as it is, and what follows belongs to it', async () => {
    const s = script([
      { text: 'First I look.', stopReason: 'pause_turn' },
      { text: 'Now I list.', calls: [['list_files', {}]] },
      { calls: [FINISH] },
    ]);
    expect(await s.agent.work()).toEqual({ kind: 'finished' });
    expect(s.requests[1]?.messages.at(-1)).toEqual({
      role: 'assistant',
      content: [{ type: 'text', text: 'First I look.', citations: null }],
    });
    expect(s.requests[2]?.messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'user']);
  });
});
