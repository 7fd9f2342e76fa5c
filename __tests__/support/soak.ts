// One long run of the bundle, watched from outside: the memory of its process at each request of the model. Used by
// faults/soak.test.ts and by bench/soak.mjs.
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { RunRecord } from '../../src/report/report.js';
import { actionScene } from './action-scene.js';
import type { Scripted, ScriptedAnswer } from './messages-api.js';
import { startMessagesApi } from './messages-api.js';
import { runAction } from './run-action.js';
import { CRATE_WITHOUT_SPEC, use } from './scripts-greeting.js';

export interface SoakTerms {
  /** Answers of the model in all. */
  turns: number;
  /** How many of them complete an increment. */
  increments: number;
  /** What the process may keep in MiB; V8 lets rubbish lie while there is room, so without it figures drift. */
  heapMib: number;
}

export interface Soak {
  record: RunRecord;
  /** Memory of the process that no file backs, in KiB, at each request. */
  anonymousKib: number[];
  /** The largest request in bytes. */
  longestRequest: number;
  /** How often old results were left out. */
  prunings: number;
  durationMs: number;
}

const LINES = 4_000;
/** Long enough to fill the window of the model several times. */
const FILES = {
  ...CRATE_WITHOUT_SPEC,
  'specs/greeting.md': '# Parts\n\nA function for each part.\n',
  'notes.md': Array.from({ length: LINES }, (_, n) => `${n}: what was thought of part ${n}, in some words.\n`).join(''),
};

/** Runs to the end. @throws when the run ended otherwise than verified */
export async function soak({ turns, increments, heapMib }: SoakTerms): Promise<Soak> {
  await using scene = await actionScene(FILES);
  const anonymousKib: number[] = [];
  let pid = 0;
  let longestRequest = 0;
  const answer = (): Scripted => {
    anonymousKib.push(anonymousMemoryOf(pid));
    longestRequest = Math.max(longestRequest, ...api.requestBytes.splice(0));
    api.requests.length = 0; // they would fill this process
    return answerAt(anonymousKib.length, { turns, increments });
  };
  await using api = await startMessagesApi({ answer, chunking: 'whole' });
  // Not sh: it drops variables with a hyphen, and inputs have some.
  const node = path.join(scene.repo.parent, 'node.sh');
  await writeFile(node, `#!/bin/bash\nexec '${process.execPath}' --max-old-space-size=${heapMib} "$@"\n`, {
    mode: 0o755,
  });
  const startedMs = performance.now();
  const run = await runAction({
    ...{ node, cwd: scene.repo.dir, apiUrl: scene.fake.url, token: scene.fake.token },
    inputs: {
      ...{ spec: 'specs/greeting.md', 'anthropic-api-key': 'sk-ant-loopback', 'anthropic-base-url': api.url },
      ...{ gates: 'check\ntest', 'max-turns': String(turns + 1), 'max-tokens': '1000000000' },
      'max-cost-usd': '100000',
    },
    started: (_kill, started) => void (pid = started),
  });
  const durationMs = performance.now() - startedMs;
  const record = run.report as RunRecord | undefined;
  if (record?.outcome !== 'verified') throw new Error(`The run ended otherwise:\n${run.stdout}${run.stderr}`);
  const transcript = readFileSync(path.join(run.reportDir, 'transcript.jsonl'), 'utf8');
  const prunings = transcript.split('\n').filter((line) => line.startsWith('{"type":"pruned"')).length;
  return { record, anonymousKib, longestRequest, prunings, durationMs };
}

/** @param turn from 1 */
function answerAt(turn: number, { turns, increments }: Omit<SoakTerms, 'heapMib'>): ScriptedAnswer {
  if (turn >= turns) return { tool_use: [use('finish', { summary: 'All parts.', requirements: [] })] };
  const every = Math.floor((turns - 1) / increments);
  const number = turn / every;
  if (Number.isInteger(number) && number <= increments) return addPart(number);
  const start_line = (turn * 150) % (LINES - 300);
  return {
    text: `Looking at part ${turn}.`,
    tool_use: [
      use('read_file', { path: 'notes.md', start_line, end_line: start_line + 300 }),
      use('search_files', { pattern: `part ${turn}\\b` }),
      use('list_files', {}),
    ],
  };
}

function addPart(number: number): ScriptedAnswer {
  const tests = '#[cfg(test)]\nmod tests {\n';
  const part = `/// Part ${number}.\npub fn part_${number}() -> u32 {\n    ${number}\n}\n`;
  const test = `    #[test]\n    fn has_part_${number}() {\n        assert_eq!(super::part_${number}(), ${number});\n    }\n\n`;
  const edits = [{ old_text: tests, new_text: `${part}\n${tests}${test}` }];
  const title = `Part ${number}`;
  return {
    tool_use: [
      use('read_file', { path: 'src/lib.rs' }),
      use('edit_file', { path: 'src/lib.rs', edits }),
      use('complete_increment', { title, commit_message: `Add part ${number} with its test` }),
    ],
  };
}

function anonymousMemoryOf(pid: number): number {
  return Number(/^RssAnon:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
}

/** Medians and lowest values of the four quarters. */
export function quarters(values: readonly number[]): { median: number; lowest: number }[] {
  return [0, 1, 2, 3].map((quarter) => {
    const part = values.slice((quarter * values.length) / 4, ((quarter + 1) * values.length) / 4);
    part.sort((a, b) => a - b);
    return { median: part[part.length >> 1] ?? NaN, lowest: part[0] ?? NaN };
  });
}
