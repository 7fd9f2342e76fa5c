// Every rendering of recorded runs, kept as files that people can read. `npm run gallery` records the runs anew and
// rewrites the files; UPDATE_RENDERINGS=1 rewrites them from the recordings as they are.
import { describe, expect, it } from '@jest/globals';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { RECORDED_RUNS, RECORDINGS, readRecording, saveRecording } from '../support/recorded-runs.js';
import { RENDERINGS } from '../support/renderings.js';
import { runRecordSchema } from '../../src/report/report.js';

const isRecording = process.env['RECORD_RUNS'] === '1';
const isUpdating = isRecording || process.env['UPDATE_RENDERINGS'] === '1';
const ENDS: Readonly<Record<string, string>> = { 'first-run': 'unverified', 'third-run': 'verified' };

describe.each(Object.entries(RECORDED_RUNS))('the run %s', (name, record) => {
  it('is recorded, of the present schema', async () => {
    if (isRecording) await saveRecording(name, await record());
    const run = await readRecording(name);
    expect(runRecordSchema.parse(run.record)).toEqual(run.record);
    expect(run.record.outcome).toBe(ENDS[name] ?? name);
  }, 300_000);

  it.each(Object.entries(RENDERINGS))('reads as its %s says', async (file, render) => {
    const target = path.join(RECORDINGS, name, file);
    const text = render(await readRecording(name));
    if (isUpdating) await writeFile(target, text);
    expect(existsSync(target) ? await readFile(target, 'utf8') : '').toBe(text);
  });
});
