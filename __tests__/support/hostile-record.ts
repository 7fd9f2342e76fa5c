// A record whose every text is somebody else's.
import type { GateRecord, RunRecord } from '../../src/report/report.js';
import { failedTestGate, sampleGate, sampleRecord } from './sample-record.js';

/** The sample with every text that a spec, a model or cargo may supply replaced by `text`. */
export function recordOf(text: string, repeat: number): RunRecord {
  const times = <T>(item: T): T[] => Array.from({ length: repeat }, () => item);
  const record = sampleRecord();
  const gate = sampleGate({
    ...{ status: 'failed', command: text, reasons: times(text), olderFailures: times(text) },
    diagnostics: times({ level: 'error', code: text, message: text, path: text, line: 1, rendered: text }),
  });
  return {
    ...record,
    outcome: 'unverified',
    message: text,
    run: { ...record.run, id: text },
    spec: {
      ...{ ...record.spec, path: text, title: text },
      tasks: times({ file: text, line: 1, depth: 1, text, ticked: true, requirements: [] }),
    },
    specCheck: times({ rule: text, file: text, line: 1, text, requirement: text }),
    agent: { name: text, hash: text },
    model: text,
    // Pushed, so that places in the code become links.
    verification: { ...{ commit: 'c5'.repeat(20), tree: 't', onBranch: true }, gates: [gate, failedGate(text)] },
    ledger: repeat % 2 === 0 ? [] : times({ ...ledgerEntry(text) }),
    claims: times({ id: text, status: 'met' as const, code: times(text), tests: times(text), note: text }),
    summary: text,
    increments: times({ title: text, commit: text, requirements: [text], builds: false }),
    newTestsOnBase: times({ path: text, package: text, result: 'ran' as const, passed: times(text), failed: 1 }),
    questions: times({ number: 1, text, requirement: text, blocking: true }),
    answers: times({ number: 2, question: text, answer: text, author: text, requirement: text, blocking: true }),
    plans: times({ turn: 1, at: text, increments: times({ title: text, requirements: [text] }).slice(0, 3) }),
    sourceWarnings: times(text),
    records: times({ kind: 'deviation' as const, text, requirement: text }),
    audit: [
      ...times({ rule: text, path: text, line: 1, text, blocking: true }),
      ...times({ rule: text, path: text, text, blocking: false, liftedBy: { requirement: text, text } }).slice(0, 3),
    ],
    auditSeverities: times({ rule: text, severity: 'off' as const, from: text }),
    dependencies: times({
      ...{
        name: text,
        version: text,
        source: text,
        license: text,
        buildScript: true,
        checksum: text,
        features: [text],
      },
    }),
    publicApi: times({ crate: text, kind: 'changed' as const, item: text, before: text, after: text, note: text }),
    publication: {
      kind: 'pull-request',
      branch: text,
      // A whole address is what GitHub gives here and becomes a link; anything else must not.
      pullRequest: { number: 1, url: ` ${text}`, draft: true },
      warnings: times(text),
    },
    toolchain: { rustc: text, cargo: text, host: text },
    environment: { ferrule: text, runnerOs: text, sandbox: text },
    reproduce: times(text),
  };
}

function failedGate(text: string): GateRecord {
  const gate = failedTestGate();
  const failures = [{ name: text, executable: text, path: text, line: 1, message: text }];
  const tests = { ...{ passed: 0, failed: 1, ignored: 0, filteredOut: 0, new: 1, names: [] }, ...gate.tests, failures };
  return { ...gate, output: text, tests };
}

function ledgerEntry(text: string) {
  const tests = [{ name: text, result: 'ok' as const, path: text, line: 1 }];
  return { id: text, text, status: 'proven' as const, claimed: null, code: [text], tests, note: text };
}
