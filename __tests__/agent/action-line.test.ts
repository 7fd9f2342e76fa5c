import { describe, expect, it } from '@jest/globals';
import { actionLine, callLine } from '../../src/agent/action-line.js';

describe('the line of a call', () => {
  it.each([
    ['edit_file', { path: 'src/ring.rs', edits: [{}, {}] }, 'edit_file src/ring.rs · 2 edits'],
    ['write_file', { path: 'a.rs', content: 'one\ntwo\n' }, 'write_file a.rs · 2 lines'],
    ['read_file', { path: 'a.rs', start_line: 3, end_line: 9 }, 'read_file a.rs · lines 3–9'],
    ['read_file', { path: 'a.rs', start_line: 3 }, 'read_file a.rs · from line 3'],
    ['plan', { increments: [{}] }, 'plan · 1 increment'],
    ['finish', { summary: 'x', requirements: [{}, {}] }, 'finish · 2 requirements'],
    ['cargo', { command: 'test', args: ['--lib', '--', 'store'] }, 'cargo test --lib -- store'],
    ['search_files', { pattern: 'fn\n  main' }, 'search_files fn main'],
  ])('%s %j', (name, input, line) => expect(callLine(name, input)).toBe(line));

  it('takes whatever the model sends', () => {
    for (const input of [undefined, null, 'text', 7, [], { path: 7, edits: 'x', args: [{}], start_line: 'x' }])
      expect(callLine('edit_file', input)).toBe('edit_file');
    expect(callLine('x'.repeat(500), { path: 'y'.repeat(500) }).length).toBeLessThan(230);
  });

  it('says how a failed call failed, by the first line that tells it', () => {
    const failed = { text: 'a.rs does not exist.\nThere are: b.rs', isError: true };
    expect(actionLine('read_file', { path: 'a.rs' }, failed)).toBe('read_file a.rs · failed: a.rs does not exist.');
    expect(actionLine('read_file', { path: 'a.rs' }, { ...failed, isError: false })).toBe('read_file a.rs');
    const red = 'Not committed.\nGate test failed (cargo test):\n- test a::b failed\n- test c failed\nrunning 2 tests';
    expect(actionLine('complete_increment', { title: 'Greeting' }, { text: red, isError: true })).toBe(
      'complete_increment Greeting · failed: Not committed. Gate test failed (cargo test): test a::b failed',
    );
    const long = actionLine('cargo', {}, { text: `${'x'.repeat(9_000)}:`, isError: true });
    expect(long).toMatch(/^cargo · failed: x+…$/);
    expect(long.length).toBeLessThan(500);
  });
});
