// The action that sums a fleet up, on reports as artifacts bring them.
import { describe, expect, it } from '@jest/globals';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { reportJson, type RunRecord } from '../../src/report/report.js';
import { runAction } from '../support/run-action.js';
import { sampleRecord } from '../support/sample-record.js';
import { tempRepo } from '../support/temp-repo.js';

const report = (spec: string, changes: Partial<RunRecord> = {}) => {
  const { spec: sample, run } = sampleRecord();
  return reportJson(sampleRecord({ spec: { ...sample, path: spec }, run, ...changes }));
};
const later = { ...sampleRecord().run, startedAt: '2026-11-23T09:30:00Z' };

async function sumUp(files: Record<string, string>, expected: number) {
  await using repo = await tempRepo({ 'README.md': '' });
  const reports = path.join(repo.parent, 'records');
  for (const [name, text] of Object.entries(files)) {
    await mkdir(path.join(reports, path.dirname(name)), { recursive: true });
    await writeFile(path.join(reports, name), text);
  }
  return await runAction({ entry: 'fleet-report', cwd: repo.dir, inputs: { reports, expected: String(expected) } });
}

describe('the summary of a fleet', () => {
  it('takes one report from each artifact, of a job that was run again the newest', async () => {
    const files = {
      'record-a-1/report.json': report('specs/a.md', { outcome: 'unverified' }),
      'record-a-2/report.json': report('specs/a.md', { run: later }),
      'record-b-1/specs-b/report.json': report('specs/b.md'),
    };
    expect(await sumUp(files, 2)).toMatchObject({
      code: 0,
      outputs: { outcome: 'verified', count: '2', verified: '2' },
    });
  });

  it('lets no artifact tell how the job of another one ended', async () => {
    const files = {
      'record-a-1/report.json': report('specs/a.md', { outcome: 'unverified' }),
      'record-b-1/report.json': report('specs/b.md'),
      'record-b-1/a/report.json': report('specs/a.md', { run: later }),
    };
    const { code, outputs, stdout, summary } = await sumUp(files, 2);
    expect({ code, outputs }).toMatchObject({ code: 1, outputs: { outcome: 'unverified', count: '1' } });
    expect(stdout).toContain("'record-b-1' holds several reports, of which none counts");
    expect(summary).toContain('1 planned spec left no report');
  });

  it('misses the spec of a job whose artifact holds the report of another one', async () => {
    const files = {
      'record-a-1/report.json': report('specs/a.md', { outcome: 'unverified' }),
      'record-b-1/report.json': report('specs/a.md', { run: later }),
    };
    expect(await sumUp(files, 2)).toMatchObject({ code: 1, outputs: { count: '1' } });
  });
});
