// Runs of the bundle that end in each way a run can end, for the renderings that are kept as files. Each is recorded by
// `npm run gallery` into __tests__/fixtures/report: what the run itself wrote, no more than its renderings need.
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { RunRecord } from '../../src/report/report.js';
import { actionScene, type SceneResult, type SceneRun } from './action-scene.js';
import type { ScriptedAnswer } from './messages-api.js';
import { CODE, CRATE, editLibrary, use, VERIFIED } from './scripts-greeting.js';
import { stepsModel } from './scripts-steps.js';
import { readTranscript } from './scripts-examples.js';

const ROOT = path.join(path.dirname(fileURLToPath(import.meta.url)), '..', '..');
export const RECORDINGS = path.join(ROOT, '__tests__', 'fixtures', 'report');

export interface RecordedRun {
  record: RunRecord;
  transcript: string;
  patch: string;
  /** A command's complete output by its file name in the record. */
  outputs: (file: string) => string;
}

/** Name of the recording → how its run comes about. */
export const RECORDED_RUNS: Readonly<Record<string, () => Promise<SceneResult>>> = {
  verified: recordExample,
  unverified: recordFailing,
  'needs-answer': recordAsking,
  stopped: () => recordOne(CRATE, { answers: [{ fault: { status: 401, type: 'authentication_error' } }] }),
  unchanged: recordProven,
  refused: () => recordOne(CRATE, { inputs: { spec: 'specs/greetings.md' } }),
  'first-run': async () => (await recordSeries(1)).at(-1) as SceneResult,
  'third-run': async () => (await recordSeries(3)).at(-1) as SceneResult,
};

const ALL_GATES = { gates: 'check\ntest\nfmt\nclippy\naudit\nledger' };

async function recordOne(files: Parameters<typeof actionScene>[0], run: SceneRun): Promise<SceneResult> {
  await using scene = await actionScene(files);
  return await keepFiles(await scene.run({ ...run, inputs: { ...ALL_GATES, ...run.inputs } }));
}

/** The conversation of an example, its answers sent by a server, with the tokens a server that caches would count. */
async function recordExample(): Promise<SceneResult> {
  const example = path.join(ROOT, 'examples', '2-feature-in-existing-crate');
  const lines = await readTranscript(path.join(example, 'replay.jsonl'));
  let before = 0;
  const answers = lines.flatMap(({ type, content = [], usage }): ScriptedAnswer[] => {
    if (type !== 'answer' || usage === undefined) return [];
    const text = content.flatMap((block) => (block.type === 'text' ? [block.text ?? ''] : [])).join('\n');
    const uses = content.flatMap(({ type: kind, name = '', input }) => (kind === 'tool_use' ? [use(name, input)] : []));
    const counted = {
      ...{ input_tokens: 8, output_tokens: usage.outputTokens, cache_read_input_tokens: before },
      cache_creation_input_tokens: Math.max(0, usage.inputTokens - before),
    };
    before = usage.inputTokens;
    return [{ ...(text === '' ? {} : { text }), tool_use: uses, usage: counted }];
  });
  const spec = 'specs/004-expiry-and-eviction.md';
  return recordOne(await filesOf(path.join(example, 'repo')), { answers, inputs: { spec, 'max-rounds': '3' } });
}

/** In a subfolder: a test that fails, a warning of clippy, a panic in library code, a clause left open. */
async function recordFailing(): Promise<SceneResult> {
  const files = Object.fromEntries(
    Object.entries(CRATE).map(([name, content]) => [name.startsWith('specs/') ? name : `rust/${name}`, content]),
  );
  const code = CODE.replace(
    '    format!("Hello, {name}!")',
    '    let first = name.chars().next().unwrap();\n    return format!("Hello, {first}!");',
  );
  const test =
    '\n    #[test]\n    fn greets_by_name() {\n        assert_eq!(super::greet("Ada"), "Hello, Ada!");\n    }\n';
  const requirements = [
    { id: 'R1', status: 'met', code: ['rust/src/lib.rs:9'], tests: ['tests::greets_by_name'] },
    { id: 'R2', status: 'not-met', code: [], tests: [], note: 'No test yet.' },
  ];
  const answers = [
    {
      tool_use: [
        use('plan', { increments: [{ title: 'Greeting', requirements: ['R1', 'R2'] }] }),
        ...editLibrary(code, test, 'rust/'),
        use('ask', { question: 'Is `Hello!` right for a name of blanks too?', requirement: 'R2', blocking: false }),
        use('record', { kind: 'improvement', text: 'Names could be a type of their own.', requirement: 'R1' }),
        use('complete_increment', { title: 'Greeting', commit_message: 'Add greet' }),
      ],
      usage: { input_tokens: 9_000, output_tokens: 700 },
    },
    {
      tool_use: [use('finish', { summary: 'greet, with one clause left open.', requirements })],
      usage: { input_tokens: 12_000, output_tokens: 200 },
    },
  ];
  return recordOne(files, { answers, inputs: { 'working-directory': 'rust' } });
}

