import { describe, expect, it } from '@jest/globals';
import { UnreadOutputs, toolset } from '../../src/agent/agent.js';
import { PAGE_CHARS } from '../../src/workshop/workshop.js';
import { agentScene, writes } from '../support/agent-scene.js';
import type { Scripted } from '../support/scripted-agent.js';
import { FINISH } from '../support/scripted-agent.js';

const scene = agentScene();
const { script, filesOf } = scene;

describe('tool calls', () => {
  it.each(['end_turn', 'max_tokens', 'stop_sequence', 'pause_turn', null])(
    'are not run from an answer that stopped with %s, and each is answered once',
    async (stopReason) => {
      const calls = [...writes('a.txt'), ...writes('b.txt')];
      const s = script([{ calls, stopReason }, { calls: [FINISH] }]);
      expect(await s.agent.work()).toEqual({ kind: 'finished' });
      expect(s.results()).toEqual([
        { id: 'call_1_0', text: 'Not run.', isError: true },
        { id: 'call_1_1', text: 'Not run.', isError: true },
      ]);
      expect(s.said()).not.toContain('No tool was called');
      expect(filesOf()).toEqual(['notes.txt']);
    },
  );

  it('run in the order given, each with its own result', async () => {
    const s = script([
      {
        calls: [
          ['read_file', { path: 'notes.txt', end_line: 1 }],
          ['list_files', {}],
          ['read_file', { path: 'no.txt' }],
        ],
      },
      { calls: [FINISH] },
    ]);
    await s.agent.work();
    expect(s.results().map(({ id, isError }) => [id, isError])).toEqual([
      ['call_1_0', false],
      ['call_1_1', false],
      ['call_1_2', true],
    ]);
  });

  it('end the run when two of one answer have the same id, whatever the stop reason, and none of them runs', async () => {
    for (const stopReason of ['tool_use', 'end_turn']) {
      const calls: Scripted['calls'] = [
        ['write_file', { path: 'a.txt', content: '' }, 'same'],
        ['write_file', { path: 'b.txt', content: '' }, 'same'],
      ];
      const s = script([{ calls, stopReason }]);
      expect(await s.agent.work()).toMatchObject({ kind: 'model-error', message: expect.stringContaining('same id') });
    }
    expect(filesOf()).toEqual(['notes.txt']);
  });

  it.each<[string, string, unknown, string]>([
    ['an unknown tool', 'bash', { command: 'ls' }, 'There is no tool bash. There are: read_file'],
    ['a name of Object.prototype', 'constructor', {}, 'There is no tool constructor'],
    ['null as input', 'list_files', null, 'The input does not fit list_files'],
    ['a string as input', 'list_files', 'x', 'The input does not fit list_files'],
    ['a list as input', 'list_files', [], 'The input does not fit list_files'],
    ['an input of the wrong type', 'write_file', { path: 'w.txt', content: 7 }, 'content'],
    ['a key too many', 'write_file', { path: 'w.txt', content: '', mode: '755' }, 'mode'],
    ['a missing key', 'write_file', { path: 'w.txt' }, 'content'],
    ['a key too many deep inside', 'plan', { increments: [{ title: 't', requirements: [], x: 1 }] }, 'x'],
  ])('with %s fail with a text that says why, and nothing runs', async (_case, name, input, expected) => {
    const s = script([{ calls: [[name, input]] }, { calls: [FINISH] }]);
    expect(await s.agent.work()).toEqual({ kind: 'finished' });
    expect(s.results()).toEqual([{ id: 'call_1_0', text: expect.stringContaining(expected), isError: true }]);
    expect(filesOf()).toEqual(['notes.txt']);
    const sent = s.requests[1]?.messages[1]?.content as { input?: unknown }[];
    // The API takes objects only as input.
    expect(typeof sent[0]?.input === 'object' && sent[0].input !== null && !Array.isArray(sent[0].input)).toBe(true);
  });

  it('that make a tool throw what is no ToolError end the run and are not told to the model', async () => {
    const defect = new TypeError('cannot read properties of undefined');
    const s = script([{ calls: [['list_files', {}]] }], {
      tools: toolset(['list_files']).map((tool) => ({ ...tool, call: () => Promise.reject(defect) })),
    });
    await expect(s.agent.work()).rejects.toBe(defect);
    expect(s.requests).toHaveLength(1);
  });

  it('fail with a bounded text, however large the input that the text quotes', async () => {
    const huge = 'x'.repeat(1_000_000);
    const keys = Object.fromEntries(Array.from({ length: 5_000 }, (_, i) => [`key${i}`, i]));
    const calls: Scripted['calls'] = [
      ['ask', { question: 'q', requirement: huge, blocking: false }],
      ['list_files', keys],
      [huge, {}],
      [
        'edit_file',
        { path: 'notes.txt', edits: Array.from({ length: 5_000 }, () => ({ old_text: 'a', new_text: 7 })) },
      ],
      ['cargo', { command: 'check', args: [{ toString: 1 }] }],
    ];
    const s = script([{ calls }, { calls: [FINISH] }]);
    expect(await s.agent.work()).toEqual({ kind: 'finished' });
    expect(s.results()).toHaveLength(5);
    for (const { text, isError } of s.results()) expect([isError, text.length < 5_000]).toEqual([true, true]);
    for (const line of s.actions) expect(line).not.toContain('\n');
  });

  it('survive an input that is nested without end', async () => {
    let deep: unknown = 'x';
    for (let i = 0; i < 50_000; i++) deep = [deep];
    const s = script([], {
      model: (request) =>
        Promise.resolve({
          content: [
            request.messages.length === 1
              ? { type: 'tool_use', id: 'a', name: 'write_file', input: { path: 'deep.txt', content: deep } }
              : { type: 'tool_use', id: 'b', name: 'finish', input: FINISH[1] },
          ] as never,
          stopReason: 'tool_use',
          usage: { inputTokens: 1, outputTokens: 1, cacheReadTokens: 0, cacheWriteTokens: 0 },
        }),
    });
    expect(await s.agent.work()).toEqual({ kind: 'finished' });
    expect(s.results()[0]).toMatchObject({ isError: true });
  });

  it('with half characters are sent back whole, or every later request would be refused', async () => {
    const s = script([{ text: 'a\ud800', calls: [['search_files', { pattern: 'x\udc00y' }]] }, { calls: [FINISH] }]);
    expect(await s.agent.work()).toEqual({ kind: 'finished' });
    expect(JSON.stringify(s.requests)).not.toMatch(/\\ud[89a-f]/i);
    expect(s.transcript.join('')).not.toMatch(/\\ud[89a-f]/i);
  });
});

