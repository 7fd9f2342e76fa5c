// What the end of a step writes into the log, where there are more findings than it has room for. What the texts say is
// the room report's; whole logs are e2e/log.test.ts.
import { describe, expect, it } from '@jest/globals';
import { Announcement } from '../src/announcement.js';
import { createLog } from '../src/platform/log.js';
import { Outlet } from '../src/platform/outlet.js';
import type { RunRecord } from '../src/report/report.js';
import { HOSTILE_TEXTS } from './support/hostile-text.js';
import { obeyedCommands } from './support/runner-commands.js';
import { sampleRecord } from './support/sample-record.js';

function told(record: RunRecord, actions: boolean): string[] {
  const lines: string[] = [];
  const log = createLog({ write: (line) => lines.push(line), mask: (text) => text, actions });
  const step = { setOutput: () => undefined, writeSummary: () => Promise.resolve() };
  const announcement = new Announcement(log, new Outlet((sentence) => log.error(sentence)), step);
  announcement.tellVerdicts([record]);
  announcement.annotate([record]);
  announcement.tellOpen([record]);
  return lines;
}

const finding = (line: number, text = 'x') => ({ rule: 'stub', path: 'src/a.rs', line, text, blocking: true });
const findings = (count: number) => Array.from({ length: count }, (_, at) => finding(at + 1));
const record = (changes: Partial<RunRecord>) => sampleRecord({ outcome: 'unverified', questions: [], ...changes });

describe('the end of a step', () => {
  it('has ten lines on a terminal, and counts what is beyond', () => {
    const lines = told(record({ audit: findings(12) }), false);
    expect(lines.filter((line) => line.startsWith('error: Audit: '))).toEqual(
      Array.from({ length: 10 }, (_, at) => `error: Audit: stub: x (src/a.rs:${at + 1})`),
    );
    expect(lines).toContain('Not shown here: 2 errors more. The report has them all.');
  });

  it('has ten annotations on a runner, the verdict among them, then ten lines, and counts what is beyond', () => {
    const lines = told(record({ audit: findings(22) }), true);
    expect(lines.filter((line) => line.startsWith('::error '))).toHaveLength(10);
    expect(lines.filter((line) => line.startsWith('error: Audit: stub'))).toHaveLength(10);
    expect(lines).toContain('Not shown here: 3 errors more. The report has them all.');
  });

  it('names a question once on a terminal, by its number', () => {
    const questions = [{ number: 2, text: 'Which sign?', blocking: true }];
    const lines = told(record({ questions }), false);
    expect(lines.filter((line) => line.includes('Which sign?'))).toEqual(['Question 2 (blocking): Which sign?']);
  });

  it.each(Object.entries(HOSTILE_TEXTS))('gives the runner nothing to obey but annotations: %s', (_name, text) => {
    const audit = Array.from({ length: 12 }, (_, at) => finding(at, text));
    const questions = [{ number: 1, text, blocking: true }];
    const obeyed = obeyedCommands(told(record({ audit, questions }), true).join('\n'));
    expect(obeyed).toEqual([...Array.from({ length: 10 }, () => 'error'), 'notice']);
  });
});
