// What report.html is made from, for tests: sources of a run of any length, with a transcript as the agent writes it.
import type { PageSources, RunRecord } from '../../src/report/report.js';
import { SAMPLE_OUTPUTS, sampleRecord } from './sample-record.js';

export interface SampleCall {
  name: string;
  input: unknown;
  text: string;
  isError?: boolean;
}

export interface SampleTurn {
  words?: string;
  calls?: readonly SampleCall[];
  note?: string;
}

/** Seconds between the steps of the sample, as in a run against a model. */
const [MODEL_S, TOOLS_S, BETWEEN_S] = [9, 6, 1];

/** A transcript of these turns that began when the sample record did. */
export function transcriptOf(turns: readonly SampleTurn[]): string {
  let seconds = 4;
  const at = (passed: number) =>
    new Date(Date.parse(sampleRecord().run.startedAt) + (seconds += passed) * 1000).toISOString();
  const lines: object[] = [
    {
      type: 'run',
      schema: 'ferrule.transcript/v1',
      spec: 'specs/ledger.md',
      specHash: 'a3',
      model: 'm',
      base: 'b',
      startedAt: at(0),
      at: at(0),
    },
    { type: 'brief', system: 'You implement specs.', text: 'Implement this spec.', at: at(0) },
  ];
  turns.forEach(({ words = '', calls = [], note }, index) => {
    const turn = index + 1;
    const id = (call: number) => `toolu_${turn}_${call}`;
    const uses = calls.map(({ name, input }, call) => ({ type: 'tool_use', id: id(call), name, input }));
    const usage = {
      inputTokens: 400,
      outputTokens: 150 + ((turn * 97) % 700),
      cacheReadTokens: 6000 + turn * 900,
      cacheWriteTokens: 1200,
    };
    const content = [...(words === '' ? [] : [{ type: 'text', text: words }]), ...uses];
    lines.push({
      type: 'answer',
      turn,
      durationMs: MODEL_S * 1000,
      content,
      stopReason: 'tool_use',
      usage,
      at: at(BETWEEN_S + MODEL_S),
    });
    const results = calls.map(({ name, text, isError = false }, call) => ({ id: id(call), name, text, isError }));
    lines.push({ type: 'results', turn, results, at: at(TOOLS_S) });
    lines.push({ type: 'note', text: note ?? `[harness: turn ${turn} of 200, 0 of 60 minutes]`, at: at(0) });
  });
  return `${lines.map((line) => JSON.stringify(line)).join('\n')}\n`;
}

/** Four turns: reading, a change, a failing and a passing cargo run, handing over. */
export const SAMPLE_TURNS: readonly SampleTurn[] = [
  {
    words: 'First I read what is there.',
    calls: [
      {
        name: 'read_file',
        input: { path: 'src/entry.rs' },
        text: '1\tpub struct Entry;\n2\t\n3\tpub fn one() -> u8 {\n4\t    1\n5\t}\n[lines 1 to 5 of 5]',
      },
    ],
  },
  {
    words: 'The amount is checked in `Entry::new`.',
    calls: [
      {
        name: 'edit_file',
        input: { path: 'src/entry.rs', edits: [{ old_text: '    1\n', new_text: '    2\n' }] },
        text: 'Changed src/entry.rs (1 edit).',
      },
      {
        name: 'cargo',
        input: { command: 'test' },
        text: 'cargo test: exit code 101 after 6.4 s [output 001]\nerror[E0308]: mismatched types',
        isError: true,
      },
    ],
    note: 'Baseline, the base commit before any change: passed.\n\n[harness: turn 2 of 200, 0 of 60 minutes]',
  },
  {
    words: 'Repaired.',
    calls: [
      {
        name: 'write_file',
        input: { path: 'src/entry.rs', content: 'pub struct Entry;\n\npub fn one() -> u8 {\n    3\n}\n' },
        text: 'Replaced src/entry.rs (5 lines).',
      },
      {
        name: 'cargo',
        input: { command: 'test' },
        text: 'cargo test: exit code 0 after 2.7 s [output 004]\ntest result: ok.',
      },
    ],
  },
  {
    words: 'Done.',
    calls: [
      { name: 'finish', input: { summary: 'All clauses.', requirements: [] }, text: 'Handed over to verification.' },
    ],
  },
];

export const SAMPLE_PATCH = [
  'diff --git a/src/entry.rs b/src/entry.rs',
  'index 1111111..2222222 100644',
  '--- a/src/entry.rs',
  '+++ b/src/entry.rs',
  '@@ -12,4 +12,5 @@ pub struct Entry',
  ' pub fn one() -> u8 {',
  '-    1',
  '+    3',
  '+    // checked',
  ' }',
  '',
].join('\n');

export function samplePage(changes: Partial<PageSources> = {}, record: Partial<RunRecord> = {}): PageSources {
  const files = new Map(Object.entries(SAMPLE_OUTPUTS));
  return {
    record: sampleRecord(record),
    transcript: transcriptOf(SAMPLE_TURNS),
    patch: SAMPLE_PATCH,
    outputFiles: [...files].map(([file, text]) => ({ file, bytes: Buffer.byteLength(text) })),
    readOutput: (file) => files.get(file) ?? '',
    ...changes,
  };
}
