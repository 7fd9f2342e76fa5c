// The recorded conversations of examples/ through the bundle: cargo proves again, in a fresh repository, what each of
// them claims. Example 3 downloads a crate from crates.io.
import { describe, expect, it } from '@jest/globals';
import path from 'node:path';
import {
  addDouble,
  BRANCH,
  calls,
  complete,
  DOUBLE,
  finish,
  GOOD_WORK,
  runScripted,
  SPEC,
  write,
} from '../support/scripts-crate.js';
import { expectProven, readTranscript } from '../support/scripts-examples.js';

describe('the recorded conversation of an example', () => {
  // Example 1 is replayed by node24.test.ts, example 2 by the demo in packed.test.ts.
  it('3-workspace-with-dependency ends verified, with the tests and the code it claims', () =>
    expectProven('3-workspace-with-dependency', 'specs/resolve-requirements.md'));
});

describe('the transcript of a run', () => {
  it('makes the same tree when it is replayed, failures and repairs included, without a model', async () => {
    await using recorded = await runScripted({
      answers: [
        calls(...addDouble(DOUBLE.replace('n * 2', 'n * 3')), ...GOOD_WORK.slice(-1), complete('Add double')),
        calls(write('src/double.rs', DOUBLE.replace('{\n', '{\n\n')), complete('Add double')),
        calls(finish()),
        { text: 'The verification asks for formatting.', ...calls({ name: 'cargo', input: { command: 'fmt' } }) },
        calls(finish()),
      ],
    });
    expect(recorded.action.outputs).toMatchObject({ outcome: 'verified', rounds: '2', turns: '5' });
    const replay = path.join(recorded.action.reportDir, 'transcript.jsonl');
    await using replayed = await runScripted({
      inputs: { replay, 'anthropic-api-key': '', 'anthropic-base-url': 'http://127.0.0.1:9' },
    });
    expect(replayed.model.requests).toEqual([]);
    for (const name of ['outcome', 'tree', 'rounds', 'turns', 'tests-passed'])
      expect([name, replayed.action.outputs[name]]).toEqual([name, recorded.action.outputs[name]]);
    expect(await replayed.remoteTree(BRANCH)).toBe(recorded.action.outputs.tree);
    // What the model would have seen is the same too, but for times and ids.
    const [before, after] = await Promise.all([recorded, replayed].map(({ action }) => resultsOf(action.reportDir)));
    expect(after).toEqual(before);
    expect(before).toHaveLength(5);
    expect(replayed.action.report.spec.path).toBe(SPEC);
  });
});

/** The results of each turn, without what differs from run to run. */
async function resultsOf(reportDir: string): Promise<string[]> {
  const lines = await readTranscript(path.join(reportDir, 'transcript.jsonl'));
  return lines
    .filter(({ type }) => type === 'results')
    .map(({ results }) =>
      JSON.stringify(results)
        .replaceAll(/\d+\.\d+ ?s/g, 'TIME')
        .replaceAll(/[0-9a-f]{12,}/g, 'ID')
        .replaceAll(/\[output \d+\]/g, '[output]'),
    );
}
