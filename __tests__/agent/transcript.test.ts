import { describe, expect, it } from '@jest/globals';
import { replayModel } from '../../src/platform/replay.js';
import type { Scripted } from '../support/scripted-agent.js';
import { FINISH, scriptedAgent } from '../support/scripted-agent.js';
import { MANIFEST, openTestWorkshop, sharedBench } from '../support/workshop.js';

const FILES = { 'Cargo.toml': MANIFEST, 'src/lib.rs': 'pub fn one() -> u8 {\n    1\n}\n' };
const SCRIPT: Scripted[] = [
  {
    text: 'I read first: Größe 😀\ud800',
    calls: [
      ['list_files', {}],
      ['read_file', { path: 'src/lib.rs' }],
    ],
  },
  { calls: [['edit_file', { path: 'src/lib.rs', edits: [{ old_text: 'nowhere', new_text: 'x' }] }]] },
  {
    calls: [
      ['list_files', null],
      ['no_such_tool', { a: 1 }],
      ['write_file', { path: 7 }],
    ],
  },
  { text: 'Cut off', calls: [['write_file', { path: 'cut.rs' }]], stopReason: 'max_tokens' },
  { calls: [['edit_file', { path: 'src/lib.rs', edits: [{ old_text: '    1', new_text: '    "x"' }] }]] },
  {
    calls: [
      ['cargo', { command: 'check', args: ['--lib'] }],
      ['search_files', { pattern: 'one' }],
    ],
  },
  { calls: [['plan', { increments: [{ title: 'One', requirements: [] }] }], FINISH] },
  { text: 'No more.', stopReason: 'end_turn' },
  { calls: [FINISH] },
];

const bench = sharedBench();

/** Runs the conversation of the script, from it or from a transcript of it, in a fresh workshop. */
async function converse(replay?: string) {
  await using opened = await openTestWorkshop(bench, FILES);
  const s = scriptedAgent(
    opened.workshop,
    SCRIPT,
    replay === undefined ? {} : { model: replayModel(replay, 'transcript.jsonl') },
  );
  const ends = [await s.agent.work()];
  s.agent.tell('Gate check failed.');
  ends.push(await s.agent.work());
  // How long cargo took may differ, and what is told of the tokens: a replay costs nothing.
  const results = s.requests.map((request) =>
    s.results(request).map((result) => ({ ...result, text: result.text.replace(/after [\d.]+ s/, 'after a while') })),
  );
  return { ends, results, transcript: s.transcript, list: opened.workshop.copy.list() };
}

describe('a transcript', () => {
  it('given back as a replay asks the same requests with the same results, also of calls that failed', async () => {
    const first = await converse();
    expect(first.ends).toEqual([{ kind: 'finished' }, { kind: 'finished' }]);
    expect(first.results.flat()).toHaveLength(12);
    expect(JSON.stringify(first.results)).toContain('error[E0308]');
    const second = await converse(`${first.transcript.join('\n')}\n`);
    expect(second.ends).toEqual(first.ends);
    expect(second.results).toEqual(first.results);
    expect(second.list).toEqual(first.list);
  });

  it('holds one JSON object a line, with every answer, every result and every word of the harness', async () => {
    const { transcript, results: told } = await converse();
    const entries = transcript.map((line) => JSON.parse(line) as Record<string, unknown>);
    for (const line of transcript) expect(line).not.toContain('\n');
    expect(entries.filter(({ type }) => type === 'answer')).toHaveLength(SCRIPT.length);
    expect(entries[0]).toMatchObject({ type: 'brief', system: 'You implement specs.', text: 'Implement this.' });
    for (const { at } of entries) expect(new Date(String(at)).toISOString()).toBe(at);
    const results = entries.flatMap((entry) => (entry.type === 'results' ? (entry.results as { name: string }[]) : []));
    expect(results.map(({ name }) => name)).toEqual(
      SCRIPT.filter(({ stopReason }) => stopReason === undefined).flatMap(({ calls }) =>
        (calls ?? []).map(([name]) => name),
      ),
    );
    expect(transcript.join('\n')).toContain('Gate check failed.');
    expect(told.flat()).toContainEqual({ id: 'call_7_1', text: 'Gate check failed.', isError: true });
  });
});
