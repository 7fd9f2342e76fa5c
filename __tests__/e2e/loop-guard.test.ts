// A model that makes the same failing call again and again: it is told, then stopped, and what was green is kept.
import { describe, expect, it } from '@jest/globals';
import { toolResults, type MessagesRequest } from '../support/messages-api.js';
import { calls, complete, GOOD_WORK, runScripted, type ScriptedRunResult } from '../support/scripts-crate.js';

/** What a request tells the model in answer to its last call. */
const toldOf = ({ model }: ScriptedRunResult, request: number) =>
  toolResults(model.requests[request] as MessagesRequest).at(-1)?.text ?? '';

describe('a model that repeats itself', () => {
  it('is warned when the same call fails again, and stopped the fifth time with its green increment kept', async () => {
    const again = calls({ name: 'cargo', input: { command: 'test', args: ['--package', 'absent'] } });
    await using run = await runScripted({
      answers: [calls(...GOOD_WORK, complete('Add double')), again, again, again, again, again],
    });
    const { action } = run;
    const warning = 'This very call has now failed 2 times, and nothing was changed in between.';
    expect(toldOf(run, 2)).not.toContain('This very call');
    expect(toldOf(run, 3)).toContain(warning);
    expect(action.code).toBe(1);
    expect(action.outputs).toMatchObject({ outcome: 'unverified', 'stop-reason': 'loop', turns: '6' });
    expect(action.report.verification?.commit).toBe((await run.commits())[0]);
    expect(run.github.pulls).toMatchObject([{ draft: true }]);
    expect(run.github.pulls[0]?.body).toContain('The run ended early: the model repeated the same failing step.');
  });
});
