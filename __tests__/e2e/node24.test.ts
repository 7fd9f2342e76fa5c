// The bundle under Node 24, which runs the action on GitHub (`using: node24`): one whole recorded conversation. The other
// end-to-end tests run it under the Node that runs jest.
import { describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { NODE_24, node24 } from '../support/node24.js';
import { expectProven } from '../support/scripts-examples.js';

const run = promisify(execFile);

describe('the bundle', () => {
  it('runs a whole recorded conversation under Node 24', async () => {
    const node = await node24();
    const { stdout } = await run(node, ['--version']);
    expect(stdout.trim()).toBe(`v${NODE_24}`);
    await expectProven('1-library-from-nothing', 'specs/rate-limiter.md', { node });
  }, 300_000);
});