async function recordAsking(): Promise<SceneResult> {
  const code = '/// Greets `name`.\npub fn greet(name: &str) -> String {\n    format!("Hello, {name}!")\n}\n';
  const test =
    '\n    #[test]\n    fn greets_by_name() {\n        assert_eq!(super::greet("Ada"), "Hello, Ada!");\n    }\n';
  const question = 'Is `Hello!` or an empty text returned for an empty name?';
  const requirements = [
    { id: 'R1', status: 'met', code: ['src/lib.rs:9'], tests: ['tests::greets_by_name'] },
    { id: 'R2', status: 'not-met', code: [], tests: [], note: 'Waits for the answer.' },
  ];
  const answers = [
    {
      tool_use: [
        use('plan', { increments: [{ title: 'Greet by name', requirements: ['R1'] }] }),
        ...editLibrary(code, test),
        use('ask', { question, requirement: 'R2', blocking: true }),
        use('complete_increment', { title: 'Greet by name', commit_message: 'Add greet' }),
      ],
      usage: { input_tokens: 8_000, output_tokens: 600 },
    },
    {
      tool_use: [use('finish', { summary: 'The clause on empty names waits.', requirements })],
      usage: { input_tokens: 10_000, output_tokens: 150 },
    },
  ];
  return recordOne(CRATE, { answers });
}

/** A second run, after the first one's pull request was merged. */
async function recordProven(): Promise<SceneResult> {
  await using scene = await actionScene(CRATE);
  const first = await scene.run({ answers: VERIFIED });
  await scene.repo.git('fetch', 'origin', first.outputs.branch ?? '');
  await scene.repo.git('merge', '--ff-only', 'FETCH_HEAD');
  await scene.repo.git('push', 'origin', 'main');
  return await keepFiles(await scene.run());
}

/** Runs that may answer once each: the first ends at its limit with half the work, the third hands over. */
async function recordSeries(length: number): Promise<SceneResult[]> {
  await using scene = await actionScene(CRATE);
  const results: SceneResult[] = [];
  for (let i = 0; i < length; i++)
    results.push(await keepFiles(await scene.run({ model: stepsModel, inputs: { ...ALL_GATES, 'max-turns': '1' } })));
  return results;
}

/** The scene's folders are gone with it. */
async function keepFiles(result: SceneResult): Promise<SceneResult> {
  kept.set(result, await filesOf(result.reportDir));
  return result;
}

const kept = new WeakMap<SceneResult, Record<string, Buffer>>();

async function filesOf(folder: string): Promise<Record<string, Buffer>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const names = entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
  const files = names.map(async (name) => [path.relative(folder, name), await readFile(name)] as const);
  return Object.fromEntries(await Promise.all(files));
}

/** Replaces a recording by what a run wrote: record, patch, outputs of the verification, transcript without the brief. */
export async function saveRecording(name: string, result: SceneResult): Promise<void> {
  const folder = path.join(RECORDINGS, name);
  await rm(folder, { recursive: true, force: true });
  await mkdir(path.join(folder, 'outputs'), { recursive: true });
  const files = kept.get(result) ?? {};
  const { verification } = result.record;
  const outputs = (verification?.gates ?? []).map(({ output }) => output).filter((file) => file !== '');
  for (const file of ['report.json', 'change.patch', ...outputs])
    if (files[file] !== undefined) await writeFile(path.join(folder, file), files[file]);
  const transcript = files['transcript.jsonl']?.toString() ?? '';
  await writeFile(path.join(folder, 'transcript.jsonl'), transcript.split('\n').map(withoutBrief).join('\n'));
}

function withoutBrief(line: string): string {
  if (!line.startsWith('{"type":"brief"')) return line;
  const left = '(left out of the recording)';
  return JSON.stringify({ ...(JSON.parse(line) as object), system: left, text: left });
}

export async function readRecording(name: string): Promise<RecordedRun> {
  const files = await filesOf(path.join(RECORDINGS, name));
  const text = (file: string) => files[file]?.toString() ?? '';
  return {
    record: JSON.parse(text('report.json')) as RunRecord,
    ...{ transcript: text('transcript.jsonl'), patch: text('change.patch'), outputs: text },
  };
}
