// Commands of the command line called as cli.ts calls them, with what they print.
import { fileURLToPath } from 'node:url';
import { runCli } from '../../src/cli.js';
import { messageOf } from '../../src/errors.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export interface CommandResult {
  /** The exit status; what was thrown has none. */
  status: number | undefined;
  output: string;
  /** Name and message of what was thrown. */
  thrown: string;
}

/** @param environment put over the test's own */
export async function startCommand(
  folder: string,
  words: readonly string[],
  environment: NodeJS.ProcessEnv = {},
): Promise<CommandResult> {
  const lines: string[] = [];
  const result = (status: number | undefined, thrown = '') => ({ status, output: lines.join('\n'), thrown });
  try {
    const status = await runCli(words, {
      root: ROOT,
      folder,
      environment: { ...process.env, GITHUB_TOKEN: undefined, GH_TOKEN: undefined, ...environment },
      print: (text) => void lines.push(text),
      run: () => Promise.reject(new Error('no run was asked for')),
    });
    return result(status);
  } catch (error) {
    return result(undefined, error instanceof Error ? `${error.name}: ${error.message}` : messageOf(error));
  }
}