describe('a call that fails again and again', () => {
  const again = (times: number, call: readonly [string, unknown]): Scripted[] =>
    Array.from({ length: times }, () => ({ calls: [call] }));

  it('for the same reason, on the same work, ends the run the fifth time', async () => {
    const s = script(again(5, ['read_file', { path: 'no.txt' }]));
    expect(await s.agent.work()).toEqual({
      kind: 'loop',
      message: 'The model made the same failing call 5 times: read_file.',
    });
    expect(s.results(s.requests[1])[0]?.text).not.toContain('This very call');
    expect(s.results(s.requests[2])[0]?.text).toContain('failed 2 times, and nothing was changed in between');
  });

  it('is no loop while each time something else is left to do', async () => {
    const { outputs } = scene.workshop;
    const unread = new UnreadOutputs();
    const ids: string[] = [];
    for (let i = 0; i < 5; i++) {
      const writer = outputs.open('cargo-test', () => undefined);
      writer.write('a line of the output\n'.repeat(PAGE_CHARS / 20));
      const output = await writer.close();
      ids.push(output.id);
      await unread.ran(outputs, { command: `cargo test ${i}`, output }, () => false);
    }
    const reads = ids.flatMap((output) =>
      [1, 2].map((page): Scripted => ({ calls: [['read_output', { output, page }]] })),
    );
    const s = script([...reads.flatMap((read) => [{ calls: [FINISH] }, read]), { calls: [FINISH] }], {
      context: { unread },
    });
    expect(await s.agent.work()).toEqual({ kind: 'finished' });
    const told = s.requests.flatMap((request) => s.results(request).map(({ text }) => text)).join('\n');
    expect(told).toContain(`output ${ids[4] ?? ''} of cargo test 4`);
    expect(told).not.toContain('This very call');
  });
});
