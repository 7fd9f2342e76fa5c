import { describe, expect, it } from '@jest/globals';
import { createLog } from '../../src/platform/log.js';
import { Progress } from '../../src/run/progress.js';
import type { LiveComment } from '../../src/publish/publish.js';
import type { CargoRun } from '../../src/workshop/workshop.js';
import { sampleRecord } from '../support/sample-record.js';

const RUN: CargoRun = {
  command: 'cargo test --workspace',
  end: { kind: 'exited', code: 0 },
  exitCode: 0,
  durationMs: 3_100,
  diagnostics: [],
  output: {} as CargoRun['output'],
};
const failed = (command: string): CargoRun => ({ ...RUN, command, end: { kind: 'exited', code: 101 }, exitCode: 101 });

/** A run under way, with everything that people see of it. */
function underWay({ actions = false } = {}) {
  const lines: string[] = [];
  const status: (string | undefined)[] = [];
  const log = createLog({
    write: (line) => lines.push(line),
    mask: (text) => text,
    actions,
    status: (text) => status.push(text),
  });
  const comment = { text: '', ended: 0 };
  const live: LiveComment = {
    changed: (render) => void (comment.text = render()),
    end: () => {
      comment.ended++;
      return Promise.resolve();
    },
  };
  const kept: string[] = [];
  const progress = new Progress(log, live);
  progress.begin({ soFar: () => sampleRecord(), keep: () => kept.push(lines.at(-1) ?? '') });
  return { progress, lines, status, comment, kept };
}

describe('a run', () => {
  it('is one line an action, which is written down as it comes', () => {
    const { progress, lines, status, comment, kept } = underWay();
    progress.asking(7);
    progress.calling(7, 'edit_file src/ring.rs · 2 edits');
    expect(lines).toEqual([]);
    progress.action(7, 'edit_file src/ring.rs · 2 edits');
    expect(lines).toEqual(['turn 7 · edit_file src/ring.rs · 2 edits']);
    expect(kept).toEqual(lines);
    expect(status).toEqual([
      'turn 7 · waiting for the model · 439,134 tokens · $0.84',
      ...['', ''].map(() => 'turn 7 · edit_file src/ring.rs · 2 edits · 439,134 tokens · $0.84'),
    ]);
    expect(comment.text).toMatch(/Now, since [\d:]+ UTC: turn 7 · edit\\?_file src\/ring\.rs · 2 edits/);
  });

  it('shows a command live in its group, and below the group how it ended', () => {
    const { progress, lines, comment } = underWay();
    progress.asking(2);
    const watch = progress.watch('cargo test --workspace', true);
    expect(comment.text).toContain('turn 2 · cargo test --workspace');
    watch.line('test result: ok. 12 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out');
    expect(lines).toHaveLength(2);
    expect(lines[0]).toBe('▸ turn 2 · cargo test --workspace');
    watch.ended(RUN);
    expect(lines.slice(2)).toEqual(['cargo test --workspace: passed · 12 tests · 3.1 s']);
    expect(comment.text).toContain('Last build: cargo test --workspace: passed · 12 tests · 3.1 s');
  });

  it('keeps what runs beside it together, and out of the comment', () => {
    const { progress, lines, comment } = underWay();
    progress.asking(2);
    const watch = progress.watch('cargo check', false);
    watch.line('one');
    progress.action(2, 'read_file a.rs');
    watch.ended(failed('cargo check'));
    expect(lines).toEqual([
      'turn 2 · read_file a.rs',
      ...['▸ base · cargo check', '  │ one', 'cargo check: exit code 101 · 3.1 s (before any change)'],
    ]);
    expect(comment.text).not.toContain('Last build');
  });

  it('takes only what says how the work stands for the last build', () => {
    const { progress, lines, comment } = underWay();
    progress.enter({ name: 'verification, round 1', announcement: 'Verifying tree 1a2b.' });
    progress.watch(RUN.command, true).ended(RUN);
    const list = { ...RUN, command: 'cargo test --workspace -- --list --format terse' };
    progress.watch(list.command, true).ended(list);
    progress.enter({ name: 'new tests', isAside: true, subject: 'on the code of the base' });
    progress.watch('cargo test --test a', true).ended(failed('cargo test --test a'));
    expect(comment.text).toContain('Last build: cargo test --workspace: passed');
    expect(lines.filter((line) => !line.startsWith('▸'))).toEqual([
      'Verifying tree 1a2b.',
      'cargo test --workspace: passed · 3.1 s',
      'cargo test --test a: exit code 101 · 3.1 s (on the code of the base)',
    ]);
    expect(lines.filter((line) => line.startsWith('▸'))).toEqual([
      '▸ verification, round 1 · cargo test --workspace',
      '▸ verification, round 1 · cargo test --workspace -- --list --format terse',
      '▸ new tests · cargo test --test a',
    ]);
  });

  it('tells times and tokens of each answer to whoever debugs, and to nobody else', () => {
    const usage = { inputTokens: 12, outputTokens: 3, cacheReadTokens: 400, cacheWriteTokens: 5 };
    const debugging = underWay({ actions: true });
    debugging.progress.answered(4, 2_340, usage);
    expect(debugging.lines).toEqual([
      '::debug::turn 4: the model answered after 2.3 s; tokens: 12 new, 400 read from the cache, 5 written to it, 3 out',
    ]);
    const plain = underWay();
    plain.progress.answered(4, 2_340, usage);
    expect(plain.lines).toEqual([]);
  });

  it('is followed by nothing once it is over', async () => {
    const { progress, status, comment } = underWay();
    progress.asking(1);
    const { text } = comment;
    await progress.end();
    expect(comment.ended).toBe(1);
    progress.enter({ name: 'too late' });
    expect(comment.text).toBe(text);
    expect(status.at(-1)).toBeUndefined();
  });
});
