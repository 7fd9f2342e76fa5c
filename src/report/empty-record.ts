// The record at the start of a run: what is known before anything was read, everything else empty.
import { randomUUID } from 'node:crypto';
import type { RunRecord, UsageRecord } from './record.js';

/** A record that says the run was stopped before it did anything; its parts are filled in as the run goes on. */
export function emptyRecord(start: {
  specPath: string;
  version: string;
  runUrl: string | undefined;
  limits: UsageRecord['limits'];
}): RunRecord {
  const { maxTurns, maxTokens, maxCostUsd, maxMinutes, maxRounds } = start.limits;
  return {
    schema: 'ferrule.report/v1',
    outcome: 'stopped',
    message: 'The run did not come to an end.',
    run: {
      id: randomUUID(),
      startedAt: new Date().toISOString(),
      ...(start.runUrl === undefined ? {} : { url: start.runUrl }),
    },
    spec: { path: start.specPath, title: '', hash: '', requirements: [] },
    agent: { name: '', hash: '' },
    model: '',
    ledger: [],
    increments: [],
    questions: [],
    records: [],
    audit: [],
    dependencies: [],
    usage: {
      turns: 0,
      rounds: 0,
      inputTokens: 0,
      outputTokens: 0,
      cacheReadTokens: 0,
      cacheWriteTokens: 0,
      costUsd: 0,
      durationSeconds: 0,
      limits: { maxTurns, maxTokens, maxCostUsd, maxMinutes, maxRounds },
    },
    publication: { kind: 'none', warnings: [] },
    toolchain: { rustc: '', cargo: '', host: '' },
    environment: { ferrule: start.version, runnerOs: process.platform, sandbox: '' },
    reproduce: [],
  };
}
