// Starts the command line as people do: dist/cli.js in a clone, without a runner around it. It needs `npm run build`.
import { spawn } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const CLI = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));

interface CliResult {
  code: number | null;
  stdout: string;
  stderr: string;
}

/**
 * Runs to its end. The box's temporary files go beside the clone.
 * @param onTerminal in a pseudo-terminal, of util-linux's `script`, in place of pipes
 */
export function ferrule(cwd: string, args: readonly string[], key = '', onTerminal = false): Promise<CliResult> {
  const { PATH, HOME, RUSTUP_HOME, CARGO_HOME, RUSTUP_TOOLCHAIN } = process.env;
  const rust = {
    ...(RUSTUP_HOME && { RUSTUP_HOME }),
    ...(CARGO_HOME && { CARGO_HOME }),
    ...(RUSTUP_TOOLCHAIN && { RUSTUP_TOOLCHAIN }),
  };
  return new Promise((resolve, reject) => {
    const env = { PATH, HOME, TMPDIR: path.dirname(cwd), ...rust, ANTHROPIC_API_KEY: key, TERM: 'xterm' };
    const command = [process.execPath, CLI, ...args];
    const quoted = command.map((word) => `'${word}'`).join(' ');
    const [file = '', ...words] = onTerminal ? ['script', '-qec', quoted, '/dev/null'] : command;
    const child = spawn(file, words, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    const [stdout, stderr]: [Buffer[], Buffer[]] = [[], []];
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
    child.on('error', reject);
    child.on('close', (code) =>
      resolve({ code, stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString() }),
    );
  });
}
