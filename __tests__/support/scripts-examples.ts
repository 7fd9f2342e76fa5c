// Replays a recorded conversation of examples/ through the bundle in a fresh repository, and holds the result against
// what the conversation claims.
import { expect } from '@jest/globals';
import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { startFakeGitHub } from './fake-github.js';
import { runAction, type ActionRun } from './run-action.js';
import { TOKEN, validReport, type Report } from './scripts-crate.js';
import { gitIn, tempRepo, type Files } from './temp-repo.js';

export const ROOT = path.join(path.dirname(fileURLToPath(import.meta.url)), '..', '..');

/** Expects `verified`, a ready pull request, and every claim of the handover to hold at the published tree. */
export async function expectProven(name: string, spec: string, run: Partial<ActionRun> = {}): Promise<void> {
  const example = path.join(ROOT, 'examples', name);
  const replay = path.join(example, 'replay.jsonl');
  await using repo = await tempRepo(await filesOf(path.join(example, 'repo')), { remote: true });
  await using github = await startFakeGitHub({ bare: repo.origin, token: TOKEN });
  const action = await runAction({ ...run, cwd: repo.dir, inputs: { spec, replay }, apiUrl: github.url, token: TOKEN });
  const report = await validReport(action);
  expect({ code: action.code, message: report.message }).toEqual({ code: 0, message: 'Every deciding gate passed.' });
  expect(action.outputs).toMatchObject({ outcome: 'verified', 'tests-failed': '0', 'input-tokens': '0' });
  expect(github.pulls).toMatchObject([{ draft: false, head: action.outputs.branch }]);

  const branch = action.outputs.branch ?? '';
  expect((await gitIn(repo.origin, 'rev-parse', `${branch}^{tree}`)).trim()).toBe(action.outputs.tree);
  expect(report.increments.length).toBeGreaterThan(1);
  await expectClaimsHold(replay, report, repo.origin, branch);
}

/** Every requirement is claimed, every test that a claim names has passed, and every line of code is on the branch. */
export async function expectClaimsHold(replay: string, report: Report, bare: string, branch: string): Promise<void> {
  const tests = report.verification?.gates.flatMap((gate) => gate.tests?.names ?? []) ?? [];
  const passed = tests.filter(({ result }) => result === 'ok').map((test) => test.name);
  const claims = await claimsOf(replay);
  expect(claims.map(({ id }) => id).sort()).toEqual(report.spec.requirements.map(({ id }) => id).sort());
  const named = claims.flatMap((claim) => claim.tests);
  expect(named.length).toBeGreaterThan(0);
  expect(named.filter((test) => !passed.includes(test))).toEqual([]);
  for (const place of new Set(claims.flatMap(({ code }) => code))) {
    const [, file = '', line = '1'] = /^(.+?)(?::(\d+))?$/.exec(place) ?? [];
    const text = await gitIn(bare, 'cat-file', 'blob', `${branch}:${file}`);
    expect([place, text.split('\n').length > Number(line)]).toEqual([place, true]);
  }
}

async function filesOf(folder: string): Promise<Files> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const names = entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
  return Object.fromEntries(
    await Promise.all(names.map(async (name) => [path.relative(folder, name), await readFile(name)] as const)),
  );
}

interface Block {
  type?: string;
  text?: string;
  name?: string;
  input?: { requirements?: { id: string; code: string[]; tests: string[] }[] };
}

export interface TranscriptLine {
  type: string;
  content?: Block[];
  results?: { name: string; text: string; isError: boolean }[];
  usage?: { inputTokens: number; outputTokens: number };
}

export async function readTranscript(file: string): Promise<TranscriptLine[]> {
  const lines = (await readFile(file, 'utf8')).trim().split('\n');
  return lines.map((line) => JSON.parse(line) as TranscriptLine);
}

/** What the last `finish` of a recorded conversation claims. */
async function claimsOf(transcript: string) {
  const blocks = (await readTranscript(transcript)).flatMap((line) => line.content ?? []);
  return blocks.findLast((block) => block.name === 'finish')?.input?.requirements ?? [];
}
