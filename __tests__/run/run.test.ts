import { mkdtemp, open, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createLog } from '../../src/platform/log.js';
import { ReportFolder } from '../../src/platform/report-folder.js';
import { Outlet } from '../../src/platform/outlet.js';
import type { World } from '../../src/run/run.js';
import { runSpec, writeReport } from '../../src/run/run.js';
import { maskOf } from '../support/masking.js';
import { SAMPLE_TURNS, transcriptOf } from '../support/page-sources.js';
import { sampleRecord } from '../support/sample-record.js';

let dir: string;
let lines: string[];

beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'ferrule-run-'));
  lines = [];
});

afterEach(() => rm(dir, { recursive: true, force: true }));

const log = () => createLog({ write: (line) => lines.push(line), mask: (text) => text, actions: false });

describe('writeReport', () => {
  it('writes the page from what lies in the folder', async () => {
    const folder = await ReportFolder.create(dir, (text) => text);
    await folder.write('outputs/004-cargo-test.log', 'test result: ok, as the file has it\n');
    await folder.write('transcript.jsonl', transcriptOf(SAMPLE_TURNS));
    await writeReport(sampleRecord(), folder, log());
    const page = await readFile(path.join(dir, 'report.html'), 'utf8');
    expect(page).toContain('as the file has it');
    expect(page).toContain('id="turn-4"');
    expect(lines).toEqual([]);
  });

  it('keeps a secret out of the page also where escaping would change it', async () => {
    const secret = 'pass<&>w0rd7';
    const folder = await ReportFolder.create(dir, maskOf(secret));
    await writeReport(sampleRecord({ summary: `It is ${secret}.` }), folder, log());
    const page = await readFile(path.join(dir, 'report.html'), 'utf8');
    expect(page).toContain('It is ***.');
    expect(page).not.toContain('&gt;w0rd7');
  });

  it('puts report.json in the place of the one before as a whole: who reads that sees no part of it', async () => {
    const folder = await ReportFolder.create(dir, (text) => text);
    await writeReport(sampleRecord({ summary: 'The first.' }), folder, log());
    const reader = await open(path.join(dir, 'report.json'));
    await writeReport(sampleRecord({ summary: 'The second.' }), folder, log());
    const before = JSON.parse(await reader.readFile('utf8')) as object;
    await reader.close();
    expect(before).toMatchObject({ summary: 'The first.' });
  });

  it('only warns when the page cannot be made', async () => {
    const folder = await ReportFolder.create(dir, (text) => text.replaceAll('"schema"', '***'));
    await writeReport(sampleRecord(), folder, log());
    expect(lines).toEqual([expect.stringMatching(/^warning: report\.html could not be written: /)]);
    expect((await readdir(dir)).sort()).toEqual(['outputs', 'report.json', 'report.md']);
  });
});

describe('runSpec', () => {
  const limits = { maxTurns: 1, maxTokens: 1, maxCostUsd: 1, maxMinutes: 1, maxRounds: 1 };
  /** All that is asked of a world before its spec is read. */
  const world = () => {
    const { signal } = new AbortController();
    const outlet = new Outlet(() => undefined);
    return { ...{ version: '0', context: {}, inputs: limits, signal, outlet, log: log() } } as unknown as World;
  };

  it('gives a defect back with the record, and its report is on disk: other specs have their turn', async () => {
    const folder = await ReportFolder.create(dir, (text) => text);
    const decision = { kind: 'broken' as const, defect: new Error('A wall fell.') };
    const { record, defect } = await runSpec(world(), 'specs/a.md', decision, folder, dir);
    expect(defect).toBe(decision.defect);
    const wanted = { outcome: 'stopped', stopReason: 'defect', message: 'Ferrule failed: A wall fell.' };
    expect(record).toMatchObject(wanted);
    expect(JSON.parse(await readFile(path.join(dir, 'report.json'), 'utf8'))).toMatchObject(wanted);
  });

  it('gives it back also where not even the report could be written', async () => {
    const folder = await ReportFolder.create(dir, (text) => text);
    await rm(dir, { recursive: true });
    const { record, defect } = await runSpec(world(), 'specs/a.md', { kind: 'run' }, folder, dir);
    expect(defect).toBeInstanceOf(Error);
    expect(record).toMatchObject({ outcome: 'stopped', stopReason: 'defect' });
  });
});
