// The Node that runs the action on GitHub, for tests that start the bundle.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

export const NODE_24 = '24.21.0';
const run = promisify(execFile);

/**
 * The path of the program, by npm's own cache. A dependency of this package it cannot be: `node` in node_modules/.bin
 * would run every npm script, and the packages that hold the program are made for one system each.
 */
export async function node24(): Promise<string> {
  const holder = `node-${process.platform}-${process.arch}@${NODE_24}`;
  const ask = ['--yes', `--package=${holder}`, '--', 'node', '--print', 'process.execPath'];
  const { stdout } = await run('npx', ask, { env: { ...process.env, NODE_OPTIONS: '' }, timeout: 200_000 });
  return stdout.trim();
}
