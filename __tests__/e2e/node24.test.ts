// The bundle under Node 24, which runs the action on GitHub (`using: node24`): one whole recorded conversation. The other
// end-to-end tests run it under the Node that runs jest.
import { describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expectProven } from '../support/scripts-examples.js';

const VERSION = '24.21.0';
const run = promisify(execFile);

describe('the bundle', () => {
  it('runs a whole recorded conversation under Node 24', async () => {
    const node = await node24();
    const { stdout } = await run(node, ['--version']);
    expect(stdout.trim()).toBe(`v${VERSION}`);
    await expectProven('1-library-from-nothing', 'specs/rate-limiter.md', { node });
  }, 300_000);
});

/**
 * The path of the program, by npm's own cache. A dependency of this package it cannot be: `node` in node_modules/.bin
 * would run every npm script, and the packages that hold the program are made for one system each.
 */
async function node24(): Promise<string> {
  const holder = `node-${process.platform}-${process.arch}@${VERSION}`;
  const ask = ['--yes', `--package=${holder}`, '--', 'node', '--print', 'process.execPath'];
  const { stdout } = await run('npx', ask, { env: { ...process.env, NODE_OPTIONS: '' }, timeout: 200_000 });
  return stdout.trim();
}
